"""The network as one picture: quantities, shapes, their painting, words and export."""
