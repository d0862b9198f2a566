"""The photo's two halves while pictures hover over it: open them, or compare with the first one."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from gnet_desktop.gui.looks.theme import RADIUS_CARD, Theme, font

_EDGE: Final = 6


def tr(text: str) -> str:
    """Words of drops in the window's language."""
    return QCoreApplication.translate("drop", text)


@dataclass(frozen=True, slots=True)
class Halves:
    """Where the photo is in the window, what it shows, and how many pictures hover."""

    photo: QRect
    shown: str
    count: int = 1

    @property
    def right(self) -> QRect:
        """Whatever is let go here is compared with."""
        return self.photo.adjusted(self.photo.width() // 2, 0, 0, 0)

    @property
    def left(self) -> QRect:
        """Whatever is let go here is opened, as elsewhere in the window."""
        return self.photo.adjusted(0, 0, -(self.photo.width() - self.photo.width() // 2), 0)

    def compares(self, place: QPoint) -> bool:
        """Whether letting go there compares."""
        return self.right.contains(place)

    def words(self, *, right: bool) -> tuple[str, str]:
        """What letting go in a half does: title and note."""
        if right:
            one = tr("Compare with it") if self.count == 1 else tr("Compare with the first one")
            return one, tr("{0} stays, and both stand side by side.").format(self.shown)
        return (tr("Open it") if self.count == 1 else tr("Open them")), tr("It becomes the picture.")

    def paint(self, painter: QPainter, *, chosen: bool | None) -> None:
        """Both halves; ``chosen`` is whether the cursor is in the right one, None for neither."""
        theme = Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for right, half in ((False, self.left), (True, self.right)):
            box = QRectF(half).adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
            here = chosen is right
            style = Qt.PenStyle.SolidLine if here else Qt.PenStyle.DashLine
            painter.setPen(QPen(theme.colour("accent"), 2.5 if here else 1.5, style))
            painter.setBrush(theme.colour("accentbg" if here else "panel", 0.97))
            painter.drawRoundedRect(box, RADIUS_CARD, RADIUS_CARD)
            self._paint_words(painter, box.adjusted(10, 8, -10, -8), right=right)

    def _paint_words(self, painter: QPainter, box: QRectF, *, right: bool) -> None:
        """The title in the middle, and the note below it where there is room."""
        theme, (title, note) = Theme.now(), self.words(right=right)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        large, small = font(15, 600), font(12.5)
        heights = [
            QFontMetricsF(face).boundingRect(box, flags, words).height()
            for face, words in ((large, title), (small, note))
        ]
        both = sum(heights) + 4 <= box.height()
        top = box.center().y() - (sum(heights) + 4 if both else heights[0]) / 2
        painter.setFont(large)
        painter.setPen(theme.colour("text"))
        painter.drawText(QRectF(box.left(), top, box.width(), heights[0]), flags, title)
        if both:
            painter.setFont(small)
            painter.setPen(theme.colour("text2"))
            place = QRectF(box.left(), top + heights[0] + 4, box.width(), heights[1])
            painter.drawText(place, flags, note)
