"""The parts of the unit panel."""
