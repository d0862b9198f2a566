"""All maps of a branch in one 8-bit picture: where each tile lies, and its levels.

Everything is counted in physical pixels. A tile's cells are enlarged by a whole
number, so that none is wider than its neighbour.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.inspection.scaling import GAP, GROUND, NON_FINITE, STRIPE, Levels
from gnet_desktop.inspection.statistics import UnitStatistics

Box = tuple[int, int, int, int]


def magnification(cells: int, nominal: float) -> int:
    """By how many physical pixels a cell is drawn for a tile of about ``nominal`` pixels: at least 1."""
    return max(1, round(nominal / cells))


@dataclass(frozen=True, eq=False)
class TileLayout:
    """Where the tiles of a branch lie, row by row in ``order``.

    ``order`` are channel numbers, (tiles,); ``cells`` the map's (width, height) in cells,
    each drawn ``magnify`` physical pixels wide; tiles stand ``gap`` pixels apart, and
    each has ``caption`` pixels of room under it. Hit tests are in the same pixels.
    """

    order: NDArray[np.intp]
    cells: tuple[int, int]
    magnify: int
    columns: int
    gap: int = 3
    caption: int = 0

    @property
    def tile(self) -> tuple[int, int]:
        """(width, height) of a tile without its caption."""
        return self.cells[0] * self.magnify, self.cells[1] * self.magnify

    @property
    def pitch(self) -> tuple[int, int]:
        """Distance from a tile to the next, across and down."""
        width, height = self.tile
        return width + self.gap, height + self.caption + self.gap

    @property
    def rows(self) -> int:
        """Number of rows of tiles."""
        return -(-len(self.order) // self.columns)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the whole, without a gap at its end."""
        across, down = self.pitch
        return max(0, self.columns * across - self.gap), max(0, self.rows * down - self.gap)

    @cached_property
    def _place_of(self) -> dict[int, int]:
        return {int(channel): place for place, channel in enumerate(self.order)}

    def place_of(self, channel: int) -> int | None:
        """Position of a channel in the order, or None if it is filtered out."""
        return self._place_of.get(channel)

    def rectangle(self, channel: int) -> Box | None:
        """(x, y, width, height) of a channel's tile, or None if it is filtered out."""
        place = self.place_of(channel)
        if place is None:
            return None
        row, column = divmod(place, self.columns)
        across, down = self.pitch
        return column * across, row * down, *self.tile

    def channel_at(self, x: float, y: float) -> int | None:
        """The channel whose tile or caption is at a point; None in a gap or outside."""
        across, down = self.pitch
        column, in_column = divmod(x, across)
        row, in_row = divmod(y, down)
        place = int(row) * self.columns + int(column)
        outside = in_column >= self.tile[0] or in_row >= down - self.gap or not 0 <= column < self.columns
        if outside or row < 0 or place >= len(self.order):
            return None
        return int(self.order[place])

    def cell_at(self, x: float, y: float) -> tuple[int, int, int] | None:
        """(channel, column, row) of the map cell at a point; None off the tiles."""
        channel = self.channel_at(x, y)
        column, row = int(x % self.pitch[0]) // self.magnify, int(y % self.pitch[1]) // self.magnify
        return None if channel is None or row >= self.cells[1] else (channel, column, row)

    def neighbour(self, channel: int, across: int, down: int) -> int:
        """The channel so many tiles away, stopping at the edges; itself where it isn't shown."""
        place = self.place_of(channel)
        if place is None:
            return channel
        target = place + across + down * self.columns
        return int(self.order[target]) if 0 <= target < len(self.order) else channel

    def rows_between(self, top: float, bottom: float) -> range:
        """The rows of tiles that a strip touches."""
        down = self.pitch[1]
        return range(max(0, int(top // down)), min(self.rows, int(-(-bottom // down))))

    def shown(self, rows: range) -> NDArray[np.intp]:
        """The channels in these rows."""
        return self.order[rows.start * self.columns : rows.stop * self.columns]


def lay_out(
    order: NDArray[np.intp],
    cells: tuple[int, int],
    *,
    nominal: float,
    width: int | None = None,
    columns: int | None = None,
    gap: int = 3,
    caption: int = 0,
) -> TileLayout:
    """A layout for tiles of about ``nominal`` pixels, in ``columns`` or as many as ``width`` holds."""
    magnify = magnification(max(cells), nominal)
    if columns is None:
        room = cells[0] * magnify if width is None else width
        columns = max(1, (room + gap) // (cells[0] * magnify + gap))
    return TileLayout(order, cells, magnify, columns, gap, caption)


def flatten_levels(levels: Levels, units: UnitStatistics) -> Levels:
    """Levels in which channels that are zero everywhere have the plain `GROUND`."""
    zero = units.zero
    if not zero.any():
        return levels
    levels = levels.copy()
    levels[zero] = GROUND
    return levels


def square(levels: Levels) -> Levels:
    """A vector's levels, (values,), as a map about as wide as high; the last row is filled with `GAP`."""
    side = max(1, int(np.ceil(np.sqrt(len(levels)))))
    rows = max(1, -(-len(levels) // side))
    filled = np.full(rows * side, GAP, np.uint8)
    filled[: len(levels)] = levels
    return filled.reshape(rows, side)


def atlas(levels: Levels, layout: TileLayout, rows: range | None = None) -> Levels:
    """The tiles of ``rows`` (default: all) in one picture of levels.

    ``levels`` are (channels, height, width). The picture is (rows · pitch, stride), in
    which the stride is the layout's width rounded up to four bytes, as QImage wants
    it, and C-contiguous; what is no tile has the level `GAP`. Values that are no number
    become diagonal stripes three pixels wide.
    """
    rows = range(layout.rows) if rows is None else rows
    across, down = layout.pitch
    stride = -(-max(1, layout.columns * across) // 4) * 4
    picture = np.full((max(1, len(rows)) * down, stride), GAP, np.uint8)
    order = layout.shown(rows)
    full, rest = divmod(len(order), layout.columns)
    wide = _enlarged(levels[order], layout.magnify)
    _fill(picture, wide[: full * layout.columns], layout, first_row=0)
    if rest:
        _fill(picture, wide[full * layout.columns :], layout, first_row=full)
    if (wide == NON_FINITE).any():
        _stripe(picture, rows.start * down)
    return picture


def _enlarged(tiles: Levels, magnify: int) -> Levels:
    """Each cell repeated along its row only: the rows are repeated while they are copied in."""
    if magnify == 1:
        return tiles
    wide = np.empty((*tiles.shape, magnify), np.uint8)
    wide[:] = tiles[..., None]
    return wide.reshape(*tiles.shape[:2], tiles.shape[2] * magnify)


def _fill(picture: Levels, wide: Levels, layout: TileLayout, *, first_row: int) -> None:
    columns = min(layout.columns, len(wide))
    if not columns:
        return
    across, down = layout.pitch
    rows, (width, height) = len(wide) // columns, layout.cells
    length = width * layout.magnify
    stride = picture.shape[1]
    part = picture[first_row * down :]
    target = np.lib.stride_tricks.as_strided(
        part,
        (rows, columns, height, layout.magnify, length),
        (down * stride, across, layout.magnify * stride, stride, 1),
    )
    target[:] = wide.reshape(rows, columns, height, 1, length)


def _stripe(picture: Levels, top: int) -> None:
    y, x = np.nonzero(picture == NON_FINITE)
    dark = (x + y + top) // 3 % 2 == 1
    picture[y[dark], x[dark]] = STRIPE
