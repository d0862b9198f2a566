"""Where things are: picture pixels, input pixels and map cells.

Coordinates are continuous with the origin at the top left corner: pixel ``i`` covers
``i … i+1`` and its centre is ``i + 0.5``. This is the only place that converts.
"""

from dataclasses import dataclass

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a map on the input.

    Cell (column, row) is centred on input pixel ``centre[0] + column·jump``,
    ``centre[1] + row·jump``, counted in pixels as in docs/formats.md#costs (pixel numbers, so
    pixel 0's middle is 0): the ``centre`` and ``jump`` of `network.arithmetic.Field`.
    The axes differ only where TensorFlow's padding meets a picture that isn't square.
    ``size`` is (columns, rows) of the map.
    """

    centre: Point
    jump: float
    size: tuple[int, int]

    def cell_box(self, column: int, row: int) -> Box:
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

    ``picture`` and ``input`` are (width, height) in pixels. A negative ``offset`` is the
    width of what was filled in beside a picture smaller than the input.
    """

    picture: tuple[int, int]
    input: tuple[int, int]
    scale: Point
    offset: Point

    def to_input(self, point: Point) -> Point:
        """A point of the picture in the input's coordinates (may lie outside it)."""
        return point[0] * self.scale[0] - self.offset[0], point[1] * self.scale[1] - self.offset[1]

    def to_picture(self, point: Point) -> Point:
        """A point of the input in the picture's coordinates."""
        return (point[0] + self.offset[0]) / self.scale[0], (point[1] + self.offset[1]) / self.scale[1]

    def box_to_picture(self, box: Box) -> Box:
        """A (left, top, right, bottom) of the input in the picture's coordinates."""
        return *self.to_picture(box[:2]), *self.to_picture(box[2:])

    @property
    def crop_box(self) -> Box:
        """The input's frame: (left, top, right, bottom), picture pixels; beyond the picture if filled."""
        return self.box_to_picture((0.0, 0.0, float(self.input[0]), float(self.input[1])))

    @property
    def seen_box(self) -> Box:
        """What the network sees of the picture: the frame, cut at the picture's edges."""
        left, top, right, bottom = self.crop_box
        width, height = self.picture
        return max(0.0, left), max(0.0, top), min(float(width), right), min(float(height), bottom)

    def cell_box(self, grid: Grid, column: int, row: int) -> Box:
        """(left, top, right, bottom) of a map's cell on the picture."""
        return self.box_to_picture(grid.cell_box(column, row))

    def cell_at(self, grid: Grid, point: Point) -> tuple[int, int] | None:
        """(column, row) of the cell under a point of the picture; None where the network saw nothing."""
        x, y = self.to_input(point)
        seen = 0 <= x < self.input[0] and 0 <= y < self.input[1]
        return grid.cell_at(x, y) if seen else None
