"""Orders that need more than statistics: likeness to the chosen unit, what a class gets of each."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.gui.lanes.effects import UnitEffects, Values, by_branch
from gnet_desktop.gui.lanes.model import Lane
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.inspection.ranking import SORTS, gradient_contributions, similarity
from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result

translate = QCoreApplication.translate

FALLBACK: Final = "mean"
_BY_SIGN: Final = ("mean", "maximum")
"""Orders that would put what fell last; of differences the largest come first, whatever their sign."""


class Sorting:
    """The values by which lanes are ordered, for the orders that have their own.

    ``ready`` is called when values that the engine had to compute have come; until then
    lanes stand in the order of their means.
    """

    def __init__(self, workspace: Workspace, ready: Callable[[], None]) -> None:
        self._workspace = workspace
        self._contributions: Derived[tuple[Result, str, int], Values] = Derived(
            workspace, "contributions", ready
        )
        self.effects = UnitEffects(workspace, ready)

    def order_of(self, lanes: Sequence[Lane]) -> tuple[str, Values]:
        """The sort order to use now, and its values by part (none for orders by statistics)."""
        sort = self._workspace.view.sort
        if sort != "effect":
            self.effects.stop()
        if self._workspace.shows == "difference" and sort in _BY_SIGN:
            return "energy", {}
        if SORTS[sort].key is not None:
            return sort, {}
        work = {
            "similarity": self._similar,
            "contribution": self._contributing,
            "effect": self._affecting,
        }[sort]
        return sort, work(lanes)

    def line(self, part: str, channel: int) -> str:
        """What the order in use says of one unit: what it adds to the class, or what the class loses
        without it; empty for other orders.
        """
        if self._workspace.view.sort == "effect":
            return self.effects.words(part, channel)
        found, asked = self._contributions.value, self._contributions.key
        if self._workspace.view.sort != "contribution" or found is None or asked is None or part not in found:
            return ""
        result, _, index = asked
        value = float(found[part][channel])
        name = class_name(result.checkpoint.labels.names, index)
        words = (
            translate("Lanes", "adds {0} to {1}") if value >= 0 else translate("Lanes", "takes {0} from {1}")
        )
        return words.format(number(abs(value)), name)

    def _similar(self, lanes: Sequence[Lane]) -> Values:
        result, unit = self._workspace.seen, self._workspace.selection.unit
        if result is None or unit is None or unit.part not in result.record:
            return {}
        reference = result.record[unit.part][unit.channel]
        same = [lane for lane in lanes if lane.maps.shape[1:] == reference.shape]
        return {lane.part: similarity(lane.maps, reference) for lane in same}

    def _affecting(self, lanes: Sequence[Lane]) -> Values:
        """The largest change first, whatever its sign."""
        found = self.effects.of(lanes[0].part.partition("/")[0])
        return {part: np.abs(values) for part, values in (found or {}).items()}

    def _contributing(self, lanes: Sequence[Lane]) -> Values:
        result, module = self._workspace.seen, lanes[0].part.partition("/")[0]
        if result is None or result.record.answers.get("main") is None:
            return {}
        loaded, index = self._workspace.network_of(result), explained_class(result, self._workspace.explained)
        if loaded is None:
            return {}

        def work() -> Values:
            from gnet_desktop.inspection.gradients import logit_gradient

            gradient = logit_gradient(loaded.network, result.record, module, index)
            parts = gradient_contributions(result.record[module], gradient)
            return by_branch(parts, result.checkpoint.architecture.module(module))

        return self._contributions.get((result, module, index), work) or {}


def explained_class(result: Result, wanted: int | None) -> int:
    """The class that contributions are to: the one that a person chose, or the first answer."""
    main = result.record.answers["main"]
    if wanted is not None and wanted < len(main.logits):
        return wanted
    return main.top(1)[0][0]
