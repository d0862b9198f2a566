"""Numbers and images derived from records."""
