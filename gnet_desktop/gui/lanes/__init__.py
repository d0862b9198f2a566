"""The parts of the lanes panel."""
