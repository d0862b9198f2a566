"""The wide buttons of the top bar: a sign, a name, quieter words, and a menu or keys at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy
from typing_extensions import override

from gnet_desktop.gui.controls.focus import KeyFocus
from gnet_desktop.gui.controls.spoken import TipSpoken
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import RADIUS_BUTTON, RADIUS_CONTROL, Theme, font

_HEIGHT: Final = 28
_PAD, _SIGN, _GAP, _ARROW, _KEY = 10, 15, 7, 18, 7


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words in a weight and a colour; ``boxed`` ones are drawn as keys."""

    words: str
    token: str
    weight: int = 400
    boxed: bool = False


class Chooser(TipSpoken, QPushButton):
    """``name`` is drawn stronger than ``note``; ``keys`` are drawn as keys.

    ``text()`` holds all words, for readers and tests; what has no room is cut, the note first.
    """

    def __init__(self, sign: str, *, keys: Sequence[str] = ()) -> None:
        super().__init__()
        self._sign, self._keys = sign, tuple(keys)
        self._label = self._name = self._note = ""
        self._compact = False
        self._focus = KeyFocus(self)
        self.setFixedHeight(_HEIGHT)
        self.setFont(font(12.5))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def call(self, label: str) -> None:
        """Give it a name, which readers say with what is chosen."""
        self._label = label
        self._name_it()

    def _name_it(self) -> None:
        words = ", ".join(filter(None, (self._name, self._note)))
        self.setAccessibleName(f"{self._label}: {words}" if self._label else words)

    def show_words(self, name: str, note: str = "") -> None:
        """Say what is chosen."""
        self._name, self._note = name, note
        self.setText(f"{name}   {note}".strip())
        self._name_it()
        self.updateGeometry()
        self.update()

    def set_compact(self, compact: bool) -> None:
        """Show the sign alone."""
        self._compact = compact
        self.updateGeometry()
        self.update()

    def _pieces(self) -> list[_Piece]:
        if self._compact:
            return []
        words = [_Piece(self._name, "text", 500), _Piece(self._note, "text3")]
        return [piece for piece in words if piece.words] + [
            _Piece(key, "text3", boxed=True) for key in self._keys
        ]

    def _width_of(self, piece: _Piece) -> float:
        face = font(11 if piece.boxed else 12.5, piece.weight)
        width = QFontMetricsF(face).horizontalAdvance(piece.words)
        return max(18.0, width + 2 * _KEY) - 4 if piece.boxed else width

    @override
    def sizeHint(self) -> QSize:
        """Room for all words."""
        width = 2.0 * _PAD + _SIGN + (_ARROW if self.menu() is not None else 0)
        width += sum(self._width_of(piece) + (4 if piece.boxed else _GAP) for piece in self._pieces())
        return QSize(round(width) + 2, _HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        """The sign, and a few letters where there are any."""
        return QSize(min(self.sizeHint().width(), 120), _HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, sign, words, menu's arrow."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(theme.colour("raised" if self.underMouse() or self.isDown() else "panel"))
        focused = self._focus.shown
        painter.setPen(QPen(theme.colour("accent"), 2) if focused else QPen(theme.colour("line2"), 1))
        painter.drawRoundedRect(
            box.adjusted(0.5, 0.5, -0.5, -0.5) if focused else box, RADIUS_BUTTON, RADIUS_BUTTON
        )
        middle = self.height() / 2
        alone = self._compact and self.menu() is None
        left = (self.width() - _SIGN) / 2 if alone else float(_PAD)
        draw_icon(painter, self._sign, QRectF(left, middle - _SIGN / 2, _SIGN, _SIGN), theme.text2)
        right = self.width() - _PAD - (_ARROW if self.menu() is not None else 0)
        self._paint_pieces(painter, left + _SIGN + _GAP, float(right))
        if self.menu() is not None:
            draw_icon(painter, "down", QRectF(self.width() - _PAD - 12, middle - 6, 12, 12), theme.text2)
        painter.end()

    def _paint_pieces(self, painter: QPainter, x: float, right: float) -> None:
        theme = Theme.now()
        for piece in self._pieces():
            width = min(self._width_of(piece), right - x)
            if width < 16:
                return
            face = font(11 if piece.boxed else 12.5, piece.weight)
            box = QRectF(x, 0, width, self.height())
            painter.setFont(face)
            if piece.boxed:
                box.adjust(0, 5, 0, -5)
                painter.setBrush(theme.colour("raised"))
                painter.setPen(QPen(theme.colour("line2"), 1))
                painter.drawRoundedRect(
                    box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL - 1, RADIUS_CONTROL - 1
                )
            painter.setPen(theme.colour(piece.token))
            words = QFontMetricsF(face).elidedText(piece.words, Qt.TextElideMode.ElideRight, width + 0.5)
            alignment = Qt.AlignmentFlag.AlignCenter if piece.boxed else Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, alignment, words)
            x += width + (4 if piece.boxed else _GAP)
