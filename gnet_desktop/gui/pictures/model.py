"""The rows of the list of pictures."""

from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtGui import QImage
from typing_extensions import override

from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.inspection.answers import percent
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import DOUBTS, Doubt, ListedPicture

Index = QModelIndex | QPersistentModelIndex
ENTRY: Final = Qt.ItemDataRole.UserRole


def tr(text: str) -> str:
    """Words of the list in the window's language."""
    return QCoreApplication.translate("pictures", text)


def doubt_words(doubt: Doubt) -> str:
    """What speaks against an answer."""
    return {"nothing fits": tr("none of the classes fits well"), "heads disagree": tr("the heads disagree")}[
        doubt
    ]


def second_line(entry: ListedPicture) -> str:
    """The first answer with its probability, or that the picture failed."""
    if entry.error is not None:
        return tr("not opened")
    return f"{entry.best[0]} {percent(entry.best[1])} %" if entry.best else ""


def spoken(entry: ListedPicture) -> str:
    """A row in words."""
    doubts = [doubt_words(doubt) for doubt in DOUBTS if doubt in entry.doubts]
    return ", ".join([entry.name, *filter(None, [second_line(entry)]), *doubts])


class PicturesModel(QStringListModel):
    """The workspace's pictures that are shown, in order; says which row changed.

    The list of strings is empty words: it only counts the rows, which a view of a hundred
    thousand asks for a hundred thousand times, and each question to Python would take a microsecond.
    """

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._ids: list[int] = list(workspace.shown_pictures)
        self._rows = {entry_id: row for row, entry_id in enumerate(self._ids)}
        self._images: dict[int, QImage] = {}
        self._count_rows()

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, tooltip, spoken text, or the entry."""
        entry = self._workspace.pictures.get(self._ids[index.row()]) if index.isValid() else None
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = spoken(entry)
            if letter := self.letter(entry):
                words = f"{words}, {tr('group {0}').format(letter)}"
            return tip(words) if role == Qt.ItemDataRole.ToolTipRole else words
        return entry if role == ENTRY else None

    def entry_id(self, row: int) -> int:
        """The picture of a row."""
        return self._ids[row]

    def row_of(self, entry_id: int | None) -> int:
        """The row of a picture, −1 without one."""
        return self._rows.get(entry_id or 0, -1)

    def image(self, entry: ListedPicture) -> QImage | None:
        """A picture's thumbnail as Qt has it."""
        if entry.thumbnail is None:
            self._images.pop(entry.id, None)
            return None
        if entry.id not in self._images:
            self._images[entry.id] = rgb_image(entry.thumbnail)
        return self._images[entry.id]

    def letter(self, entry: ListedPicture) -> str:
        """The group that a picture is in; empty for none."""
        return self._workspace.marks.letter(entry.id)

    def reload(self) -> None:
        """Pictures came or went; those that came at the end leave all others where they are."""
        ids, before = list(self._workspace.shown_pictures), len(self._ids)
        if ids == self._ids:
            return
        if before and ids[:before] == self._ids:
            self._append(ids[before:])
            return
        self._ids = ids
        self._rows = {entry_id: row for row, entry_id in enumerate(ids)}
        for gone in self._images.keys() - self._rows.keys():
            del self._images[gone]
        self._count_rows()

    def _count_rows(self) -> None:
        self.setStringList([""] * len(self._ids))

    def _append(self, ids: list[int]) -> None:
        first = len(self._ids)
        self._ids += ids
        self._rows.update(zip(ids, range(first, len(self._ids)), strict=True))
        self.insertRows(first, len(ids))

    def refresh(self, entry_id: int) -> None:
        """One picture's thumbnail or answer changed."""
        row = self.row_of(entry_id)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))
