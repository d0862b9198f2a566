"""The answers as a table that keyboard and screen readers understand."""

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from typing_extensions import override

from gnet_desktop.gui.answers.sentences import others_words
from gnet_desktop.gui.answers.values import Line, ShownAnswers
from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.network.architecture import AUXILIARY, HEAD_PLACES, HEADS

Index = QModelIndex | QPersistentModelIndex


CELL: Final = Qt.ItemDataRole.UserRole


LINE: Final = Qt.ItemDataRole.UserRole + 1


class AnswersModel(QAbstractTableModel):
    """Rows of classes; columns: the class, then main, aux2, aux1; the last row is all others."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Line, ...] = ()
        self._shown: ShownAnswers | None = None

    def show(self, shown: ShownAnswers | None) -> None:
        """Show other answers."""
        self.beginResetModel()
        self._shown = shown
        self._lines = () if shown is None else (*shown.lines, shown.rest)
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Classes, and the line of others."""
        return 0 if parent.isValid() else len(self._lines)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The class and three heads."""
        return 0 if parent.isValid() else 1 + len(HEADS)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts for reading aloud, cells for painting."""
        line = self._lines[index.row()]
        head = HEADS[index.column() - 1] if index.column() else ""
        if role == LINE:
            return line
        if role == CELL:
            return line.cells.get(head)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, head)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._words(line, head)
        if role == Qt.ItemDataRole.ToolTipRole:
            way = "" if line.index is None else "\n" + self.tr("Click to see which units add most to it")
            return self._words(line, head) + way
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """``class``, ``main after 5b`` …"""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return self._about(HEADS[section - 1] if section else "")
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        if section == 0:
            return self.tr("class")
        head = HEADS[section - 1]
        return f"{head} " + self.tr("after {0}").format(HEAD_PLACES[head])

    def _about(self, head: str) -> str:
        """What a column is: the head, and what it says here."""
        if not head:
            return explained(word="answer")
        first = next((line for line in self._lines if head in line.cells and line.cells[head].first), None)
        says = self.tr("On this picture {0} says {1}.").format(head, first.name) if first is not None else ""
        return explained(says, word="auxiliary head" if head in AUXILIARY else "head")

    def _text(self, line: Line, head: str) -> str:
        if not head:
            return line.name if line.index is not None else others_words(line.name)
        cell = line.cells.get(head)
        return "" if cell is None else cell.text

    def _words(self, line: Line, head: str) -> str:
        name = self._text(line, "")
        if not head:
            return name if line.index is None else self.tr("{0}, class {1}").format(name, line.index)
        text = self._text(line, head)
        if not text:
            return self.tr("{0}: no answer").format(head)
        unit = "" if self._shown is not None and self._shown.logits else " %"
        words = self.tr("{0}, {1}: {2}").format(name, head, text + unit)
        cell = line.cells[head]
        if cell.change:
            words = self.tr("{0}, {1} against the reference").format(words, cell.delta)
        return self.tr("{0}, its first answer").format(words) if cell.first else words
