"""The push button: framed where the keyboard is, the primary one too."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton
from typing_extensions import override

from gnet_desktop.gui.controls.focus import KeyFocus
from gnet_desktop.gui.controls.spoken import TipSpoken
from gnet_desktop.gui.looks.icons import icon
from gnet_desktop.gui.looks.theme import RADIUS_BUTTON, Theme


class Button(TipSpoken, QPushButton):
    """Words with a sign before them; the ``primary`` one is what most people want next."""

    def __init__(self, text: str = "", sign: str = "", *, primary: bool = False) -> None:
        super().__init__(text)
        self._focus = KeyFocus(self)
        self.setProperty("primary", primary)
        if sign:
            self.setIcon(icon(sign, "onaccent" if primary else "text2"))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The button; around it, for keys, a ring with a gap, since the primary one has the ring's colour."""
        super().paintEvent(event)
        if not self._focus.shown:
            return
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for token, inset in (("accent", 1.0), ("panel", 3.0)):
            painter.setPen(QPen(theme.colour(token), 2))
            box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
            painter.drawRoundedRect(box, RADIUS_BUTTON - inset + 1, RADIUS_BUTTON - inset + 1)
        painter.end()
