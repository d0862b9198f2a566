"""Which network a file's tensors are: by graph, by names, by structure."""
