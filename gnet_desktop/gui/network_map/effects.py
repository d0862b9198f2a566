"""What each branch is worth to the answer: the sweep that switches them off one by one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.gui.network_map.words import logit_words
from gnet_desktop.gui.why.asking import asked_of
from gnet_desktop.gui.why.growing import Growing
from gnet_desktop.inspection.ablation import effects
from gnet_desktop.inspection.attribution.attribution import Progress
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork
from gnet_desktop.workspace.values import Result, RunKey

_NAMED: Final = 10

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class _Of:
    """Of which class of which head, in which run."""

    run: RunKey
    head: str
    index: int


class Effects:
    """{branch: change of the class's logit without it}, worked out once a run and class."""

    def __init__(self, workspace: Workspace, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self.found: Growing[_Of, dict[str, float]] = Growing(workspace, "effects", changed)

    def of(self, result: Result) -> Mapping[str, float] | None:
        """None while they are worked out, and of a result that is old."""
        asked, loaded = self._asked(result), self._workspace.network_of(result)
        if asked is None or loaded is None or self._workspace.stale:
            self.found.stop()
            return None
        return self.found.get(asked, lambda progress: _sweep(asked, result, loaded, progress))

    def asked(self, result: Result) -> tuple[str, int] | None:
        """(head, class) of whose logit they are; None where no head answered."""
        asked = self._asked(result)
        return None if asked is None else (asked.head, asked.index)

    def words(self, result: Result | None) -> str:
        """How far it is, or whose effects these are and the strongest parts; empty without any."""
        asked = self._asked(result) if result is not None else None
        if asked is None or result is None:
            return ""
        if self.found.busy:
            return translate("NetworkMap", "{0} % worked out").format(round(100 * self.found.share))
        name = class_name(result.checkpoint.labels.names, asked.index)
        return translate("NetworkMap", "on the logit of {0}, {1}").format(name, asked.head)

    def strongest(self, result: Result) -> str:
        """The parts that the class depends on most, in words, with what must be known about them."""
        found = self.of(result)
        if not found:
            return ""
        order = sorted(found, key=lambda part: -abs(found[part]))[:_NAMED]
        listed = ", ".join(f"{part} {logit_words(found[part])}" for part in order)
        words = translate("NetworkMap", "Without it: {0}. Single effects don't add up.")
        return words.format(listed)

    def _asked(self, result: Result) -> _Of | None:
        asked = asked_of(self._workspace, result, "grad-cam")
        return None if asked is None else _Of(result.key, asked.target.head, asked.target.index)


def _sweep(asked: _Of, result: Result, loaded: LoadedNetwork, progress: Progress) -> dict[str, float]:
    classes = {asked.head: asked.index}
    swept = effects(loaded.network, result.record, classes, progress=progress, changes=result.key.changes)
    # what lies behind an auxiliary head does nothing to it
    return {one.part: one.heads[asked.head].logit if asked.head in one.heads else 0.0 for one in swept}
