"""What a tile says under the cursor: at once, beside it, never in the cursor's way."""

from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.looks.theme import RADIUS_BUTTON, Theme, font

_PAD_X, _PAD_Y, _LINE = 12, 8, 17
_AWAY: Final = QPoint(10, 14)


class Tip(QWidget):
    """A first line in bold and more below it, on the tooltip's ground.

    A child of the window and not a window of its own: it appears in the same frame as
    the hover that it belongs to, and takes no events.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()
        self._window = window
        self._lines: tuple[str, ...] = ()
        self._tile = QRect()
        self._term = ""

    def show_beside(self, tile: QRect, lines: tuple[str, ...], *, term: str = "") -> None:
        """Show lines below and right of a rectangle of the window, or where there is room.

        ``term`` is bold where a line explains it: ``module: one of …``.
        """
        self._term = f"{term}:" if term else ""
        for other in self._window.findChildren(Tip, options=Qt.FindChildOption.FindDirectChildrenOnly):
            # one thing is pointed at: what keys choose is told where the mouse had been told of another
            if other is not self:
                other.hide()
        if self.isVisible() and (tile, lines) == (self._tile, self._lines):
            return
        self._tile, self._lines = tile, lines
        size, window = self._size(), self._window.rect()
        place = QPoint(tile.center().x() + _AWAY.x(), tile.bottom() + _AWAY.y())
        if place.x() + size.width() > window.right() - 4:
            place.setX(max(4, tile.center().x() - size.width() - _AWAY.x()))
        if place.y() + size.height() > window.bottom() - 4:
            place.setY(tile.top() - size.height() - 6)
        self.setGeometry(QRect(place, size))
        self.show()
        self.raise_()
        self.update()

    @property
    def lines(self) -> tuple[str, ...]:
        """What it says."""
        return self._lines

    def _size(self) -> QSize:
        wide = max(
            QFontMetricsF(font(12.5, 400 if place else 600)).horizontalAdvance(line)
            for place, line in enumerate(self._lines)
        )
        return QSize(round(wide) + 2 * _PAD_X, len(self._lines) * _LINE + 2 * _PAD_Y)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded card; the lines."""
        theme = Theme.now()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("tip"))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_BUTTON, RADIUS_BUTTON)
        painter.setPen(theme.colour("tiptext"))
        for place, line in enumerate(self._lines):
            start = QPointF(_PAD_X, _PAD_Y + place * _LINE + 13)
            if self._term and line.startswith(self._term):
                painter.setFont(font(12.5, 600))
                painter.drawText(start, self._term)
                start.setX(start.x() + painter.fontMetrics().horizontalAdvance(self._term))
                line = line.removeprefix(self._term)
            painter.setFont(font(12.5, 400 if place else 600))
            painter.drawText(start, line)
        painter.end()
