"""The current exploration as one page of HTML: light, whole, and in need of nothing else."""
