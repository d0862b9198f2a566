"""Two checkpoints, or two groups of pictures, held against each other."""
