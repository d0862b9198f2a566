"""What the unit panel says while it has no unit to show."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.controls.waiting import obstacle
from gnet_desktop.gui.lanes.no_difference import no_difference
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.workspace.state import Workspace


class NoUnit(Speaking, QWidget):
    """Says how a unit is chosen, and offers one (``wanted``); or why the chosen one has no map."""

    wanted = Signal()
    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.title, self.words = title, words = Label(), Label()
        title.setFont(font(15, 600))
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
            workspace.current_changed.subscribe(self._show),
            workspace.loading_changed.subscribe(self._show),
            workspace.entry_changed.subscribe(lambda _: self._show()),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._show()

    def _show(self) -> None:
        workspace = self._workspace
        unit = workspace.selection.unit
        self.title.setText(unit.name if unit is not None else self.tr("No unit is chosen"))
        self.words.setText(self._words())
        self.button.setText(self.tr("Show the strongest of {0}").format(workspace.selection.module))
        seen, module = workspace.seen, workspace.selection.module
        self.button.setVisible(unit is None and seen is not None and module in seen.record)

    def _words(self) -> str:
        workspace = self._workspace
        entry = workspace.pictures.get(workspace.current or 0)
        if entry is not None and entry.error is not None:
            return self.tr("{0} could not be opened, so no unit has a map.").format(entry.name)
        unit, module = workspace.selection.unit, workspace.selection.module
        lacking = no_difference(workspace, module if unit is None else unit.part)
        if lacking or unit is None:
            return lacking or self.tr("Point at a tile to look at it, click to choose it.")
        return obstacle(workspace) or self.tr("Its map appears as soon as a picture is answered.")
