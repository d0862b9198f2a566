"""Words from outside (names of files and classes) in Qt's widgets, shown as they are.

Qt takes a text that looks like markup for markup, and "&" for the key of a menu. So every
label is made here, every tip with words from outside goes through `tip`, every menu entry
with a name through `menu_words`; a test follows that.
"""

from html import escape
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QTextDocument
from PySide6.QtWidgets import QLabel, QWidget
from typing_extensions import override

from gnet_desktop.gui.controls.spoken import TipSpoken

BOLD = '<b style="font-weight:600">'
"""What ``<b>`` must be: the typeface ships up to semibold, and more would be smeared."""


class Label(TipSpoken, QLabel):
    """A label whose text is shown letter by letter unless it is told otherwise (``setTextFormat``).

    One that breaks its lines is never lower than they need: a layout that gives it less width than
    it asked about would cut its first and last line.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._laid_out = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    @override
    def setText(self, text: str) -> None:
        """Show another text; what is bold in it has a weight that the typeface has."""
        plain = self.textFormat() == Qt.TextFormat.PlainText
        super().setText(text if plain else text.replace("<b>", BOLD))
        self._keep_whole()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, so another number of lines."""
        super().resizeEvent(event)
        self._laid_out = True
        self._keep_whole()

    @override
    def heightForWidth(self, width: int) -> int:
        """What the lines need in another width; Qt would count the least height, which is of this one."""
        asked = super().heightForWidth(width)
        if not (self._laid_out and self.wordWrap()) or asked > self.minimumHeight():
            return asked
        page = QTextDocument()
        page.setDefaultFont(self.font())
        page.setDocumentMargin(0)
        fill = page.setPlainText if self.textFormat() == Qt.TextFormat.PlainText else page.setHtml
        fill(self.text())
        edges = self.contentsMargins()
        page.setTextWidth(max(1, width - edges.left() - edges.right()))
        return ceil(page.size().height()) + edges.top() + edges.bottom()

    def _keep_whole(self) -> None:
        if self._laid_out and self.wordWrap():
            self.setMinimumHeight(0)
            self.setMinimumHeight(max(0, super().heightForWidth(self.width())))


def tip(text: str) -> str:
    """A tip that shows this text letter by letter."""
    if "<" not in text and "&" not in text:
        return text
    return f'<div style="white-space: pre-wrap">{escape(text)}</div>'


def menu_words(text: str) -> str:
    """A menu entry or a button that shows this text letter by letter."""
    return text.replace("&", "&&")


def window_title(text: str) -> str:
    """A title that shows this text; a certain mark in it would stand for unsaved changes."""
    return text.replace("[*]", "[*][*]")
