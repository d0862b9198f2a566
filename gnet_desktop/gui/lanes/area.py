"""The lanes side by side: which maps, in which order and size; keys; what is pointed at."""

from math import ceil
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid
from typing_extensions import override

from gnet_desktop.gui.controls.focus import KEY_REASONS
from gnet_desktop.gui.controls.spoken import Part, Role, Speaking
from gnet_desktop.gui.lanes import navigation
from gnet_desktop.gui.lanes.arrangement import EDGE, SCROLLER, Arrangement, Place, Zoom, arrange
from gnet_desktop.gui.lanes.atlas import LaneAtlas, Region
from gnet_desktop.gui.lanes.contents import Contents, contents_of
from gnet_desktop.gui.lanes.lane_view import LaneView
from gnet_desktop.gui.lanes.legend import Legend, lane_legend
from gnet_desktop.gui.lanes.marking import mark_places, mark_unit
from gnet_desktop.gui.lanes.measuring import Cell, Measured
from gnet_desktop.gui.lanes.model import Lane, LaneScale
from gnet_desktop.gui.lanes.painting import Texts
from gnet_desktop.gui.lanes.sorting import Sorting
from gnet_desktop.gui.lanes.texts import header_texts, in_one_form, tip_lines
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.painting.images import tile_table
from gnet_desktop.inspection.colour_maps import faded
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result, ViewOptions

_SHORT_BELOW: Final = 300
_KEYS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ENDS: Final = {Qt.Key.Key_Home: False, Qt.Key.Key_End: True}
_LARGE, _USUAL, _AIMED_FROM = 256, 48, 96
_LOOKS: Final = ("scale", "sort", "colour_map", "gamma", "clip", "tile", "reductions", "filter")
"""The view options that the lanes depend on."""


class LanesArea(Speaking, QWidget):
    """All lanes of the chosen module.

    ``changed()`` when other lanes, orders or scales are shown; ``pointed(unit, rectangle)``
    with the tile in the window's coordinates; ``menu_wanted(unit, place)``.
    """

    changed = Signal()
    pointed = Signal(object, QRectF)
    menu_wanted = Signal(object, QPoint)
    spoken_role = Role.List

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Maps of the chosen module"))
        self._workspace = workspace
        self.measured = Measured()
        self.contents = Contents()
        self._views: list[LaneView] = []
        self._arrangement: Arrangement | None = None
        self._zoom = Zoom()
        self._focused: Unit | None = None
        self._ring = False
        self._before = _USUAL
        self._room = 0
        self._result: Result | None = None
        self._module = ""
        self.sorting = Sorting(workspace, self._sorted)
        ends = [
            workspace.result_changed.subscribe(self._result_changed),
            workspace.selection_changed.subscribe(self._selection_changed),
            workspace.hover_changed.subscribe(self._hover_changed),
            workspace.pins_changed.subscribe(self._hover_changed),
            workspace.view_changed.subscribe(self._view_changed),
            workspace.explained_changed.subscribe(self._explained_changed),
            *self.sorting.effects.ends,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.rebuild()

    # What is shown

    @property
    def views(self) -> list[LaneView]:
        """The widgets of the lanes, in order."""
        return self._views[: len(self.contents.lanes)]

    def _result_changed(self) -> None:
        if self._workspace.seen is not self._result:
            self.rebuild()
        self._recolour()
        self.changed.emit()

    def _selection_changed(self) -> None:
        selection = self._workspace.selection
        if selection.module != self._module:
            self._focused = None
            self.rebuild()
        elif self._workspace.view.sort == "similarity":
            self.rebuild()
        self._mark_chosen()
        if selection.unit is not None:
            self.reveal(selection.unit)

    def _explained_changed(self) -> None:
        if self._workspace.view.sort in ("contribution", "effect"):
            self.rebuild()

    def _view_changed(self, old: ViewOptions) -> None:
        new = self._workspace.view
        same_zero = faded(old.colour_map) == faded(new.colour_map)
        if new.changed(colour_map=old.colour_map) == old and same_zero:
            self._recolour()
            self.changed.emit()
        elif any(getattr(old, name) != getattr(new, name) for name in _LOOKS):
            self.rebuild()

    def rebuild(self) -> None:
        """Everything anew for the current result, module, order, scale and size."""
        workspace, view = self._workspace, self._workspace.look
        result = self._result = workspace.seen
        self._module = workspace.selection.module
        self.contents = Contents()
        if result is not None:
            statistics = self.measured.of(result).statistics
            self.contents = contents_of(result, self._module, view, statistics, self.sorting.order_of)
        self._lay_out()
        self._mark_chosen()
        self._hover_changed()
        self._forget_hovered()
        self.changed.emit()

    def _sorted(self) -> None:
        if isValid(self):
            under_way = self.sorting.effects.share is not None
            (self.changed.emit if under_way else self.rebuild)()

    def _forget_hovered(self) -> None:
        """Other maps came under a resting cursor: nothing is pointed at until it moves."""
        hovered, views = self._workspace.hovered, self.views
        gone = hovered is not None and navigation.view_of(views, hovered) is None
        if gone and any(view.underMouse() for view in views):
            self._point(None)

    # Geometry

    def set_room(self, width: int) -> None:
        """How wide the lanes may be before they scroll sideways."""
        if width != self._room:
            self._room = width
            self._lay_out()

    def _lay_out(self) -> None:
        lanes, scales = self.contents.lanes, self.contents.scales
        while len(self._views) < len(lanes):
            self._views.append(self._make_view())
        for view in self._views[len(lanes) :]:
            view.hide()
        if not lanes:
            return
        self._arrangement = arrange(
            lanes[0].cells,
            self.contents.orders,
            room=self._room or self.width(),
            nominal=self._workspace.view.tile,
            ratio=self.devicePixelRatioF(),
            zoom=self._zoom,
        )
        self.setMinimumWidth(ceil(self._arrangement.width) if self._room else 0)
        places = self._arrangement.places
        texts = [
            header_texts(lane, len(place.layout.order), place.width)
            for lane, place in zip(lanes, places, strict=True)
        ]
        if self._short:
            texts = in_one_form(texts, [place.width - EDGE - SCROLLER for place in places])
        for number, place in enumerate(places):
            self._fill(self._views[number], lanes[number], scales[number], place, texts[number])

    @property
    def _short(self) -> bool:
        return self.height() < _SHORT_BELOW

    def _fill(self, view: LaneView, lane: Lane, scale: LaneScale, place: Place, texts: Texts) -> None:
        assert self._arrangement is not None
        region, layout, atlas = self._arrangement.region, place.layout, view.atlas
        if atlas is None or not atlas.shows(lane, layout, region, scale):
            atlas = LaneAtlas(lane, layout, region, scale)
        atlas.colour(self._table(), self.devicePixelRatioF())
        view.setGeometry(round(place.left), 0, round(place.width), self.height())
        view.look.captions = self._arrangement.captions
        view.show_lane(lane, atlas, region, texts, legend=self._legend(scale), short=self._short)
        view.show()

    def _make_view(self) -> LaneView:
        view = LaneView(self)
        view.pointed.connect(self._point)
        view.chosen.connect(self._choose)
        view.enlarged.connect(self.enlarge)
        view.menu_wanted.connect(self.menu_wanted)
        view.zoomed.connect(self._zoom_by)
        view.panned.connect(self._pan_by)
        return view

    def _table(self) -> list[int]:
        """The colour table in use."""
        name, theme = self._workspace.look.colour_map, Theme.now()
        name = faded(name) if self._workspace.stale else name
        return tile_table(name, ground=theme.colour("raised"), gap=theme.colour("panel"))

    def _recolour(self) -> None:
        table, ratio = self._table(), self.devicePixelRatioF()
        for view, scale in zip(self.views, self.contents.scales, strict=True):
            if view.atlas is not None:
                view.atlas.colour(table, ratio)
                view.show_legend(self._legend(scale))
                view.update()

    def _legend(self, scale: LaneScale) -> Legend | None:
        return lane_legend(scale.limits, self._workspace.look, stale=self._workspace.stale)

    # Linked zoom

    def _zoom_by(self, steps: float, x: float, y: float) -> None:
        self._zoom = self._zoom.by(steps, x, y)
        self._lay_out()
        self.changed.emit()

    def _pan_by(self, x: float, y: float) -> None:
        self._zoom = self._zoom.moved(x, y)
        self._lay_out()

    def reset_zoom(self) -> None:
        """Show whole maps again."""
        self._zoom = Zoom()
        self._lay_out()
        self.changed.emit()

    @property
    def region(self) -> Region | None:
        """The cells of every map that are shown."""
        return None if self._arrangement is None else self._arrangement.region

    @property
    def zoomed(self) -> bool:
        """Whether only a part of each map is shown."""
        return self._zoom.span < 1

    # Marks

    def _mark_chosen(self) -> None:
        mark_unit(self.views, "chosen", self._workspace.selection.unit)

    def _hover_changed(self) -> None:
        workspace = self._workspace
        mark_unit(self.views, "hovered", workspace.hovered)
        points = (workspace.point,) if workspace.point is not None else workspace.pins
        mark_places(self.views, self.measured, points)

    def _mark_focused(self) -> None:
        focused = self._focused if self.hasFocus() else None
        mark_unit(self.views, "focused", focused if self._ring else None)
        for view in self.views:
            view.set_active(focused is not None and view is navigation.view_of(self.views, focused))

    # Pointing, choosing

    def _point(self, unit: Unit | None, cell: Cell | None = None) -> None:
        """A unit is pointed at; on tiles large enough to aim at a cell, that cell's place too."""
        workspace = self._workspace
        point = None
        if unit is not None and cell is not None and workspace.view.tile >= _AIMED_FROM:
            point = self.measured.point_of(unit.part, cell)
        if unit is not None or workspace.hovered is not None:
            workspace.hover(unit, point)
        self.pointed.emit(unit, self.rectangle_of(unit))

    def _choose(self, unit: Unit) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._ring = False
        self._focused = unit
        self._workspace.choose_unit(unit)
        self._mark_focused()

    def enlarge(self, unit: Unit) -> None:
        """Show a unit large in its lane, or all as before if they are large."""
        now = self._workspace.view.tile
        if now < _LARGE:
            self._before = now
        self._workspace.change_view(tile=self._before if now >= _LARGE else _LARGE)
        self.reveal(unit)

    def rectangle_of(self, unit: Unit | None) -> QRectF:
        """A unit's tile in the window's coordinates; empty if it isn't there."""
        view = navigation.view_of(self.views, unit)
        tile = view.tile_rectangle(unit.channel) if view is not None and unit is not None else None
        if view is None or tile is None:
            return QRectF()
        return tile.translated(view.mapTo(self.window(), QPoint(0, 0)))

    def reveal(self, unit: Unit) -> None:
        """Scroll a unit's lane so that its tile is visible."""
        view = navigation.view_of(self.views, unit)
        if view is not None:
            view.reveal(unit.channel)

    def describe(self, unit: Unit) -> tuple[str, ...]:
        """A unit in lines of words: its name, its numbers, its place in the module."""
        view = navigation.view_of(self.views, unit)
        if view is None or view.lane is None:
            return (unit.name,)
        line = self.sorting.line(unit.part, unit.channel)
        return (*tip_lines(view.lane, unit.channel), *([line] if line else []))

    # Keys

    def focus_branch(self, number: int) -> None:
        """Go to a branch, 0 … 3, by the keyboard."""
        own = [view for view in self.views if view.lane is not None and view.lane.share is not None]
        channels = own[number].visible_channels() if number < len(own) else []
        lane = own[number].lane if channels else None
        if lane is not None:
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._go_to(lane.unit(channels[0]))

    def _go_to(self, unit: Unit) -> None:
        self._focused, self._ring = unit, True
        self.reveal(unit)
        self._mark_focused()
        self._point(unit)
        self.setAccessibleDescription(", ".join(self.describe(unit)))
        self.speak_focus()

    @override
    def focus_part(self) -> Part | None:
        """The tile at which the keyboard is, in whichever lane."""
        return next((part for view in self.views if (part := view.focus_part()) is not None), None)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move among tiles and lanes, Home and End within a lane, Enter chooses."""
        key, views = Qt.Key(event.key()), self.views
        known = navigation.view_of(views, self._focused) is not None
        here = self._focused if known else navigation.first(views, self._workspace.selection.unit)
        if here is None:
            super().keyPressEvent(event)
        elif key in _KEYS:
            self._go_to(navigation.moved(views, here, *_KEYS[key]) if known else here)
        elif key in _ENDS:
            self._go_to(navigation.end(views, here, last=_ENDS[key]))
        elif key in _ENTER:
            self._enter(here)
        elif key == Qt.Key.Key_Escape and self._workspace.view.tile >= _LARGE:
            self.enlarge(here)
        else:
            super().keyPressEvent(event)

    def _enter(self, unit: Unit) -> None:
        if self._workspace.selection.unit == unit:
            self.enlarge(unit)
        else:
            self._workspace.choose_unit(unit)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key: the unit at which the keyboard is."""
        view = navigation.view_of(self.views, self._focused)
        if self._focused is not None and view is not None:
            tile = view.tile_rectangle(self._focused.channel)
            self.menu_wanted.emit(
                self._focused, view.mapToGlobal(tile.center().toPoint()) if tile else QPoint()
            )

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is, if it came by keys."""
        self._ring = event.reason() in KEY_REASONS
        if self._ring and self._focused is None:
            self._focused = navigation.first(self.views, self._workspace.selection.unit)
        self._mark_focused()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No place of the keyboard any more: its unit isn't looked at, unless the cursor is over one."""
        self._mark_focused()
        popup = event.reason() == Qt.FocusReason.PopupFocusReason
        pointed = any(view.underMouse() for view in self.views)
        if not popup and not pointed and self._workspace.hovered == self._focused:
            self._point(None)

    # Events

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other columns for another width, longer lanes for another height."""
        if event.size().height() != event.oldSize().height() or not self._room:
            self._lay_out()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme, another ground."""
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        """Another screen's ratio: tiles are laid out anew in its pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._lay_out()
        return super().event(event)
