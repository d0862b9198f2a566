"""The gallery: a folder's pictures with what was answered and what they show."""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from gnet_desktop.folder.figures import Ints
from gnet_desktop.folder.rows import UNKNOWN, Rows
from gnet_desktop.gui.controls.focus import KeyFocus
from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.gui.controls.spoken_cells import SpokenCells
from gnet_desktop.gui.folder.thumbnails import Thumbnails
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import ring_inside
from gnet_desktop.inspection.answers import percent
from gnet_desktop.shown import path_words

Index = QModelIndex | QPersistentModelIndex
PLACE: Final = Qt.ItemDataRole.UserRole
SIDE, WORDS, GAP = 120, 40, 12
_CELLS: Final = 150
"""Cells that are kept: some screens full, 12 MB."""


class GalleryModel(QAbstractListModel):
    """The rows that are shown, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path()
        self.rows: Rows | None = None
        self.names: tuple[str, ...] = ()
        self.likeness: Mapping[int, float] = {}
        self._places: Ints = np.empty(0, np.int64)

    def show_rows(
        self,
        folder: Path,
        rows: Rows | None,
        names: tuple[str, ...],
        places: Ints,
        likeness: Mapping[int, float] | None = None,
    ) -> None:
        """Show other rows; an equal list with new numbers keeps its place on the screen.

        ``likeness`` is, of rows that are shown for it, how much they are like another one.
        """
        self.likeness = likeness or {}
        same = self.rows is not None and rows is not None and np.array_equal(places, self._places)
        self.folder, self.names = folder, names
        if same and self.rows is not None and rows is not None and self.rows.paths == rows.paths:
            self.rows = rows
            if len(places):
                self.dataChanged.emit(self.index(0), self.index(len(places) - 1))
            return
        self.beginResetModel()
        self.rows, self._places = rows, places
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many pictures are shown."""
        return 0 if parent.isValid() else len(self._places)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What is answered, the tooltip, or the row's place among all."""
        if not index.isValid() or self.rows is None:
            return None
        place = int(self._places[index.row()])
        if role == PLACE:
            return place
        if role == Qt.ItemDataRole.DisplayRole:
            return self.name(int(self.rows.answer[place]))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._words(self.rows, place))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._words(self.rows, place)
        return None

    def _words(self, rows: Rows, place: int) -> str:
        said = f"{self.name(int(rows.answer[place]))} {percent(float(rows.confidence[place]))} %"
        if place in self.likeness:
            said += ", " + self.like_words(place)
        if rows.truth[place] == UNKNOWN:
            return f"{path_words(rows.paths[place])}: {said}"
        right = self.tr("wrong") if rows.is_wrong(place) else self.tr("right")
        shown = self.tr("shows {0}").format(self.name(int(rows.truth[place])))
        return f"{path_words(rows.paths[place])}: {said}, {right}, {shown}"

    def like_words(self, place: int) -> str:
        """How much a row is like the one that was asked about."""
        return self.tr("alike {0}").format(f"{self.likeness[place]:.2f}".replace("-", "−"))

    def name(self, index: int) -> str:
        """A class's name."""
        return self.names[index] if 0 <= index < len(self.names) else f"class {index}"

    def path(self, index: Index) -> Path | None:
        """The file of a row."""
        if not index.isValid() or self.rows is None:
            return None
        return self.folder / self.rows.paths[int(self._places[index.row()])]

    def row_of(self, path: Path) -> int:
        """The row that shows a file, −1 if none does."""
        if self.rows is None or not path.is_relative_to(self.folder):
            return -1
        name = path.relative_to(self.folder).as_posix()
        place = bisect_left(self.rows.paths, name)
        if place >= len(self.rows.paths) or self.rows.paths[place] != name:
            return -1
        found = np.flatnonzero(self._places == place)
        return int(found[0]) if len(found) else -1


@dataclass(frozen=True, slots=True)
class _Of:
    """What all cells that are kept were painted of and for; the two that hold numbers count by identity."""

    rows: Rows
    likeness: Mapping[int, float]
    theme: str
    ratio: float


class _Delegate(QStyledItemDelegate):
    """Paints a picture, its first answer and its truth. What is on the screen and a little more is kept as it
    was painted: a scroll moves what is there and paints one row.
    """

    def __init__(self, model: GalleryModel, thumbnails: Thumbnails, view: QListView) -> None:
        super().__init__(view)
        self._model, self._thumbnails = model, thumbnails
        self._view, self._focus = view, KeyFocus(view)
        self._of: _Of | None = None
        self._cells = OrderedDict[tuple[int, int], QPixmap]()

    @override
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All are alike."""
        return QSize(SIDE + GAP, SIDE + WORDS + GAP)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The picture and two lines of words, and around them what is chosen or pointed at."""
        rows, place = self._model.rows, index.data(PLACE)
        path = self._model.path(index)
        if rows is None or place is None or path is None:
            return
        theme, ratio = Theme.now(), painter.device().devicePixelRatioF()
        cell = QRectF(option.rect).adjusted(GAP / 2, GAP / 2, -GAP / 2, -GAP / 2)
        of = _Of(rows, self._model.likeness, theme.name, ratio)
        if of != self._of:
            self._cells.clear()
            self._of = of
        painter.drawPixmap(cell.topLeft(), self._cell(rows, place, self._thumbnails.get(path), theme, ratio))
        chosen = option.state & QStyle.StateFlag.State_Selected
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("accent"), 2) if chosen else QPen(theme.colour("line2"), 1))
            painter.drawRoundedRect(cell.adjusted(-4, -4, 4, 4), 6, 6)
            painter.restore()
        if self._focus.shown and index == self._view.currentIndex():
            ring_inside(painter, QRectF(option.rect))

    def _cell(self, rows: Rows, place: int, image: QImage | None, theme: Theme, ratio: float) -> QPixmap:
        key = place, 0 if image is None else image.cacheKey()
        if key not in self._cells:
            made = QPixmap(round(SIDE * ratio), round((SIDE + WORDS) * ratio))
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            painter = QPainter(made)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            self._picture(painter, image, theme)
            self._words(painter, rows, place, QRectF(0, SIDE + 4, SIDE, WORDS - 6), theme)
            painter.end()
            self._cells[key] = made
        self._cells.move_to_end(key)
        while len(self._cells) > _CELLS:
            self._cells.popitem(last=False)
        return self._cells[key]

    def _picture(self, painter: QPainter, image: QImage | None, theme: Theme) -> None:
        clip = QPainterPath()
        clip.addRoundedRect(0, 0, SIDE, SIDE, 4, 4)
        if image is None:
            painter.fillPath(clip, theme.colour("well"))
            return
        side = min(image.width(), image.height())
        source = QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
        painter.setClipPath(clip)
        painter.drawImage(QRectF(0, 0, SIDE, SIDE), image, source)
        painter.setClipping(False)

    def _words(self, painter: QPainter, rows: Rows, place: int, box: QRectF, theme: Theme) -> None:
        known, wrong = rows.truth[place] != UNKNOWN, rows.is_wrong(place)
        left = box.left()
        if known:
            painter.setPen(QPen(theme.colour("bad" if wrong else "good"), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QRectF(left + 0.5, box.top() + 5, 6, 6))
            left += 12
        number = percent(float(rows.confidence[place]), digits=0)
        painter.setFont(font(12, 600))
        metrics = QFontMetrics(painter.font())
        room = box.right() - left - metrics.horizontalAdvance(number) - 6
        upper = QRectF(left, box.top(), box.right() - left, 17)
        painter.setPen(theme.colour("text"))
        name = self._model.name(int(rows.answer[place]))
        painter.drawText(
            upper,
            Qt.AlignmentFlag.AlignVCenter,
            metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room)),
        )
        painter.setFont(font(12))
        painter.setPen(theme.colour("text2"))
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number)
        painter.setFont(font(11))
        painter.setPen(theme.colour("text3"))
        lower = QRectF(box.left(), box.top() + 17, box.width(), 15)
        file = path_words(rows.paths[place].rpartition("/")[2])
        shown = self._model.name(int(rows.truth[place])) if known else file
        if place in self._model.likeness:
            words = self._model.like_words(place)
            shown = f"{words} · {shown}" if known else words
        metrics = QFontMetrics(painter.font())
        text = metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, int(lower.width()))
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, text)


class Gallery(SpokenCells, QListView):
    """All pictures that pass the filter; Enter or a double click opens one in Explore.

    ``alike_wanted`` with a picture's relative path, from the menu of a right click; "" for all again.
    """

    open_wanted, alike_wanted = Signal(Path), Signal(str)

    def __init__(self, post: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures = GalleryModel()
        self.thumbnails = Thumbnails(post, self._show)
        self.setModel(self.pictures)
        self.setItemDelegate(_Delegate(self.pictures, self.thumbnails, self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.SinglePass)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setSpacing(0)
        self.setGridSize(QSize(SIDE + GAP, SIDE + WORDS + GAP))
        self.setAccessibleName(self.tr("Gallery"))
        self.doubleClicked.connect(self._open)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(40)
        self._settled.timeout.connect(self._look_again)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._settled.start())

    def _look_again(self) -> None:
        self.thumbnails.forget_waiting()
        self.viewport().update()

    def _show(self, path: Path) -> None:
        row = self.pictures.row_of(path)
        if row >= 0:
            self.update(self.pictures.index(row))

    def _open(self, index: QModelIndex) -> None:
        path = self.pictures.path(index)
        if path is not None:
            self.open_wanted.emit(path)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The pictures, or that none passes the filter."""
        super().paintEvent(event)
        if self.nothing:
            painter = QPainter(self.viewport())
            painter.setFont(font(13))
            painter.setPen(Theme.now().colour("text3"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.nothing)
            painter.end()

    @property
    def nothing(self) -> str:
        """What is said where the filter lets no picture of a folder through; else empty."""
        rows, shown = self.pictures.rows, self.pictures.rowCount()
        return self.tr("No picture of the folder is like that.") if rows and rows.paths and not shown else ""

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with a picture."""
        index = self.indexAt(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
        if index.isValid():
            self.menu_of(index).popup(event.globalPos())

    def menu_of(self, index: QModelIndex) -> QMenu:
        """The menu of one picture."""
        menu, rows = QMenu(self), self.pictures.rows
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Open in Explore")).triggered.connect(lambda _=False: self._open(index))
        if rows is not None:
            path = rows.paths[index.data(PLACE)]
            menu.addAction(self.tr("Pictures that look like it")).triggered.connect(
                lambda _=False: self.alike_wanted.emit(path)
            )
        if self.pictures.likeness:
            menu.addAction(self.tr("All pictures again")).triggered.connect(
                lambda _=False: self.alike_wanted.emit("")
            )
        return menu

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; everything else is the list's own."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()
        super().changeEvent(event)
