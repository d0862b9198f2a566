"""The Units page: what every unit wants, beside what it gets."""
