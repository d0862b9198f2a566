"""What is said of an opened file: the card, its soundness, its heads, its verification."""
