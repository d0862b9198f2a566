"""The lanes of the chosen module: which maps, in which order; keys; what is pointed at."""

from typing import Final

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
)
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid
from typing_extensions import override

from gnet_desktop.gui.controls.arrows import ARROWS
from gnet_desktop.gui.controls.focus import KEY_REASONS
from gnet_desktop.gui.controls.spoken import Part, Role, Speaking
from gnet_desktop.gui.lanes import navigation
from gnet_desktop.gui.lanes.canvas import LanesCanvas
from gnet_desktop.gui.lanes.contents import LaneContents, contents_of
from gnet_desktop.gui.lanes.lane_view import LaneView
from gnet_desktop.gui.lanes.marking import mark_one_more, mark_places, mark_together, mark_unit, mark_up_to
from gnet_desktop.gui.lanes.measuring import Cell, Measured
from gnet_desktop.gui.lanes.sorting import Sorting
from gnet_desktop.gui.lanes.texts import tip_lines
from gnet_desktop.inspection.colour_maps import faded
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result, ViewOptions

_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ENDS: Final = {Qt.Key.Key_Home: False, Qt.Key.Key_End: True}
_LARGE, _USUAL, _AIMED_FROM = 256, 48, 96
_LOOKS: Final = ("scale", "sort", "colour_map", "gamma", "clip", "tile", "reductions", "filter")
"""The view options that the lanes depend on."""


class LanesArea(Speaking, LanesCanvas):
    """All lanes of the chosen module.

    ``changed()`` also when other orders or scales are shown; ``pointed(unit, rectangle)``
    with the tile in the window's coordinates; ``menu_wanted(unit, place)``.
    """

    pointed = Signal(object, QRectF)
    menu_wanted = Signal(object, QPoint)
    spoken_role = Role.List

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Maps of the chosen module"))
        self.measured = Measured()
        self._focused: Unit | None = None
        self._ring = False
        self._before = _USUAL
        self._result: Result | None = None
        self._module = ""
        self.sorting = Sorting(workspace, self._sorted)
        ends = [
            workspace.result_changed.subscribe(self._result_changed),
            workspace.selection_changed.subscribe(self._selection_changed),
            workspace.marked_changed.subscribe(self._marked_changed),
            workspace.hover_changed.subscribe(self._hover_changed),
            workspace.pins_changed.subscribe(self._hover_changed),
            workspace.view_changed.subscribe(self._view_changed),
            workspace.explained_changed.subscribe(self._explained_changed),
            *self.sorting.effects.ends,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.rebuild()

    # What is shown

    def _result_changed(self) -> None:
        chosen, first = self._workspace.selection.unit, self._result is None
        if self._workspace.seen is not self._result:
            self.rebuild()
        if first and chosen is not None:
            self.reveal(chosen)  # it was chosen before there were maps, as at the next start
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
        self.contents = LaneContents()
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

    @override
    def _make_view(self) -> LaneView:
        view = super()._make_view()
        view.pointed.connect(self._point)
        view.chosen.connect(self._press)
        view.enlarged.connect(self.enlarge)
        view.menu_wanted.connect(self.menu_wanted)
        return view

    # Marks

    def _mark_chosen(self) -> None:
        mark_unit(self.views, "chosen", self._workspace.selection.unit)
        mark_together(self.views, self._workspace.marked_units)

    def _marked_changed(self) -> None:
        mark_together(self.views, self._workspace.marked_units)
        self.changed.emit()

    @property
    def filtered(self) -> tuple[Unit, ...]:
        """The units that the filter lets through; none without a filter, or with one that says nothing."""
        contents = self.contents
        if not self._workspace.view.filter.strip() or contents.error is not None:
            return ()
        pairs = zip(contents.lanes, contents.orders, strict=True)
        return tuple(lane.unit(channel) for lane, order in pairs for channel in order.tolist())

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

    def _press(self, unit: Unit, held: Qt.KeyboardModifier) -> None:
        """Choose a unit; with Ctrl mark it too, with Shift all up to it."""
        view = navigation.view_of(self.views, unit)
        if held & Qt.KeyboardModifier.ControlModifier:
            mark_one_more(self._workspace, unit)
        elif held & Qt.KeyboardModifier.ShiftModifier and view is not None:
            mark_up_to(self._workspace, view, unit)
        else:
            self._workspace.mark_units(())
            self._choose(unit)

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
        """Arrows move among tiles and lanes, Home and End within a lane, Enter chooses, Ctrl+Space marks."""
        key, views = Qt.Key(event.key()), self.views
        known = navigation.view_of(views, self._focused) is not None
        here = self._focused if known else navigation.first(views, self._workspace.selection.unit)
        if here is None:
            super().keyPressEvent(event)
        elif key in ARROWS:
            self._go_to(navigation.moved(views, here, *ARROWS[key]) if known else here)
        elif key in _ENDS:
            self._go_to(navigation.end(views, here, last=_ENDS[key]))
        elif key in _ENTER:
            self._enter(here)
        elif key == Qt.Key.Key_Space and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            mark_one_more(self._workspace, here)
        elif key == Qt.Key.Key_Escape and self._workspace.marked_units:
            self._workspace.mark_units(())
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
