"""A unit's map laid over the photo, at the resolution of the screen.

Where a cell lies comes from the grid and the geometry alone: nothing is stretched. The
two are described by what is asked of them here, since `pictures` is not imported
(docs/architecture.md); `pictures.geometry.Grid` and `Geometry` are meant.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.inspection.colour_maps import STRIPE_DARK, STRIPE_LIGHT, ColourMap
from gnet_desktop.inspection.scaling import Limits

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Box = tuple[float, float, float, float]

_STEPS: Final = 1024
COLOUR_GAMMA: Final = 0.85
"""The curve of the colours along the scale; that of the opacity is another."""
_SILENT: Final = 0.04
_RISE: Final = 0.5
_OPACITY_GAMMA: Final = 0.8
_OPACITY: Final = 0.87
_STRIPE_WIDTH: Final = 3


class CellGrid(Protocol):
    """Cell (i, j) is centred on pixel ``centre[0] + i·jump``, ``centre[1] + j·jump``; (columns, rows)."""

    @property
    def centre(self) -> tuple[float, float]:
        """The centre of the first cell in input pixels."""

    @property
    def jump(self) -> float:
        """Input pixels from cell to cell."""

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of cells."""


class Placement(Protocol):
    """How the input, (width, height) pixels, lies on the picture."""

    @property
    def input(self) -> tuple[int, int]:
        """Height and width of the input."""

    def to_input(self, point: tuple[float, float], /) -> tuple[float, float]:
        """A point of the picture in input pixels."""


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where the target's pixels fall along one axis, in cells: ``cells`` for those of ``pixels``."""

    pixels: slice
    cells: NDArray[np.float64]

    def nearest(self) -> NDArray[np.intp]:
        return np.floor(self.cells + 0.5).astype(np.intp)

    def between(self, count: int) -> tuple[NDArray[np.intp], Array]:
        """The cell before each pixel and how far it is to the next; flat beyond the outermost centres."""
        inside = np.clip(self.cells, 0, count - 1)
        before = np.minimum(inside.astype(np.intp), max(0, count - 2))
        return before, (inside - before).astype(np.float32)


def overlay(
    values: Array,
    grid: CellGrid,
    geometry: Placement,
    target: Box,
    size: tuple[int, int],
    *,
    limits: Limits,
    colours: ColourMap,
    smooth: bool = True,
    opacity: float = 1.0,
) -> Pixels:
    """The picture to lay over the photo: uint8 (height, width, 4), RGBA, premultiplied, contiguous.

    ``values`` is one map, float32 (rows, columns); ``target`` the part of the photo that is
    shown, (left, top, right, bottom) in its pixels, drawn ``size`` (width, height) large.
    ``smooth`` interpolates between the cells' centres and is flat from the outermost
    centres to the map's edge; otherwise cells have hard edges. Outside the map and
    outside what the network saw all is transparent; values that are no number are striped.
    """
    picture = np.zeros((size[1], size[0]), np.uint32)
    across, down = _axes(grid, geometry, target, size)
    part = picture[down.pixels, across.pixels]
    if part.size:
        finite = np.isfinite(values)
        sound = values if finite.all() else np.where(finite, values, np.float32(limits.low))
        ends = limits.start(signed=colours.signed), limits.span
        table = overlay_colours(colours, opacity=opacity).view(np.uint32)[:, 0]
        part[:] = _painted(sound, across, down, ends, table, smooth=smooth)
        if not finite.all():
            _stripe(part, ~finite[np.ix_(down.nearest(), across.nearest())], opacity)
    return picture.view(np.uint8).reshape(size[1], size[0], 4)


def seen_where(
    values: Array, least: float, grid: CellGrid, geometry: Placement, target: Box, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Where a map, drawn smoothly in the same target, reaches ``least``: bool (height, width).

    False outside the map and outside what the network saw.
    """
    seen = np.zeros((size[1], size[0]), np.bool_)
    across, down = _axes(grid, geometry, target, size)
    part = seen[down.pixels, across.pixels]
    if part.size:
        part[:] = least <= _enlarged(_enlarged(values, down).T, across).T
    return seen


def overlay_colours(colours: ColourMap, *, opacity: float = 1.0) -> Pixels:
    """Colour and opacity along the scale: uint8 (1024, 4), RGBA, premultiplied.

    The colour is that of v^0.85, the opacity 0.87 · clip((v − 0.04) / 0.5)^0.8, so that what
    is silent stays clear. On a signed map v is the distance from 0.
    """
    place = np.linspace(0, 1, _STEPS)
    away = 2 * place - 1 if colours.signed else place
    strength = np.abs(away)
    bent = np.sign(away) * strength**COLOUR_GAMMA
    at = (1 + bent) / 2 if colours.signed else bent
    rgb = colours.table(_STEPS)[np.rint(at * (_STEPS - 1)).astype(np.intp), :3]
    alpha = opacity * _OPACITY * np.clip((strength - _SILENT) / _RISE, 0, 1) ** _OPACITY_GAMMA
    table = np.empty((_STEPS, 4), np.uint8)
    table[:, :3] = np.rint(rgb * alpha[:, None])
    table[:, 3] = np.rint(255 * alpha)
    return table


def _painted(
    values: Array,
    across: _Axis,
    down: _Axis,
    ends: tuple[float, float],
    table: NDArray[np.uint32],
    *,
    smooth: bool,
) -> NDArray[np.uint32]:
    if not smooth:
        colours = table[_steps(values, ends)]
        chosen: NDArray[np.uint32] = colours[np.ix_(down.nearest(), across.nearest())]
        return chosen
    return table[_steps(_enlarged(_enlarged(values, down).T, across).T, ends)]


def _enlarged(values: Array, axis: _Axis) -> Array:
    """Rows of values interpolated at the axis's pixels: (pixels, columns)."""
    before, share = axis.between(len(values))
    steps = np.diff(values, axis=0, append=values[-1:])
    return values[before] + steps[before] * share[:, None]


def _steps(values: Array, ends: tuple[float, float]) -> NDArray[np.intp]:
    """The step of each value on a scale of (start, span)."""
    with np.errstate(over="ignore"):
        scaled = (values - np.float32(ends[0])) * np.float32((_STEPS - 1) / ends[1])
    np.clip(scaled, 0, _STEPS - 1, out=scaled)
    scaled += np.float32(0.5)
    return scaled.astype(np.intp)


def _axes(grid: CellGrid, geometry: Placement, target: Box, size: tuple[int, int]) -> tuple[_Axis, _Axis]:
    first, last = geometry.to_input((target[0], target[1])), geometry.to_input((target[2], target[3]))
    across, down = (_axis(grid, geometry, i, first[i], last[i], size[i]) for i in (0, 1))
    return across, down


def _axis(grid: CellGrid, geometry: Placement, axis: int, first: float, last: float, pixels: int) -> _Axis:
    """The target's pixels along one axis, from ``first`` to ``last`` on the input, that show a cell."""
    at = first + (np.arange(pixels) + 0.5) * ((last - first) / max(1, pixels))
    cells = np.asarray((at - 0.5 - grid.centre[axis]) / grid.jump, np.float64)
    on_map = (cells >= -0.5) & (cells < grid.size[axis] - 0.5)
    inside = np.flatnonzero((at >= 0) & (at < geometry.input[axis]) & on_map)
    shown = slice(int(inside[0]), int(inside[-1]) + 1) if inside.size else slice(0, 0)
    return _Axis(shown, cells[shown])


def _stripe(part: NDArray[np.uint32], missing: NDArray[np.bool_], opacity: float) -> None:
    y, x = np.nonzero(missing)
    colours = np.array([(*STRIPE_LIGHT, 255), (*STRIPE_DARK, 255)], np.float64) * opacity
    pair = np.rint(colours).astype(np.uint8).view(np.uint32)[:, 0]
    part[y, x] = pair[(x + y) // _STRIPE_WIDTH % 2]
