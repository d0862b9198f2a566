"""The photo under hands and keys: zoom, pan, hover and pins."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
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
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.photo.camera import wheel_factor
from gnet_desktop.gui.photo.canvas import PhotoCanvas
from gnet_desktop.workspace.state import Workspace


class PhotoView(Speaking, PhotoCanvas):
    """The current picture, zoomed and moved, pointed at and pinned.

    ``menu_wanted(point, place)`` with a place of the picture, or None, and of the screen.
    """

    menu_wanted = Signal(object, QPoint)
    spoken_role = Role.Graphic

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._pressed: QPointF | None = None
        self._dragged = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Photo"))

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom by the amount that was scrolled; the point under the cursor stays."""
        angle = event.angleDelta().y() or event.pixelDelta().y()
        if self._sight is not None and angle:
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

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the photo, or point at a place of it."""
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            way = event.position() - self._pressed
            if self._dragged or way.manhattanLength() >= QApplication.startDragDistance():
                self._camera = self._camera.moved(way.x(), way.y())
                self._pressed, self._dragged, self._free = event.position(), True, True
                self.update()
            return
        self._point_at(event.position())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that wasn't a drag keeps the place; with Shift beside the first one."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._pressed is not None and not self._dragged:
            point = self._camera.to_picture((event.position().x(), event.position().y()))
            if self._inside(point):
                compare = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self._workspace.pin_point(point, compare=compare)
        self._pressed = None

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu of the place under the cursor; of none for the menu key."""
        by_hand = event.reason() == QContextMenuEvent.Reason.Mouse
        point = self._camera.to_picture((float(event.pos().x()), float(event.pos().y())))
        self.menu_wanted.emit(point if by_hand and self._inside(point) else None, event.globalPos())

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """From fit to the picture's own pixels under the cursor, and back."""
        if self._sight is None:
            return
        if self._free:
            self.show_whole()
        else:
            target = 1 / self.devicePixelRatioF()
            self.zoom(target / self._camera.scale, event.position())

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        self._workspace.hover(self._workspace.hovered, None)

    def _point_at(self, place: QPointF) -> None:
        point = self._camera.to_picture((place.x(), place.y()))
        self._workspace.hover(None, point if self._inside(point) else None)

    def _inside(self, point: tuple[float, float]) -> bool:
        """Whether a point is on a picture of which something is known there."""
        result = self._result_here()
        if result is None:
            return False
        width, height = result.picture.size
        return 0 <= point[0] < width and 0 <= point[1] < height

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space shows the photo alone while it is held."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._held_space = True
            self.update()
        elif event.key() == Qt.Key.Key_Escape and self._workspace.pins:
            self._workspace.clear_pins()
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
