"""Input conventions on screen: chips, an editor, and two of them side by side."""
