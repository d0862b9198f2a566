"""Why this answer: what is asked, the map over the photo, heads and classes side by side, and trust."""
