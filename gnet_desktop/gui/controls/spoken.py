"""What screen readers and other assistive programs are told of controls that paint themselves.

A control that mixes in `Speaking` says its role; one that paints parts (tiles, modules, bars,
choices) gives each of them on demand, so that nothing is made where no such program runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, QRect, QRectF
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleObject,
    QTextDocumentFragment,
)
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from typing_extensions import override

Role = QAccessible.Role
_NAME: Final = QAccessible.Text.Name
_VALUE: Final = QAccessible.Text.Value
_DESCRIPTION: Final = QAccessible.Text.Description


@dataclass(frozen=True, slots=True)
class Spoken:
    """A part of a control: its name, its value in words, its box in the control's pixels.

    ``checked`` is None where it cannot be, ``selected`` likewise.
    """

    role: Role
    name: str
    box: QRectF
    value: str = ""
    checked: bool | None = None
    selected: bool | None = None


class Speaking:
    """Mixed into a widget: its role and its parts. Others than its own parts are its child widgets."""

    spoken_role: Role = Role.Grouping
    spoken_widgets = True
    """Whether the widgets inside are told of, after the parts."""
    _part_objects: "dict[int, Part] | None" = None

    def spoken_count(self) -> int:
        """How many parts there are."""
        return 0

    def spoken_part(self, place: int) -> Spoken:
        """One of them."""
        raise IndexError(place)

    def spoken_focus(self) -> int | None:
        """The part at which the keyboard is; None while it is elsewhere."""
        return None

    def spoken_value(self) -> str:
        """The control's own value in words."""
        return ""

    def part_object(self, place: int) -> "Part":
        """What stands for a part towards Qt; made when it is first asked for."""
        if self._part_objects is None:
            self._part_objects = {}
        if place not in self._part_objects:
            self._part_objects[place] = Part(self, place)
        return self._part_objects[place]

    def focus_part(self) -> "Part | None":
        """The part at which the keyboard is, of this control or of one inside it."""
        place = self.spoken_focus()
        return self.part_object(place) if place is not None and place < self.spoken_count() else None

    def speak_focus(self) -> None:
        """Tell that the keyboard went to another part, if anyone listens."""
        part = self.focus_part() if QAccessible.isActive() else None
        if part is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(part, QAccessible.Event.Focus))


class Part(QObject):
    """Lives as long as its control; Qt forgets what it told of it when it goes."""

    def __init__(self, control: Speaking, place: int) -> None:
        assert isinstance(control, QWidget)
        super().__init__(control)
        self.widget: QWidget = control
        self.control: Speaking = control
        self.place = place

    @property
    def spoken(self) -> Spoken | None:
        """What it is now, or None where there are fewer parts than there were."""
        return self.control.spoken_part(self.place) if self.place < self.control.spoken_count() else None


def _interface(thing: QObject) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(thing)
    assert found is not None
    return found


def without_marks(text: str) -> str:
    """A tip as plain words."""
    return QTextDocumentFragment.fromHtml(text).toPlainText() if text.startswith("<") else text


class TipSpoken:
    """Mixed into one of Qt's own widgets before it: readers are told its tip without marks."""

    def setToolTip(self, text: str) -> None:
        """For the mouse, and in plain words for readers."""
        super().setToolTip(text)  # type: ignore[misc]
        assert isinstance(self, QWidget)
        if text.startswith("<"):
            self.setAccessibleDescription(without_marks(text))


class _ControlInterface(QAccessibleWidget):
    """A control: its parts come before its child widgets."""

    def __init__(self, widget: QWidget, control: Speaking) -> None:
        super().__init__(widget, control.spoken_role)
        self._widget, self._control = widget, control

    @override
    def childCount(self) -> int:
        """Parts and child widgets."""
        widgets = super().childCount() if self._control.spoken_widgets else 0
        return self._control.spoken_count() + widgets

    @override
    def child(self, index: int) -> QAccessibleInterface:
        """A part, or a child widget."""
        parts = self._control.spoken_count()
        if 0 <= index < parts:
            return _interface(self._control.part_object(index))
        return super().child(index - parts)

    @override
    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Where a child stands, or −1."""
        thing = child.object()
        if isinstance(thing, Part):
            return thing.place if thing.control is self._control else -1
        found = super().indexOfChild(child)
        return found if found < 0 else found + self._control.spoken_count()

    @override
    def childAt(self, x: int, y: int) -> Any:
        """The part or the widget at a place of the screen."""
        for place in range(self._control.spoken_count()):
            box = self._control.spoken_part(place).box.toAlignedRect()
            if box.translated(self._widget.mapToGlobal(self._widget.rect().topLeft())).contains(x, y):
                return _interface(self._control.part_object(place))
        return super().childAt(x, y)

    @override
    def focusChild(self) -> Any:
        """The part at which the keyboard is."""
        part = self._control.focus_part()
        return super().focusChild() if part is None else _interface(part)

    @override
    def text(self, kind: QAccessible.Text) -> str:
        """The value; a description that comes from the tip is read without its marks."""
        value = self._control.spoken_value() if kind == _VALUE else ""
        words = value or super().text(kind)
        return without_marks(words) if kind == _DESCRIPTION else words

    @override
    def state(self) -> QAccessible.State:
        """What lies outside what is scrolled to is off the screen; who passes the keyboard on has it not.

        Nor has a control while one of its parts has it: readers ask for the one place where it is.
        """
        state = super().state()
        if self._widget.focusProxy() is not None:
            state.focusable = state.focused = 0
        elif self._control.focus_part() is not None:
            state.focused = 0
        if self._widget.isVisible() and self._widget.visibleRegion().isEmpty():
            state.offscreen = 1
        return state


class _PartInterface(QAccessibleObject):
    """A part of a control."""

    def __init__(self, part: Part) -> None:
        super().__init__(part)
        self._part = part

    @override
    def parent(self) -> QAccessibleInterface:
        """The control."""
        return _interface(self._part.widget)

    @override
    def child(self, _index: int) -> Any:
        """None."""
        return None

    @override
    def childCount(self) -> int:
        """None."""
        return 0

    @override
    def indexOfChild(self, _child: QAccessibleInterface) -> int:
        """None."""
        return -1

    @override
    def role(self) -> Role:
        """As the control says."""
        spoken = self._part.spoken
        return Role.NoRole if spoken is None else spoken.role

    @override
    def text(self, kind: QAccessible.Text) -> str:
        """The name with the value, since not every program asks for values."""
        spoken = self._part.spoken
        if spoken is None or kind not in (_NAME, _VALUE):
            return ""
        return spoken.value if kind == _VALUE else ", ".join(filter(None, (spoken.name, spoken.value)))

    @override
    def rect(self) -> QRect:
        """On the screen."""
        spoken, widget = self._part.spoken, self._part.widget
        if spoken is None or spoken.box.isEmpty():
            return QRect()
        return spoken.box.toAlignedRect().translated(widget.mapToGlobal(widget.rect().topLeft()))

    @override
    def state(self) -> QAccessible.State:
        """Chosen, checked, at the keyboard, seen."""
        state, part, spoken = QAccessible.State(), self._part, self._part.spoken
        widget = part.widget
        if spoken is None or not widget.isVisible():
            state.invisible = 1
            return state
        if not widget.visibleRegion().intersects(spoken.box.toAlignedRect()):
            state.offscreen = 1
        if not widget.isEnabled():
            state.disabled = 1
        state.focusable = int(spoken.selected is not None or spoken.checked is not None)
        state.focused = int(part.control.spoken_focus() == part.place)
        state.selectable, state.selected = int(spoken.selected is not None), int(bool(spoken.selected))
        state.checkable, state.checked = int(spoken.checked is not None), int(bool(spoken.checked))
        return state


def _make(_name: str, thing: QObject) -> QAccessibleInterface | None:
    if isinstance(thing, Part):
        return _PartInterface(thing)
    if isinstance(thing, QWidget) and isinstance(thing, Speaking):
        return _ControlInterface(thing, thing)
    return None


_installed: list[Callable[[str, QObject], QAccessibleInterface | None]] = []


def install_speaking() -> None:
    """Let Qt ask here; once."""
    if not _installed:
        _installed.append(_make)
        QAccessible.installFactory(_make)
