"""What the sections of panels share: a title with a note, and clickable pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.explaining import explained
from gnet_desktop.gui.controls.spoken import Role, Speaking, Spoken
from gnet_desktop.gui.looks.theme import Theme, font

TITLE: Final = 22
_APART: Final = 8
"""Pixels between a title and its note, at least."""
_FAR: Final = 1_000_000
_STEPS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Home: -_FAR,
    Qt.Key.Key_End: _FAR,
}
"""How many pieces further a key goes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A clickable rectangle: what it stands for, and what it says in words."""

    box: QRectF
    value: object
    words: str = ""


class Section(Speaking, QWidget):
    """A part of a panel that paints itself; its pieces can be clicked and walked by keys.

    ``activated(value)`` when a piece is clicked or Enter pressed on it; ``pointed(value)``
    when the cursor is over one, or None.
    """

    activated = Signal(object)
    pointed = Signal(object)
    spoken_role = Role.List

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self.note = "", ""
        self.about = ""
        """What the section shows, as a tooltip of its title."""
        self._pieces: Sequence[Piece] = ()
        self._at: int | None = None
        self._focused: int | None = None
        self._ring = False
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.title = title

    @property
    def title(self) -> str:
        """What stands above it, and what readers call it; none for a section that names itself."""
        return self._title

    @title.setter
    def title(self, title: str) -> None:
        self._title = title
        if title:
            self.setAccessibleName(title)

    def set_pieces(self, pieces: Sequence[Piece]) -> None:
        """Replace what can be clicked."""
        self._pieces = pieces
        if self._focused is not None and self._focused >= len(pieces):
            self._focused = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if pieces else Qt.FocusPolicy.NoFocus)
        self.update()

    @property
    def pieces(self) -> Sequence[Piece]:
        """What can be clicked."""
        return self._pieces

    @property
    def focused_piece(self) -> Piece | None:
        """The piece at which the keyboard is."""
        inside = self._focused is not None and self._focused < len(self._pieces) and self.hasFocus()
        return self._pieces[self._focused] if inside and self._focused is not None else None

    @property
    def ringed_piece(self) -> Piece | None:
        """The same, if the keyboard came there by keys."""
        return self.focused_piece if self._ring else None

    @property
    def pointed_piece(self) -> Piece | None:
        """The piece under the cursor."""
        return self._pieces[self._at] if self._at is not None and self._at < len(self._pieces) else None

    @override
    def spoken_count(self) -> int:
        """A part a piece."""
        return len(self._pieces)

    @override
    def spoken_part(self, place: int) -> Spoken:
        """A piece in words."""
        piece = self._pieces[place]
        return Spoken(Role.ListItem, piece.words, piece.box, selected=False)

    @override
    def spoken_focus(self) -> int | None:
        """The piece at which the keyboard is."""
        return self._focused if self.focused_piece is not None else None

    def draw(self, painter: QPainter) -> None:
        """Paint what is below the title; for subclasses."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Title and note, then the section's own."""
        painter = QPainter(self)
        if self.title:
            draw_title(painter, self.title, self.note, self.width())
        self.draw(painter)
        painter.end()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at a piece."""
        self._point(event.position())

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        """Point at once at what the cursor comes in over."""
        self._point(event.position())

    @override
    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self._point(QPointF(-1, -1))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Activate a piece."""
        piece = self.piece_at(event.position())
        if piece is not None and event.button() == Qt.MouseButton.LeftButton:
            self._focused, self._ring = list(self._pieces).index(piece), False
            self.activated.emit(piece.value)

    def piece_at(self, position: QPointF) -> Piece | None:
        """The piece at a place."""
        return next((piece for piece in self._pieces if piece.box.contains(position)), None)

    def _point(self, position: QPointF) -> None:
        piece = self.piece_at(position)
        at = None if piece is None else list(self._pieces).index(piece)
        if at != self._at:
            self._at = at
            self.setCursor(Qt.CursorShape.PointingHandCursor if piece else Qt.CursorShape.ArrowCursor)
            self.pointed.emit(None if piece is None else piece.value)
            self.update()

    @override
    def event(self, event: QEvent) -> bool:
        """Tooltips of pieces, and of what has a word of its own."""
        if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return super().event(event)
        words = self.words_at(QPointF(event.pos()))
        QToolTip.showText(event.globalPos(), words or self.toolTip(), self)
        return True

    def words_at(self, position: QPointF) -> str:
        """The tooltip of a place: of a piece, or of the title."""
        piece = self.piece_at(position)
        if piece is not None:
            return piece.words
        if not self.title or position.y() >= TITLE:
            return ""
        return (explained(self.note) if self._note_is_cut else "") + self.about

    @property
    def _note_is_cut(self) -> bool:
        left, width = _note_left(self.title), QFontMetricsF(font(12)).horizontalAdvance(self.note)
        return left + width > self.width()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End walk the pieces, Enter activates."""
        step = _STEPS.get(Qt.Key(event.key()))
        piece = self.focused_piece
        if step is not None and self._pieces:
            self.walk_to(0 if self._focused is None else self._focused + step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and piece:
            self.activated.emit(piece.value)
        else:
            super().keyPressEvent(event)

    def walk_to(self, place: int) -> None:
        """The keyboard to that piece, the nearest that there is, scrolled into sight."""
        self._focused, self._ring = min(max(0, place), len(self._pieces) - 1), True
        piece = self._pieces[self._focused]
        self.setAccessibleDescription(piece.words)
        self.speak_focus()
        _keep_in_sight(self, piece.box)
        self.update()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the first piece when the keyboard comes in."""
        self._ring = event.reason() != Qt.FocusReason.MouseFocusReason
        if self._focused is None and self._ring and self._pieces:
            self._focused = 0
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No piece has the keyboard."""
        self.update()


def _keep_in_sight(widget: QWidget, box: QRectF) -> None:
    """Scroll what ``widget`` lies in until ``box`` of it is seen."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    inside = above.widget() if above is not None else None
    if above is not None and inside is not None:
        place = widget.mapTo(inside, box.center().toPoint())
        above.ensureVisible(place.x(), place.y(), 0, round(box.height()))


def _note_left(title: str) -> float:
    """Where the room of a title's note begins."""
    return QFontMetricsF(font(12.5, 600)).horizontalAdvance(title) + _APART


def draw_title(painter: QPainter, title: str, note: str, width: float) -> None:
    """A section's title in semibold, its note at the right, cut where room is short."""
    theme = Theme.now()
    painter.setPen(theme.colour("text"))
    painter.setFont(font(12.5, 600))
    painter.drawText(QPointF(0, 14), title)
    left = _note_left(title)
    painter.setPen(theme.colour("text3"))
    painter.setFont(font(12))
    room = QRectF(left, 0, max(0.0, width - left), 20)
    note = QFontMetricsF(painter.font()).elidedText(note, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, note)
