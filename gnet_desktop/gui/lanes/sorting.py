"""Orders that need more than statistics: likeness to the chosen unit, contribution to a class."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.gui.lanes.model import Lane
from gnet_desktop.inspection.ranking import gradient_contributions, similarity
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

Values = Mapping[str, NDArray[np.floating[Any]]]

FALLBACK: Final = "mean"
PLAIN: Final = ("index", "mean", "maximum", "nonzero")


class Sorting:
    """The values by which lanes are ordered, for the orders that have their own.

    ``ready`` is called when values that the engine had to compute have come; until then
    lanes stand in the order of their means.
    """

    def __init__(self, workspace: Workspace, ready: Callable[[], None]) -> None:
        self._workspace, self._ready = workspace, ready
        self._asked: tuple[Result, str] | None = None
        self._contributions: Values = {}

    def order_of(self, lanes: Sequence[Lane]) -> tuple[str, Values]:
        """The sort order to use now, and its values by part (none for orders by statistics)."""
        sort = self._workspace.view.sort
        if sort in PLAIN:
            return sort, {}
        return sort, self._similar(lanes) if sort == "similarity" else self._contributing(lanes)

    def _similar(self, lanes: Sequence[Lane]) -> Values:
        result, unit = self._workspace.result, self._workspace.selection.unit
        if result is None or unit is None or unit.part not in result.record:
            return {}
        reference = result.record[unit.part][unit.channel]
        same = [lane for lane in lanes if lane.maps.shape[1:] == reference.shape]
        return {lane.part: similarity(lane.maps, reference) for lane in same}

    def _contributing(self, lanes: Sequence[Lane]) -> Values:
        result, module = self._workspace.result, lanes[0].part.partition("/")[0]
        if result is None or result.record.answers.get("main") is None:
            return {}
        if self._asked != (result, module):
            self._ask(result, module)
        return self._contributions

    def _ask(self, result: Result, module: str) -> None:
        self._asked, self._contributions = (result, module), {}
        loaded = self._workspace.network
        if loaded is None:
            return

        def work() -> Values:
            from gnet_desktop.inspection.gradients import logit_gradient

            best, _ = result.record.answers["main"].top(1)[0]
            gradient = logit_gradient(loaded.network, result.record, module, best)
            parts = gradient_contributions(result.record[module], gradient)
            spec = result.checkpoint.architecture.module(module)
            return {
                f"{module}/{branch.name}": parts[spec.offset(branch.name) :][: branch.outputs]
                for branch in spec.branches
            }

        self._workspace.compute("contributions", work, lambda found: self._take(found, (result, module)))

    def _take(self, found: object, asked: tuple[Result, str]) -> None:
        if asked == self._asked and isinstance(found, dict):
            self._contributions = found
            self._ready()
