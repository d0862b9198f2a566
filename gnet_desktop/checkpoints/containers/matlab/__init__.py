"""MATLAB's files, of version 5 and 7.3, and the networks in them."""
