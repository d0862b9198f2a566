"""The confusion matrix as a picture whose cells are buttons; the worst pairs as a list."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget
from typing_extensions import override

from gnet_desktop.folder.figures import HeadFigures
from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.shown import whole

OTHERS: Final = -2
NAMED: Final = 24
"""Classes up to which rows and columns are named."""
COUNTED: Final = 16
"""Classes up to which cells show their number."""
_EDGE, _LABEL = 12, 110
ROW: Final = 22
PAIRS: Final = 40


def order_of(confusion: Mapping[tuple[int, int], int], shown: list[int]) -> list[int]:
    """Classes so that those that are taken for each other stand together.

    Greedy: each class is followed by the one it is most often confused with among those left;
    a matrix of a hundred classes then shows blocks instead of dust.
    """
    between = {
        (one, other): confusion.get((one, other), 0) + confusion.get((other, one), 0)
        for one in shown
        for other in shown
        if one != other
    }
    left, order = list(shown), list[int]()
    while left:
        last = order[-1] if order else None
        following = max(left, key=lambda one: between.get((last, one), 0)) if last is not None else left[0]
        if last is not None and not between.get((last, following), 0):
            following = left[0]
        order.append(following)
        left.remove(following)
    return order


class Confusion(Speaking, QWidget):
    """Rows are the truth, columns the first answers; the last column is every other answer.

    ``cell_wanted(truth, answer)``: a cell was clicked; the answer is −2 for all others.
    """

    cell_wanted = Signal(int, int)
    spoken_role = Role.Graphic

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._order: list[int] = []
        self._counts = np.zeros((0, 1), np.int64)
        self._chosen: tuple[int, int] | None = None
        self.setMouseTracking(True)
        self.setMinimumHeight(220)
        self.setAccessibleName(self.tr("Confusion matrix"))

    def show_figures(self, figures: HeadFigures | None, names: tuple[str, ...]) -> None:
        """Show another matrix."""
        self._names = names
        shown = [one.index for one in figures.per_class] if figures else []
        confusion = figures.confusion if figures else {}
        self._order = order_of(confusion, shown) if len(shown) > NAMED else shown
        place = {index: row for row, index in enumerate(self._order)}
        self._counts = np.zeros((len(shown), len(shown) + 1), np.int64)
        for (truth, answer), count in confusion.items():
            self._counts[place[truth], place.get(answer, len(shown))] += count
        self.update()

    def choose(self, cell: tuple[int, int] | None) -> None:
        """Mark a cell, (truth, answer)."""
        self._chosen = cell
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """Room for names and cells."""
        return QSize(400, 400)

    @property
    def _label(self) -> float:
        return _LABEL if len(self._order) <= NAMED else 0

    def _box(self, row: int, column: int) -> QRectF:
        count = len(self._order)
        gap = 8 if count <= NAMED else 4
        left, top = _EDGE + self._label, _EDGE + (84 if self._label else 0)
        wide = (self.width() - left - _EDGE - gap) / (count + 1)
        high = min(wide, (self.height() - top - _EDGE) / count)
        across = left + column * wide + (gap if column == count else 0)
        air = 1.0 if count <= NAMED else 0.0
        return QRectF(across, top + row * high, wide - air, high - air)

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
            painter.end()
            return
        totals = np.maximum(self._counts.sum(1, keepdims=True), 1)
        shares = self._counts / totals
        for row in range(len(self._order)):
            for column in range(len(self._order) + 1):
                self._cell(painter, theme, row, column, float(shares[row, column]))
        if self._label:
            self._labels(painter, theme)
        self._mark(painter, theme)
        painter.end()

    def _cell(self, painter: QPainter, theme: Theme, row: int, column: int, share: float) -> None:
        box, count = self._box(row, column), int(self._counts[row, column])
        if not count and len(self._order) > NAMED:
            return
        ground = theme.colour("well")
        if count:
            full = theme.colour("accent" if row == column else "bad")
            ground = _mixed(theme.colour("panel"), full, 0.15 + 0.85 * share)
        painter.fillRect(box, ground)
        if count and len(self._order) <= COUNTED:
            painter.setFont(font(11))
            light = theme.colour("onaccent") if share > 0.5 else theme.colour("text")
            painter.setPen(light)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(count))

    def _labels(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(font(11))
        metrics = QFontMetrics(painter.font())
        painter.setPen(theme.colour("text2"))
        for row, index in enumerate(self._order):
            box = self._box(row, 0)
            room = QRectF(_EDGE, box.top(), self._label - 8, box.height())
            name = metrics.elidedText(self._names[index], Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, name)
        others = self.tr("others")
        names = [*(self._names[index] for index in self._order), others]
        for column, name in enumerate(names):
            box = self._box(0, column)
            painter.save()
            painter.translate(box.center().x(), box.top() - 6)
            painter.rotate(-55)
            painter.drawText(QPointF(0, 4), metrics.elidedText(name, Qt.TextElideMode.ElideRight, 92))
            painter.restore()

    def _mark(self, painter: QPainter, theme: Theme) -> None:
        if self._chosen is None or self._chosen[0] not in self._order:
            return
        truth, answer = self._chosen
        column = self._order.index(answer) if answer in self._order else len(self._order)
        painter.setPen(QPen(theme.colour("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self._box(self._order.index(truth), column))

    def _at(self, place: QPointF) -> tuple[int, int] | None:
        for row in range(len(self._order)):
            first = self._box(row, 0)
            if first.top() <= place.y() < first.bottom():
                for column in range(len(self._order) + 1):
                    if self._box(row, column).contains(place):
                        return row, column
        return None

    def _pair(self, row: int, column: int) -> tuple[int, int]:
        return self._order[row], self._order[column] if column < len(self._order) else OTHERS

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The pictures behind a cell."""
        found = self._at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.cell_wanted.emit(*self._pair(*found))

    @override
    def event(self, event: QEvent) -> bool:
        """What a cell counts, and another theme."""
        if isinstance(event, QHelpEvent):
            found = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._words(*found) if found else "", self)
            return True
        if event.type() == QEvent.Type.PaletteChange:
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


class Pairs(Speaking, QWidget):
    """The most frequent mistakes; a click shows their pictures."""

    pair_wanted = Signal(int, int)
    spoken_role = Role.List

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._pairs: list[tuple[int, int, int]] = []
        self._hovered = -1
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Most frequent mistakes"))

    def show_figures(self, figures: HeadFigures | None, names: tuple[str, ...]) -> None:
        """Show other pairs."""
        self._names, self._pairs = names, figures.mistakes()[:PAIRS] if figures else []
        self.setFixedHeight(max(1, len(self._pairs)) * ROW + 12)
        self.update()

    @override
    def spoken_count(self) -> int:
        """A part a pair."""
        return len(self._pairs)

    @override
    def spoken_part(self, place: int) -> Spoken:
        """What was taken for what, and how often."""
        truth, answer, count = self._pairs[place]
        words = self.tr("{0} answered as {1}").format(self._names[truth], self._names[answer])
        return Spoken(Role.ListItem, words, QRectF(0, 6 + place * ROW, self.width(), ROW), str(count))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Truth, arrow, answer, count."""
        painter, theme = QPainter(self), Theme.now()
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.setFont(font(12))
        metrics = QFontMetrics(painter.font())
        half = (self.width() - 100) / 2
        for row, (truth, answer, count) in enumerate(self._pairs):
            line = QRectF(_EDGE, 6 + row * ROW, self.width() - 2 * _EDGE, ROW)
            if row == self._hovered:
                painter.fillRect(line.adjusted(-_EDGE, 0, _EDGE, 0), theme.colour("raised"))
            for x, index in ((_EDGE, truth), (_EDGE + half + 24, answer)):
                name = metrics.elidedText(self._names[index], Qt.TextElideMode.ElideRight, int(half - 8))
                painter.setPen(theme.colour("text"))
                painter.drawText(QRectF(x, line.top(), half, ROW), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(theme.colour("text3"))
            painter.drawText(QRectF(_EDGE + half, line.top(), 20, ROW), Qt.AlignmentFlag.AlignCenter, "→")
            painter.setPen(theme.colour("text"))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(line, side, str(count))
        painter.end()

    def _row(self, place: QPointF) -> int:
        row = int((place.y() - 6) // ROW)
        return row if 0 <= row < len(self._pairs) else -1

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The line under the hand."""
        self._hovered = self._row(event.position())
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if self._hovered >= 0 else Qt.CursorShape.ArrowCursor
        )
        self.update()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """No line."""
        self._hovered = -1
        self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The pictures of a pair."""
        row = self._row(event.position())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.pair_wanted.emit(*self._pairs[row][:2])


def _mixed(ground: QColor, colour: QColor, share: float) -> QColor:
    """A colour laid over a ground with this opacity."""
    return QColor.fromRgbF(
        ground.redF() + (colour.redF() - ground.redF()) * share,
        ground.greenF() + (colour.greenF() - ground.greenF()) * share,
        ground.blueF() + (colour.blueF() - ground.blueF()) * share,
    )
