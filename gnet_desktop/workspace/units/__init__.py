"""What is known of units: pictures that they want, an index of a folder, names for sets of them."""
