"""The unit panel: everything about the chosen unit, and the tray of pinned ones."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.common import IconButton, PanelHeader
from gnet_desktop.gui.controls.focus import PassesFocus
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.controls.waiting import of_which_run
from gnet_desktop.gui.lanes.changes_menu import fill_units_menu
from gnet_desktop.gui.lanes.menus import AskPath, ask_path, fill_unit_menu
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.painting.scroller import ThinScroller
from gnet_desktop.gui.unit.body import UnitBody
from gnet_desktop.gui.unit.facts import has_unit, strongest_of
from gnet_desktop.gui.unit.no_unit import NoUnit
from gnet_desktop.gui.unit.tray import Tray
from gnet_desktop.inspection.colour_maps import faded
from gnet_desktop.inspection.statistics import unit_statistics
from gnet_desktop.network.naming import Unit, unit_in_module
from gnet_desktop.shown import whole
from gnet_desktop.workspace.state import Workspace

_SHORT, _SHORT_MAP, _LARGE_MAP = 700, 196, 320
_LARGEST_TRAY: Final = 200


class UnitPanel(PassesFocus, Speaking, QWidget):
    """Title, large map, facts, histogram, strongest pictures and inputs, kernels; below, the tray.

    ``ask_path`` asks where to save; a window that remembers folders replaces it.
    """

    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.ask_path: AskPath = lambda name: ask_path(self.window(), name)
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
        self.empty = NoUnit(workspace)
        self.empty.wanted.connect(self.choose_strongest)
        self._scroller = ThinScroller()
        self._scroller.setWidget(self.body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self._scroller, 1)
        self._tray_scroller = ThinScroller()
        self._tray_scroller.setWidget(self.tray)
        self._tray_scroller.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout.addWidget(self._tray_scroller)
        self.body.shown.connect(self._show_state)
        self.tray.activated.connect(workspace.choose_unit)
        self.tray.removed.connect(workspace.toggle_in_tray)
        self.tray.pointed.connect(workspace.hover)
        self.tray.resized.connect(self._fit_tray)
        self.tray.menu_wanted.connect(lambda unit, place: self.menu_of(unit).popup(place))
        ends = [
            workspace.pins_changed.subscribe(self._show_tray),
            workspace.result_changed.subscribe(self._show_tray),
            workspace.selection_changed.subscribe(self._show_tray),
            workspace.view_changed.subscribe(lambda _: self._show_tray()),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._fit_tray(self.tray.minimumHeight())
        self._show_state()
        self._show_tray()

    def choose_strongest(self) -> None:
        """Choose the unit of the module that reaches highest on this picture."""
        result, module = self._workspace.seen, self._workspace.selection.module
        if result is not None and module in result.record:
            numbers = unit_statistics(result.record[module])
            best = int(strongest_of(numbers, between=result.record.between).argmax())
            self._workspace.choose_unit(unit_in_module(result.checkpoint.architecture, module, best))

    def pin(self) -> None:
        """Put the chosen unit into the tray, or take it out."""
        unit = self._workspace.selection.unit
        if unit is not None:
            self._workspace.toggle_in_tray(unit)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The panel's ground."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), Theme.now().colour("panel"))
        painter.end()

    def copy_numbers(self) -> str:
        """The unit's numbers as text with tabs: its facts, then its map row by row."""
        facts = self.body.facts
        if facts is None:
            return ""
        lines = [
            facts.unit.name,
            *(f"{name}\t{value}" for name, value in self.body.facts_section.facts.items()),
        ]
        return "\n".join([*lines, _rows(facts.values)])

    def menu_of(self, unit: Unit) -> QMenu:
        """What can be done with a unit of the tray."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        result = self._workspace.seen
        known = result is not None and has_unit(result.record, unit)
        values = result.record[unit.part][unit.channel] if known and result is not None else ()
        fill_unit_menu(menu, self._workspace, unit, _rows(values), self.ask_path)
        tray = self._workspace.tray
        if result is not None and len(tray) > 1:
            menu.addSeparator()
            named = self.tr("the {0} units of the tray").format(whole(len(tray)))
            fill_units_menu(menu, self._workspace, tray, named)
        return menu

    def _fit_tray(self, height: int) -> None:
        self._tray_scroller.setFixedHeight(min(height, _LARGEST_TRAY))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where room is short the map is smaller and the tray folded."""
        short = event.size().height() < _SHORT
        self.body.map.limit(_SHORT_MAP if short else _LARGE_MAP)
        self.tray.set_foldable(short)
        super().resizeEvent(event)

    def _show_state(self) -> None:
        chosen = self.body.facts is not None
        self.header.set_note((of_which_run(self._workspace) or self.tr("chosen")) if chosen else "")
        self.copy_button.setEnabled(chosen)
        self.pin_button.setEnabled(chosen)
        self.keeper = self.body.map if chosen else self.empty.button
        self.empty.setVisible(not chosen)
        self._scroller.setVisible(chosen or self.body.shows_places)
        self._scroller.lay_out()

    def _show_tray(self) -> None:
        workspace, result = self._workspace, self._workspace.seen
        maps = {}
        if result is not None:
            maps = {
                unit: result.record[unit.part][unit.channel]
                for unit in workspace.tray
                if has_unit(result.record, unit)
            }
        name = workspace.look.colour_map
        colour_map = faded(name) if workspace.stale else name
        self.tray.show_units(workspace.tray, maps, colour_map, workspace.selection.unit)

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme, other grounds."""
        if event.type() == QEvent.Type.PaletteChange:
            self._show_tray()
        super().changeEvent(event)


def _rows(values: Iterable[Iterable[float]]) -> str:
    """A map as text: a line a row, tabs between cells, enough digits for float32."""
    return "\n".join("\t".join(f"{value:.9g}" for value in row) for row in values)
