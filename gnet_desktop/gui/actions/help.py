"""The help: all keys in one table made from the actions; and what the program is."""

from html import escape
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from gnet_desktop import __version__
from gnet_desktop.files import is_file
from gnet_desktop.gui.actions.table import ACTIONS, MENUS, key_text, tr
from gnet_desktop.gui.looks.theme import Theme
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
        self.browser.setHtml(html)
        self.browser.setOpenExternalLinks(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.browser)
        layout.addWidget(buttons)


def keys_html() -> str:
    """All actions by menu, with their keys; then what hands and arrows do in the panels."""
    theme = Theme.now()
    rows = []
    for menu in MENUS:
        rows.append(f'<tr><td colspan="2"><h3>{escape(tr(menu))}</h3></td></tr>')
        for action in ACTIONS:
            if action.menu == menu:
                keys = escape(key_text(action)) or "–"
                rows.append(
                    f'<tr><td style="padding-right:28px">{escape(tr(action.text))}</td>'
                    f'<td style="color:{theme.text3}">{keys}</td></tr>'
                )
    rows.append(f'<tr><td colspan="2"><h3>{escape(tr("In the panels"))}</h3></td></tr>')
    for what, keys in _HANDS:
        rows.append(
            f'<tr><td style="padding-right:28px">{escape(tr(what))}</td>'
            f'<td style="color:{theme.text3}">{escape(tr(keys))}</td></tr>'
        )
    return f"<table>{''.join(rows)}</table>"


_HANDS = (
    ("See a unit on the photo", "point at its tile"),
    ("Keep a unit", "click, or Enter"),
    ("Keep a place of the photo; compare two", "click; Shift and click"),
    ("Move among tiles, lanes, modules", "arrows, Home, End"),
    ("Take a picture off the list", "Delete, in the list"),
    ("Photo alone", "hold Space"),
    ("Zoom photo or network", "wheel, pinch"),
    ("Close, cancel", "Esc"),
)


#: All licences of a bundle, which lie beside the package in it.
_NOTICES: Final = Path(__file__).resolve().parents[3] / "THIRD_PARTY_NOTICES.txt"


def _licence_texts(notices: Path = _NOTICES) -> str:
    """Where the texts of the licences are: in a bundle in one file, otherwise with the libraries."""
    if notices.is_file():
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
