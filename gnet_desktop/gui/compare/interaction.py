"""What two changes do together, against the sum of what each does alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from gnet_desktop.gui.answers.values import class_name
from gnet_desktop.gui.controls.common import ElidedLabel
from gnet_desktop.gui.painting.numbers import signed
from gnet_desktop.gui.why.asking import USUAL, asked_of, capital
from gnet_desktop.inspection.ablation import interaction
from gnet_desktop.network.changes import Change, Changes
from gnet_desktop.workspace.derived import Derived
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result, RunKey

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

_SAME: Final = 0.05
"""Share of the larger of two effects below which they are called equal."""

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class _Of:
    run: RunKey
    pair: tuple[Change, Change]
    head: str
    index: int | None


@dataclass(frozen=True, slots=True)
class Interaction:
    """Of a class's logit: what ``both`` changes do at once, and the ``added`` effects of each alone."""

    both: float
    added: float
    name: str
    head: str

    def words(self) -> str:
        """The two numbers, and of what they are."""
        told = translate("Compare", "both change the logit of {0} ({1}) by {2}, the sum of each alone is {3}")
        return told.format(self.name, self.head, signed(self.both), signed(self.added))

    def meaning(self) -> str:
        """What it means that they differ, or don't."""
        if abs(self.both - self.added) < _SAME * max(abs(self.both), abs(self.added)):
            return translate("Compare", "Here they add up.")
        if abs(self.both) > abs(self.added):
            return translate("Compare", "More together than apart: each makes up for the other.")
        return translate("Compare", "Less together than apart: they need each other, or say the same.")


class Interactions:
    """Worked out when asked for; ``changed`` is called when one is there."""

    def __init__(self, workspace: Workspace, purpose: str, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self._found: Derived[_Of, tuple[int, float, float]] = Derived(workspace, purpose, changed)
        self.end = self._found.end

    def of(
        self, result: Result, pair: tuple[Change, Change], beside: Changes | None = None
    ) -> Interaction | None:
        """On the class that is explained. None while it is worked out, and where no head answered.

        ``beside`` are the changes in force with and without the two. None: there are no others than
        these two; the class is then, unless one is explained, what the unchanged run answers first.
        """
        asked, loaded = asked_of(self._workspace, result, USUAL), self._workspace.network_of(result)
        if asked is None or loaded is None or result.record.input is None:
            self._found.forget()
            return None
        target, chosen = asked.target, self._workspace.explained is not None or beside is not None
        key = _Of(result.key, pair, target.head, target.index if chosen else None)
        found = self._found.get(key, lambda: _work_out(loaded.network, result, key, beside or ()))
        if found is None:
            return None
        index, both, added = found
        return Interaction(both, added, class_name(result.checkpoint.labels.names, index), target.head)


def _work_out(network: "GoogLeNet", result: Result, of: _Of, beside: Changes) -> tuple[int, float, float]:
    import torch

    record = result.record
    if result.key.changes:
        assert record.input is not None
        record = network(torch.from_numpy(record.input)[None])
    index = record.answers[of.head].top(1)[0][0] if of.index is None else of.index
    return (index, *interaction(network, record, *of.pair, of.head, index, beside))


class Together(ElidedLabel):
    """In the strip of changes: what its two chips do together, where there are two."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__("", pixels=12.5, token="text2")
        self.setParent(parent)
        self._workspace = workspace
        self._found = Interactions(workspace, "interaction of changes", self.refresh)
        ends = [
            workspace.result_changed.subscribe(self.refresh),
            workspace.changes_changed.subscribe(self.refresh),
            workspace.explained_changed.subscribe(self.refresh),
            self._found.end,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    def refresh(self) -> None:
        """Other changes, another picture or class, or the numbers are there."""
        result, changes = self._workspace.result, self._workspace.changes
        found = None
        if len(changes) == 2 and result is not None and result.key.changes == changes:
            found = self._found.of(result, (changes[0], changes[1]))
        self.setText("" if found is None else capital(found.words()))
        self.setAccessibleDescription("" if found is None else found.meaning())
        self.setVisible(found is not None)
