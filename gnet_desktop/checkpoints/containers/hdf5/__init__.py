"""HDF5's own structures, as far as files of weights use them (docs/formats.md#containers)."""
