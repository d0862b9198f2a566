"""A file becomes a checkpoint: architecture, weights, class names, convention, provenance."""
