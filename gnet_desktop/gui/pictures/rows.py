"""How a row of the list of pictures is painted."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from gnet_desktop.gui.controls.focus import KeyFocus
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import ring_row
from gnet_desktop.gui.pictures.model import ENTRY, Index, PicturesModel
from gnet_desktop.inspection.answers import percent
from gnet_desktop.workspace.values import ListedPicture

ROW, THUMB, NARROW = 60, 44, 120
_BADGE: Final = 17
"""Side of the letter of a group."""
_SIGN: Final = 14
"""Side of the sign of heads that disagree."""


class RowDelegate(QStyledItemDelegate):
    """Paints a row; holds nothing of it."""

    def __init__(self, model: PicturesModel, view: QListView) -> None:
        super().__init__(view)
        self._model, self._view = model, view
        self._focus = KeyFocus(view)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All rows are alike."""
        return QSize(option.rect.width(), ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, thumbnail, name, answer."""
        theme, entry = Theme.now(), index.data(ENTRY)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        rect = option.rect
        painter.save()
        if chosen:
            painter.fillRect(rect, theme.colour("accentbg"))
            if index == self._view.currentIndex():
                painter.fillRect(rect.left(), rect.top(), 2, rect.height(), theme.colour("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("raised"))
        if index == self._view.currentIndex() and self._focus.shown:
            ring_row(painter, QRectF(rect))
        narrow = rect.width() < NARROW
        left = rect.left() + ((rect.width() - THUMB) / 2 if narrow else 12)
        box = QRectF(left, rect.top() + (ROW - THUMB) / 2, THUMB, THUMB)
        self._thumbnail(painter, entry, box, theme)
        self._badge(painter, self._model.letter(entry), box, theme)
        if not narrow:
            self._words(painter, entry, QRectF(rect).adjusted(12 + THUMB + 10, 0, -12, 0), theme)
        painter.restore()

    def _thumbnail(self, painter: QPainter, entry: ListedPicture, box: QRectF, theme: Theme) -> None:
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

    def _badge(self, painter: QPainter, letter: str, box: QRectF, theme: Theme) -> None:
        """The group of the picture, at the thumbnail's corner."""
        if not letter:
            return
        place = QRectF(box.right() - _BADGE + 4, box.top() - 4, _BADGE, _BADGE)
        painter.setPen(theme.colour("panel"))
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(place, 5, 5)
        painter.setPen(theme.colour("onaccent"))
        painter.setFont(font(11, 600))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, letter)

    def _words(self, painter: QPainter, entry: ListedPicture, box: QRectF, theme: Theme) -> None:
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
            self._answer(painter, entry, lower, theme)

    def _answer(self, painter: QPainter, entry: ListedPicture, box: QRectF, theme: Theme) -> None:
        """The first answer with its probability; a doubtful one looks so."""
        assert entry.best is not None
        name, number = entry.best[0], f"{percent(entry.best[1])} %"
        unfit = "nothing fits" in entry.doubts
        painter.setPen(theme.colour("text3" if unfit else "text2"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number)
        room = box.width() - QFontMetrics(painter.font()).horizontalAdvance(number) - 8
        if "heads disagree" in entry.doubts:
            room -= _SIGN + 4
            place = QRectF(box.left() + room + 2, box.center().y() - _SIGN / 2, _SIGN, _SIGN)
            draw_icon(painter, "heads", place, theme.text3)
        if unfit:
            name = f"{name}?"
            slanted = QFont(painter.font())
            slanted.setItalic(True)
            painter.setFont(slanted)
        shown = QFontMetrics(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, round(room))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
