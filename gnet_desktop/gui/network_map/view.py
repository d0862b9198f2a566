"""The map under hands and keys: hover, choice, walking, zoom and pan."""

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QStatusTipEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.arrows import ARROWS
from gnet_desktop.gui.controls.focus import KEY_REASONS
from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.network_map.canvas import MapCanvas
from gnet_desktop.gui.network_map.choosing import choose_target, chosen_target
from gnet_desktop.gui.network_map.marks import (
    FOCUSED,
    HOVERED,
    Mark,
)
from gnet_desktop.gui.network_map.target_tip import TargetTip
from gnet_desktop.gui.network_map.walking import Walk
from gnet_desktop.gui.system.tips import PointsAtOnce
from gnet_desktop.workspace.state import Workspace

_STEP: Final = 1.25
_DRAG: Final = 4


class NetworkMap(PointsAtOnce, Speaking, MapCanvas):
    """The whole network as one picture.

    ``head_wanted(name)`` when a head or the classifier was clicked;
    ``menu_wanted(target, place)`` when a menu was asked for.
    """

    head_wanted = Signal(str)
    menu_wanted = Signal(str, QPoint)
    spoken_role = Role.List

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._pressed: QPointF | None = None
        self._dragged = False
        self._hovered: str | None = None
        self._walked = Walk()
        self._shows_focus = False
        self._tip = TargetTip(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Network map"))
        self.refresh()

    # What is pointed at

    @property
    def hovered(self) -> str | None:
        """The target under the cursor."""
        return self._hovered

    @property
    def focused(self) -> str | None:
        """The target at which the keyboard is."""
        return None if self._layout is None else self._walked.target(self._layout.columns)

    def _targets(self) -> list[str]:
        return [] if self._layout is None else [one for column in self._layout.columns for one in column]

    @override
    def spoken_count(self) -> int:
        """A part a target: a layer, branch or head."""
        return len(self._targets())

    @override
    def spoken_part(self, place: int) -> Spoken:
        """What a target is called, its facts, whether it is chosen."""
        target = self._targets()[place]
        name, *facts = self.words(target) or (target,)
        area = self._layout.area(target) if self._layout is not None else None
        box = QRectF() if area is None else self._viewport.rectangle(area).intersected(QRectF(self.rect()))
        chosen = target in (chosen_target(self._workspace), self._workspace.selection.module)
        return Spoken(Role.ListItem, name, box, ", ".join(facts), selected=chosen)

    @override
    def spoken_focus(self) -> int | None:
        """The target at which the keyboard is."""
        return self._targets().index(self.focused) if self.hasFocus() and self.focused else None

    @override
    def _lay_out(self) -> None:
        super()._lay_out()
        if self._layout is not None:
            self._walked.keep_inside(self._layout.columns)

    @override
    def _marks(self) -> list[tuple[str | None, Mark]]:
        return [
            *super()._marks(),
            (self._hovered, HOVERED),
            (self.focused if self._shows_focus else None, FOCUSED),
        ]

    # Mouse

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point, or pan while a button is held."""
        position = event.position()
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            way = position - self._pressed
            if self._dragged or way.manhattanLength() > _DRAG:
                self._dragged = True
                self._pressed = position
                self._point(None)
                self._move_to(self._viewport.offset - way)
            return
        self._point(self._target_at(position))

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        """Point at once at what the cursor comes in over."""
        self._point(self._target_at(event.position()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point(None)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The beginning of a click or of a pan."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragged = event.position(), False

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what was clicked."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        self._pressed = None
        target = self._target_at(event.position())
        if target is not None and not self._dragged:
            self.choose(target)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the map's menu."""
        target = self._target_at(QPointF(event.pos())) or ""
        self.menu_wanted.emit(target, event.globalPos())

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl; else move where there is more than fits."""
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            factor = _STEP ** (event.angleDelta().y() / 120)
            self.set_zoom(self.zoom * factor, event.position())
        elif self._layout is not None and self._layout.size[0] * self._viewport.scale > self.width() + 1:
            sideways = delta.x() or delta.y()
            upright = delta.y() if delta.x() else 0
            self._move_to(self._viewport.offset - QPointF(sideways, upright))
        else:
            event.ignore()

    def choose(self, target: str) -> None:
        """Choose a module, the strongest unit of a layer, or ask for a head."""
        head = choose_target(self._workspace, target)
        if head:
            self.head_wanted.emit(head)

    def _point(self, target: str | None) -> None:
        if target == self._hovered:
            return
        self._hovered = target
        self.setCursor(Qt.CursorShape.PointingHandCursor if target else Qt.CursorShape.ArrowCursor)
        lines = self.words(target) if target else ()
        QApplication.sendEvent(self, QStatusTipEvent(" · ".join(lines)))
        self._show_tip(target, lines)
        self.update()

    def words(self, target: str) -> tuple[str, ...]:
        """Title and facts of a target."""
        return self._model.teller.lines(target) if self._model is not None else ()

    @property
    def tip_lines(self) -> tuple[str, ...]:
        """What is said beside the target under the cursor; empty when nothing is."""
        return self._tip.lines

    def _show_tip(self, target: str | None, lines: tuple[str, ...]) -> None:
        area = self._layout.area(target) if self._layout is not None and target else None
        if area is None or not lines:
            self._tip.hide()
        else:
            word = self._model.teller.word(target) if self._model is not None and target else ""
            self._tip.show(self._viewport.rectangle(area).toRect(), lines, word)

    # Keyboard

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter chooses, plus, minus and 0 zoom, Escape shows the whole."""
        key = event.key()
        if key in ARROWS:
            self._walk(*ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.focused:
            self.choose(self.focused)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.set_zoom(self.zoom * _STEP)
        elif key == Qt.Key.Key_Minus:
            self.set_zoom(self.zoom / _STEP)
        elif key == Qt.Key.Key_0 or (key == Qt.Key.Key_Escape and self.zoom > 1):
            self.set_zoom(1.0)
        else:
            super().keyPressEvent(event)

    def _walk(self, across: int, down: int) -> None:
        if self._layout is None:
            return
        self._walked.step(self._layout.columns, self._workspace.selection.module, across, down)
        self._shows_focus = True
        target = self.focused or ""
        self.show_target(target)
        lines = self.words(target)
        self.setAccessibleDescription(", ".join(lines))
        self.speak_focus()
        QApplication.sendEvent(self, QStatusTipEvent(" · ".join(lines)))
        self._show_tip(target, lines)
        self.update()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the keyboard's place only to who uses keys."""
        self._shows_focus = event.reason() in KEY_REASONS
        if self._shows_focus and not self._walked.begun and self._layout is not None:
            self._walked.start(self._layout.columns, self._workspace.selection.module)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the keyboard's marks away."""
        self._shows_focus = False
        self._show_tip(None, ())
        self.update()

    # Changes
