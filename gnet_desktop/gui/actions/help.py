"""Pages of text: what the program is."""

import re
from html import escape
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QTextDocument
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget
from typing_extensions import override

from gnet_desktop import __version__
from gnet_desktop.files import is_file
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.controls.focus import PageFocus
from gnet_desktop.resources import resource

_SCROLLING: Final = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)


class _Page(QTextBrowser):
    """A page that is read with Page Down, which elsewhere is the next picture."""

    def __init__(self) -> None:
        super().__init__()
        self._focus = PageFocus(self)

    @override
    def event(self, event: QEvent) -> bool:
        """Keep the keys that scroll."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() in _SCROLLING:
            event.accept()
            return True
        return super().event(event)


class TextDialog(QDialog):
    """A page of text."""

    def __init__(self, title: str, html: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(620, 640)
        self.browser = _Page()
        self.browser.setAccessibleName(title)
        # the typeface ships up to semibold, and more would be smeared
        self.browser.document().setDefaultStyleSheet("h1, h2, h3, b, th { font-weight: 600; }")
        self.browser.setHtml(html)
        self.browser.setOpenExternalLinks(True)
        close = Button(self.tr("Close"))
        close.clicked.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.browser)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


#: All licences of a bundle, which lie beside the package in it.
_NOTICES: Final = Path(__file__).resolve().parents[3] / "THIRD_PARTY_NOTICES.txt"


def _licence_texts(notices: Path = _NOTICES) -> str:
    """Where the texts of the licences are: in a bundle in one file, otherwise with the libraries."""
    if is_file(notices):
        link = f'<a href="{notices.as_uri()}">{escape(str(notices))}</a>'
        return f"The texts of the LGPL, the GPL and all other licences: {link}"
    links = (f'<a href="https://www.gnu.org/licenses/{name}.html">{name}</a>' for name in _GNU)
    return f"The texts of the LGPL and the GPL: {' and '.join(links)}; the others lie beside each library."


_GNU: Final = ("lgpl-3.0", "gpl-3.0")


def about_html() -> str:
    """Version, licence and credits."""
    credits_file = resource("samples", "CREDITS.md")
    samples = credits_file.read_text("utf-8") if is_file(credits_file) else ""
    return (
        f"<h2>GNet Desktop {__version__}</h2>"
        "<p>Open any GoogLeNet checkpoint, drop pictures on it, and look inside.</p>"
        "<p>MIT licence. Uses Qt and PySide6 (LGPL-3), PyTorch (BSD-3), Pillow (MIT-CMU), NumPy (BSD-3), "
        "platformdirs and natsort (MIT), typing-extensions (PSF-2.0). The typeface is Inter (OFL-1.1). "
        "Icons and colour maps were made for this program.</p>"
        f"<p>{_licence_texts()}</p>"
        f"{_page_of(samples)}"
    )


def _page_of(markdown: str) -> str:
    """A page of Markdown as HTML without a style of its own; its title one step lower."""
    document = QTextDocument()
    document.setMarkdown(markdown.replace("# ", "### ", 1))
    body = document.toHtml().partition("<body")[2].partition(">")[2].partition("</body>")[0]
    # the page's own typeface and sizes, room between columns, no frame
    body = re.sub(r' style="[^"]*"', "", body)
    return re.sub(r"<table[^>]*>", '<table cellspacing="0" cellpadding="4">', body)
