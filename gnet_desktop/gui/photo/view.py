"""The photo under hands and keys: zoom, pan, hover and pins."""

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.focus import KEY_REASONS
from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.photo.camera import wheel_factor
from gnet_desktop.gui.photo.canvas import PhotoCanvas
from gnet_desktop.gui.photo.layers import Point
from gnet_desktop.workspace.state import Workspace

_REACH: Final = 8.0
"""Pixels beside the line between two runs from which it is taken."""
_STEPS: Final = {Qt.Key.Key_Left: -16, Qt.Key.Key_Right: 16}


class PhotoView(Speaking, PhotoCanvas):
    """The current picture, or two runs', zoomed and moved, pointed at and pinned.

    ``menu_wanted(point, place)`` with a place of the picture, or None, and of the screen.
    """

    menu_wanted = Signal(object, QPoint)
    spoken_role = Role.Graphic

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._pressed: QPointF | None = None
        self._dragged = self._on_line = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Photo"))

    @override
    def spoken_count(self) -> int:
        """A part for each of two pictures."""
        return len(self.panes) if self.mode != "alone" else 0

    @override
    def spoken_part(self, place: int) -> Spoken:
        """Which run it is, and which cell of the unit's map is marked on it."""
        left, top, right, bottom = self.places()[place].box
        cell = self.panes[place].cell(self.unit)
        marked = "" if cell is None else self.tr("cell {0}, {1}").format(*cell)
        return Spoken(
            Role.Graphic, self.titles()[place], QRectF(left, top, right - left, bottom - top), marked
        )

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom by the amount that was scrolled; the point under the cursor stays."""
        angle = event.angleDelta().y() or event.pixelDelta().y()
        if self.sight is not None and angle:
            self.zoom(wheel_factor(angle), event.position())
        event.accept()

    @override
    def event(self, event: QEvent) -> bool:
        """Pinch to zoom."""
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.zoom(1 + event.value(), event.position())
            return True
        return super().event(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed, self._dragged = event.position(), False
        self._on_line = self._at_line(event.position())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the photo, or point at a place of it."""
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            way = event.position() - self._pressed
            if self._on_line:
                self.move_line(event.position().x())
            elif self._dragged or way.manhattanLength() >= QApplication.startDragDistance():
                self.move_by(way.x(), way.y())
                self._pressed, self._dragged = event.position(), True
            return
        shape = Qt.CursorShape.SplitHCursor if self._at_line(event.position()) else Qt.CursorShape.ArrowCursor
        if shape != self.cursor().shape():
            self.setCursor(shape)
        self._point_at(event.position())

    def _at_line(self, place: QPointF) -> bool:
        """Whether a hand there takes the line between two runs."""
        return self.mode == "split" and abs(place.x() - self.line) <= _REACH

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that wasn't a drag keeps the place; with Shift beside the first one."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._pressed is not None and not (self._dragged or self._on_line):
            point = self._told(event.position())
            if point is not None:
                compare = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self._workspace.pin_point(point, compare=compare)
        self._pressed = None

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu of the place under the cursor; of none for the menu key."""
        by_hand = event.reason() == QContextMenuEvent.Reason.Mouse
        self.menu_wanted.emit(self._told(event.pos().toPointF()) if by_hand else None, event.globalPos())

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """From fit to the picture's own pixels under the cursor, and back."""
        if self.sight is None:
            return
        if self._free:
            self.show_whole()
        else:
            target = 1 / self.devicePixelRatioF()
            self.zoom(target / self.camera.scale, event.position())

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        self._workspace.hover(self._workspace.hovered, None)

    def _point_at(self, place: QPointF) -> None:
        self._workspace.hover(None, self._told(place))

    def _told(self, place: QPointF) -> Point | None:
        """The point of the picture under a place of the view; None where nothing is known."""
        pane, local = self.place_at(place)
        return pane.told(pane.camera.to_picture(local))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space shows the photo alone while it is held; arrows move the line between two runs."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._held_space = True
            self.update()
        elif event.key() == Qt.Key.Key_Escape and self._workspace.pins:
            self._workspace.clear_pins()
        elif self.mode == "split" and event.key() in _STEPS:
            self.move_line(self.line + _STEPS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """The overlay is back."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._held_space = False
            self.update()
        else:
            super().keyReleaseEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """A ring only where focus came by a key."""
        self._by_key = event.reason() in KEY_REASONS
        super().focusInEvent(event)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No ring any more, and no key is held."""
        self._by_key = self._held_space = False
        super().focusOutEvent(event)
        self.update()
