"""What the unit panel offers while no unit is chosen."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.workspace.state import Workspace


class NoUnit(QWidget):
    """Says how a unit is chosen, and offers one; ``wanted`` asks for it."""

    wanted = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        title = Label(self.tr("No unit is chosen"))
        title.setFont(font(15, 600))
        words = Label(self.tr("Point at a tile to look at it, click to keep it."))
        words.setFont(font(13))
        words.setWordWrap(True)
        words.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.button = Button()
        self.button.clicked.connect(self.wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addStretch(2)
        for widget in (title, words):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        ends = [
            workspace.result_changed.subscribe(self._show),
            workspace.selection_changed.subscribe(self._show),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._show()

    def _show(self) -> None:
        self.button.setText(self.tr("Show the strongest of {0}").format(self._workspace.selection.module))
        self.button.setVisible(self._workspace.result is not None)
