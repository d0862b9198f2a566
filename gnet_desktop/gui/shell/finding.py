"""Lines above the status bar while a person waits: how far it is, and a way to stop."""

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.shown import whole
from gnet_desktop.workspace.state import Workspace

_HEIGHT: Final = 36
_MOMENT: Final = 300
"""Milliseconds after which it is worth a word."""


class _Strip(Speaking, QWidget):
    """A bar, words and a button; hidden while there is nothing to wait for, or for a moment only."""

    stop_wanted = Signal()
    spoken_role = Role.Grouping

    def __init__(self, name: str, stop: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName(name)
        self.words = Label()
        self.words.setFont(font(12.5))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.stop = Button(self.tr("Stop"))
        self.stop.setAccessibleName(stop)
        self.stop.clicked.connect(self.stop_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 1, 12, 0)
        row.setSpacing(12)
        row.addWidget(self.bar)
        row.addWidget(self.words, 1)
        row.addWidget(self.stop)
        self._long = QTimer(self)
        self._long.setSingleShot(True)
        self._long.setInterval(_MOMENT)
        self._long.timeout.connect(self.show)

    def say(self, words: str) -> None:
        """What is waited for, and how far it is; nothing hides it."""
        if not words:
            self._long.stop()
            self.hide()
        elif self.isHidden() and not self._long.isActive():
            self._long.start()
        self.words.setText(words)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and a line above."""
        theme, painter = Theme.now(), QPainter(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.fillRect(0, 0, self.width(), 1, theme.colour("line"))
        painter.end()


class FindingStrip(_Strip):
    """While pictures are looked for in folders: how many were found so far."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Looking for pictures"), self.tr("Stop looking for pictures"), parent)
        self._workspace = workspace
        self.bar.setRange(0, 0)  # nobody knows how many there are
        end = workspace.finding_changed.subscribe(self.refresh)
        self.destroyed.connect(lambda: end())
        self.refresh()

    def refresh(self) -> None:
        """Say how many were found."""
        count = self._workspace.finding
        said = self.tr("Looking for pictures: {0} so far") if count else self.tr("Looking for pictures…")
        self.say("" if count is None else said.format(whole(count or 0)))


class WorkingStrip(_Strip):
    """While a part's usual value is worked out over many pictures."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("What is usual"), self.tr("Stop working out what is usual"), parent)
        self._working = workspace.working
        self.bar.setRange(0, 100)
        self.stop_wanted.connect(self._working.stop)
        end = self._working.changed.subscribe(self.refresh)
        self.destroyed.connect(lambda: end())
        self.refresh()

    def refresh(self) -> None:
        """Say how far it is."""
        share = self._working.share
        self.bar.setValue(round(100 * (share or 0)))
        said = self.tr("Working out what is usual: {0} %")
        self.say("" if share is None else said.format(round(100 * share)))
