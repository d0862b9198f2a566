"""Statistics and cell grids of the result that is shown, each worked out once. No Qt."""

from gnet_desktop.inspection.statistics import UnitStatistics, unit_statistics
from gnet_desktop.network.arithmetic import Field, receptive_field
from gnet_desktop.pictures.geometry import Grid
from gnet_desktop.workspace.values import Result

Cell = tuple[int, int]
Point = tuple[float, float]


class Measured:
    """What is derived from one result; ask `of` for the current one's."""

    def __init__(self) -> None:
        self._result: Result | None = None
        self._statistics: dict[str, UnitStatistics] = {}
        self._fields: dict[str, Field | None] = {}

    def of(self, result: Result | None) -> "Measured":
        """This, emptied if the result is another one."""
        if result is not self._result:
            self._result = result
            self._statistics, self._fields = {}, {}
        return self

    def forget(self) -> None:
        """Work everything out anew."""
        self._result = None

    def statistics(self, part: str) -> UnitStatistics:
        """Statistics of all channels of a part of the result."""
        assert self._result is not None
        if part not in self._statistics:
            self._statistics[part] = unit_statistics(self._result.record[part])
        return self._statistics[part]

    def field(self, part: str) -> Field | None:
        """The receptive field of a part's cells; None behind an adaptive pool, which has no grid."""
        assert self._result is not None
        if part not in self._fields:
            architecture, record = self._result.checkpoint.architecture, self._result.record
            try:
                self._fields[part] = receptive_field(architecture, part, record.input_size)
            except KeyError:
                self._fields[part] = None
        return self._fields[part]

    def grid(self, part: str) -> Grid | None:
        """Where a part's cells lie on the input, or None."""
        field = self.field(part)
        if field is None or self._result is None or part not in self._result.record:
            return None
        height, width = self._result.record[part].shape[1:]
        return Grid(field.centre, field.jump, (width, height))

    def cell_at(self, part: str, point: Point | None) -> Cell | None:
        """The (column, row) that holds a place of the photo; None outside the map."""
        if self._result is None or point is None:
            return None
        grid = self.grid(part)
        return None if grid is None else grid.cell_at(*self._result.geometry.to_input(point))

    def point_of(self, part: str, cell: Cell) -> Point | None:
        """The place of the photo on which a cell is centred."""
        grid = None if self._result is None else self.grid(part)
        if grid is None or self._result is None:
            return None
        left, top, right, bottom = grid.cell_box(*cell)
        return self._result.geometry.to_picture(((left + right) / 2, (top + bottom) / 2))
