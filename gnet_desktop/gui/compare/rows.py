"""Lists of names with bars and numbers; a click or Enter wants what a row stands for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.section import TITLE, Piece, Section
from gnet_desktop.gui.looks.theme import RADIUS_BAR, Theme, font
from gnet_desktop.gui.painting.glyphs import GLYPH, draw_glyph, ring_row

ROW: Final = 26
_GLYPH_ROOM: Final = GLYPH + 8
_BAR: Final = 6
_INNER: Final = 14


@dataclass(frozen=True, slots=True)
class BarRow:
    """``value`` is what a click wants; None for a row that only tells.

    ``share`` is the bar's length, 0…1, to the left of the middle where it is negative and the list
    is signed; None draws none. ``branch`` gives the glyph and the hue. ``words`` are spoken.
    ``inner`` rows are part of one above.
    """

    value: object
    name: str
    text: str
    words: str
    share: float | None = None
    branch: str = ""
    picked: bool = False
    inner: bool = False


class BarRows(Section):
    """Rows below a title; ``signed`` bars begin in the middle. ``empty`` is said where there are none."""

    def __init__(
        self, title: str = "", *, signed: bool = False, wide: float = 0.34, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        self._signed, self._wide = signed, wide
        self.rows: Sequence[BarRow] = ()
        self.empty = ""
        self.show_rows(())

    def show_rows(self, rows: Sequence[BarRow], note: str = "") -> None:
        """Other rows, and a note beside the title."""
        self.rows, self.note = rows, note
        self.setFixedHeight(self._top + max(1 if self.empty else 0, len(rows)) * ROW + 2)
        self._arrange()

    @property
    def _top(self) -> int:
        return TITLE + 6 if self.title else 0

    def _arrange(self) -> None:
        self.set_pieces(
            [
                Piece(QRectF(0, self._top + place * ROW, self.width(), ROW), row.value, row.words)
                for place, row in enumerate(self.rows)
            ]
        )

    @override
    def resizeEvent(self, event: object) -> None:
        """Rows are as wide as there is room."""
        self._arrange()

    @override
    def draw(self, painter: QPainter) -> None:
        """Glyph, name, bar, number."""
        theme = Theme.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.rows and self.empty:
            painter.setFont(font(12))
            painter.setPen(theme.colour("text3"))
            box = QRectF(0, self._top, self.width(), ROW)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.empty)
        for piece, row in zip(self.pieces, self.rows, strict=True):
            self._draw_row(painter, theme, piece, row)

    def _draw_row(self, painter: QPainter, theme: Theme, piece: Piece, row: BarRow) -> None:
        box, middle = piece.box, Qt.AlignmentFlag.AlignVCenter
        if row.picked:
            painter.fillRect(box, theme.colour("accentbg"))
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), theme.colour("accent"))
        elif piece is self.pointed_piece and row.value is not None:
            painter.fillRect(box, theme.colour("raised"))
        left = box.left() + 8
        if row.branch:
            draw_glyph(painter, row.branch, left, box.center().y() - GLYPH / 2)
        if any(one.branch for one in self.rows):
            left += _GLYPH_ROOM
        left += _INNER * row.inner
        number = font(12.5, 600 if row.picked else 400)
        painter.setFont(number)
        right = box.right() - 8
        text = QRectF(left, box.top(), right - left, ROW)
        painter.setPen(theme.colour("text2"))
        painter.drawText(text, middle | Qt.AlignmentFlag.AlignRight, row.text)
        right -= max(QFontMetricsF(number).horizontalAdvance(one.text) for one in self.rows) + 12
        if any(one.share is not None for one in self.rows):
            wide = min(box.width() * self._wide, right - left - 60)
            if row.share is not None:
                self._draw_bar(
                    painter, theme, QRectF(right - wide, box.center().y() - _BAR / 2, wide, _BAR), row
                )
            right -= wide + 12
        painter.setFont(font(12.5))
        painter.setPen(theme.colour("text"))
        name = QFontMetricsF(painter.font()).elidedText(row.name, Qt.TextElideMode.ElideMiddle, right - left)
        painter.drawText(QRectF(left, box.top(), right - left, ROW), middle, name)
        if piece is self.ringed_piece:
            ring_row(painter, box)

    def _draw_bar(self, painter: QPainter, theme: Theme, track: QRectF, row: BarRow) -> None:
        assert row.share is not None
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("well"))
        painter.drawRoundedRect(track, RADIUS_BAR, RADIUS_BAR)
        painter.setBrush(theme.branch(row.branch) if row.branch else theme.colour("bar"))
        whole = track.width() / 2 if self._signed else track.width()
        start = track.center().x() if self._signed else track.left()
        length = whole * min(1.0, abs(row.share))
        length = max(1.5, length) if row.share else 0
        bar = QRectF(start - length if row.share < 0 else start, track.top(), length, track.height())
        painter.drawRoundedRect(bar, RADIUS_BAR, RADIUS_BAR)
        if self._signed:
            painter.fillRect(
                QRectF(start - 0.5, track.top() - 2, 1, track.height() + 4), theme.colour("line2")
            )
