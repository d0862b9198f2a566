"""The arithmetic of the cell under the cursor: window, kernel, products, sum, bias, rectifier; or who won."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.section import TITLE, Section
from gnet_desktop.gui.controls.spoken import Role
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import outline_hovered
from gnet_desktop.gui.painting.ink import ink_on
from gnet_desktop.gui.painting.numbers import number, signed
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.inspection.colour_maps import TIDE
from gnet_desktop.inspection.contributions import Doubles
from gnet_desktop.inspection.formula import Formula, Won
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.inspection.tracing import Cell

_ROW: Final = 20
_GAP: Final = 14
_SIDE_BY_SIDE: Final = 3
"""Kernels up to this side stand beside their window and products; larger ones below each other."""
_FLAT: Final = 16
"""Height of a cell of larger ones."""
_CHANNELS: Final = 6
_LEAST, _MOST = 0.1, 1000.0
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table of numbers with what stands above it; ``marked`` is a (column, row) with a frame.

    What is written is the numbers over ``power`` of ten, so that they are short.
    """

    words: str
    values: Doubles
    box: QRectF
    marked: Cell | None = None

    @property
    def reach(self) -> float:
        """The largest size, or 1 where there is none."""
        sizes = np.abs(self.values[np.isfinite(self.values)])
        return float(sizes.max(initial=0.0)) or 1.0

    @property
    def power(self) -> int:
        """The power of ten that is left out: 0 unless the numbers are small or large."""
        return 0 if _LEAST <= self.reach < _MOST else math.floor(math.log10(self.reach))

    @property
    def title(self) -> str:
        """The words, and the power of ten."""
        return f"{self.words} · 10{str(self.power).translate(_RAISED)}" if self.power else self.words


class FormulaSection(Section):
    """Shows a `Formula` or what a pool let through (`Won`), with the names of the channels read."""

    spoken_role = Role.Grouping

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.title = self.tr("Formula")
        self.about = explained(word="formula")
        self._grids: list[_Grid] = []
        self._lines: list[tuple[str, str]] = []
        self._shown: tuple[Formula | Won, Callable[[int], str]] | None = None

    @property
    def lines(self) -> Sequence[tuple[str, str]]:
        """What stands below the tables: words and a number each."""
        return self._lines

    @property
    def tables(self) -> dict[str, Doubles]:
        """The tables of numbers by what stands above them."""
        return {grid.words: grid.values for grid in self._grids}

    def show_formula(self, found: Formula | Won, cell: Cell, name: Callable[[int], str]) -> None:
        """Show the arithmetic at a cell; ``name`` gives the words of a channel that is read."""
        self._shown = found, name
        self.note = self.tr("cell {0}, {1}").format(*cell)
        self._lines = self._pool_lines(found) if isinstance(found, Won) else self._sum_lines(found, name)
        self._arrange()
        self.setAccessibleName(
            f"{self.title}, {self.note}: {', '.join(' '.join(one) for one in self._lines)}"
        )

    def _pool_lines(self, found: Won) -> list[tuple[str, str]]:
        words = self.tr("the largest wins, from cell {0}, {1}").format(*found.cell)
        return [(words, number(found.value, 4))]

    def _sum_lines(self, found: Formula, name: Callable[[int], str]) -> list[tuple[str, str]]:
        sums, leading = found.sums, found.strongest(_CHANNELS)
        named = leading if found.kernel.shape[1] == 1 else leading[:1]
        lines = [(self._channel_words(found, channel, name), signed(sums[channel])) for channel in named]
        others = int(np.count_nonzero(sums)) - len(named)
        if others > 0:
            words = self.tr("{0} other channels").format(others)
            lines.append((words, signed(float(sums.sum() - sums[named].sum()))))
        lines.append((self.tr("bias"), signed(found.bias)))
        lines.append((self.tr("sum"), number(found.linear, 4)))
        if found.activation != "none":
            lines.append((self.tr("through the rectifier"), number(found.value, 4)))
        return lines

    def _channel_words(self, found: Formula, channel: int, name: Callable[[int], str]) -> str:
        if found.kernel.shape[1] > 1:
            return self.tr("products of {0}").format(name(channel))
        value, weight = float(np.nan_to_num(found.window[channel, 0, 0])), float(found.kernel[channel, 0, 0])
        return self.tr("{0}: {1} × {2}").format(name(channel), number(value), number(weight))

    def _arrange(self) -> None:
        """Lay the tables out: of the channel that counts most, or of the pool."""
        if self._shown is None:
            return
        found, _ = self._shown
        if isinstance(found, Won):
            self._grids = self._laid([(self.tr("window"), found.window)], found.place)
        elif found.kernel.shape[1] > 1 and found.strongest(1):
            (channel,) = found.strongest(1)
            tables = [
                (self.tr("window"), found.window[channel]),
                (self.tr("kernel"), found.kernel[channel]),
                (self.tr("products"), found.products[channel]),
            ]
            self._grids = self._laid(tables, None)
        else:
            self._grids = []
        self.setFixedHeight(round(self._below() + len(self._lines) * _ROW + 6))
        self.update()

    def _laid(self, tables: list[tuple[str, Doubles]], marked: Cell | None) -> list[_Grid]:
        side = tables[0][1].shape[0]
        third = (self.width() - 2 * _GAP) / 3
        if side <= _SIDE_BY_SIDE:
            return [
                _Grid(words, values, QRectF(place * (third + _GAP), TITLE + 18, third, side * _ROW), marked)
                for place, (words, values) in enumerate(tables)
            ]
        tall = side * _FLAT
        return [
            _Grid(words, values, QRectF(0, TITLE + 18 + place * (tall + 22), self.width(), tall), marked)
            for place, (words, values) in enumerate(tables)
        ]

    def _below(self) -> float:
        """Where the lines begin."""
        return max((grid.box.bottom() + 6 for grid in self._grids), default=TITLE + 4.0)

    @override
    def resizeEvent(self, event: object) -> None:
        """Tables are as wide as there is room."""
        self._arrange()

    @override
    def draw(self, painter: QPainter) -> None:
        """The tables, the signs between them, and the lines."""
        for grid in self._grids:
            self._table(painter, grid)
        if len(self._grids) > 1 and self._grids[0].box.top() == self._grids[1].box.top():
            for grid, sign in zip(self._grids, "×=", strict=False):
                box = QRectF(grid.box.right(), grid.box.top(), _GAP, grid.box.height())
                painter.setPen(Theme.now().colour("text2"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign)
        self._sum(painter)

    def _table(self, painter: QPainter, grid: _Grid) -> None:
        theme, values = Theme.now(), grid.values
        painter.setFont(font(11))
        painter.setPen(theme.colour("text2"))
        painter.drawText(QPointF(grid.box.left(), grid.box.top() - 5), grid.title)
        scale = Scale(TIDE.name, Limits(-grid.reach, grid.reach))
        painter.setFont(font(9.5))
        rows, columns = values.shape
        for row in range(rows):
            for column in range(columns):
                box = _cell(grid, column, row)
                value = float(values[row, column])
                colour = scale.colour_at(value) if np.isfinite(value) else theme.colour("panel")
                self._number(painter, box, value / 10**grid.power, colour)
        if grid.marked is not None:
            outline_hovered(painter, _cell(grid, *grid.marked))

    def _number(self, painter: QPainter, box: QRectF, value: float, colour: QColor) -> None:
        painter.fillRect(box, colour)
        if not np.isfinite(value):
            return  # over the edge
        painter.setPen(ink_on(colour))
        metrics = painter.fontMetrics()
        forms = (_fixed(value, digits) for digits in (2, 1, 0))
        fits = (one for one in forms if metrics.horizontalAdvance(one) <= box.width() - 2)
        text = next(fits, "") if value else "0"
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _sum(self, painter: QPainter) -> None:
        theme, top = Theme.now(), self._below()
        bold = {self.tr("sum"), self.tr("through the rectifier")}
        for place, (words, value) in enumerate(self._lines):
            box = QRectF(0, top + place * _ROW, self.width(), _ROW)
            if words == self.tr("sum"):
                painter.setPen(theme.colour("line"))
                painter.drawLine(QPointF(0, box.top() + 0.5), QPointF(self.width(), box.top() + 0.5))
            painter.setFont(font(12.5))
            painter.setPen(theme.colour("text2"))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
            painter.setFont(font(12.5, 600 if words in bold else 400))
            painter.setPen(theme.colour("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)


def _cell(grid: _Grid, column: int, row: int) -> QRectF:
    rows, columns = grid.values.shape
    width, height = grid.box.width() / columns, grid.box.height() / rows
    left, top = grid.box.left() + column * width, grid.box.top() + row * height
    return QRectF(left, top, width - 1, height - 1)


def _fixed(value: float, digits: int) -> str:
    """A number with so many digits behind the point; what rounds to 0 has no sign."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
