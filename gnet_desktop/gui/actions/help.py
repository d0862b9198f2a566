"""Pages of text: what the program is."""

from html import escape
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from gnet_desktop import __version__
from gnet_desktop.files import is_file
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.resources import resource

_SCROLLING: Final = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)


class _Page(QTextBrowser):
    """A page that is read with Page Down, which elsewhere is the next picture."""

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
    samples = escape(credits_file.read_text("utf-8")) if is_file(credits_file) else ""
    return (
        f"<h2>GNet Desktop {__version__}</h2>"
        "<p>Open any GoogLeNet checkpoint, drop pictures on it, and look inside.</p>"
        "<p>MIT licence. Uses Qt and PySide6 (LGPL-3), PyTorch (BSD-3), Pillow (MIT-CMU), NumPy (BSD-3), "
        "platformdirs and natsort (MIT). The typeface is Inter (OFL-1.1). "
        "Icons and colour maps were made for this program.</p>"
        f"<p>{_licence_texts()}</p>"
        f"<h3>Sample pictures</h3><pre style='white-space:pre-wrap'>{samples}</pre>"
    )
