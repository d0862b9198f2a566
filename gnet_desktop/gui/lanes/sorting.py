"""Orders that need more than statistics: likeness to the chosen unit, contribution to a class."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.gui.lanes.model import Lane
from gnet_desktop.inspection.ranking import similarity
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

Values = Mapping[str, NDArray[np.floating[Any]]]

FALLBACK: Final = "mean"
PLAIN: Final = ("index", "mean", "maximum", "nonzero")


class Sorting:
    """The values by which lanes are ordered, for the orders that have their own.

    ``ready`` is called when values that had to be computed elsewhere have come.
    """

    def __init__(self, workspace: Workspace, ready: Callable[[], None]) -> None:
        self._workspace, self._ready = workspace, ready

    def order_of(self, lanes: Sequence[Lane]) -> tuple[str, Values]:
        """The sort order to use now, and its values by part (none for orders by statistics)."""
        sort = self._workspace.view.sort
        if sort == "similarity":
            values = self._similar(lanes)
            return (sort, values) if values else (FALLBACK, {})
        return (sort, {}) if sort in PLAIN else (FALLBACK, {})

    def _similar(self, lanes: Sequence[Lane]) -> Values:
        result, unit = self._workspace.result, self._workspace.selection.unit
        if not isinstance(result, Result) or unit is None or unit.part not in result.record:
            return {}
        reference = result.record[unit.part][unit.channel]
        if reference.ndim != 2 or any(lane.maps.shape[1:] != reference.shape for lane in lanes):
            return {}
        return {lane.part: similarity(lane.maps, reference) for lane in lanes}
