"""What a person chose to look at, and how: no pictures, no network, no Qt."""

from collections.abc import Callable

from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import Selection, ViewOptions

Point = tuple[float, float]


class Choices:
    """Selection with its history, hover, pinned places, tray and view options.

    ``hovered`` is the unit under the cursor, ``point`` the place of the photo under
    it (picture pixels); ``pins`` are at most two places that were kept, ``tray`` the
    units that stay; ``explained`` is the class that contributions are to, None for
    the first answer. Signals:
      selection_changed()    another module or unit is chosen
      hover_changed()        `hovered` or `point` changed
      pins_changed()         `pins` or `tray` changed
      explained_changed()    another class is explained
      view_changed(old)      `view` changed
    """

    def __init__(self) -> None:
        self.selection = Selection()
        self.hovered: Unit | None = None
        self.point: Point | None = None
        self.pins: tuple[Point, ...] = ()
        self.tray: tuple[Unit, ...] = ()
        self.explained: int | None = None
        self.view = ViewOptions()
        self.selection_changed, self.hover_changed = Signal(), Signal()
        self.pins_changed, self.view_changed = Signal(), Signal()
        self.explained_changed = Signal()
        self._visited: list[Selection] = [self.selection]
        self._place = 0

    def choose_module(self, module: str) -> None:
        """Choose one of the nine modules; the unit is kept if it is one of its own."""
        unit = self.selection.unit
        keep = unit if unit is not None and unit.module == module else None
        self._visit(Selection(module, keep))

    def choose_unit(self, unit: Unit | None) -> None:
        """Choose a unit, and the module it is in."""
        module = unit.module if unit is not None and unit.module in MODULES else self.selection.module
        self._visit(Selection(module, unit))

    def back(self) -> None:
        """The selection before this one."""
        self._go(self._place - 1)

    def forward(self) -> None:
        """The selection that was left with `back`."""
        self._go(self._place + 1)

    @property
    def can_go_back(self) -> bool:
        """Whether `back` has anywhere to go."""
        return self._place > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether `forward` has anywhere to go."""
        return self._place + 1 < len(self._visited)

    def hover(self, unit: Unit | None, point: Point | None = None) -> None:
        """The cursor is over a unit's map, over a place of the photo (picture pixels), or neither."""
        if (unit, point) != (self.hovered, self.point):
            self.hovered, self.point = unit, point
            self.hover_changed.emit()

    def pin_point(self, point: Point, *, compare: bool = False) -> None:
        """Keep a place of the photo; with ``compare`` beside the first one."""
        self.pins = (*self.pins[:1], point) if compare and self.pins else (point,)
        self.pins_changed.emit()

    def clear_pins(self) -> None:
        """Forget the kept places."""
        if self.pins:
            self.pins = ()
            self.pins_changed.emit()

    def toggle_in_tray(self, unit: Unit) -> None:
        """Put a unit into the tray, or take it out."""
        kept = tuple(other for other in self.tray if other != unit)
        self.tray = kept if len(kept) < len(self.tray) else (*kept, unit)
        self.pins_changed.emit()

    def explain(self, index: int | None) -> None:
        """Explain a class of the main head; None: whichever is its first answer."""
        if index != self.explained:
            self.explained = index
            self.explained_changed.emit()

    def change_view(self, **fields: object) -> None:
        """Change some of the `ViewOptions`."""
        old, self.view = self.view, self.view.changed(**fields)
        if old != self.view:
            self.view_changed.emit(old)

    def _visit(self, selection: Selection) -> None:
        if selection == self.selection:
            return
        del self._visited[self._place + 1 :]
        self._visited.append(selection)
        self._place = len(self._visited) - 1
        self._select(selection)

    def _go(self, place: int) -> None:
        if 0 <= place < len(self._visited):
            self._place = place
            self._select(self._visited[place])

    def _select(self, selection: Selection) -> None:
        if selection != self.selection:
            self.selection = selection
            self.selection_changed.emit()

    def keep_units(self, exists: Callable[[Unit], bool]) -> None:
        """Another network is in use: forget the units that it doesn't have."""
        unit = self.selection.unit
        if unit is not None and not exists(unit):
            self._select(Selection(self.selection.module))
        self._visited = [
            Selection(one.module, one.unit if one.unit and exists(one.unit) else None)
            for one in self._visited
        ]
        kept = tuple(unit for unit in self.tray if exists(unit))
        if kept != self.tray:
            self.tray = kept
            self.pins_changed.emit()
