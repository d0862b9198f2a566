"""The lanes panel: the chosen module's four branches side by side, every channel as a tile."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.focus import PassesFocus
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.controls.waiting import obstacle
from gnet_desktop.gui.lanes.area import LanesArea
from gnet_desktop.gui.lanes.changes_menu import fill_marked_menu, fill_units_menu
from gnet_desktop.gui.lanes.header import SCALES, TILES, LanesHeader
from gnet_desktop.gui.lanes.menus import AskPath, ask_path, fill_unit_menu
from gnet_desktop.gui.lanes.no_difference import no_difference
from gnet_desktop.gui.lanes.tip import Tip
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.painting.scroller import ThinScroller
from gnet_desktop.inspection.ranking import SORTS
from gnet_desktop.network.naming import Unit
from gnet_desktop.shown import whole
from gnet_desktop.workspace.state import Workspace


class _Sideways(ThinScroller):
    """Lets lanes of large tiles scroll sideways; upright every lane scrolls by itself."""

    def __init__(self, area: LanesArea) -> None:
        super().__init__()
        self._area = area
        self.setWidget(area)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the lanes how wide they may be."""
        super().resizeEvent(event)
        self._area.set_room(self.viewport().width())


class LanesPanel(PassesFocus, Speaking, QWidget):
    """All maps of the chosen module, with the controls of how they are shown.

    ``ask_path`` asks where to save; a window that remembers folders replaces it.
    """

    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.ask_path: AskPath = lambda name: ask_path(self.window(), name)
        self.setAccessibleName(self.tr("Branches of the chosen module"))
        self.area = LanesArea(workspace)
        self._sideways = _Sideways(self.area)
        self.header = LanesHeader(workspace, self.area)
        self.empty = Label()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self._tip: Tip | None = None
        self._told: Unit | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self._sideways, 1)
        self.keeper = self.area
        self.area.changed.connect(self._show_state)
        self.area.changed.connect(self._hide_tip)
        self.area.pointed.connect(self._show_tip)
        self.area.menu_wanted.connect(lambda unit, place: self.menu_of(unit).popup(place))
        ends = [
            workspace.loading_changed.subscribe(self._show_state),
            workspace.hover_changed.subscribe(self._hover_changed),
            workspace.current_changed.subscribe(self._show_state),
            workspace.entry_changed.subscribe(lambda _: self._show_state()),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._show_state()

    # What actions call

    def next_sort(self) -> None:
        """The next sort order."""
        self._workspace.change_view(sort=_after(tuple(SORTS), self._workspace.view.sort))

    def next_scale(self) -> None:
        """Each map, each branch or the module on one scale: the next of them."""
        self._workspace.change_view(scale=_after(SCALES, self._workspace.view.scale))

    def change_tile(self, step: int) -> None:
        """Larger (1) or smaller (−1) tiles; 0: the usual size, and whole maps."""
        now = self._workspace.view.tile
        place = TILES.index(min(TILES, key=lambda tile: abs(tile - now))) + step
        self._workspace.change_view(tile=TILES[min(max(0, place), len(TILES) - 1)] if step else 48)
        if not step:
            self.area.reset_zoom()

    def focus_branch(self, number: int) -> None:
        """Put the keyboard into a branch's lane, 0 … 3."""
        self.area.focus_branch(number)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The panel's ground."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), Theme.now().colour("panel"))
        painter.end()

    def copy_numbers(self) -> str:
        """A table with tabs: one line a shown map, with its names and numbers."""
        columns = ("unit", "in module", "max", "mean", "min", "nonzero", "energy")
        lines = ["\t".join(columns)]
        for view in self.area.views:
            lane, atlas = view.lane, view.atlas
            if lane is None or atlas is None:
                continue
            for channel in atlas.layout.order.tolist():
                place = "" if lane.offset is None else str(lane.offset + channel)
                unit = lane.units.of(channel)
                numbers = (unit.maximum, unit.mean, unit.minimum, unit.nonzero, unit.energy)
                lines.append("\t".join([lane.unit(channel).name, place, *(f"{one:.9g}" for one in numbers)]))
        return "\n".join(lines)

    # States

    @property
    def tip(self) -> Tip:
        """What is said beside the tile under the cursor; a child of the window that the panel is in."""
        if self._tip is None or self._tip.parent() is not self.window():
            self._tip = Tip(self.window())
        return self._tip

    def _show_state(self) -> None:
        empty = not self.area.contents.lanes
        self.empty.setText(self._empty_words())
        self.empty.setVisible(empty)
        self._sideways.setVisible(not empty)

    def _empty_words(self) -> str:
        workspace = self._workspace
        if workspace.seen is not None:
            return no_difference(workspace, workspace.selection.module)
        entry = workspace.pictures.get(workspace.current) if workspace.current is not None else None
        if entry is None:
            return self.tr("The maps of every branch appear here as soon as a picture is open.")
        if entry.error is not None:
            return self.tr("{0} has no maps, because it could not be read.").format(entry.name)
        return obstacle(workspace) or self.tr("The maps of {0} are being computed.").format(entry.name)

    def _show_tip(self, unit: Unit | None, tile: QRectF) -> None:
        if unit is None or tile.isEmpty():
            self._hide_tip()
            return
        self._told = unit
        self.tip.show_beside(tile.toRect(), self.area.describe(unit))

    def _hover_changed(self) -> None:
        """The tip goes with what it tells of."""
        if self._workspace.hovered != self._told:
            self._hide_tip()

    def _hide_tip(self) -> None:
        self._told = None
        if self._tip is not None:
            self._tip.hide()

    def menu_of(self, unit: Unit | None) -> QMenu:
        """What can be done with a unit, or, beside the tiles, how maps are shown."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if unit is not None:
            fill_unit_menu(menu, self._workspace, unit, self._numbers_of(unit), self.ask_path)
        elif self._workspace.marked_units:
            fill_marked_menu(menu, self._workspace)
        if filtered := self.area.filtered:
            named = self.tr("the {0} units that the filter shows").format(whole(len(filtered)))
            menu.addSeparator()
            fill_units_menu(menu, self._workspace, filtered, named)
        if unit is None:
            menu.addSeparator()
            self.header.fill_options(menu)
        return menu

    def _numbers_of(self, unit: Unit) -> str:
        result = self._workspace.seen
        if result is None:
            return ""
        rows = result.record[unit.part][unit.channel]
        return "\n".join("\t".join(f"{value:.9g}" for value in row) for row in rows)


def _after(choices: tuple[str, ...], now: str) -> str:
    place = choices.index(now) if now in choices else -1
    return choices[(place + 1) % len(choices)]
