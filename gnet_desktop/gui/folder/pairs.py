"""The most frequent mistakes as a list."""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.folder.figures import HeadFigures
from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.looks.theme import Theme, font

ROW: Final = 22
PAIRS: Final = 40
_EDGE: Final = 12


class Pairs(Speaking, QWidget):
    """The most frequent mistakes; a click shows their pictures."""

    pair_wanted = Signal(int, int)
    spoken_role = Role.List

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._pairs: list[tuple[int, int, int]] = []
        self._hovered = -1
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Most frequent mistakes"))

    def show_figures(self, figures: HeadFigures | None, names: tuple[str, ...]) -> None:
        """Show other pairs."""
        self._names, self._pairs = names, figures.mistakes()[:PAIRS] if figures else []
        self.setFixedHeight(max(1, len(self._pairs)) * ROW + 12)
        self.update()

    @override
    def spoken_count(self) -> int:
        """A part a pair."""
        return len(self._pairs)

    @override
    def spoken_part(self, place: int) -> Spoken:
        """What was taken for what, and how often."""
        truth, answer, count = self._pairs[place]
        words = self.tr("{0} answered as {1}").format(self._names[truth], self._names[answer])
        return Spoken(Role.ListItem, words, QRectF(0, 6 + place * ROW, self.width(), ROW), str(count))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Truth, arrow, answer, count."""
        painter, theme = QPainter(self), Theme.now()
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.setFont(font(12))
        metrics = QFontMetrics(painter.font())
        half = (self.width() - 100) / 2
        for row, (truth, answer, count) in enumerate(self._pairs):
            line = QRectF(_EDGE, 6 + row * ROW, self.width() - 2 * _EDGE, ROW)
            if row == self._hovered:
                painter.fillRect(line.adjusted(-_EDGE, 0, _EDGE, 0), theme.colour("raised"))
            for x, index in ((_EDGE, truth), (_EDGE + half + 24, answer)):
                name = metrics.elidedText(self._names[index], Qt.TextElideMode.ElideRight, int(half - 8))
                painter.setPen(theme.colour("text"))
                painter.drawText(QRectF(x, line.top(), half, ROW), Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(theme.colour("text3"))
            painter.drawText(QRectF(_EDGE + half, line.top(), 20, ROW), Qt.AlignmentFlag.AlignCenter, "→")
            painter.setPen(theme.colour("text"))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(line, side, str(count))
        painter.end()

    def _row(self, place: QPointF) -> int:
        row = int((place.y() - 6) // ROW)
        return row if 0 <= row < len(self._pairs) else -1

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The line under the hand."""
        self._hovered = self._row(event.position())
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if self._hovered >= 0 else Qt.CursorShape.ArrowCursor
        )
        self.update()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """No line."""
        self._hovered = -1
        self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The pictures of a pair."""
        row = self._row(event.position())
        if row >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.pair_wanted.emit(*self._pairs[row][:2])
