"""Many pictures at once: truth, evaluation, and an index of what every unit does over a folder. No Qt."""
