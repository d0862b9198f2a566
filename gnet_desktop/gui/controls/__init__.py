"""Controls that all panels share."""
