"""The window; Qt is imported nowhere else."""
