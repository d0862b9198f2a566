"""The table of answers: a real table to keyboard and screen readers, painted as bars."""

from typing import Any, Final

from PySide6.QtCore import (
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from gnet_desktop.gui.answers.bars import draw_bar, draw_outline
from gnet_desktop.gui.answers.model import CELL, LINE, AnswersModel, Index
from gnet_desktop.gui.answers.values import Cell, Line, ShownAnswers
from gnet_desktop.gui.controls.focus import KEY_REASONS, KeyFocus
from gnet_desktop.gui.controls.spoken_cells import SpokenCells
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import ring_row
from gnet_desktop.network.architecture import HEADS

_PAD: Final = 16
_GAP: Final = 4
_BAR_SHARE, _NUMBER_ENDS = 0.47, 0.82
"""Parts of a cell's width."""
_BEHIND: Final = 10
"""Room behind a difference."""
_SHORTEST_BAR: Final = 14
"""A shorter bar says nothing and is left out."""
_LEAST_NAME: Final = 96
"""What the class keeps where differences need room."""
SIGNS: Final = {1: "good", -1: "bad", 0: "text3"}
"""The colours of differences by their sign."""
_HEAD_SHARE: Final = 0.226


class _Delegate(QStyledItemDelegate):
    """Paints names, bars and numbers."""

    def __init__(self, view: "AnswersTable") -> None:
        super().__init__(view)
        self._view = view

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """A cell."""
        theme, line = Theme.now(), index.data(LINE)
        rect = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.fillRect(rect, theme.colour(self._ground(line, index.row())))
        if line.index is None:
            painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), 1), theme.colour("line"))
        if index.column() == 0:
            self._paint_name(painter, rect, line, index)
        else:
            self._paint_cell(painter, rect, line, index.data(CELL), HEADS[index.column() - 1])
        if state & QStyle.StateFlag.State_Selected and self._view.focus.shown:
            row = QRectF(0, rect.top(), self._view.viewport().width(), rect.height())
            ring_row(painter, row)
        painter.restore()

    def _ground(self, line: Line, row: int) -> str:
        """The colour below a row: of the class that is explained, of the row under the cursor, or none."""
        if line.index is not None and line.index == self._view.explained:
            return "accentbg"
        return "raised" if line.index is not None and row == self._view.hovered_row else "panel"

    @override
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Rows are as high as the view says."""
        return QSize(60, self._view.row_height)

    def _paint_name(self, painter: QPainter, rect: QRectF, line: Line, index: Index) -> None:
        theme = Theme.now()
        if line.index is not None and line.index == self._view.explained:
            mark = QRectF(rect.left() + _PAD / 2 - 2, rect.top() + 6, 3, rect.height() - 12)
            painter.fillRect(mark, theme.colour("accent"))
        face = font(13 if line.index is not None else 12, 600 if line.leads else 400)
        painter.setFont(face)
        painter.setPen(theme.colour("text" if line.index is not None else "text3"))
        box = rect.adjusted(_PAD, 0, -4, 0)
        text = str(index.data())
        words = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_cell(self, painter: QPainter, rect: QRectF, line: Line, cell: Cell | None, head: str) -> None:
        theme, view = Theme.now(), self._view
        if cell is None:
            return
        strong = cell.first and not view.is_faint(head) and not view.stale
        face = font(12.5, 600 if strong else 400)
        number = QFontMetricsF(face).horizontalAdvance(cell.text)
        bar, end = view.places(rect.width(), number)
        compared = cell.before is not None and rect.width() - end > _BEHIND + _GAP
        if line.index is not None and bar > 0:
            high = min(10.0, rect.height() * 0.4)
            track = QRectF(rect.left(), rect.center().y() - high / 2, bar, high)
            draw_bar(
                painter, track, cell.share, first=cell.first and not view.is_faint(head), stale=view.stale
            )
            if cell.before is not None and cell.change:
                draw_outline(painter, track, cell.share, cell.before)
        painter.setFont(face)
        plain = "text3" if line.index is None or view.is_faint(head) else "text2"
        painter.setPen(theme.colour("text" if strong else plain))
        box = QRectF(rect.left(), rect.top(), end, rect.height())
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(box, right, cell.text)
        if compared:
            painter.setFont(font(11))
            painter.setPen(theme.colour(SIGNS[cell.change]))
            rest = QRectF(rect.left() + end, rect.top(), rect.width() - end - 10, rect.height())
            painter.drawText(rest, right, cell.delta)


def shared_width(width: float, number: float, delta: float = 0.0) -> tuple[float, float]:
    """(length of the bar, where the number ends) in a cell, in pixels; ``delta`` stands behind the number.

    Where room is short the bar gives way, then the difference (nothing is left behind the
    number): a number without its first digits is another number.
    """
    if not delta:
        end = max(width * _NUMBER_ENDS, min(number, width))
        return max(0.0, min(width * _BAR_SHARE, end - number - _GAP)), end
    end = width - _BEHIND - delta - 2 * _GAP
    if end < number:
        return 0.0, width
    bar = end - number - 2 * _GAP
    return bar if bar >= _SHORTEST_BAR else 0.0, end


class _Header(QHeaderView):
    """``main`` in bold, ``after 5b`` beside it."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSectionsClickable(False)

    @override
    def paintSection(self, painter: QPainter, rect: Any, section: int) -> None:
        """One column's words."""
        theme = Theme.now()
        painter.fillRect(rect, theme.colour("panel"))
        box, middle = QRectF(rect), Qt.AlignmentFlag.AlignVCenter
        words = str(self.model().headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole))
        painter.setPen(theme.colour("text3"))
        if section == 0:
            painter.setFont(font(12))
            painter.drawText(box.adjusted(_PAD, 0, 0, 0), middle, words)
            return
        head, _, after = words.partition(" ")
        bold = font(12.5, 600)
        painter.setFont(bold)
        painter.setPen(theme.colour("text"))
        painter.drawText(box, middle, head)
        painter.setFont(font(12))
        painter.setPen(theme.colour("text3"))
        box.setLeft(box.left() + QFontMetricsF(bold).horizontalAdvance(head + " "))
        after = QFontMetricsF(font(12)).elidedText(after, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, middle, after)


class AnswersTable(SpokenCells, QTableView):
    """The answers; ``class_wanted(index)`` when a class was clicked or Enter pressed on it.

    ``menu_wanted(index, place)`` with the class, or None beside all, and the place on the screen.
    """

    class_wanted = Signal(int)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answers = AnswersModel()
        self.row_height, self.hovered_row, self.stale = 28, -1, False
        self.explained: int | None = None
        self._number, self._delta = 0.0, 0.0
        self.focus = KeyFocus(self)
        self._faint: frozenset[str] = frozenset()
        self.setModel(self.answers)
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalHeader(_Header())
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(16)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Answers of the heads"))
        self.clicked.connect(self._want)

    def show_answers(self, shown: ShownAnswers | None, *, stale: bool) -> None:
        """Show answers; ``stale`` ones are striped."""
        self.stale = stale
        standing = {} if shown is None else shown.standing
        self._faint = frozenset(head for head, one in standing.items() if one == "untrained")
        self.answers.show(shown)
        self._number, self._delta = _widest(shown)
        self.fit_columns()
        if self.hasFocus():
            self._place_keyboard()

    def places(self, width: float, number: float) -> tuple[float, float]:
        """`shared_width` for a cell with that number; with differences all bars have one length."""
        return shared_width(width, max(number, self._number) if self._delta else number, self._delta)

    def show_explained(self, index: int | None) -> None:
        """Mark the class that is explained."""
        self.explained = index
        self.viewport().update()

    def set_row_height(self, height: int) -> None:
        """Make rows higher or lower."""
        self.row_height = height
        self.verticalHeader().setDefaultSectionSize(height)
        self.horizontalHeader().setFixedHeight(min(28, height))

    def is_faint(self, head: str) -> bool:
        """Whether a head's numbers are shown without emphasis."""
        return head in self._faint

    def _want(self, index: Index) -> None:
        line = index.data(LINE)
        if line is not None and line.index is not None:
            self.class_wanted.emit(line.index)

    def _place_keyboard(self) -> None:
        """The keyboard is at a row that is marked as soon as it is in the table: at the first, if at none."""
        if self.answers.rowCount() and not self.selectionModel().hasSelection():
            # Qt goes to the first row by itself, but marks it only after the next key
            self.selectRow(max(0, self.currentIndex().row()))

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes by a key sees at once where the keyboard is."""
        super().focusInEvent(event)
        if event.reason() in KEY_REASONS:
            self._place_keyboard()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter wants the class; what the table doesn't use goes on to the window."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._want(self.currentIndex())
        elif event.text() and event.key() not in (Qt.Key.Key_Space,):
            # no search by typing: letters are the window's actions
            event.ignore()
        else:
            super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Only the left button chooses."""
        if event.button() == Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu of the class under the cursor, or of the row that has the keyboard."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        line = index.data(LINE) if index.isValid() else None
        place = event.globalPos()
        if by_key and index.isValid():
            place = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        self.menu_wanted.emit(line.index if line is not None else None, place)

    @override
    def mouseMoveEvent(self, event: Any) -> None:
        """Show which row a click would choose."""
        self._hover(self.rowAt(round(event.position().y())))

    @override
    def leaveEvent(self, event: Any) -> None:
        """No row any more."""
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            inside = 0 <= row < self.answers.rowCount() - 1
            shape = Qt.CursorShape.PointingHandCursor if inside else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns share the width."""
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """The class takes what the three heads leave."""
        width = self.viewport().width()
        head = int(width * _HEAD_SHARE)
        if self._delta:
            wanted = self._number + self._delta + _BEHIND + 4 * _GAP + 2 * _SHORTEST_BAR
            head = max(head, int(min(wanted, (width - _LEAST_NAME) / len(HEADS))))
        for column in range(1, 1 + len(HEADS)):
            self.setColumnWidth(column, head)
        self.setColumnWidth(0, max(40, width - head * len(HEADS)))

    def column_left(self, head: str) -> int:
        """Where a head's column begins."""
        return self.columnViewportPosition(1 + HEADS.index(head))


def _widest(shown: ShownAnswers | None) -> tuple[float, float]:
    """(the widest number, the widest difference) of a table in pixels; no difference is 0."""
    cells = [cell for line in shown.lines for cell in line.cells.values()] if shown is not None else []
    numbers, deltas = QFontMetricsF(font(12.5, 600)), QFontMetricsF(font(11))
    return (
        max((numbers.horizontalAdvance(cell.text) for cell in cells), default=0.0),
        max((deltas.horizontalAdvance(cell.delta) for cell in cells), default=0.0),
    )
