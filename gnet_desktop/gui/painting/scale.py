"""A colour map over a span of values: one rule for images, colour bars and written numbers."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from gnet_desktop.gui.painting.images import LevelImage, colour_table, tile_table
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS, palette
from gnet_desktop.inspection.scaling import Levels, Limits, limits_of, quantise
from gnet_desktop.inspection.tiles import atlas, lay_out

Array = NDArray[np.float32]

_STEPS: Final = 256


@dataclass(frozen=True, slots=True)
class Scale:
    """How values become colours: the colour map's name, the ends and the curve between them.

    Whether 0 stands in the middle is the colour map's to say.
    """

    colour_map: str
    limits: Limits
    gamma: float = 1.0

    @classmethod
    def linear(cls, values: Array, colour_map: str) -> "Scale":
        """The scale of these values alone, whatever their shape."""
        return cls(colour_map, limits_of(values, COLOUR_MAPS[colour_map].scaling("map", gamma=1.0)))

    def levels(self, values: Array) -> Levels:
        """The level of each value."""
        signed = COLOUR_MAPS[self.colour_map].signed
        return quantise(values, self.limits, gamma=self.gamma, signed=signed)

    def image(
        self, values: Array, *, nominal: float, ground: QColor, gap: QColor, ratio: float = 1.0
    ) -> LevelImage:
        """One map (rows, columns), each cell a whole number of physical pixels, about ``nominal`` wide."""
        cells = values.shape[1], values.shape[0]
        layout = lay_out(np.arange(1), cells, nominal=nominal, columns=1, gap=0)
        table = tile_table(self.colour_map, ground=ground, gap=gap)
        return LevelImage(atlas(self.levels(values[None]), layout), layout.tile[0], table, ratio)

    def strip(self, part: Limits | None = None) -> QImage:
        """The colours from end to end, or of a ``part`` of the values, one row of 256 pixels."""
        ends = part or self.limits
        start = ends.start(signed=COLOUR_MAPS[self.colour_map].signed)
        values = np.linspace(start, start + ends.span, _STEPS, dtype=np.float32)
        return LevelImage(np.ascontiguousarray(self.levels(values[None])), _STEPS, self._table()).image

    def colour_at(self, value: float) -> QColor:
        """The colour of one value."""
        level = int(self.levels(np.array([[value]], np.float32))[0, 0])
        return QColor.fromRgb(self._table()[level])

    def _table(self) -> list[int]:
        return colour_table(palette(COLOUR_MAPS[self.colour_map], ground=(0, 0, 0)))
