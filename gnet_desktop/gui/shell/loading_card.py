"""The card of a checkpoint being opened: what is done, how far, and a way out."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import ElidedLabel
from gnet_desktop.gui.looks.theme import RADIUS_CARD, Theme, font
from gnet_desktop.workspace.state import Workspace

_PATIENCE: Final = 150
"""Milliseconds before progress is worth showing."""


class LoadingCard(QWidget):
    """In the middle of the window while a checkpoint is opened for longer than a moment."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setFixedSize(420, 150)
        self.name = ElidedLabel("", pixels=15, weight=600, middle=True)
        self.stage = QLabel()
        self.stage.setFont(font(12.5))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.stays = ElidedLabel("", pixels=12, token="text3")
        self.cancel = Button(self.tr("Cancel"))
        self.cancel.clicked.connect(workspace.cancel_opening)
        row = QHBoxLayout()
        row.addWidget(self.stays, 1)
        row.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 14)
        for widget in (self.name, self.bar, self.stage):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addLayout(row)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._appear)
        parent.installEventFilter(self)
        end = workspace.loading_changed.subscribe(self._show_state)
        self.destroyed.connect(lambda: end())
        self.hide()

    def _show_state(self) -> None:
        loading, workspace = self._workspace.loading, self._workspace
        if loading is None:
            self._timer.stop()
            self.hide()
            return
        self.name.setText(loading.path.name)
        self.stage.setText(loading.stage)
        self.bar.setValue(round(100 * loading.share))
        self.setAccessibleName(self.tr("Opening {0}: {1}").format(loading.path.name, loading.stage))
        open_now = workspace.checkpoint.provenance.path.stem if workspace.checkpoint else ""
        self.stays.setText(
            self.tr("{0} stays usable until this is done.").format(open_now) if open_now else ""
        )
        if not self.isVisible() and not self._timer.isActive():
            self._timer.start(_PATIENCE)

    def _appear(self) -> None:
        self._place()
        self.raise_()
        self.show()

    def _place(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        self.move((parent.width() - self.width()) // 2, max(60, (parent.height() - self.height()) // 3))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A raised card."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line2"))
        painter.setBrush(theme.colour("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the place when the window's size changes."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
