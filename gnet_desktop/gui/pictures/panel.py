"""The list of pictures: thumbnail, name, first answer."""

from html import escape
from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QListView, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.answers.notices import Remark
from gnet_desktop.gui.controls.common import IconButton, PanelHeader
from gnet_desktop.gui.controls.focus import PassesFocus
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.controls.spoken_cells import SpokenCells
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.pictures.model import PicturesModel
from gnet_desktop.gui.pictures.progress import AnsweringProgress
from gnet_desktop.gui.pictures.rows import NARROW, RowDelegate
from gnet_desktop.gui.pictures.sieve import MANY, SieveBar
from gnet_desktop.shown import whole
from gnet_desktop.workspace.sifting import EVERYTHING
from gnet_desktop.workspace.state import Workspace

_SETTLED: Final = 60
"""Milliseconds after which rows that scrolled into view are told."""


class _List(SpokenCells, QListView):
    """Delete takes the picture off the list."""

    removed = Signal()
    menu_wanted = Signal(QModelIndex, QPoint)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Only the left button chooses."""
        if event.button() == Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu of the picture under the cursor, or of the one that has the keyboard."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        place = event.globalPos()
        if by_key:
            place = self.viewport().mapToGlobal(self.visualRect(index).center())
        if index.isValid():
            self.menu_wanted.emit(index, place)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete; everything else is the list's own."""
        if event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class _Hint(Label):
    """What can be dropped, below the list."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.setWordWrap(True)
        self.setFont(font(11))
        self.setContentsMargins(12, 8, 12, 8)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, under a line."""
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, Theme.now().colour("line"))
        painter.end()
        super().paintEvent(event)


class PicturesPanel(PassesFocus, Speaking, QWidget):
    """The open pictures; the current one is marked.

    ``open_wanted`` asks for more, ``orders_wanted`` for a menu of orders below `order`,
    ``menu_wanted(picture, place)`` for that of a picture.
    """

    open_wanted, orders_wanted = Signal(), Signal()
    menu_wanted = Signal(int, QPoint)
    spoken_role = Role.Grouping

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setAccessibleName(self.tr("Pictures"))
        self.header = PanelHeader(self.tr("Pictures"))
        add = IconButton("add")
        add.setToolTip(self.tr("Open pictures (Ctrl+O)"))
        add.setAccessibleName(self.tr("Open pictures"))
        add.clicked.connect(self.open_wanted)
        self.order = IconButton("sort")
        self.order.setToolTip(self.tr("Sort the list"))
        self.order.setAccessibleName(self.tr("Sort the list"))
        self.order.clicked.connect(self.orders_wanted)
        self.header.add(self.order)
        self.header.add(add)
        self.model = PicturesModel(workspace)
        self.list = _List()
        self.list.setModel(self.model)
        self.list.setItemDelegate(RowDelegate(self.model, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Pictures"))
        self.list.selectionModel().currentChanged.connect(self._chosen)
        self.list.selectionModel().selectionChanged.connect(self._mark)
        self.list.removed.connect(self.remove_current)
        self.list.menu_wanted.connect(self._want_menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        self.sieve, self.alike, self.progress = (
            SieveBar(workspace),
            Remark("warn"),
            AnsweringProgress(workspace),
        )
        self.nothing = _Hint(self.tr("No picture of the list is like that."))
        for widget in (self.sieve, self.alike, self.nothing):
            layout.addWidget(widget)
        self.hint = _Hint(self.tr("Drop pictures, folders or a checkpoint anywhere."))
        layout.addWidget(self.list, 1)
        layout.addWidget(self.progress)
        layout.addWidget(self.hint)
        self.sieve.left.connect(self._leave_field)
        self.keeper = self.list
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._following = self._reloading = False
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(_SETTLED)
        self._looking.timeout.connect(self._look_at_rows)
        self.list.verticalScrollBar().valueChanged.connect(self._look_soon)
        ends = [
            workspace.pictures_changed.subscribe(self._reload),
            workspace.sifted.subscribe(self._reload),
            workspace.entry_changed.subscribe(self._refresh),
            workspace.checkpoint_changed.subscribe(self.progress.refresh),
            workspace.current_changed.subscribe(self._follow),
            workspace.marks.changed.subscribe(self._show_marks),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._reload()

    def _refresh(self, picture: int) -> None:
        """One picture changed."""
        self.model.refresh(picture)
        self.progress.refresh_soon()
        self._warn()

    def _warn(self) -> None:
        """Say so where every picture gets the same answer."""
        same = self._workspace.tally.same
        self.alike.say("" if same is None or self._is_narrow else self._alike_words(*same))

    def _alike_words(self, answer: str, count: int) -> str:
        said = self.tr("All {0} pictures answered so far are <b>{1}</b>.").format(count, escape(answer))
        if self._workspace.trained("main") is False:
            why = self.tr("The main head looks untrained.")
        else:
            why = self.tr(
                "If they show different things, the input convention may be wrong: try two (Ctrl+T)."
            )
        return f"{said} {why}"

    def begin_search(self) -> None:
        """Give the keyboard to the field for words."""
        self.sieve.setVisible(True)
        self.sieve.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.sieve.field.selectAll()

    def _leave_field(self) -> None:
        self.list.setFocus(Qt.FocusReason.TabFocusReason)
        self._show_header()

    @property
    def _is_narrow(self) -> bool:
        return self.width() < NARROW

    def _want_menu(self, index: QModelIndex, place: QPoint) -> None:
        self.menu_wanted.emit(self.model.entry_id(index.row()), place)

    def remove_current(self) -> None:
        """Take the current picture off the list."""
        if self._workspace.current is not None:
            self._workspace.remove_picture(self._workspace.current)

    def _reload(self) -> None:
        marked = self._workspace.marks.marked
        self._following = self._reloading = True
        self.model.reload()
        self._following = False
        self.sieve.refresh()
        self._show_header()
        self._follow()
        self._mark_again(marked)
        self._reloading = False
        self._mark()
        self._look_soon()
        self._warn()
        self.progress.refresh_soon()

    def _look_soon(self) -> None:
        if not self._looking.isActive():
            self._looking.start()

    def _look_at_rows(self) -> None:
        """Tell which rows are in view: those of a long list get their thumbnails then."""
        port = self.list.viewport().rect()
        top, bottom = self.list.indexAt(port.topLeft()).row(), self.list.indexAt(port.bottomLeft()).row()
        last = bottom if bottom >= 0 else self.model.rowCount() - 1
        rows = range(max(0, top), last + 1)
        self._workspace.look_at_rows([self.model.entry_id(row) for row in rows])

    def _show_header(self) -> None:
        """Title and count, where there is room for words."""
        narrow, total = self._is_narrow, len(self._workspace.pictures)
        shown, sifted = len(self._workspace.shown_pictures), self._workspace.sieve != EVERYTHING
        count = (
            self.tr("{0} of {1}").format(whole(shown), whole(total))
            if sifted
            else whole(total)
            if total
            else ""
        )
        self.header.set_title("" if narrow else self.tr("Pictures"))
        if marked := len(self._workspace.marks.marked):
            count = self.tr("{0} of {1} marked").format(whole(marked), whole(total))
        self.header.set_note("" if narrow else count)
        self.header.setToolTip(self.tr("Pictures: {0}").format(count or 0) if narrow else "")
        self.hint.setVisible(not narrow)
        self.order.setVisible(not narrow and total > 1)
        self.sieve.setVisible(sifted or self.sieve.field.hasFocus() or (not narrow and total >= MANY))
        self.nothing.setVisible(sifted and not shown)

    def _follow(self) -> None:
        row = self.model.row_of(self._workspace.current)
        if self.list.currentIndex().row() != row:
            self._following = True
            self.list.setCurrentIndex(self.model.index(row) if row >= 0 else QModelIndex())
            self._following = False

    def _mark(self) -> None:
        """What is selected is marked."""
        if not self._reloading:
            rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
            self._workspace.marks.mark(tuple(self.model.entry_id(row) for row in rows))

    def _mark_again(self, pictures: tuple[int, ...]) -> None:
        """The rows are others; the marked pictures are the same."""
        for picture in pictures:
            row = self.model.row_of(picture)
            if row >= 0:
                self.list.selectionModel().select(
                    self.model.index(row), QItemSelectionModel.SelectionFlag.Select
                )

    def _show_marks(self) -> None:
        self.list.viewport().update()
        self._show_header()

    def _chosen(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid() and not self._following:
            self._workspace.choose_picture(self.model.entry_id(now.row()))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows follow the width."""
        super().resizeEvent(event)
        self._show_header()
        self.list.doItemsLayout()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.list.viewport().update()
        super().changeEvent(event)
