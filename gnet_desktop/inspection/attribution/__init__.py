"""Why this class: maps that say which part of the picture speaks for an answer, each with its check."""
