"""While pictures are looked for in folders: how many were found so far, and a way to stop."""

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.shown import whole
from gnet_desktop.workspace.state import Workspace

_HEIGHT: Final = 36
_MOMENT: Final = 300
"""Milliseconds after which it is worth a word."""


class FindingStrip(Speaking, QWidget):
    """A line above the status bar; hidden while nothing is looked for, or for a moment only."""

    stop_wanted = Signal()
    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setFixedHeight(_HEIGHT)
        self.setAccessibleName(self.tr("Looking for pictures"))
        self.words = Label()
        self.words.setFont(font(12.5))
        moving = QProgressBar()
        moving.setRange(0, 0)  # nobody knows how many there are
        moving.setTextVisible(False)
        moving.setFixedWidth(160)
        self.stop = QPushButton(self.tr("Stop"))
        self.stop.setAccessibleName(self.tr("Stop looking for pictures"))
        self.stop.clicked.connect(self.stop_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 1, 12, 0)
        row.setSpacing(12)
        row.addWidget(moving)
        row.addWidget(self.words, 1)
        row.addWidget(self.stop)
        self._long = QTimer(self)
        self._long.setSingleShot(True)
        self._long.setInterval(_MOMENT)
        self._long.timeout.connect(self.show)
        end = workspace.finding_changed.subscribe(self.refresh)
        self.destroyed.connect(lambda: end())
        self.refresh()

    def refresh(self) -> None:
        """Say how many were found."""
        count = self._workspace.finding
        if count is None:
            self._long.stop()
            self.hide()
            return
        if self.isHidden() and not self._long.isActive():
            self._long.start()
        said = self.tr("Looking for pictures: {0} so far").format(whole(count))
        self.words.setText(said if count else self.tr("Looking for pictures…"))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and a line above."""
        theme, painter = Theme.now(), QPainter(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.fillRect(0, 0, self.width(), 1, theme.colour("line"))
        painter.end()
