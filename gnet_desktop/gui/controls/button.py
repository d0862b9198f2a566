"""The push button: framed where the keyboard is, the primary one too."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton
from typing_extensions import override

from gnet_desktop.gui.controls.focus import KeyFocus, draw_ring
from gnet_desktop.gui.controls.spoken import TipSpoken
from gnet_desktop.gui.looks.icons import icon


class Button(TipSpoken, QPushButton):
    """Words with a sign before them; the ``primary`` one is what most people want next."""

    def __init__(self, text: str = "", sign: str = "", *, primary: bool = False) -> None:
        super().__init__(text)
        self._focus = KeyFocus(self)
        self.setProperty("primary", primary)
        if sign:
            self.setIcon(icon(sign, "onaccent" if primary else "text2"))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it as Space does; in a dialog that has another default, Qt sees to it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.autoDefault():
            self.click()
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """The button; around it, for keys, a ring with a gap, since the primary one has the ring's colour."""
        super().paintEvent(event)
        if self._focus.shown:
            painter = QPainter(self)
            draw_ring(painter, QRectF(self.rect()), gap=True)
            painter.end()
