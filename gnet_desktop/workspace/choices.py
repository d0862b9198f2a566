"""What a person chose to look at, to change and to compare, and how: no pictures, no network, no Qt."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.changes import Change, Changes
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.history import History
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import UNCHANGED, Reference, Selection, ViewOptions, WhyQuestion

Point = tuple[float, float]


class Choices:
    """Selection and changes with their histories, reference, hover, pins, tray and view options.

    Signals:
      selection_changed()    another module or unit is chosen
      marked_changed()       `marked_units` are others
      changes_changed()      `changes` are others
      reference_changed()    `reference` is another
      hover_changed()        `hovered` or `point` changed
      pins_changed()         `pins` or `tray` changed
      explained_changed()    another class is explained, or `question` is another
      view_changed(old)      `view` changed
    """

    def __init__(self) -> None:
        self.selection_changed, self.hover_changed = Signal(), Signal()
        self.marked_changed = Signal()
        self.pins_changed, self.view_changed = Signal(), Signal()
        self.changes_changed, self.reference_changed = Signal(), Signal()
        self.explained_changed = Signal()
        self._selections = History(Selection())
        self._edits: History[Changes] = History(())
        self._compared: Reference | None = None
        self._hovered: tuple[Unit | None, Point | None] = (None, None)
        self._pins: tuple[Point, ...] = ()
        self._tray: tuple[Unit, ...] = ()
        self._marked: tuple[Unit, ...] = ()
        self._explained: int | None = None
        self._question = WhyQuestion()
        self._view = ViewOptions()

    # What to look at

    @property
    def selection(self) -> Selection:
        """The chosen module, and perhaps one of its units."""
        return self._selections.now

    @property
    def can_go_back(self) -> bool:
        """Whether `back` has anywhere to go."""
        return self._selections.can_go_back

    @property
    def can_go_forward(self) -> bool:
        """Whether `forward` has anywhere to go."""
        return self._selections.can_go_forward

    def choose_module(self, module: str) -> None:
        """Choose one of the nine modules; the unit is kept if it is one of its own."""
        now = self.selection
        keep = now.unit is not None and now.unit.module == module
        self._visit(replace(now, module=module) if keep else Selection(module))

    def choose_unit(self, unit: Unit | None, cell: tuple[int, int] | None = None) -> None:
        """Choose a unit, and the module it is in; perhaps one of its cells, (column, row)."""
        module = unit.module if unit is not None and unit.module in MODULES else self.selection.module
        self._visit(Selection(module, unit, cell))

    def back(self) -> None:
        """The selection before this one."""
        self._go(-1)

    def forward(self) -> None:
        """The selection that was left with `back`."""
        self._go(1)

    def _visit(self, selection: Selection) -> None:
        if selection != self.selection:
            self._selections.add(selection)
            self._announce_selection()

    def _go(self, step: int) -> None:
        if self._selections.go(step):
            self._announce_selection()

    def _announce_selection(self) -> None:
        """Another choice ends what was looked at in passing, unless that was chosen."""
        if self.hovered != self.selection.unit:
            self.hover(None, self.point)
        self.mark_units(unit for unit in self.marked_units if unit.module == self.selection.module)
        self.selection_changed.emit()

    @property
    def marked_units(self) -> tuple[Unit, ...]:
        """Units of the chosen module that are marked, to be changed together; in order."""
        return self._marked

    def mark_units(self, units: Iterable[Unit]) -> None:
        """Mark these units and no others; another module takes the marks away."""
        marked = tuple(sorted(set(units)))
        if marked != self._marked:
            self._marked = marked
            self.marked_changed.emit()

    # What to change, and what to compare with

    @property
    def changes(self) -> Changes:
        """What is changed in the network, in the order in which it was asked for."""
        return self._edits.now

    @property
    def can_undo(self) -> bool:
        """Whether `undo` has anything to take back."""
        return self._edits.can_go_back

    @property
    def can_redo(self) -> bool:
        """Whether `redo` has anything to do again."""
        return self._edits.can_go_forward

    def set_changes(self, changes: Changes) -> None:
        """Other changes from now on; `undo` brings the old ones back."""
        if changes != self.changes:
            self._edit(lambda: self._edits.add(changes))

    def add_change(self, change: Change) -> None:
        """One more change; one of the same part, units and kind is replaced."""
        self.add_changes((change,))

    def add_changes(self, changes: Changes) -> None:
        """More changes in one step; those of the same part, units and kind are replaced."""
        taken = {(one.name, one.kind) for one in changes}
        kept = (one for one in self.changes if (one.name, one.kind) not in taken)
        self.set_changes((*kept, *changes))

    def scale(self, targets: Changes, factor: float, *, goes_on: bool = False) -> None:
        """What ``targets`` name ``factor`` times itself, 0 … 4, in the place of what scales it or switches
        it off; ``goes_on`` with the step before, so that `undo` takes both back.
        """
        changes = self.changes
        for target in targets:
            changes = _scaled(changes, replace(target, kind="scaled", factor=factor, values=None))
        if changes != self.changes:
            step = self._edits.replace if goes_on else self._edits.add
            self._edit(lambda: step(changes))

    def remove_change(self, change: Change) -> None:
        """Without that change."""
        self.set_changes(tuple(one for one in self.changes if one != change))

    def toggle_change(self, change: Change) -> None:
        """Take a change back if it is there, else make it."""
        self.toggle_changes((change,))

    def toggle_changes(self, changes: Changes) -> None:
        """Take changes back if all of them are there, else make them: one step."""
        if set(changes) <= set(self.changes):
            self.set_changes(tuple(one for one in self.changes if one not in changes))
        else:
            self.add_changes(changes)

    def undo(self) -> None:
        """The changes before the last step."""
        self._edit(lambda: self._edits.go(-1))

    def redo(self) -> None:
        """The step that was taken back with `undo` once more."""
        self._edit(lambda: self._edits.go(1))

    def reset_changes(self) -> None:
        """The network as it is in its file; `undo` brings the changes back."""
        self.set_changes(())

    def _edit(self, step: Callable[[], object]) -> None:
        changes, reference = self.changes, self.reference
        step()
        if changes != self.changes:
            self.changes_changed.emit()
        if reference != self.reference:
            self.reference_changed.emit()

    @property
    def reference(self) -> Reference | None:
        """What the run is compared with: the unchanged one by itself once there are changes."""
        return self._compared or (UNCHANGED if self.changes else None)

    def compare_with(self, reference: Reference | None) -> None:
        """Compare with another run; None: with the unchanged one, once there are changes."""
        old = self.reference
        self._compared = None if reference == UNCHANGED else reference
        if old != self.reference:
            self.reference_changed.emit()

    # How to look

    @property
    def hovered(self) -> Unit | None:
        """The unit under the cursor, or where the keyboard is; until either leaves or a choice is made."""
        return self._hovered[0]

    @property
    def point(self) -> Point | None:
        """The place of the photo under the cursor, in picture pixels."""
        return self._hovered[1]

    @property
    def pins(self) -> tuple[Point, ...]:
        """At most two places that were kept."""
        return self._pins

    @property
    def tray(self) -> tuple[Unit, ...]:
        """The units that stay."""
        return self._tray

    @property
    def explained(self) -> int | None:
        """The class that contributions are to; None for the first answer."""
        return self._explained

    @property
    def question(self) -> WhyQuestion:
        """How the class is explained."""
        return self._question

    @property
    def view(self) -> ViewOptions:
        """How things are shown."""
        return self._view

    def hover(self, unit: Unit | None, point: Point | None = None) -> None:
        """The cursor is over a unit's map, over a place of the photo (picture pixels), or neither."""
        if (unit, point) != self._hovered:
            self._hovered = (unit, point)
            self.hover_changed.emit()

    def pin_point(self, point: Point, *, compare: bool = False) -> None:
        """Keep a place of the photo; with ``compare`` beside the first one."""
        self._pins = (*self._pins[:1], point) if compare and self._pins else (point,)
        self.pins_changed.emit()

    def clear_pins(self) -> None:
        """Forget the kept places."""
        if self._pins:
            self._pins = ()
            self.pins_changed.emit()

    def toggle_in_tray(self, unit: Unit) -> None:
        """Put a unit into the tray, or take it out."""
        kept = tuple(other for other in self._tray if other != unit)
        self._tray = kept if len(kept) < len(self._tray) else (*kept, unit)
        self.pins_changed.emit()

    def explain(self, index: int | None) -> None:
        """Explain a class of the main head; None: whichever is its first answer."""
        if index != self._explained:
            self._explained = index
            self.explained_changed.emit()

    def ask_why(self, **fields: object) -> None:
        """Change some of the `WhyQuestion`."""
        question = replace(self._question, **fields)  # type: ignore[arg-type]
        if question != self._question:
            self._question = question
            self.explained_changed.emit()

    def change_view(self, **fields: object) -> None:
        """Change some of the `ViewOptions`."""
        self.set_view(self._view.changed(**fields))

    def set_view(self, view: ViewOptions) -> None:
        """Show things in another way."""
        old, self._view = self._view, view
        if old != view:
            self.view_changed.emit(old)

    # Another network is in use

    def keep_units(self, exists: Callable[[Unit], bool]) -> None:
        """Forget the units that another network doesn't have."""
        old = self.selection
        self._selections.revise(
            lambda one: one if one.unit is None or exists(one.unit) else Selection(one.module)
        )
        if old != self.selection:
            self.selection_changed.emit()
        self.mark_units(filter(exists, self.marked_units))
        kept = tuple(unit for unit in self._tray if exists(unit))
        if kept != self._tray:
            self._tray = kept
            self.pins_changed.emit()

    def keep_changes(self, possible: Callable[[Change], bool]) -> None:
        """Forget the changes that another network cannot make."""
        self._edit(lambda: self._edits.revise(lambda one: tuple(filter(possible, one))))


def _scaled(changes: Changes, new: Change) -> Changes:
    """With a part scaled, in the place of what scales or switches off the same."""
    old = [one for one in changes if one.name == new.name and one.kind in ("off", "scaled")]
    if not old:
        return (*changes, new)
    return tuple(new if one == old[0] else one for one in changes if one not in old[1:])
