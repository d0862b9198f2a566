"""Strips above the table: what the heads say together, warnings, and the card of absent heads."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop.gui.answers.sentences import plain
from gnet_desktop.gui.controls.plain import Label, tip
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.icons import draw_icon
from gnet_desktop.gui.looks.theme import RADIUS_BUTTON, Theme, font

# ground, border, icon and its colour
KINDS: Final = {
    "says": ("raised", "line", "heads", "accent"),
    "doubt": ("raised", "line", "info", "text2"),
    "warn": ("warnbg", "", "warning", "warn"),
    "bad": ("badbg", "", "error", "bad"),
}
_CARD_EDGE: Final = (12, 8)
_CARD_GAP: Final = 4


class Remark(Speaking, QWidget):
    """A sentence with its sign on a quiet ground; hidden while it is empty."""

    spoken_role = Role.Grouping

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._label = Label()
        self._label.setFont(font(13))
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setWordWrap(True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(36, 8, 12, 8)
        self._row.addWidget(self._label, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def say(self, rich: str) -> None:
        """Show a sentence (simple rich text), or hide."""
        if rich != self._label.text():
            self._label.setText(rich)
            self.setAccessibleName(plain(rich))
        self.setVisible(bool(rich))

    @property
    def text(self) -> str:
        """What is said, without emphasis."""
        return plain(self._label.text())

    def set_tight(self, *, tight: bool) -> None:
        """Less room above and below the sentence."""
        margin = 4 if tight else 8
        self._row.setContentsMargins(36, margin, 12, margin)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and sign."""
        ground, line, sign, token = KINDS[self._kind]
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour(line) if line else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(ground))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, RADIUS_BUTTON, RADIUS_BUTTON)
        draw_icon(painter, sign, QRectF(11, (self.height() - 16) / 2, 16, 16), theme.colour(token).name())
        painter.end()


class AbsentCard(Speaking, QWidget):
    """Stands in the place of the columns that a file doesn't have."""

    spoken_role = Role.Grouping

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._why = Label(), Label()
        self._title.setFont(font(13, 600))
        self._why.setFont(font(12))
        self._why.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        column = QVBoxLayout(self)
        column.setContentsMargins(*_CARD_EDGE, *_CARD_EDGE)
        column.setSpacing(_CARD_GAP)
        column.addStretch(1)
        for label in (self._title, self._why):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(1)
        self.hide()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The reason is there where it has room; else one points at the card for it."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = self.width() - 2 * _CARD_EDGE[0]
        needed = sum(label.heightForWidth(width) for label in (self._title, self._why))
        whole = needed + 2 * _CARD_EDGE[1] + _CARD_GAP <= self.height()
        self._why.setVisible(whole)
        self.setToolTip("" if whole else tip(self._why.text()))

    def say(self, title: str, why: str) -> None:
        """Show why the columns are empty, or hide."""
        self._title.setText(title)
        self._why.setText(why)
        self._fit()
        self.setAccessibleName(f"{title}. {why}")
        self.setVisible(bool(title))

    @property
    def text(self) -> str:
        """What is said."""
        return self._title.text()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A quiet ground with a dashed border."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.colour("line2"), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.colour("raised"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, RADIUS_BUTTON, RADIUS_BUTTON)
        painter.end()


class StaleMark(Speaking, QWidget):
    """``of egyptian_cat.jpg, monarch.jpg is next`` as a chip for the panel's header."""

    spoken_role = Role.StaticText

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setFixedHeight(22)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def say(self, text: str) -> None:
        """Show words, or hide."""
        self._text = text
        self.setAccessibleName(text)
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(text) + 34 if text else 0)
        self.setVisible(bool(text))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """A dot and the words on the accent's ground."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accentbg"))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setBrush(theme.colour("accent"))
        painter.drawEllipse(QRectF(9, self.height() / 2 - 3, 6, 6))
        painter.setFont(font(12))
        painter.setPen(theme.colour("accent"))
        painter.drawText(self.rect().adjusted(22, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, self._text)
        painter.end()
