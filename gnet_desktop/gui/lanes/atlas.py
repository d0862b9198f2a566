"""The maps of a lane as 8-bit images, made block by block when they come into view."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from gnet_desktop.gui.lanes.model import Channels, Lane, LaneScale
from gnet_desktop.gui.painting.images import LevelImage
from gnet_desktop.inspection.scaling import GROUND, quantise
from gnet_desktop.inspection.tiles import TileLayout, atlas

# A block is about what one frame of scrolling uncovers: small enough that making one
# doesn't stutter, large enough that a screen is a handful.
_BLOCK: Final = 96 * 1024
_KEPT: Final = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Region:
    """The part of every map that is shown, in cells: columns [left, right), rows [top, bottom)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in cells."""
        return self.right - self.left, self.bottom - self.top


class LaneAtlas:
    """A lane's tiles under one scale, as images of some rows each.

    ``layout``'s cells are those of ``region``. Only what is asked for is scaled and
    drawn; the images asked for least recently go first when there are too many.
    """

    def __init__(self, lane: Lane, layout: TileLayout, region: Region, scale: LaneScale) -> None:
        self.layout, self._lane, self._region, self._scale = layout, lane, region, scale
        self._maps = lane.maps[:, region.top : region.bottom, region.left : region.right]
        self._levels = np.empty(self._maps.shape, np.uint8)
        self._done = np.zeros(len(lane), np.bool_)
        self._rows = max(1, _BLOCK // max(1, layout.size[0] * layout.pitch[1]))
        self._blocks: OrderedDict[int, LevelImage] = OrderedDict()
        self._table: list[int] = []
        self._ratio = 1.0

    def shows(self, lane: Lane, layout: TileLayout, region: Region, scale: LaneScale) -> bool:
        """Whether this is already what such an atlas would be."""
        old = self.layout
        same = old.columns == layout.columns and old.pitch == layout.pitch and old.order is layout.order
        return same and lane is self._lane and region == self._region and scale is self._scale

    def colour(self, table: list[int], ratio: float) -> None:
        """Use a colour table, and the screen's ratio for images."""
        if table is self._table and ratio == self._ratio:
            return
        self._table, self._ratio = table, ratio
        for block in self._blocks.values():
            block.recolour(table, ratio)

    def between(self, top: int, bottom: int) -> Iterator[tuple[int, LevelImage]]:
        """(y, image) of every block that touches physical rows top…bottom of the whole."""
        rows = self.layout.rows_between(top, bottom)
        if len(rows):
            for block in range(rows.start // self._rows, (rows.stop - 1) // self._rows + 1):
                yield block * self._rows * self.layout.pitch[1], self._block(block)

    def _block(self, number: int) -> LevelImage:
        image = self._blocks.get(number)
        if image is None:
            first = number * self._rows
            rows = range(first, min(first + self._rows, self.layout.rows))
            self._quantise(self.layout.shown(rows))
            picture = atlas(self._levels, self.layout, rows)
            image = LevelImage(picture, max(1, self.layout.size[0]), self._table, self._ratio)
            self._blocks[number] = image
            while len(self._blocks) > 1 and sum(block.bytes for block in self._blocks.values()) > _KEPT:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return image

    def _quantise(self, channels: Channels) -> None:
        missing = channels[~self._done[channels]]
        if not len(missing):
            return
        ends, scale = self._scale.limits, self._scale
        limits = ends[0] if len(ends) == 1 else [ends[channel] for channel in missing]
        levels = quantise(self._maps[missing], limits, gamma=scale.gamma, signed=scale.signed)
        levels[self._lane.units.zero[missing]] = GROUND
        self._levels[missing] = levels
        self._done[missing] = True
