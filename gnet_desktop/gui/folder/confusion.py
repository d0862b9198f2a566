"""The confusion matrix as a picture whose cells are buttons: zoomed, moved, walked by keys."""

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from typing_extensions import override

from gnet_desktop.folder.figures import HeadFigures
from gnet_desktop.gui.controls.arrows import ARROWS
from gnet_desktop.gui.controls.focus import KEY_REASONS, KeyFocus
from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.folder.confusion_cells import SeenCells, coloured, counts_of, order_of, pooled
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import ring_inside
from gnet_desktop.gui.painting.ink import mixed
from gnet_desktop.shown import whole

OTHERS: Final = -2
NAMED: Final = 24
"""Classes in sight up to which rows and columns are named."""
COUNTED: Final = 16
"""Classes in sight up to which cells show their number."""
_EDGE, _LABEL, _ABOVE, _LEAST_OTHERS = 12, 110, 84, 6
_ZOOM: Final = 1.25
_NOTCH: Final = 120
_ZOOMS: Final = {
    Qt.Key.Key_Plus: _ZOOM,
    Qt.Key.Key_Equal: _ZOOM,
    Qt.Key.Key_Minus: 1 / _ZOOM,
    Qt.Key.Key_0: 0.0,
}
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Confusion(Speaking, QWidget):
    """Rows are the truth, columns the first answers; the last column is every other answer.

    ``cell_wanted(truth, answer)``: a cell was clicked; the answer is −2 for all others.
    ``zoomed()`` when more or less of it is in sight.
    """

    cell_wanted = Signal(int, int)
    zoomed = Signal()
    spoken_role = Role.Graphic

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._order: list[int] = []
        self._counts = np.zeros((0, 1), np.int64)
        self._chosen: tuple[int, int] | None = None
        self._walked: tuple[int, int] | None = None
        self._sight = SeenCells.whole(0)
        self._held: tuple[QPointF, SeenCells] | None = None
        self._dragged = False
        self._focus = KeyFocus(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(220)
        self.setAccessibleName(self.tr("Confusion matrix"))

    def show_figures(self, figures: HeadFigures | None, names: tuple[str, ...]) -> None:
        """Show another matrix; what is in sight stays where there are as many classes as before."""
        self._names = names
        shown = [one.index for one in figures.per_class] if figures else []
        confusion = figures.confusion if figures else {}
        self._order = order_of(confusion, shown) if len(shown) > NAMED else shown
        self._counts = counts_of(confusion, self._order)
        if self._sight.count != len(shown):
            self._walked = None
            self._see(SeenCells.whole(len(shown)))
        self.update()

    def choose(self, cell: tuple[int, int] | None) -> None:
        """Mark a cell, (truth, answer)."""
        self._chosen = cell
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """Room for names and cells."""
        return QSize(400, 400)

    # What is in sight

    @property
    def sight(self) -> SeenCells:
        """Which rows and columns are seen."""
        return self._sight

    def show_whole(self) -> None:
        """All classes again."""
        self._see(SeenCells.whole(len(self._order)))

    def _see(self, sight: SeenCells) -> None:
        if sight != self._sight:
            self._sight = sight
            self.update()
            self.zoomed.emit()

    @property
    def _named(self) -> bool:
        return self._sight.span <= NAMED

    def _area(self) -> tuple[QRectF, float, float]:
        """The box of the cells in sight without the last column, and how wide and high a cell is."""
        left, top = _EDGE + (_LABEL if self._named else 0), _EDGE + (_ABOVE if self._named else 0)
        room, span = self.width() - left - _EDGE - self._gap, max(1, self._sight.span)
        wide = room / (span + 1)
        if wide < _LEAST_OTHERS:
            wide = (room - _LEAST_OTHERS) / span
        high = min(wide, (self.height() - top - _EDGE) / span)
        return QRectF(left, top, wide * span, high * span), wide, high

    @property
    def _gap(self) -> float:
        return 8.0 if self._named else 4.0

    def _box(self, row: int, column: int) -> QRectF:
        """Where a cell is; outside of the matrix while it is out of sight."""
        area, wide, high = self._area()
        air, top = (1.0 if self._named else 0.0), area.top() + (row - self._sight.row) * high
        if column == len(self._order):
            return QRectF(area.right() + self._gap, top, max(_LEAST_OTHERS, wide) - air, high - air)
        return QRectF(area.left() + (column - self._sight.column) * wide, top, wide - air, high - air)

    def _at(self, place: QPointF) -> tuple[int, int] | None:
        """The cell at a place."""
        area, wide, high = self._area()
        row = int((place.y() - area.top()) // high)
        if not self._order or not 0 <= row < self._sight.span:
            return None
        column = int((place.x() - area.left()) // wide)
        if 0 <= column < self._sight.span:
            return self._sight.row + row, self._sight.column + column
        others = self._box(self._sight.row + row, len(self._order))
        inside = others.left() <= place.x() <= others.right()
        return (self._sight.row + row, len(self._order)) if inside else None

    # Painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Cells by their share of the row, names where there is room."""
        painter, theme = QPainter(self), Theme.now()
        painter.fillRect(self.rect(), theme.colour("panel"))
        if not self._order:
            painter.setFont(font(12))
            painter.setPen(theme.colour("text3"))
            words = self.tr("Nothing to confuse: no class is known yet.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
        elif self._named:
            self._paint_cells(painter, theme)
            self._paint_labels(painter, theme)
        else:
            self._paint_picture(painter, theme)
        self._paint_marks(painter, theme)
        painter.end()

    def _columns(self) -> list[int]:
        """The columns in sight; the last one always is."""
        return [*range(self._sight.column, self._sight.column + self._sight.span), len(self._order)]

    def _rows(self) -> range:
        return range(self._sight.row, self._sight.row + self._sight.span)

    def _paint_cells(self, painter: QPainter, theme: Theme) -> None:
        totals = np.maximum(self._counts.sum(1), 1)
        painter.setFont(font(11))
        for row in self._rows():
            for column in self._columns():
                box, count = self._box(row, column), int(self._counts[row, column])
                share, ground = count / int(totals[row]), theme.colour("well")
                if count:
                    full = theme.colour("accent" if row == column else "bad")
                    ground = mixed(theme.colour("panel"), full, 0.15 + 0.85 * share)
                painter.fillRect(box, ground)
                if count and self._sight.span <= COUNTED:
                    painter.setPen(theme.colour("onaccent" if share > 0.5 else "text"))
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(count))

    def _paint_picture(self, painter: QPainter, theme: Theme) -> None:
        """Many cells as one picture; where they are smaller than pixels the largest of some."""
        area, wide, high = self._area()
        by = max(1, int(np.ceil(1 / (min(wide, high) * self.devicePixelRatioF()))))
        rows, sight = slice(self._sight.row, self._sight.row + self._sight.span), self._sight
        shares = self._counts / np.maximum(self._counts.sum(1, keepdims=True), 1)
        right = np.eye(*self._counts.shape, dtype=bool)
        others = self._box(sight.row, len(self._order))
        for columns, box in (
            (slice(sight.column, sight.column + sight.span), area),
            (slice(len(self._order), None), QRectF(others.left(), area.top(), others.width(), area.height())),
        ):
            cells = pooled(shares[rows, columns], right[rows, columns], by)
            colours = (_rgb(theme.colour(token)) for token in ("panel", "accent", "bad"))
            pixels = coloured(*cells, *colours)
            down, across = pixels.shape[:2]
            image = QImage(pixels.data, across, down, 4 * across, QImage.Format.Format_RGBA8888)
            # cells of a block that ends beyond the last class reach beyond the area
            shown = QRectF(box.left(), box.top(), box.width(), box.height() * down * by / sight.span)
            shown.setWidth(box.width() * across * by / sight.span if columns.stop else box.width())
            painter.save()
            painter.setClipRect(box)
            painter.drawImage(shown, image)
            painter.restore()
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(area.adjusted(-1, -1, 0, 0))

    def _paint_labels(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(font(11))
        metrics = QFontMetrics(painter.font())
        painter.setPen(theme.colour("text2"))
        for row in self._rows():
            box = self._box(row, self._sight.column)
            room = QRectF(_EDGE, box.top(), _LABEL - 8, box.height())
            words = self._names[self._order[row]]
            name = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, name)
        for column in self._columns():
            known = column < len(self._order)
            words = self._names[self._order[column]] if known else self.tr("others")
            box = self._box(self._sight.row, column)
            painter.save()
            painter.translate(box.center().x(), box.top() - 6)
            painter.rotate(-55)
            painter.drawText(QPointF(0, 4), metrics.elidedText(words, Qt.TextElideMode.ElideRight, 92))
            painter.restore()

    def _paint_marks(self, painter: QPainter, theme: Theme) -> None:
        """What the gallery is filtered by, and where the keyboard is."""
        seen, painter_pen = set(self._rows()), QPen(theme.colour("accent"), 2)
        if self._chosen is not None and self._chosen[0] in self._order:
            truth, answer = self._chosen
            column = self._order.index(answer) if answer in self._order else len(self._order)
            row = self._order.index(truth)
            if row in seen and column in self._columns():
                painter.setPen(painter_pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(_seeable(self._box(row, column)))
        if self._focus.shown:
            walked = self._walked
            ring_inside(painter, QRectF(self.rect()) if walked is None else _seeable(self._box(*walked)))

    # By mouse

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold; a click without a move shows the pictures behind the cell."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held, self._dragged = (event.position(), self._sight), False

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is zoomed."""
        if self._held is None:
            over = self._at(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            return
        moved, sight = event.position() - self._held[0], self._held[1]
        if moved.manhattanLength() >= QApplication.startDragDistance():
            self._dragged = True
        if self._dragged:
            _, wide, high = self._area()
            self._see(sight.moved(-round(moved.y() / high), -round(moved.x() / wide)))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The pictures behind a cell."""
        found = self._at(event.position())
        if self._held is not None and not self._dragged and found is not None:
            self.cell_wanted.emit(*self._pair(*found))
        self._held = None

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the cell under the hand."""
        self._zoom(_ZOOM ** (event.angleDelta().y() / _NOTCH), self._at(event.position()))
        event.accept()

    def _zoom(self, factor: float, about: tuple[int, int] | None) -> None:
        if self._order and factor != 1:
            middle = self._sight.span // 2
            row, column = about or (self._sight.row + middle, self._sight.column + middle)
            self._see(self._sight.zoomed(factor, row, min(column, len(self._order) - 1)))

    # By keys

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes by a key is at a cell: at the first in sight, if at none."""
        super().focusInEvent(event)
        if event.reason() in KEY_REASONS and self._walked is None and self._order:
            self._walk(0, 0)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk among the cells, Enter shows the pictures behind one; plus, minus and 0 zoom."""
        key = Qt.Key(event.key())
        if key in _ZOOMS and self._order:
            self._zoom(_ZOOMS[key], self._walked) if _ZOOMS[key] else self.show_whole()
        elif key in ARROWS and self._order:
            right, down = ARROWS[key]
            self._walk(down, right)
        elif key in _ENTER and self._walked is not None:
            self.cell_wanted.emit(*self._pair(*self._walked))
        else:
            super().keyPressEvent(event)

    def _walk(self, down: int, across: int) -> None:
        count = len(self._order)
        if self._walked is None:
            self._walked = (self._sight.row, self._sight.column)
        else:
            row, column = self._walked
            self._walked = (min(max(0, row + down), count - 1), min(max(0, column + across), count))
        self._see(self._sight.with_cell(*self._walked))
        self.setAccessibleDescription(self._words(*self._walked))
        self.speak_focus()
        self.update()

    @override
    def spoken_count(self) -> int:
        """The cell at which the keyboard is: a million cells are too many to be told of."""
        return 0 if self._walked is None else 1

    @override
    def spoken_part(self, place: int) -> Spoken:
        """What it counts."""
        assert self._walked is not None
        return Spoken(Role.Button, self._words(*self._walked), self._box(*self._walked), selected=False)

    @override
    def spoken_focus(self) -> int | None:
        """That cell."""
        return 0 if self._walked is not None and self.hasFocus() else None

    def _pair(self, row: int, column: int) -> tuple[int, int]:
        return self._order[row], self._order[column] if column < len(self._order) else OTHERS

    @override
    def event(self, event: QEvent) -> bool:
        """What a cell counts, keys that zoom, a pinch, another theme."""
        kind = event.type()
        if isinstance(event, QHelpEvent):
            found = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tip(self._words(*found)) if found else "", self)
            return True
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ZOOMS:
            event.accept()
            return True
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._zoom(1 + event.value(), self._at(event.position()))
            return True
        if kind == QEvent.Type.PaletteChange:
            self.update()
        return super().event(event)

    def _words(self, row: int, column: int) -> str:
        truth, answer = self._pair(row, column)
        said = self.tr("another class") if answer == OTHERS else self._names[answer]
        return self.tr("{0} answered as {1}: {2} of {3}").format(
            self._names[truth],
            said,
            whole(int(self._counts[row, column])),
            whole(int(self._counts[row].sum())),
        )


def _seeable(box: QRectF) -> QRectF:
    """A cell's box, as large as a mark needs."""
    grown = max(0.0, (_LEAST_OTHERS - min(box.width(), box.height())) / 2)
    return box.adjusted(-grown, -grown, grown, grown)


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()
