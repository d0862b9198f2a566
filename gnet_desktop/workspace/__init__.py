"""What is open and chosen, and the work under way; no Qt."""
