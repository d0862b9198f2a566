"""What the map consists of: plain values in logical pixels, no Qt.

A fill is a token of the theme, or a branch's name for its hue, with an opacity.
``target`` names what a shape stands for: a part of the record (``4a/3x3``, ``conv1``,
``aux1/conv``), ``input``, ``main`` or ``aux1``; empty for decoration.
"""

import math
from dataclasses import dataclass, field
from typing import Final, Literal

HIT: Final = 12.0
"""Least side of what can be pointed at."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fill:
    """A colour by its name in the theme, and its opacity 0…1."""

    token: str
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with rounded corners; ``line`` is the colour of its border, if it has one."""

    left: float
    top: float
    width: float
    height: float
    fill: Fill
    target: str = ""
    radius: float = 1.5
    line: Fill | None = None

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.top + self.height

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled convex polygon."""

    points: tuple[Point, ...]
    fill: Fill
    target: str = ""


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A band from (``left``, ``start``…) to (``right``, ``end``…), smooth where its ends differ.

    ``start`` and ``end`` are (top, bottom).
    """

    left: float
    start: Point
    right: float
    end: Point
    fill: Fill
    target: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """A line of even width through ``points``: ``curved`` as one S, else with round corners."""

    points: tuple[Point, ...]
    fill: Fill
    width: float = 1.2
    curved: bool = True


@dataclass(frozen=True, slots=True)
class MapLabel:
    """A text in a box; what is too long is elided at its end.

    ``inside`` is the hue of the shape that the text stands on, if it stands on one;
    ``note`` goes on in the second text colour and is never elided.
    """

    text: str
    left: float
    top: float
    width: float
    height: float
    pixels: float = 11
    weight: int = 400
    token: str = "text3"
    align: Literal["left", "centre", "right"] = "centre"
    inside: str = ""
    note: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """Where the picture stands."""

    left: float
    top: float
    side: float
    target: str = "input"


Shape = Box | Polygon | Ribbon | Wire | MapLabel | Thumbnail


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle that stands for a target: for hits, frames and the keyboard."""

    target: str
    left: float
    top: float
    width: float
    height: float

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.left <= x < self.left + self.width and self.top <= y < self.top + self.height

    def distance(self, x: float, y: float) -> float:
        """How far a point is from it; 0 inside."""
        across = max(self.left - x, 0.0, x - self.left - self.width)
        down = max(self.top - y, 0.0, y - self.top - self.height)
        return math.hypot(across, down)


@dataclass(frozen=True, slots=True)
class MapLayout:
    """The whole map in a size: ``shapes`` from back to front.

    ``areas`` has what can be pointed at, each at least `HIT` wide and high;
    ``frames`` the box of each module, ``boxes`` the drawn rectangle of each layer.
    ``columns`` are targets for the keyboard, from left to right and from top to bottom.
    """

    size: Point
    shapes: tuple[Shape, ...]
    areas: tuple[Area, ...]
    frames: dict[str, Area]
    boxes: dict[str, Area]
    columns: tuple[tuple[str, ...], ...] = field(default=())

    def at(self, x: float, y: float) -> str | None:
        """The target under a point: of several the one whose drawn rectangle is nearest."""
        found = [area.target for area in self.areas if area.contains(x, y)]
        return min(found, key=lambda target: self._distance(target, x, y), default=None)

    def _distance(self, target: str, x: float, y: float) -> float:
        box = self.boxes.get(target)
        return box.distance(x, y) if box is not None else float("inf")

    def area(self, target: str) -> Area | None:
        """Where a target is: its drawn rectangle, its module's frame, or what can be hit."""
        found = self.boxes.get(target) or self.frames.get(target)
        return found or next((area for area in self.areas if area.target == target), None)


def hit_area(target: str, left: float, top: float, width: float, height: float) -> Area:
    """An area grown around its middle to at least `HIT` a side."""
    wide, high = max(width, HIT), max(height, HIT)
    return Area(target, left + (width - wide) / 2, top + (height - high) / 2, wide, high)
