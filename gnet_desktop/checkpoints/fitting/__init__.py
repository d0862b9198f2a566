"""From recognised tensors to a network: widths, settings, classifiers."""
