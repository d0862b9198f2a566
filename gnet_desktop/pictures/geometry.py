"""Where things are: picture pixels, input pixels and map cells.

Coordinates are continuous with the origin at the top left corner: pixel ``i`` covers
``i … i+1`` and its centre is ``i + 0.5``. This is the only place that converts.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a map on the input: cell i is centred on input pixel ``centre + i·jump``.

    ``centre`` (x, y) and ``jump`` are counted in pixels as in ARCHITECTURES 9.6 (pixel
    numbers, so pixel 0's middle is 0); ``size`` is (width, height) of the map. The
    centre differs by axis where TensorFlow's padding meets an oblong input.
    """

    centre: tuple[float, float]
    jump: float
    size: tuple[int, int]

    def cell_box(self, column: int, row: int) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) of a cell on the input, continuous coordinates."""
        left = self.centre[0] + 0.5 + (column - 0.5) * self.jump
        top = self.centre[1] + 0.5 + (row - 0.5) * self.jump
        return left, top, left + self.jump, top + self.jump

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """(column, row) of the cell that holds an input point, or None outside the map."""
        column, row = _cell(x, self.centre[0], self.jump), _cell(y, self.centre[1], self.jump)
        inside = 0 <= column < self.size[0] and 0 <= row < self.size[1]
        return (column, row) if inside else None


def _cell(position: float, centre: float, jump: float) -> int:
    return int((position - 0.5 - centre + jump / 2) // jump)


@dataclass(frozen=True, slots=True)
class Geometry:
    """How the input lies on the picture: input = picture · scale − offset, per axis.

    ``picture`` and ``input`` are (width, height) in pixels.
    """

    picture: tuple[int, int]
    input: tuple[int, int]
    scale: tuple[float, float]
    offset: tuple[float, float]

    def to_input(self, point: tuple[float, float]) -> tuple[float, float]:
        """A point of the picture in the input's coordinates (may lie outside it)."""
        return point[0] * self.scale[0] - self.offset[0], point[1] * self.scale[1] - self.offset[1]

    def to_picture(self, point: tuple[float, float]) -> tuple[float, float]:
        """A point of the input in the picture's coordinates."""
        return (point[0] + self.offset[0]) / self.scale[0], (point[1] + self.offset[1]) / self.scale[1]

    def box_to_picture(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """A (left, top, right, bottom) of the input in the picture's coordinates."""
        return *self.to_picture(box[:2]), *self.to_picture(box[2:])

    @property
    def crop_box(self) -> tuple[float, float, float, float]:
        """What the network sees of the picture: (left, top, right, bottom), picture pixels."""
        return self.box_to_picture((0.0, 0.0, float(self.input[0]), float(self.input[1])))
