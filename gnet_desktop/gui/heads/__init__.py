"""The heads step by step: timeline, pooled maps, convolution, fully connected layer, answers."""
