"""The card of a checkpoint being opened: what is done, how far, and a way out; or of none being there."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.common import ElidedLabel
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import RADIUS_CARD, Theme, font
from gnet_desktop.resources import BUNDLED
from gnet_desktop.shown import name_of, plain
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Loading

_PATIENCE: Final = 150
"""Milliseconds before progress is worth showing."""


class LoadingCard(Speaking, QWidget):
    """In the middle of the window while a checkpoint is opened for longer than a moment.

    Its button and Esc (`give_up`) stop it. After that, where none came of it, it offers another:
    ``bundled_wanted`` and ``other_wanted`` ask for the one that comes with the program, or for a file.
    """

    bundled_wanted, other_wanted = Signal(), Signal()
    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setFixedSize(420, 150)
        self.name = ElidedLabel("", pixels=15, weight=600, middle=True)
        self.stage = Label()
        self.stage.setFont(font(12.5))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.stays = ElidedLabel("", pixels=12, token="text3")
        self.cancel = Button(self.tr("Cancel"))
        self.cancel.setToolTip(self.tr("Stop opening it (Esc)"))
        self.cancel.clicked.connect(lambda: self._stop(Qt.FocusReason.OtherFocusReason))
        self.other = Button(self.tr("Open a checkpoint…"))
        self.other.clicked.connect(self.other_wanted)
        self.bundled = Button(self.tr("Open {0}").format(BUNDLED), primary=True)
        self.bundled.clicked.connect(self.bundled_wanted)
        row = QHBoxLayout()
        row.addWidget(self.stays, 1)
        for button in (self.cancel, self.other, self.bundled):
            row.addWidget(button)
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
        ends = [
            workspace.loading_changed.subscribe(self._show_state),
            workspace.checkpoint_changed.subscribe(self._show_state),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.hide()

    def _show_state(self) -> None:
        loading, workspace = self._workspace.loading, self._workspace
        if loading is None and workspace.checkpoint is not None:
            self._timer.stop()
            self.hide()
            return
        for widget in (self.bar, self.cancel):
            widget.setVisible(loading is not None)
        for widget in (self.other, self.bundled):
            widget.setVisible(loading is None)
        if loading is not None:
            self._tell(loading)
        else:
            self._tell_none()
        if not self.isVisible() and not self._timer.isActive():
            self._timer.start(_PATIENCE)

    def give_up(self) -> bool:
        """A key stops what it shows being opened; False if it shows nothing of the kind."""
        shown = self.isVisible() and self._workspace.loading is not None
        if shown:
            self._stop(Qt.FocusReason.ShortcutFocusReason)
        return shown

    def _stop(self, reason: Qt.FocusReason) -> None:
        """Give up what is being opened; the keyboard, whose button is gone, is on what is offered instead."""
        self._workspace.cancel_opening()
        if self.bundled.isVisible():
            self.bundled.setFocus(reason)

    def _tell(self, loading: Loading) -> None:
        checkpoint = self._workspace.checkpoint
        self.name.setText(name_of(loading.path))
        self.stage.setText(loading.stage)
        self.bar.setValue(round(100 * loading.share))
        self.setAccessibleName(self.tr("Opening {0}: {1}").format(name_of(loading.path), loading.stage))
        stays = self.tr("{0} stays usable until this is done.")
        self.stays.setText(stays.format(plain(checkpoint.provenance.path.stem)) if checkpoint else "")

    def _tell_none(self) -> None:
        self.name.setText(self.tr("No checkpoint is open"))
        self.stage.setText(self.tr("Pictures are answered as soon as one is."))
        self.stays.setText("")
        self.setAccessibleName(f"{self.name.text()}. {self.stage.text()}")

    def _appear(self) -> None:
        self._place()
        self.raise_()
        self.show()

    def _place(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        self.move((parent.width() - self.width()) // 2, max(60, (parent.height() - self.height()) // 3))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A raised card."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line2"))
        painter.setBrush(theme.colour("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)
        painter.end()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the place when the window's size changes."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
