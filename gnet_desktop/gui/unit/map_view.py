"""The unit's map, large: each cell's value, its peak, its scale."""

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.arrows import ARROWS
from gnet_desktop.gui.controls.changing import made_words
from gnet_desktop.gui.controls.focus import KEY_REASONS
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import mark_cell, ring_inside
from gnet_desktop.gui.painting.hatching import hatch_behind, write_on_plate
from gnet_desktop.gui.painting.images import LevelImage, snapped
from gnet_desktop.gui.painting.ink import ink_on
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.painting.scale_bar import draw_standing_bar
from gnet_desktop.gui.unit.facts import Cell, UnitFacts

_BAR, _BAR_AWAY, _NUMBERS = 10, 10, 40
_LINE: Final = 28
_WRITTEN_FROM: Final = 30
_BETWEEN: Final = 6
"""Pixels between the numbers of two cells, at least: closer, two read as one."""
_LARGEST: Final = 320

translate = QCoreApplication.translate


class MapView(Speaking, QWidget):
    """A unit's map on its own linear scale; under it the cell pointed at, or the peak.

    ``pointed(cell)`` with the (column, row) under the cursor, or None; ``clicked(cell)``.
    """

    pointed = Signal(object)
    clicked = Signal(object)
    spoken_role = Role.Graphic

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._facts: UnitFacts | None = None
        self._image: LevelImage | None = None
        self._scale: Scale | None = None
        self._pointed: Cell | None = None
        self._marked: Cell | None = None
        self._chosen: Cell | None = None
        self._ring = False
        self._colour_map = "ember"
        self._most = _LARGEST

    def show_unit(self, facts: UnitFacts, colour_map: str, cell: Cell | None = None) -> None:
        """Show a unit; ``cell`` is the one that was chosen, None its peak."""
        if self._facts is None or self._facts.cells != facts.cells:
            self._pointed = None
        self._facts, self._colour_map, self._chosen = facts, colour_map, cell
        self._image = None
        self.setAccessibleName(self.tr("Map of {0}").format(facts.unit.name))
        self._fit()
        self.update()

    def mark(self, cell: Cell | None) -> None:
        """Mark the cell that another panel points at."""
        if cell != self._marked:
            self._marked = cell
            self.update()

    @property
    def cell(self) -> Cell | None:
        """The cell that the line under the map speaks of."""
        return self._pointed or self._marked or self._chosen or (self._facts.peak if self._facts else None)

    def line(self) -> tuple[str, str]:
        """What stands under the map: the cell in words, and its exact value."""
        facts, cell = self._facts, self.cell
        if facts is None or cell is None:
            return "", ""
        if facts.stated and self._pointed is None:
            return _state(facts), self.tr("0 everywhere")
        words = self.tr("cell {0}, {1}").format(*cell)
        if cell == facts.peak and not facts.zero:
            words += " · " + self.tr("peak")
        return words, number(facts.value(cell), 5)

    @override
    def spoken_value(self) -> str:
        """The cell that the line speaks of, and its value."""
        return ", ".join(filter(None, self.line()))

    @override
    def sizeHint(self) -> QSize:
        """As wide as there is room, as high as the map then is."""
        return QSize(295, round(self.map_box().height()) + _LINE)

    def map_box(self) -> QRectF:
        """Where the map is painted."""
        if self._facts is None:
            return QRectF()
        side = self._cell_side()
        columns, rows = self._facts.cells
        return QRectF(0, 0, columns * side, rows * side)

    def limit(self, side: int) -> None:
        """The largest side of the map where room is short."""
        if side != self._most:
            self._most = side
            self._fit()

    def _cell_side(self) -> float:
        """A cell's side: a whole number of physical pixels."""
        assert self._facts is not None
        ratio = self.devicePixelRatioF()
        room = min(self._most, max(120, self.width() - _BAR - _BAR_AWAY - _NUMBERS))
        return max(1, int(room * ratio / max(self._facts.cells))) / ratio

    def _fit(self) -> None:
        self._image = None
        self.setFixedHeight(self.sizeHint().height())

    @override
    def resizeEvent(self, event: object) -> None:
        """Another width, another size of cells."""
        if self._facts is not None:
            self._fit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme has another ground."""
        if event.type() == QEvent.Type.PaletteChange:
            self._image = None
            self.update()
        super().changeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Map, marks, scale and the line below."""
        facts = self._facts
        if facts is None:
            return
        painter = QPainter(self)
        box = self.map_box()
        if facts.stated:
            _draw_state(painter, facts, box)
        else:
            self._draw_map(painter, facts, box)
        self._draw_line(painter, box)
        if self._ring:
            ring_inside(painter, box)
        painter.end()

    def _draw_map(self, painter: QPainter, facts: UnitFacts, box: QRectF) -> None:
        if self._image is None:
            self._make(facts, box)
        assert self._image is not None
        assert self._scale is not None
        painter.drawImage(snapped(painter, box.left(), box.top()), self._image.image)
        self._write_values(painter, facts, box)
        cell = self.cell
        if cell is not None and not facts.zero:
            mark_cell(painter, self._cell_box(cell))
        bar = QRectF(box.right() + _BAR_AWAY, box.top(), _BAR, box.height())
        draw_standing_bar(painter, self._scale, self._scale.strip(), bar)

    def _make(self, facts: UnitFacts, box: QRectF) -> None:
        theme = Theme.now()
        ratio = self.devicePixelRatioF()
        self._scale = Scale.linear(facts.values, self._colour_map)
        self._image = self._scale.image(
            facts.values,
            nominal=max(box.width(), box.height()) * ratio,
            ground=theme.colour("raised"),
            gap=theme.colour("panel"),
            ratio=ratio,
        )

    def _write_values(self, painter: QPainter, facts: UnitFacts, _box: QRectF) -> None:
        side = self._cell_side()
        if side < _WRITTEN_FROM or facts.zero or self._scale is None:
            return
        painter.setFont(font(10))
        metrics = QFontMetricsF(painter.font())
        columns, rows = facts.cells
        for row in range(rows):
            for column in range(columns):
                value = facts.value((column, row))
                if value:
                    painter.setPen(ink_on(self._scale.colour_at(value)))
                    cell = self._cell_box((column, row))
                    forms = (number(value, digits) for digits in (3, 2, 1))
                    room = side - _BETWEEN
                    text = next((one for one in forms if metrics.horizontalAdvance(one) <= room), "")
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_line(self, painter: QPainter, box: QRectF) -> None:
        theme = Theme.now()
        words, value = self.line()
        line = QRectF(0, box.bottom() + 6, box.width(), 20)
        painter.setFont(font(12.5))
        painter.setPen(theme.colour("text2"))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.setFont(font(12.5, 600))
        painter.setPen(theme.colour("text"))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)

    def _cell_box(self, cell: Cell) -> QRectF:
        side = self._cell_side()
        return QRectF(cell[0] * side, cell[1] * side, side, side)

    def cell_at(self, position: QPointF) -> Cell | None:
        """The cell at a place of this widget."""
        if self._facts is None or not self.map_box().contains(position):
            return None
        side = self._cell_side()
        columns, rows = self._facts.cells
        return min(int(position.x() / side), columns - 1), min(int(position.y() / side), rows - 1)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Speak of the cell under the cursor."""
        self._point(self.cell_at(event.position()))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask where this cell's value comes from."""
        cell = self.cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(cell)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Speak of the peak again."""
        self._point(None)

    def _point(self, cell: Cell | None) -> None:
        if cell != self._pointed:
            self._pointed = cell
            self.setCursor(Qt.CursorShape.PointingHandCursor if cell else Qt.CursorShape.ArrowCursor)
            self.pointed.emit(cell)
            self.update()

    # Keys

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from cell to cell, Home to the peak; Enter asks where the value comes from."""
        key, cell = Qt.Key(event.key()), self.cell
        if cell is None or self._facts is None:
            super().keyPressEvent(event)
        elif key in ARROWS:
            columns, rows = self._facts.cells
            right, down = ARROWS[key]
            column, row = cell[0] + right, cell[1] + down
            self._point((min(max(0, column), columns - 1), min(max(0, row), rows - 1)))
            self.setAccessibleDescription(" ".join(self.line()))
        elif key == Qt.Key.Key_Home:
            self._point(self._facts.peak)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(cell)
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """A ring, if the keyboard came by keys."""
        self._ring = event.reason() in KEY_REASONS
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Speak of the peak again."""
        self._ring = False
        self._point(None)
        self.update()


def _state(facts: UnitFacts) -> str:
    """What a change made of a unit, ``off``; between two runs that they don't differ, in the lanes' word."""
    return translate("Lanes", "same") if facts.between else made_words(facts.changes)


def _draw_state(painter: QPainter, facts: UnitFacts, box: QRectF) -> None:
    """In place of a map of zeros what it is, in the dashed frame that lanes have there; what a change made
    so is hatched, too.
    """
    theme = Theme.now()
    painter.fillRect(box, theme.colour("raised"))
    if not facts.between:
        hatch_behind(painter, box, facts.unit.branch)
    painter.setPen(QPen(theme.colour("line2"), 1, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.setFont(font(15))
    write_on_plate(painter, _state(facts), box, theme.colour("text2"))
