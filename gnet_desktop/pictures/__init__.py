"""Bytes become an upright picture, and a picture the network's input."""
