"""GoogLeNet as data and as a torch module, and the arithmetic of its shapes."""
