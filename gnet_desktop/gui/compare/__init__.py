"""Two checkpoints, two groups of pictures, or what parts are worth: compared in windows of their own."""
