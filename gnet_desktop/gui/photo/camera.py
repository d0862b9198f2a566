"""Where the picture lies on the view: scale and offset, zoom and pan. No painting."""

from dataclasses import dataclass, replace
from typing import Final

Point = tuple[float, float]
Box = tuple[float, float, float, float]

NOTCH: Final = 120
FACTOR: Final = 1.25
LEAST, MOST = 1 / 16, 64.0
MARGIN: Final = 12.0


@dataclass(frozen=True, slots=True)
class Camera:
    """view = picture · scale + offset, in logical pixels."""

    scale: float = 1.0
    offset: Point = (0.0, 0.0)

    def to_view(self, point: Point) -> Point:
        """A point of the picture on the view."""
        return point[0] * self.scale + self.offset[0], point[1] * self.scale + self.offset[1]

    def to_picture(self, point: Point) -> Point:
        """A point of the view on the picture."""
        return (point[0] - self.offset[0]) / self.scale, (point[1] - self.offset[1]) / self.scale

    def box_to_view(self, box: Box) -> Box:
        """A (left, top, right, bottom) of the picture on the view."""
        return *self.to_view(box[:2]), *self.to_view(box[2:])

    def zoomed(self, factor: float, anchor: Point, *, least: float = LEAST) -> "Camera":
        """Larger by ``factor`` within the limits; the picture's point under ``anchor`` stays there."""
        scale = min(MOST, max(least, self.scale * factor))
        ratio = scale / self.scale
        x, y = (anchor[axis] - (anchor[axis] - self.offset[axis]) * ratio for axis in (0, 1))
        return Camera(scale, (x, y))

    def moved(self, dx: float, dy: float) -> "Camera":
        """Moved by logical pixels."""
        return replace(self, offset=(self.offset[0] + dx, self.offset[1] + dy))

    def following(self, home: "Camera", own_home: "Camera") -> "Camera":
        """The camera of another picture that is zoomed and moved as this one is.

        ``home`` is where this one began, ``own_home`` where the other did.
        """
        ratio = self.scale / home.scale
        x, y = (self.offset[axis] + (own_home.offset[axis] - home.offset[axis]) * ratio for axis in (0, 1))
        return Camera(own_home.scale * ratio, (x, y))


def wheel_factor(angle: float) -> float:
    """Zoom for an amount of wheel: a notch of 120 is a fixed factor, fractions their share of it."""
    return float(FACTOR ** (angle / NOTCH))


def fitting(box: Box, view: tuple[float, float], *, margin: float = MARGIN) -> Camera:
    """The camera that shows a box of the picture whole and in the middle."""
    width, height = box[2] - box[0], box[3] - box[1]
    room = max(1.0, view[0] - 2 * margin), max(1.0, view[1] - 2 * margin)
    scale = min(room[0] / width, room[1] / height)
    return centred(box, view, scale)


def in_the_middle(box: Box, room: Box, view: tuple[float, float]) -> Camera:
    """The camera that shows a box of the picture whole in a part ``room`` of a view.

    It comes as near to the middle of the whole view as its room allows.
    """
    size = room[2] - room[0], room[3] - room[1]
    camera = fitting(box, size)
    shifts = []
    for axis in (0, 1):
        spare = max(0.0, (size[axis] - (box[axis + 2] - box[axis]) * camera.scale) / 2 - MARGIN)
        way = view[axis] / 2 - (room[axis] + room[axis + 2]) / 2
        shifts.append(room[axis] + max(-spare, min(spare, way)))
    return camera.moved(*shifts)


def centred(box: Box, view: tuple[float, float], scale: float) -> Camera:
    """The camera of a given scale with a box of the picture in the middle."""
    x = view[0] / 2 - (box[0] + box[2]) / 2 * scale
    y = view[1] / 2 - (box[1] + box[3]) / 2 * scale
    return Camera(scale, (x, y))
