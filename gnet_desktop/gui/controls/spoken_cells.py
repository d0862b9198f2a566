"""What assistive programs are told of the rows of Qt's own views.

Qt says of a view's current cell that it has the keyboard even while another control has it,
and of all cells that they are showing while the view itself is hidden.
"""

from typing import cast

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QRectF, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView
from typing_extensions import override

from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken


class SpokenCells(Speaking):
    """Mixed into a view: its cells as parts, row by row.

    The places are those that Qt counts when it tells that the current cell is another one: a
    table's begin with its headers.
    """

    spoken_role = Role.List
    spoken_widgets = False  # what Qt paints the cells on passes for focused, too

    @property
    def _view(self) -> QAbstractItemView:
        return cast(QAbstractItemView, self)

    @property
    def _headers(self) -> int:
        """Rows and columns of headers before the first cell."""
        return int(isinstance(self, QTableView))

    def _count(self) -> tuple[int, int]:
        """Rows and columns with the headers; (0, 0) without a model."""
        model: QAbstractItemModel | None = self._view.model()
        if model is None:
            return 0, 0
        # a list's model keeps to itself that it has one column
        columns = model.columnCount() + 1 if self._headers else 1
        return model.rowCount() + self._headers, columns

    @override
    def spoken_count(self) -> int:
        """A part a cell."""
        rows, columns = self._count()
        return rows * columns

    @override
    def spoken_part(self, place: int) -> Spoken:
        """A cell's words, whether it is chosen; of a header only its words."""
        view = self._view
        row, column = (one - self._headers for one in divmod(place, self._count()[1]))
        if row < 0 or column < 0:
            return self._header(row, column)
        index = view.model().index(row, column)
        words = index.data(Qt.ItemDataRole.AccessibleTextRole) or index.data(Qt.ItemDataRole.DisplayRole)
        port = view.viewport().geometry()
        box = view.visualRect(index).translated(port.topLeft()).intersected(port)
        role = Role.Cell if self._headers else Role.ListItem
        return Spoken(role, str(words or ""), QRectF(box), selected=view.selectionModel().isSelected(index))

    def _header(self, row: int, column: int) -> Spoken:
        upright = column < 0
        role = Role.RowHeader if upright else Role.ColumnHeader
        if row < 0 and column < 0:
            return Spoken(role, "", QRectF())
        across = Qt.Orientation.Vertical if upright else Qt.Orientation.Horizontal
        words = self._view.model().headerData(row if upright else column, across)
        return Spoken(role, str(words or ""), QRectF())

    @override
    def spoken_focus(self) -> int | None:
        """The current cell, while the view has the keyboard."""
        index: QModelIndex = self._view.currentIndex()
        if not self._view.hasFocus() or not index.isValid():
            return None
        return (index.row() + self._headers) * self._count()[1] + index.column() + self._headers
