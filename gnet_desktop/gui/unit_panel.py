"""The unit panel: everything about the chosen unit, and the tray of pinned ones."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gnet_desktop.gui.controls import IconButton, PanelHeader
from gnet_desktop.gui.painting.scroller import ThinScroller
from gnet_desktop.gui.unit.body import UnitBody
from gnet_desktop.gui.unit.facts import has_unit
from gnet_desktop.gui.unit.tray import Tray
from gnet_desktop.workspace.state import Workspace


class UnitPanel(QWidget):
    """Title, large map, facts, histogram, strongest pictures and inputs, kernels; below, the tray."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setAccessibleName(self.tr("Unit"))
        self.header = PanelHeader(self.tr("Unit"))
        self.copy_button, self.pin_button = IconButton("copy"), IconButton("pin")
        for button, words in (
            (self.copy_button, self.tr("Copy numbers")),
            (self.pin_button, self.tr("Pin to the tray")),
        ):
            button.setToolTip(words)
            button.setAccessibleName(words)
            self.header.add(button)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.copy_numbers()))
        self.pin_button.clicked.connect(self.pin)
        self.body = UnitBody(workspace)
        self.tray = Tray()
        self.empty = QLabel(self.tr("No unit chosen. Point at a tile, click to keep it."))
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(24, 40, 24, 40)
        self._scroller = ThinScroller()
        self._scroller.setWidget(self.body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.empty)
        layout.addWidget(self._scroller, 1)
        layout.addWidget(self.tray)
        self.body.shown.connect(self._show_state)
        self.tray.activated.connect(workspace.choose_unit)
        self.tray.removed.connect(workspace.toggle_in_tray)
        ends = [
            workspace.pins_changed.subscribe(self._show_tray),
            workspace.result_changed.subscribe(self._show_tray),
            workspace.selection_changed.subscribe(self._show_tray),
            workspace.view_changed.subscribe(lambda _: self._show_tray()),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._show_state()
        self._show_tray()

    def pin(self) -> None:
        """Put the chosen unit into the tray, or take it out."""
        unit = self._workspace.selection.unit
        if unit is not None:
            self._workspace.toggle_in_tray(unit)

    def copy_numbers(self) -> str:
        """The unit's numbers as text with tabs: its facts, then its map row by row."""
        facts = self.body.facts
        if facts is None:
            return ""
        lines = [
            facts.unit.name,
            *(f"{name}\t{value}" for name, value in self.body.facts_section.facts.items()),
        ]
        lines += ["\t".join(f"{value:.9g}" for value in row) for row in facts.values]
        return "\n".join(lines)

    def _show_state(self) -> None:
        chosen = self.body.facts is not None
        self.header.set_note(self.tr("chosen") if chosen else "")
        self.copy_button.setEnabled(chosen)
        self.pin_button.setEnabled(chosen)
        self.empty.setVisible(not chosen)

    def _show_tray(self) -> None:
        workspace, result = self._workspace, self._workspace.result
        maps = {}
        if result is not None:
            maps = {
                unit: result.record[unit.part][unit.channel]
                for unit in workspace.tray
                if has_unit(result.record, unit)
            }
        colour_map = "grey" if workspace.stale else workspace.view.colour_map
        self.tray.show_units(workspace.tray, maps, colour_map, workspace.selection.unit)

    def changeEvent(self, event: QEvent) -> None:
        """Another theme, other grounds."""
        if event.type() == QEvent.Type.PaletteChange:
            self._show_tray()
        super().changeEvent(event)
