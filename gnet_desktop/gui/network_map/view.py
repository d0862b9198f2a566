"""The map as a widget: hover, choice, keyboard, zoom and pan."""

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QStatusTipEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.explaining import lines_of, meaning
from gnet_desktop.gui.controls.focus import KEY_REASONS
from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.controls.waiting import obstacle
from gnet_desktop.gui.lanes.tip import Tip
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.network_map.choosing import choose_target, chosen_target
from gnet_desktop.gui.network_map.effects import Effects
from gnet_desktop.gui.network_map.marks import (
    CHOSEN,
    FOCUSED,
    HOVERED,
    Mark,
    draw_frames,
    draw_ground,
    draw_names,
    draw_progress,
    is_name,
)
from gnet_desktop.gui.network_map.model import MapModel, model_of
from gnet_desktop.gui.network_map.painting import MapPainter
from gnet_desktop.gui.network_map.shapes import Area, Label, MapLayout, Shape, Thumbnail
from gnet_desktop.gui.painting.hatching import hatch
from gnet_desktop.workspace.state import Workspace

_MOST: Final = 8.0
_LEAST_SCALE: Final = 0.5
_STEP: Final = 1.25
_DRAG: Final = 4


class NetworkMap(Speaking, QWidget):
    """The whole network as one picture.

    ``head_wanted(name)`` when a head or the classifier was clicked;
    ``menu_wanted(target, place)`` when a menu was asked for.
    """

    head_wanted = Signal(str)
    effects_grew = Signal()
    menu_wanted = Signal(str, QPoint)
    spoken_role = Role.List

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._model: MapModel | None = None
        self._layout: MapLayout | None = None
        self._image: QPixmap | None = None
        self._body: tuple[object, QPixmap] | None = None
        # pixels of the widget for one of the map, less than 1 where the whole would not fit; and
        # where the widget's corner lies in the scaled map
        self._zoom, self._scale, self._offset = 1.0, 1.0, QPointF()
        self._pressed: QPointF | None = None
        self._dragged = False
        self._hovered: str | None = None
        self._place: tuple[int, int] | None = None
        self._shows_focus = False
        self._tip: Tip | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Network map"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 104)
        self.effects = Effects(workspace, self._effects_grew)
        ends = [
            workspace.checkpoint_changed.subscribe(self.refresh),
            workspace.loading_changed.subscribe(self.update),
            workspace.result_changed.subscribe(self.refresh),
            workspace.reference_result_changed.subscribe(self.refresh),
            workspace.explained_changed.subscribe(self._explained_changed),
            workspace.view_changed.subscribe(self._view_changed),
            workspace.selection_changed.subscribe(self._selection_changed),
            self.effects.found.end,
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self.refresh()

    # What is shown

    def refresh(self) -> None:
        """The network, the picture or the quantity changed."""
        self._model = model_of(self._workspace, self._model, self.effects.of)
        self._lay_out()

    @property
    def empty_words(self) -> str:
        """What stands in the map's place while there is no network; empty otherwise."""
        return obstacle(self._workspace)

    @property
    def model(self) -> MapModel | None:
        """What is shown."""
        return self._model

    @property
    def map_layout(self) -> MapLayout | None:
        """Where everything is, in the map's coordinates."""
        return self._layout

    @property
    def hovered(self) -> str | None:
        """The target under the cursor."""
        return self._hovered

    @property
    def focused(self) -> str | None:
        """The target at which the keyboard is."""
        if self._place is None or self._layout is None:
            return None
        column, row = self._place
        return self._layout.columns[column][row]

    @property
    def zoom(self) -> float:
        """1 shows all; up to 8."""
        return self._zoom

    def position_of(self, target: str) -> QPointF | None:
        """The middle of a target in the widget's coordinates."""
        area = self._layout.area(target) if self._layout is not None else None
        return None if area is None else self._rectangle(area).center()

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
        box = QRectF() if area is None else self._rectangle(area).intersected(QRectF(self.rect()))
        chosen = target == chosen_target(self._workspace)
        return Spoken(Role.ListItem, name, box, ", ".join(facts), selected=chosen)

    @override
    def spoken_focus(self) -> int | None:
        """The target at which the keyboard is."""
        return self._targets().index(self.focused) if self.hasFocus() and self.focused else None

    @override
    def sizeHint(self) -> QSize:
        """The size in a window of 1600×1000."""
        return QSize(1047, 182)

    def _lay_out(self) -> None:
        self._layout, self._scale, self._image = None, 1.0, None
        if self._model is not None:
            wide, high = self.width() * self._zoom, self.height() * self._zoom
            self._layout = self._model.layout((wide, high))
            least = self._layout.size
            if least[0] > wide > 0:
                self._scale = max(_LEAST_SCALE, wide / least[0])
                self._layout = self._model.layout((least[0], high / self._scale))
        if self._layout is not None and self._place is not None:
            columns = self._layout.columns
            column = min(self._place[0], len(columns) - 1)
            self._place = column, min(self._place[1], len(columns[column]) - 1)
        self._move_to(self._offset)

    def _move_to(self, offset: QPointF) -> None:
        width, height = self._layout.size if self._layout is not None else (0.0, 0.0)
        x = min(max(0.0, offset.x()), max(0.0, width * self._scale - self.width()))
        y = min(max(0.0, offset.y()), max(0.0, height * self._scale - self.height()))
        if (x, y) != (self._offset.x(), self._offset.y()):
            self._offset = QPointF(x, y)
            self._image = None
        self.update()

    def _view_changed(self, old: object) -> None:
        if getattr(old, "quantity", None) != self._workspace.view.quantity:
            self.refresh()

    def _explained_changed(self) -> None:
        if self._workspace.view.quantity == "effect":
            self.refresh()

    def _effects_grew(self) -> None:
        self.refresh()
        self.effects_grew.emit()

    def _selection_changed(self) -> None:
        self.show_target(self._workspace.selection.module)
        self.update()

    def show_target(self, target: str) -> None:
        """Move so that a target is in view."""
        area = self._layout.area(target) if self._layout is not None else None
        if area is None:
            return
        box, x, y = self._rectangle(area), self._offset.x(), self._offset.y()
        if box.left() < 0 or box.right() > self.width():
            x += box.center().x() - self.width() / 2
        if box.top() < 0 or box.bottom() > self.height():
            y += box.center().y() - self.height() / 2
        self._move_to(QPointF(x, y))

    def _rectangle(self, area: Area) -> QRectF:
        scale = self._scale
        x, y = area.left * scale - self._offset.x(), area.top * scale - self._offset.y()
        return QRectF(x, y, area.width * scale, area.height * scale)

    def _target_at(self, position: QPointF) -> str | None:
        if self._layout is None:
            return None
        there = (position + self._offset) / self._scale
        return self._layout.at(there.x(), there.y())

    # Painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground of the chosen module, the cached picture, the frames."""
        painter = QPainter(self)
        if self._layout is None:
            self._paint_empty(painter)
        else:
            chosen = self._workspace.selection.module
            painter.save()
            self._to_map(painter)
            draw_ground(painter, self._layout, chosen)
            painter.restore()
            if self._image is None:
                self._image = self._paint_image(self._layout)
            painter.drawPixmap(0, 0, self._image)
            self._to_map(painter)
            self._hatch_changes(painter, self._layout)
            draw_names(painter, self._layout, chosen, above=self._offset.y() / self._scale)
            draw_frames(painter, self._layout, self._marks())
            painter.resetTransform()
            draw_progress(painter, QRectF(self.rect()), self.progress_words)
        painter.end()

    @property
    def progress_words(self) -> str:
        """How far the effects are that were asked for; empty once they are there."""
        model, result = self._model, self._workspace.own_result
        if model is None or model.quantity.name != "effect" or model.quantity.layers or result is None:
            return ""
        return self.tr("Effect when off: {0}").format(self.effects.words(result))

    def _hatch_changes(self, painter: QPainter, layout: MapLayout) -> None:
        """What is changed in the network lies under hatching."""
        for change in self._workspace.changes:
            inside = [name for name in layout.boxes if name.startswith(f"{change.part}/")]
            for name in [change.part] if change.part in layout.boxes else inside:
                box = layout.boxes[name]
                area = QRectF(box.left, box.top, box.width, box.height)
                hatch(painter, area, Theme.now().colour("panel", 0.75))

    def _marks(self) -> list[tuple[str | None, Mark]]:
        return [
            (chosen_target(self._workspace), CHOSEN),
            (self._hovered, HOVERED),
            (self.focused if self._shows_focus else None, FOCUSED),
        ]

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setFont(font(13))
        painter.setPen(Theme.now().colour("text3"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.empty_words)

    def _paint_image(self, layout: MapLayout) -> QPixmap:
        """All shapes in view, transparent where there is none.

        Another picture changes words, and only where the widths show its numbers the rest too.
        """
        fixed: list[Shape] = []
        told: list[Shape] = []
        for shape in layout.shapes:
            if not is_name(shape, layout):
                (told if isinstance(shape, Label | Thumbnail) else fixed).append(shape)
        body = fixed, self._offset, self._scale, self.size(), self.devicePixelRatioF(), Theme.now()
        if self._body is None or self._body[0] != body:
            self._body = body, self._painted(self._blank(), fixed)
        return self._painted(self._body[1].copy(), told)

    def _to_map(self, painter: QPainter) -> None:
        """Let a painter on the widget, or on a picture of it, draw in the map's coordinates."""
        painter.translate(-self._offset)
        painter.scale(self._scale, self._scale)

    def _blank(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        image = QPixmap(self.size() * ratio)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        return image

    def _painted(self, image: QPixmap, shapes: list[Shape]) -> QPixmap:
        painter = QPainter(image)
        self._to_map(painter)
        picture = self._model.picture if self._model is not None else None
        MapPainter(painter, Theme.now(), picture, stale=self._workspace.stale).draw(shapes)
        painter.end()
        return image

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
                self._move_to(self._offset - way)
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
            self.set_zoom(self._zoom * factor, event.position())
        elif self._layout is not None and self._layout.size[0] * self._scale > self.width() + 1:
            sideways = delta.x() or delta.y()
            upright = delta.y() if delta.x() else 0
            self._move_to(self._offset - QPointF(sideways, upright))
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
        return self._tip.lines if self._tip is not None and self._tip.isVisible() else ()

    def _show_tip(self, target: str | None, lines: tuple[str, ...]) -> None:
        if self._tip is None:
            self._tip = Tip(self.window())
        area = self._layout.area(target) if self._layout is not None and target else None
        if area is None or not lines:
            self._tip.hide()
            return
        box = self._rectangle(area).toRect()
        corner = self.mapTo(self.window(), box.topLeft())
        # what it is, for who meets it for the first time
        word = self._model.teller.word(target) if self._model is not None and target else ""
        about = lines_of(f"{word}: {meaning(word)}") if word else ()
        self._tip.show_beside(QRect(corner, box.size()), (*lines, *about), term=word)

    # Keyboard

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter chooses, plus, minus and 0 zoom, Escape shows the whole."""
        key = event.key()
        steps = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        if key in steps:
            self._walk(*steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.focused:
            self.choose(self.focused)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.set_zoom(self._zoom * _STEP)
        elif key == Qt.Key.Key_Minus:
            self.set_zoom(self._zoom / _STEP)
        elif key == Qt.Key.Key_0 or (key == Qt.Key.Key_Escape and self._zoom > 1):
            self.set_zoom(1.0)
        else:
            super().keyPressEvent(event)

    def _walk(self, across: int, down: int) -> None:
        if self._layout is None:
            return
        columns = self._layout.columns
        if self._place is None:
            self._place = self._start(columns)
        else:
            column = min(max(0, self._place[0] + across), len(columns) - 1)
            row = min(max(0, self._place[1] + down), len(columns[column]) - 1)
            self._place = column, row
        self._shows_focus = True
        target = self.focused or ""
        self.show_target(target)
        lines = self.words(target)
        self.setAccessibleDescription(", ".join(lines))
        self.speak_focus()
        QApplication.sendEvent(self, QStatusTipEvent(" · ".join(lines)))
        self._show_tip(target, lines)
        self.update()

    def _start(self, columns: tuple[tuple[str, ...], ...]) -> tuple[int, int]:
        module = self._workspace.selection.module
        return next((place for place, column in enumerate(columns) if column[0] == module), 0), 0

    def set_zoom(self, zoom: float, about: QPointF | None = None) -> None:
        """Zoom, keeping the place under ``about`` (the middle by default) where it is."""
        zoom = min(max(1.0, zoom), _MOST)
        if zoom == self._zoom:
            return
        about = about if about is not None else QPointF(self.width() / 2, self.height() / 2)
        factor = zoom / self._zoom
        self._offset = (self._offset + about) * factor - about
        self._zoom = zoom
        self._lay_out()
        if about == QPointF(self.width() / 2, self.height() / 2):
            self.show_target(self._workspace.selection.module)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the keyboard's place only to who uses keys."""
        self._shows_focus = event.reason() in KEY_REASONS
        if self._shows_focus and self._place is None and self._layout is not None:
            self._place = self._start(self._layout.columns)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the keyboard's marks away."""
        self._shows_focus = False
        self._show_tip(None, ())
        self.update()

    # Changes

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        self._lay_out()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme: paint anew."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._image = None
            self.update()
        super().changeEvent(event)
