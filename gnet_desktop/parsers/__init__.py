"""What can be typed on the command line: a parser for each command."""
