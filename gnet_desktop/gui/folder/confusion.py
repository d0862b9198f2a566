"""The confusion matrix as a picture whose cells are buttons; the worst pairs as a list."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.folder.figures import HeadFigures
from gnet_desktop.gui.controls.section import Piece, Section
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import ring_row
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


class Confusion(Section):
    """Rows are the truth, columns the first answers; the last column is every other answer.

    Arrows walk the cells that count anything.

    ``cell_wanted(truth, answer)``: a cell was clicked; the answer is −2 for all others.
    """

    cell_wanted = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._names: tuple[str, ...] = ()
        self._order: list[int] = []
        self._counts = np.zeros((0, 1), np.int64)
        self._chosen: tuple[int, int] | None = None
        self._cells: list[tuple[int, int]] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(220)
        self.activated.connect(lambda cell: self.cell_wanted.emit(*self._pair(*cell)))
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
        self._cells = [(int(row), int(column)) for row, column in np.argwhere(self._counts)]
        self._arrange()

    def _arrange(self) -> None:
        self.set_pieces([Piece(self._box(*cell), cell, self._words(*cell)) for cell in self._cells])

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cells share the room."""
        self._arrange()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go to the nearest cell of the rows there, left and right to the next cell."""
        at, way = self.spoken_focus(), {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if way is None or at is None:
            super().keyPressEvent(event)
            return
        row, column = self._cells[at]
        there = [cell for cell in self._cells if (cell[0] - row) * way > 0]
        if there:
            nearest = min(there, key=lambda cell: (abs(cell[0] - row), abs(cell[1] - column)))
            self.walk_to(self._cells.index(nearest))

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
    def draw(self, painter: QPainter) -> None:
        """Cells by their share of the row, names where there is room."""
        theme = Theme.now()
        painter.fillRect(self.rect(), theme.colour("panel"))
        if not self._order:
            painter.setFont(font(12))
            painter.setPen(theme.colour("text3"))
            words = self.tr("Nothing to confuse: no class is known yet.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, words)
            return
        totals = np.maximum(self._counts.sum(1, keepdims=True), 1)
        shares = self._counts / totals
        for row in range(len(self._order)):
            for column in range(len(self._order) + 1):
                self._cell(painter, theme, row, column, float(shares[row, column]))
        if self._label:
            self._labels(painter, theme)
        self._mark(painter, theme)
        if self.ringed_piece is not None:
            # around the cell, which may be of a few pixels
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.ringed_piece.box.adjusted(-2, -2, 2, 2))

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

    def _cell_at(self, place: QPointF) -> tuple[int, int] | None:
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
    def words_at(self, position: QPointF) -> str:
        """What a cell counts, 0 too."""
        found = self._cell_at(position)
        return self._words(*found) if found else ""

    def _words(self, row: int, column: int) -> str:
        truth, answer = self._pair(row, column)
        said = self.tr("another class") if answer == OTHERS else self._names[answer]
        return self.tr("{0} answered as {1}: {2} of {3}").format(
            self._names[truth],
            said,
            whole(int(self._counts[row, column])),
            whole(int(self._counts[row].sum())),
        )


class Pairs(Section):
    """The most frequent mistakes; a click, or Enter, shows their pictures."""

    pair_wanted = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._names: tuple[str, ...] = ()
        self._pairs: list[tuple[int, int, int]] = []
        self.setAccessibleName(self.tr("Most frequent mistakes"))
        self.activated.connect(lambda pair: self.pair_wanted.emit(*pair))

    def show_figures(self, figures: HeadFigures | None, names: tuple[str, ...]) -> None:
        """Show other pairs."""
        self._names, self._pairs = names, figures.mistakes()[:PAIRS] if figures else []
        self.setFixedHeight(max(1, len(self._pairs)) * ROW + 12)
        self._arrange()

    def _arrange(self) -> None:
        words = self.tr("{0} answered as {1}: {2}")
        self.set_pieces(
            [
                Piece(
                    QRectF(0, 6 + place * ROW, self.width(), ROW),
                    (truth, answer),
                    words.format(self._names[truth], self._names[answer], whole(count)),
                )
                for place, (truth, answer, count) in enumerate(self._pairs)
            ]
        )

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows are as wide as there is room."""
        self._arrange()

    @override
    def draw(self, painter: QPainter) -> None:
        """Truth, arrow, answer, count."""
        theme = Theme.now()
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.setFont(font(12))
        metrics = QFontMetrics(painter.font())
        half = (self.width() - 100) / 2
        for piece, (truth, answer, count) in zip(self.pieces, self._pairs, strict=True):
            line = piece.box.adjusted(_EDGE, 0, -_EDGE, 0)
            if piece is self.pointed_piece:
                painter.fillRect(piece.box, theme.colour("raised"))
            for x, index in ((_EDGE, truth), (_EDGE + half + 24, answer)):
                name = metrics.elidedText(self._names[index], Qt.TextElideMode.ElideRight, int(half - 8))
                painter.setPen(theme.colour("text"))
                painter.drawText(QRectF(x, line.top(), half, ROW), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(theme.colour("text3"))
            painter.drawText(QRectF(_EDGE + half, line.top(), 20, ROW), Qt.AlignmentFlag.AlignCenter, "→")
            painter.setPen(theme.colour("text"))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(line, side, str(count))
            if piece is self.ringed_piece:
                ring_row(painter, piece.box)


def _mixed(ground: QColor, colour: QColor, share: float) -> QColor:
    """A colour laid over a ground with this opacity."""
    return QColor.fromRgbF(
        ground.redF() + (colour.redF() - ground.redF()) * share,
        ground.greenF() + (colour.greenF() - ground.greenF()) * share,
        ground.blueF() + (colour.blueF() - ground.blueF()) * share,
    )
