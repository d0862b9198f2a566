"""TIFF pictures of every layout: tags, strips and tiles, and samples that become 8 bits by value."""
