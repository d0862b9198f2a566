"""Which class each folder's name means: shown, and corrected by dragging a name onto a class."""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)
from typing_extensions import override

from gnet_desktop.folder.truth import Truth
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.spoken_cells import SpokenCells
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.workspace.folder_run import FolderRun

NAME = Qt.ItemDataRole.UserRole
KIND = "application/x-gnet-folder-name"


class Names(SpokenCells, QListWidget):
    """The names of folders or of a table, each with its class; can be dragged onto another."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(2)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setAccessibleName(self.tr("Names of the folders"))

    @override
    def mimeData(self, items: list[QListWidgetItem]) -> QMimeData:  # type: ignore[override]
        """The name that is dragged."""
        data = QMimeData()
        data.setData(KIND, str(items[0].data(NAME)).encode("utf-8", "surrogateescape"))
        return data


class Classes(SpokenCells, QListWidget):
    """The classes of the checkpoint; ``dropped(name, index)`` when a name was dropped on one."""

    dropped = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(2)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self.setAccessibleName(self.tr("Classes"))

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Names only."""
        self._judge(event)

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """The class under the hand is the one that is meant."""
        item = self.itemAt(event.position().toPoint())
        if item is not None:
            self.setCurrentItem(item)
        self._judge(event)

    def _judge(self, event: QDragEnterEvent | QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(KIND):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        """The name means this class."""
        item = self.itemAt(event.position().toPoint())
        if item is None or not event.mimeData().hasFormat(KIND):
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        name = bytes(event.mimeData().data(KIND).data()).decode("utf-8", "surrogateescape")
        self.dropped.emit(name, item.data(NAME))


class Matching(QDialog):
    """Names at the left, classes at the right; what is said is remembered with the folder.

    Where the names come from a table, the folders can take its place again.
    """

    def __init__(
        self,
        run: FolderRun,
        truth: Callable[[], Truth | None],
        labels: tuple[str, ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Folders and classes"))
        self.resize(720, 520)
        self._run, self._truth, self._labels = run, truth, labels
        self.names, self.classes, self.search = Names(), Classes(), QLineEdit()
        self.search.setPlaceholderText(self.tr("Find a class"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setClearButtonEnabled(True)
        words = Label(self.tr("Drag a folder's name onto the class that it means, or choose both and match."))
        words.setWordWrap(True)
        words.setFont(font(12.5))
        self.match, self.rules = Button(self.tr("Match")), Button(self.tr("As the rules say"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.match, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.rules, QDialogButtonBox.ButtonRole.ActionRole)
        self.by_folders = buttons.addButton(
            self.tr("By folders again"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.by_folders.setToolTip(self.tr("Classes come from the folders that the pictures lie in"))
        self.by_folders.clicked.connect(lambda: run.judge_by(None))
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 14, 16, 14)
        grid.setSpacing(10)
        grid.addWidget(words, 0, 0, 1, 2)
        grid.addWidget(self.names, 1, 0, 2, 1)
        grid.addWidget(self.search, 1, 1)
        grid.addWidget(self.classes, 2, 1)
        grid.addWidget(buttons, 3, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for index, label in enumerate(labels):
            item = QListWidgetItem(f"{label}  ·  {index}")
            item.setData(NAME, index)
            self.classes.addItem(item)
        self.search.textChanged.connect(self._find)
        self.classes.dropped.connect(lambda name, index: self._say(name, index))
        self.match.clicked.connect(self._match)
        self.rules.clicked.connect(self._forget)
        buttons.rejected.connect(self.reject)
        self.show_truth()

    def show_truth(self) -> None:
        """Show what every name means now; what fits nothing stands first."""
        truth, current = self._truth(), self.chosen
        self.by_folders.setVisible(self._run.table is not None)
        self.names.clear()
        if truth is None:
            return
        for name in sorted(set(truth.given.values()), key=lambda one: (one in truth.classes, one)):
            self.names.addItem(self._item(name, truth))
        for row in range(self.names.count()):
            if self.names.item(row).data(NAME) == current:
                self.names.setCurrentRow(row)

    @property
    def chosen(self) -> str | None:
        """The name that is chosen."""
        item = self.names.currentItem()
        return None if item is None else str(item.data(NAME))  # type: ignore[redundant-expr]

    def _item(self, name: str, truth: Truth) -> QListWidgetItem:
        index = truth.classes.get(name)
        means = self.tr("no class") if index is None else self._labels[index]
        item = QListWidgetItem(f"{name}  →  {means}")
        item.setData(NAME, name)
        if index is None:
            item.setForeground(Theme.now().colour("warn"))
            item.setToolTip(tip(truth.unmatched.get(name, "")))
        return item

    def _find(self, text: str) -> None:
        wanted = text.casefold().strip()
        for row in range(self.classes.count()):
            item = self.classes.item(row)
            item.setHidden(wanted not in item.text().casefold())

    def _match(self) -> None:
        item = self.classes.currentItem()
        if self.chosen is not None and item is not None and not item.isHidden():  # type: ignore[redundant-expr]
            self._say(self.chosen, item.data(NAME))

    def _forget(self) -> None:
        if self.chosen is not None:
            self._say(self.chosen, None)

    def _say(self, name: str, index: int | None) -> None:
        self._run.correct(name, index)
