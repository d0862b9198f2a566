"""Where the pictures of two runs stand: alone, side by side, or parted by a line. Nothing here paints."""

from dataclasses import dataclass
from typing import Final, Literal

from gnet_desktop.gui.photo.camera import MARGIN, Point, fitting
from gnet_desktop.pictures.geometry import Box, Geometry
from gnet_desktop.workspace.state import Workspace

CAPTION: Final = 20.0
"""Room above each of two pictures for what it is."""
CLOSE: Final = 4.0
"""The margin of each of two pictures."""
_BETWEEN: Final = 4.0

Mode = Literal["alone", "beside", "split"]
Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture may be painted: ``box`` of the view, and in that the ``room`` that it fills whole.

    ``room`` counts from the box's corner; both are (left, top, right, bottom).
    """

    box: Box
    room: Box

    @property
    def size(self) -> Size:
        """(width, height) of the box."""
        return self.box[2] - self.box[0], self.box[3] - self.box[1]


def mode_of(workspace: Workspace) -> Mode:
    """How the pictures of the run and its reference are shown.

    Unless a person chose: two pictures side by side, one picture alone. A line parts one picture only.
    """
    wanted = workspace.view.photos
    if workspace.reference is None or workspace.current is None:
        return "alone"
    same = one_picture(workspace)
    if wanted == "auto":
        return "alone" if same else "beside"
    return "beside" if wanted == "split" and not same else wanted


def one_picture(workspace: Workspace) -> bool:
    """Whether the run and its reference are of one picture."""
    reference = workspace.reference
    return reference is None or reference.picture in (None, workspace.current)


def places(mode: Mode, view: Size, free: Box, sizes: tuple[Size, Size]) -> tuple[Place, ...]:
    """The places of one picture, or of two, in a view of which ``free`` has no tools.

    ``sizes`` of the pictures tell whether they are larger beside or below each other.
    """
    alone = Place((0.0, 0.0, *view), free)
    if mode == "alone":
        return (alone,)
    if mode == "split":
        left, top, right, bottom = free
        below = Place(alone.box, (left, min(top + CAPTION, bottom), right, bottom))
        return below, below
    return max(_columns(free), _rows(free), key=lambda pair: _smallest(pair, sizes))


def _columns(free: Box) -> tuple[Place, Place]:
    left, top, right, bottom = _inside(free)
    middle = round((left + right) / 2)
    half = _BETWEEN / 2
    return _captioned((left, top, middle - half, bottom)), _captioned((middle + half, top, right, bottom))


def _rows(free: Box) -> tuple[Place, Place]:
    left, top, right, bottom = _inside(free)
    middle = round((top + bottom) / 2)
    half = _BETWEEN / 2
    return _captioned((left, top, right, middle - half)), _captioned((left, middle + half, right, bottom))


def _inside(free: Box) -> Box:
    """The free room without the margin that one photo alone would keep, but for the smaller one of two."""
    less = MARGIN - CLOSE
    left, top, right, bottom = free
    return left + less, top, right - less, bottom - less


def _captioned(box: Box) -> Place:
    """A place whose corner is on a whole pixel, with room for words above the picture."""
    left, top, right, bottom = map(round, box)
    wide, high = max(1, right - left), max(1, bottom - top)
    return Place((left, top, left + wide, top + high), (0.0, min(CAPTION, high - 1), wide, high))


def _smallest(pair: tuple[Place, Place], sizes: tuple[Size, Size]) -> float:
    """The area that the smaller picture takes, in pixels."""
    areas = []
    for place, (width, height) in zip(pair, sizes, strict=True):
        left, top, right, bottom = place.room
        scale = fitting((0, 0, width, height), (right - left, bottom - top), margin=CLOSE).scale
        areas.append(scale**2 * width * height)
    return min(areas)


def across(point: Point, one: Geometry, other: Geometry) -> Point:
    """The point of another picture that lies where this one's does, seen by the network.

    By the share of the input, so that it is the same cell even where one is read at another size.
    """
    if one == other:
        return point
    x, y = one.to_input(point)
    return other.to_picture((x / one.input[0] * other.input[0], y / one.input[1] * other.input[1]))
