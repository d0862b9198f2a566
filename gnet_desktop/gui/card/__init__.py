"""The checkpoint card in pieces: facts in words, and the widgets that show them."""
