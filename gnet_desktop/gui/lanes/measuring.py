"""Statistics and cell grids of the result that is shown, each worked out once. No Qt."""

from gnet_desktop.inspection.statistics import UnitStatistics, unit_statistics
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.pictures.geometry import Grid
from gnet_desktop.workspace.values import Result

Cell = tuple[int, int]


class Measured:
    """What is derived from one result; ask `of` for the current one's."""

    def __init__(self) -> None:
        self._result: Result | None = None
        self._statistics: dict[str, UnitStatistics] = {}
        self._grids: dict[str, Grid] = {}

    def of(self, result: Result | None) -> "Measured":
        """This, emptied if the result is another one."""
        if result is not self._result:
            self._result = result
            self._statistics, self._grids = {}, {}
        return self

    def statistics(self, part: str) -> UnitStatistics:
        """Statistics of all channels of a part of the result."""
        assert self._result is not None
        if part not in self._statistics:
            self._statistics[part] = unit_statistics(self._result.record[part])
        return self._statistics[part]

    def grid(self, part: str) -> Grid:
        """Where a part's cells lie on the input."""
        assert self._result is not None
        if part not in self._grids:
            record = self._result.record
            field = receptive_field(self._result.checkpoint.architecture, part, record.input_size)
            height, width = record[part].shape[1:]
            self._grids[part] = Grid(field.centre, field.jump, (width, height))
        return self._grids[part]

    def cell_at(self, part: str, point: tuple[float, float] | None) -> Cell | None:
        """The (column, row) that holds a place of the photo; None outside the map."""
        if self._result is None or point is None:
            return None
        return self.grid(part).cell_at(*self._result.geometry.to_input(point))
