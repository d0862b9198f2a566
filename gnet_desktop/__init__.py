"""GNet Desktop: open any GoogLeNet checkpoint, drop pictures on it, look inside."""

__version__ = "0.1.0"
