"""What is drawn over the photo, as values: the overlay, the field, the marks."""

from dataclasses import dataclass

import numpy as np

from gnet_desktop.inspection.ranking import peak
from gnet_desktop.network.arithmetic import Field, field_box, receptive_field
from gnet_desktop.network.naming import Unit
from gnet_desktop.network.record import Array
from gnet_desktop.pictures.geometry import Box, Grid
from gnet_desktop.workspace.values import Result

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class UnitLayer:
    """A unit's map and how its cells lie on the input; ``between`` as in `Record`."""

    unit: Unit
    values: Array
    grid: Grid
    field: Field
    between: bool = False

    @property
    def identity(self) -> object:
        """What tells it from other layers."""
        return self.unit

    def cell(
        self, result: Result, point: Point | None, chosen: tuple[int, int] | None = None
    ) -> tuple[int, int] | None:
        """(column, row) under a point of the photo, the chosen one, or the map's peak; None without one."""
        if point is not None:
            return result.geometry.cell_at(self.grid, point)
        if chosen is not None and chosen[0] < self.grid.size[0] and chosen[1] < self.grid.size[1]:
            return chosen
        if not np.isfinite(self.values).any() or not self.values.any():
            return None
        return peak(self.values, between=self.between)

    def cell_box(self, result: Result, cell: tuple[int, int]) -> Box:
        """The cell on the picture, as far as it lies there: the last ones may lie beyond its edge."""
        width, height = result.geometry.picture
        box = zip(result.geometry.cell_box(self.grid, *cell), (width, height, width, height), strict=True)
        left, top, right, bottom = (min(max(0.0, place), float(most)) for place, most in box)
        return left, top, right, bottom

    def seen(self, result: Result, cell: tuple[int, int]) -> tuple[Box, tuple[int, int]]:
        """The cell's receptive field on the picture, and its (width, height) in input pixels, clipped.

        Where it lies across the input's edge these are less than the field's ``size``.
        """
        left, top, right, bottom = field_box(self.field, *cell)
        box = result.geometry.box_to_picture((left, top, right, bottom))
        return box, (right - left, bottom - top)


def unit_layer(result: Result, unit: Unit | None) -> UnitLayer | None:
    """The layer of a unit; None if it has no map that lies on a grid (vectors, heads)."""
    if unit is None:
        return None
    maps = result.record.get(unit.part)
    if maps is None or maps.ndim != 3 or unit.channel >= len(maps):
        return None
    try:
        field = receptive_field(result.checkpoint.architecture, unit.part, result.record.input_size)
    except KeyError:
        return None
    height, width = maps.shape[1:]
    grid = Grid(field.centre, field.jump, (width, height))
    return UnitLayer(unit, maps[unit.channel], grid, field, result.record.between)
