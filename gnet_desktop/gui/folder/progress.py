"""The line below the Folder page: how far the answering is."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QWidget,
)
from typing_extensions import override

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import ElidedLabel
from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.conventions.choices import meaning_of
from gnet_desktop.gui.looks.theme import STATUS_BAR, font
from gnet_desktop.gui.painting.progress import draw_progress
from gnet_desktop.shown import whole
from gnet_desktop.workspace.folder_run import FolderState


class FolderProgress(Speaking, QWidget):
    """How far it is, how fast, under which convention; pause and go on."""

    pause_wanted, go_on_wanted = Signal(), Signal()
    spoken_role = Role.Grouping

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(STATUS_BAR + 6)
        self._share = 0.0
        self._words = ElidedLabel("", pixels=12, token="text2")
        self._quiet = ElidedLabel("", pixels=12, token="text3")
        self.button = Button()
        self.button.setFont(font(12))
        self.button.clicked.connect(self._clicked)
        self._paused = False
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 8, 2)
        row.setSpacing(12)
        row.addWidget(self._words)
        row.addSpacing(170)
        row.addWidget(self._quiet, 1)
        row.addWidget(self.button)

    def show_state(self, state: FolderState) -> None:
        """Show how it stands."""
        self._share = state.done / state.total if state.total else 0.0
        self._paused = state.state == "paused"
        self._words.setText(self.tr("{0} of {1} answered").format(whole(state.done), whole(state.total)))
        number = f"{state.rate:.1f}" if state.rate < 10 else f"{state.rate:.0f}"  # "1 pictures" is none
        rate = self.tr("{0} pictures a second").format(number) if state.rate else ""
        ends = {"done": self.tr("all done, and kept"), "paused": self.tr("paused; what is done is kept")}
        self._quiet.setText(" · ".join(filter(None, (rate, state.convention, ends.get(state.state, "")))))
        known = CONVENTIONS.get(state.convention)
        self._quiet.setToolTip(tip(meaning_of(known)) if known is not None else "")
        self.button.setVisible(state.state in ("running", "paused"))
        self.button.setText(self.tr("Go on") if self._paused else self.tr("Pause"))
        self.setAccessibleName(self._words.text())
        self.update()

    def _clicked(self) -> None:
        (self.go_on_wanted if self._paused else self.pause_wanted).emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, line, bar."""
        draw_progress(self, self._words.geometry().right() + 12, 150, self._share)
