"""Verify: this program's numbers beside an independent definition's, and what came of it on the card."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.describing.verification import Verification, verify
from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError
from gnet_desktop.gui.card import facts
from gnet_desktop.gui.card.facts import Note, tr
from gnet_desktop.gui.card.widgets import SIGNS, Sign, quiet, value
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import RADIUS_BUTTON, Theme
from gnet_desktop.network.record import Array
from gnet_desktop.resources import resource
from gnet_desktop.workspace.state import Workspace

_GROUNDS = {"check": "raised", "info": "raised", "error": "badbg"}


class Verifying:
    """One comparison at a time, of the open checkpoint.

    ``note`` says what came of it, ``details`` how far each part is off; ``busy`` while
    it runs. ``changed`` is called when any of them is new.
    """

    def __init__(self, workspace: Workspace, changed: Callable[[], None]) -> None:
        self._workspace, self._changed = workspace, changed
        self.note: Note | None = None
        self.details = ""
        self.busy = False

    @property
    def button_words(self) -> str:
        """What the button offers now."""
        if self.busy:
            return tr("Comparing…")
        return tr("Verify on this picture") if self._given() is not None else tr("Verify on a sample picture")

    def forget(self) -> None:
        """Another checkpoint: nothing is known of it."""
        self.note, self.details, self.busy = None, "", False

    def start(self) -> None:
        """Compare on the current picture; on a sample where none is open."""
        network, convention, given = self._workspace.network, self._workspace.convention, self._given()
        if network is None or convention is None or self.busy:
            return
        checkpoint = network.checkpoint
        if given is None:
            name, work = tr("a sample picture"), partial(_on_sample, checkpoint, convention)
        else:
            name, work = self._picture_name(), partial(_on_input, checkpoint, given)
        self.busy = True
        self._changed()
        self._workspace.compute("verify", partial(_attempt, work), partial(self._take, network.name, name))

    def _given(self) -> Array | None:
        """The input of the current picture, (channels, height, width)."""
        result = self._workspace.result
        return None if result is None or self._workspace.stale else result.record.input

    def _picture_name(self) -> str:
        entry = self._workspace.pictures.get(self._workspace.current or 0)
        return entry.name if entry is not None else ""

    def _take(self, network: str, picture: str, outcome: "Verification | GNetError") -> None:
        if self._workspace.network is None or self._workspace.network.name != network:
            return
        self.busy = False
        if isinstance(outcome, Verification):
            self.note, self.details = facts.verified(outcome, picture), facts.compared_parts(outcome)
        else:
            self.note, self.details = Note("error", str(outcome)), ""
        self._changed()


def _attempt(work: Callable[[], Verification]) -> "Verification | GNetError":
    try:
        return work()
    except GNetError as error:
        return error


def _on_input(checkpoint: Checkpoint, given: Array) -> Verification:
    import torch

    return verify(checkpoint, torch.from_numpy(given.copy()).unsqueeze(0))


def _on_sample(checkpoint: Checkpoint, convention: Convention) -> Verification:
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    picture = read_picture(resource("samples", "cat.jpg"))
    return verify(checkpoint, prepare(picture, convention).tensor())


class VerificationStrip(Speaking, QWidget):
    """What came of it, below the card's title."""

    spoken_role = Role.AlertMessage

    def __init__(self, note: Note, details: str) -> None:
        super().__init__()
        self._ground = _GROUNDS[note.sign]
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(value(note.words))
        if details:
            small = quiet(details, 12)
            small.setWordWrap(True)
            words.addWidget(small)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(Sign(note.sign, SIGNS[note.sign]), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.setAccessibleName(note.words)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A quiet ground."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(self._ground))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_BUTTON, RADIUS_BUTTON)
        painter.end()
