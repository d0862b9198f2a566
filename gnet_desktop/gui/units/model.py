"""The items of the gallery in their order, as Qt's views read them."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from typing_extensions import override

from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.workspace.units.items import Item

Index = QModelIndex | QPersistentModelIndex
SUBJECT: Final = Qt.ItemDataRole.UserRole


class CardsModel(QAbstractListModel):
    """The items in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.items: Sequence[Item] = ()

    def show_items(self, items: Sequence[Item]) -> None:
        """Show others."""
        self.beginResetModel()
        self.items = items
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many cards there are."""
        return 0 if parent.isValid() else len(self.items)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The name, or the item itself."""
        if not index.isValid() or index.row() >= len(self.items):
            return None
        item = self.items[index.row()]
        if role == SUBJECT:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.words(item)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self.words(item))
        return None

    def words(self, item: Item) -> str:
        """A card in words."""
        return item.name if item.unit is None else self._place(item)

    def _place(self, item: Item) -> str:
        return self.tr("{0}, channel {1} of {2}").format(item.name, item.channel, item.module)
