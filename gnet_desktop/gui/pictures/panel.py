"""The list of pictures: thumbnail, name, first answer."""

from typing import Any, Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gnet_desktop.gui.controls.common import IconButton, PanelHeader
from gnet_desktop.gui.controls.focus import KeyFocus
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import ring_row
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.inspection.answers import percent
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Entry

Index = QModelIndex | QPersistentModelIndex
ENTRY: Final = Qt.ItemDataRole.UserRole
ROW, THUMB, NARROW = 60, 44, 120
_SETTLED: Final = 60
"""Milliseconds after which rows that scrolled into view are told."""


class PicturesModel(QStringListModel):
    """The workspace's pictures in order; says which row changed.

    The list of strings is empty words: it only counts the rows, which a view of a hundred
    thousand asks for a hundred thousand times, and each question to Python would take a microsecond.
    """

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._ids: list[int] = list(workspace.pictures)
        self._rows = {entry_id: row for row, entry_id in enumerate(self._ids)}
        self._images: dict[int, QImage] = {}
        self._count_rows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, tooltip, spoken text, or the entry."""
        entry = self._workspace.pictures.get(self._ids[index.row()]) if index.isValid() else None
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = f"{entry.name}, {second_line(entry, self.tr('not opened'))}"
            return tip(words) if role == Qt.ItemDataRole.ToolTipRole else words
        return entry if role == ENTRY else None

    def entry_id(self, row: int) -> int:
        """The picture of a row."""
        return self._ids[row]

    def row_of(self, entry_id: int | None) -> int:
        """The row of a picture, −1 without one."""
        return self._rows.get(entry_id or 0, -1)

    def image(self, entry: Entry) -> QImage | None:
        """A picture's thumbnail as Qt has it."""
        if entry.thumbnail is None:
            self._images.pop(entry.id, None)
            return None
        if entry.id not in self._images:
            self._images[entry.id] = rgb_image(entry.thumbnail)
        return self._images[entry.id]

    def reload(self) -> None:
        """Pictures came or went; those that came at the end leave all others where they are."""
        ids, before = list(self._workspace.pictures), len(self._ids)
        if before and len(ids) >= before and ids[:before] == self._ids:
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
        if not ids:
            return
        first = len(self._ids)
        self._ids += ids
        self._rows.update(zip(ids, range(first, len(self._ids)), strict=True))
        self.insertRows(first, len(ids))

    def refresh(self, entry_id: int) -> None:
        """One picture's thumbnail or answer changed."""
        row = self.row_of(entry_id)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))


def second_line(entry: Entry, failed: str) -> str:
    """The first answer with its probability, or that the picture failed."""
    if entry.error is not None:
        return failed
    return f"{entry.best[0]} {percent(entry.best[1])} %" if entry.best else ""


class _Delegate(QStyledItemDelegate):
    """Paints a row; holds nothing of it."""

    def __init__(self, model: PicturesModel, view: QListView) -> None:
        super().__init__(view)
        self._model = model
        self._focus = KeyFocus(view)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are alike."""
        return QSize(option.rect.width(), ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, thumbnail, name, answer."""
        theme, entry = Theme.now(), index.data(ENTRY)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        rect = option.rect
        painter.save()
        if chosen:
            painter.fillRect(rect, theme.colour("accentbg"))
            painter.fillRect(rect.left(), rect.top(), 2, rect.height(), theme.colour("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("raised"))
        if chosen and self._focus.shown:
            ring_row(painter, QRectF(rect))
        narrow = rect.width() < NARROW
        left = rect.left() + ((rect.width() - THUMB) / 2 if narrow else 12)
        box = QRectF(left, rect.top() + (ROW - THUMB) / 2, THUMB, THUMB)
        self._thumbnail(painter, entry, box, theme)
        if not narrow:
            self._words(painter, entry, QRectF(rect).adjusted(12 + THUMB + 10, 0, -12, 0), theme)
        painter.restore()

    def _thumbnail(self, painter: QPainter, entry: Entry, box: QRectF, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(box, 4, 4)
        image = self._model.image(entry)
        if image is None:
            painter.fillPath(path, theme.colour("badbg" if entry.error else "well"))
            if entry.error is not None:
                draw_icon(
                    painter, "error", QRectF(box.center().x() - 9, box.center().y() - 9, 18, 18), theme.bad
                )
            return
        side = min(image.width(), image.height())
        source = QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
        painter.setClipPath(path)
        painter.drawImage(box, image, source)
        painter.setClipping(False)

    def _words(self, painter: QPainter, entry: Entry, box: QRectF, theme: Theme) -> None:
        upper = QRectF(box.left(), box.center().y() - 19, box.width(), 18)
        lower = QRectF(box.left(), box.center().y() + 1, box.width(), 18)
        painter.setFont(font(12.5, 500))
        painter.setPen(theme.colour("text"))
        middle = Qt.TextElideMode.ElideMiddle
        painter.drawText(
            upper,
            Qt.AlignmentFlag.AlignVCenter,
            QFontMetrics(painter.font()).elidedText(entry.name, middle, round(upper.width())),
        )
        painter.setFont(font(12))
        if entry.error is not None:
            painter.setPen(theme.colour("bad"))
            painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, self.tr("not opened"))
        elif entry.best is not None:
            metrics = QFontMetrics(painter.font())
            number = f"{percent(entry.best[1])} %"
            room = lower.width() - metrics.horizontalAdvance(number) - 8
            painter.setPen(theme.colour("text2"))
            painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number)
            name = metrics.elidedText(entry.best[0], Qt.TextElideMode.ElideRight, round(room))
            painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, name)


class _List(QListView):
    """Delete takes the picture off the list."""

    removed = Signal()
    menu_wanted = Signal(QModelIndex, QPoint)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Only the left button chooses."""
        if event.button() == Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu of the picture under the cursor, or of the one that has the keyboard."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        place = event.globalPos()
        if by_key:
            place = self.viewport().mapToGlobal(self.visualRect(index).center())
        if index.isValid():
            self.menu_wanted.emit(index, place)

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

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, under a line."""
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, Theme.now().colour("line"))
        painter.end()
        super().paintEvent(event)


class PicturesPanel(Speaking, QWidget):
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
        self.list.setItemDelegate(_Delegate(self.model, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Pictures"))
        self.list.selectionModel().currentChanged.connect(self._chosen)
        self.list.removed.connect(self.remove_current)
        self.list.menu_wanted.connect(self._want_menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        self.hint = _Hint(self.tr("Drop pictures, folders or a checkpoint anywhere."))
        layout.addWidget(self.list, 1)
        layout.addWidget(self.hint)
        self.setFocusProxy(self.list)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self._following = False
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(_SETTLED)
        self._looking.timeout.connect(self._look_at_rows)
        self.list.verticalScrollBar().valueChanged.connect(self._look_soon)
        ends = [
            workspace.pictures_changed.subscribe(self._reload),
            workspace.entry_changed.subscribe(self.model.refresh),
            workspace.current_changed.subscribe(self._follow),
        ]
        self.destroyed.connect(lambda: [end() for end in ends])
        self._reload()

    def _want_menu(self, index: QModelIndex, place: QPoint) -> None:
        self.menu_wanted.emit(self.model.entry_id(index.row()), place)

    def remove_current(self) -> None:
        """Take the current picture off the list."""
        if self._workspace.current is not None:
            self._workspace.remove_picture(self._workspace.current)

    def _reload(self) -> None:
        self._following = True
        self.model.reload()
        self._following = False
        self._show_header()
        self._follow()
        self._look_soon()

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
        narrow, count = self.width() < NARROW, str(len(self._workspace.pictures) or "")
        self.header.set_title("" if narrow else self.tr("Pictures"))
        self.header.set_note("" if narrow else count)
        self.header.setToolTip(self.tr("Pictures: {0}").format(count or 0) if narrow else "")
        self.hint.setVisible(not narrow)
        self.order.setVisible(not narrow and len(self._workspace.pictures) > 1)

    def _follow(self) -> None:
        row = self.model.row_of(self._workspace.current)
        if row >= 0 and self.list.currentIndex().row() != row:
            self._following = True
            self.list.setCurrentIndex(self.model.index(row))
            self._following = False

    def _chosen(self, now: QModelIndex, before: QModelIndex) -> None:
        if now.isValid() and not self._following:
            self._workspace.choose_picture(self.model.entry_id(now.row()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows follow the width."""
        super().resizeEvent(event)
        self._show_header()
        self.list.doItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        """Another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.list.viewport().update()
        super().changeEvent(event)
