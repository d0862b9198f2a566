"""What each unit of a module is worth to an answer: they are switched off one by one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.gui.why.asking import asked_of
from gnet_desktop.gui.why.growing import Growing
from gnet_desktop.inspection.ablation import effects
from gnet_desktop.inspection.attribution.attribution import Progress
from gnet_desktop.network.architecture import Module
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork
from gnet_desktop.workspace.values import Result, RunKey

Values = Mapping[str, NDArray[np.floating[Any]]]

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class _Of:
    """Of a module's units, on which class of which head, in which run."""

    run: RunKey
    module: str
    head: str
    index: int


class UnitEffects:
    """{branch: change of the class's logit without each unit}, worked out once a run, module and class.

    ``changed`` is called whenever it got further, and once the values are there.
    """

    def __init__(self, workspace: Workspace, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self._found: Growing[_Of, Values] = Growing(workspace, "unit effects", changed)
        self._last: tuple[_Of, Values] | None = None
        self.stop = self._found.stop
        self.ends: tuple[Callable[[], None], ...] = (
            workspace.changes_changed.subscribe(self._give_way),
            workspace.current_changed.subscribe(self._give_way),
            self._found.end,
        )

    @property
    def share(self) -> float | None:
        """How far it is, 0…1; None where nothing is under way."""
        return self._found.share if self._found.busy else None

    def of(self, module: str) -> Values | None:
        """None while they are worked out, and of a result that is old."""
        result = self._workspace.own_result
        asked = None if result is None else asked_of(self._workspace, result, "grad-cam")
        loaded = None if result is None else self._workspace.network_of(result)
        if result is None or asked is None or loaded is None or self._workspace.stale:
            self.stop()
            return None
        key = _Of(result.key, module, asked.target.head, asked.target.index)
        found = self._found.get(key, lambda progress: _sweep(key, result, loaded, progress))
        self._last = None if found is None else (key, found)
        return found

    def words(self, part: str, channel: int) -> str:
        """What the class's logit becomes without a unit; empty where that isn't known."""
        result = self._workspace.own_result
        if self._last is None or result is None or part not in self._last[1]:
            return ""
        value = float(self._last[1][part][channel])
        words = (
            translate("Lanes", "without it {0} loses {1} of its logit")
            if value <= 0
            else translate("Lanes", "without it {0} gains {1} to its logit")
        )
        return words.format(
            class_name(result.checkpoint.labels.names, self._last[0].index), number(abs(value))
        )

    def _give_way(self) -> None:
        """Another run is wanted: the engine is for that first."""
        if self._workspace.stale:
            self.stop()


def _sweep(of: _Of, result: Result, loaded: LoadedNetwork, progress: Progress) -> Values:
    swept = effects(
        loaded.network,
        result.record,
        {of.head: of.index},
        "unit",
        of.module,
        progress,
        result.key.changes,
    )
    # what lies behind an auxiliary head does nothing to it
    logits = [one.heads[of.head].logit if of.head in one.heads else 0.0 for one in swept]
    return by_branch(np.array(logits), result.checkpoint.architecture.module(of.module))


def by_branch(units: NDArray[np.floating[Any]], module: Module) -> Values:
    """Values of all of a module's units, (channels,), by branch."""
    return {
        f"{module.name}/{branch.name}": units[module.offset(branch.name) :][: branch.outputs]
        for branch in module.branches
    }
