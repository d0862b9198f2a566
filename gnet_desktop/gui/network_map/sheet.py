"""The sheet that shapes are put on: it keeps what can be hit beside what is drawn."""

from collections.abc import Sequence
from typing import Final

from gnet_desktop.gui.network_map.shapes import (
    Area,
    Box,
    Fill,
    MapLabel,
    MapLayout,
    Ribbon,
    Shape,
    hit_area,
)

HUES: Final = {"1x1": "1x1", "3x3": "3x3", "5x5": "5x5", "pool_proj": "pool_proj"}


def stacked(middle: float, heights: Sequence[float], gap: float) -> list[float]:
    """Tops of rows that stand below each other, all together about ``middle``."""
    top = middle - (sum(heights) + gap * (len(heights) - 1)) / 2
    tops = []
    for height in heights:
        tops.append(top)
        top += height + gap
    return tops


class Sheet:
    """Shapes from back to front, the areas of targets, and the order of the keyboard."""

    def __init__(self) -> None:
        self.shapes: list[Shape] = []
        self.frames: dict[str, Area] = {}
        self._boxes: dict[str, Area] = {}
        self._hits: list[Area] = []
        self._columns: list[tuple[str, ...]] = []

    def add(self, shape: Shape) -> None:
        """Draw something."""
        self.shapes.append(shape)

    def box(self, box: Box) -> Box:
        """Draw a layer's rectangle, which can be hit."""
        self.add(box)
        self.place(box)
        return box

    def place(self, box: Box) -> None:
        """Make a rectangle a target without drawing it."""
        self._boxes[box.target] = Area(box.target, box.left, box.top, box.width, box.height)
        self._hits.append(hit_area(box.target, box.left, box.top, box.width, box.height))

    def join(self, left: Box, right: Box, fill: Fill) -> None:
        """A ribbon from one rectangle to the next."""
        start, end = (left.top, left.bottom), (right.top, right.bottom)
        self.add(Ribbon(left.right, start, right.left, end, fill, right.target))

    def frame(self, area: Area, names: float) -> None:
        """A module's frame, with its name at ``names``."""
        self.frames[area.target] = area
        box = (area.left, names, area.width, 18.0)
        self.add(MapLabel(area.target, *box, 13, 600, "text", target=area.target))

    def column(self, targets: Sequence[str]) -> None:
        """The next stop of the keyboard and what is reached by going down from it."""
        self._columns.append(tuple(targets))

    def layout(self, size: tuple[float, float]) -> MapLayout:
        """What came together."""
        ribbons = [_ribbon_area(shape) for shape in self.shapes if isinstance(shape, Ribbon) and shape.target]
        areas = (*reversed(self._hits), *ribbons, *self.frames.values())
        return MapLayout(size, tuple(self.shapes), areas, self.frames, self._boxes, tuple(self._columns))


def _ribbon_area(ribbon: Ribbon) -> Area:
    top, bottom = min(ribbon.start[0], ribbon.end[0]), max(ribbon.start[1], ribbon.end[1])
    return hit_area(ribbon.target, ribbon.left, top, ribbon.right - ribbon.left, bottom - top)
