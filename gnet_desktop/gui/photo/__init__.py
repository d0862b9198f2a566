"""The photo with its overlay, crop frame and receptive field."""
