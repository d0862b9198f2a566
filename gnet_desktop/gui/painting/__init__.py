"""Free functions that paint: 8-bit atlases, maps, scale bars, histograms, glyphs, outlines."""
