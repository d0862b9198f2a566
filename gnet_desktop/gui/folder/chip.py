"""A filter that is on, as a chip above the gallery."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QSizePolicy,
)
from typing_extensions import override

from gnet_desktop.gui.controls.plain import tip
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import Theme, font

_LEAST: Final = 64


class FilterChip(QAbstractButton):
    """A filter that is on; a click takes it off."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setText(words)
        self.setToolTip(tip(words))
        self.setAccessibleName(self.tr("Take off the filter {0}").format(words))
        self.setFont(font(12))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        """The words with round ends, and the sign that takes it off."""
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 38, 22)

    @override
    def minimumSizeHint(self) -> QSize:
        """A few letters: several chips share a narrow gallery."""
        return QSize(min(_LEAST, self.sizeHint().width()), 22)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, words, a cross."""
        painter, theme = QPainter(self), Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("accent") if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accentbg"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10.5, 10.5)
        painter.setPen(theme.colour("accent"))
        room = self.rect().adjusted(10, 0, -20, 0)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        draw_icon(painter, "close", QRectF(self.width() - 19, 6, 10, 10), theme.accent)
        painter.end()
