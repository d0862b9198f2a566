"""Icons drawn for this program: strokes on a 16-pixel grid, in one colour.

Each is an SVG path; they are painted in the theme's colour when they are needed, so
that a change of theme needs no other files.
"""

from typing import Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from typing_extensions import override

from gnet_desktop.gui.looks.theme import Theme

PATHS: Final[dict[str, str]] = {
    "add": "M8 3v10M3 8h10",
    "back": "M10 3.5 5.5 8 10 12.5",
    "forward": "M6 3.5 10.5 8 6 12.5",
    "down": "M4 6.2 8 10l4-3.8",
    "check": "M3 8.4 6.4 12 13 4.6",
    "beside": "M1.5 3.5H7v9H1.5zM9 3.5h5.5v9H9z",
    "chip": (
        "M5 5h6v6H5zM3.2 3.2h9.6v9.6H3.2zM6 1.2v2M10 1.2v2M6 12.8v2M10 12.8v2M1.2 6h2M1.2 10h2M12.8 6h2"
        "M12.8 10h2"
    ),
    "close": "M4 4l8 8M12 4l-8 8",
    "copy": "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
    "crop": "M4.5 1.5v10h10M1.5 4.5h10v10",
    "error": "M8 2 14.5 13.5h-13zM8 6.2v3.6M8 11.6v.3",
    "field": "M2 5V2h3M11 2h3v3M14 11v3h-3M5 14H2v-3M6.2 6.2h3.6v3.6H6.2z",
    "file": "M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3",
    "filter": "M2 3h12L9.7 8.3v4.2l-3.4 1.7V8.3z",
    "flame": (
        ""
        "M8 1.8c.6 3 4.2 4.4 4.2 8A4.2 4.2 0 0 1 8 14.2 4.2 4.2 0 0 1 3.8 9.8c0-1.6.9-2.5 1.7-3.4.2"
        " 1.2.8 1.7 1.5 1.8C6.6 5.8 6.9 3.5 8 1.8z"
    ),
    "folder": "M1.5 3.5h4.5l1.5 2h7v8h-13z",
    "heads": "M2 8h4M6 8c3 0 2-4.5 5-4.5h3M6 8h8M6 8c3 0 2 4.5 5 4.5h3",
    "help": (
        "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4z"
        "M6.2 6.3c0-2.3 3.7-2.2 3.7 0 0 1.4-1.9 1.5-1.9 3M8 11.4v.3"
    ),
    "image": "M2 3h12v10H2zM2 11l3.5-3.5 3 3 2-2 3.5 3.5M10.8 5.8h.4",
    "info": "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 7.4v3.8M8 4.8v.3",
    "moon": "M13.2 9.7A5.7 5.7 0 0 1 6.3 2.8a5.7 5.7 0 1 0 6.9 6.9z",
    "more": "M3.5 8h.1M8 8h.1M12.5 8h.1",
    "paste": "M5.5 2.5h5v2.5h-5zM5.5 3.5h-2v11h9v-11h-2",
    "pin": "M5.5 2h5M6.3 2v4.8L4 9.5h8L9.7 6.8V2M8 9.5V14.5",
    "retry": "M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.5v3.3H9.7",
    "search": "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3 14 14",
    "smooth": "M1.5 12c4.5 0 3.5-8 6.5-8s2 8 6.5 8",
    "sort": "M4.5 3v10M2 10.5 4.5 13 7 10.5M9 4h5M9 8h4M9 12h3",
    "sun": (
        "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6"
        "M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M12.6 3.4l-1.1 1.1M4.5 11.5l-1.1 1.1"
    ),
    "swap": "M2 5.5h11M10.5 3 13 5.5 10.5 8M14 10.5H3M5.5 8 3 10.5 5.5 13",
    "teach": "M8 3 1.5 6.2 8 9.4l6.5-3.2zM4.5 7.8v3.4c2 1.7 5 1.7 7 0V7.8M14.5 6.4v4",
    "warning": "M8 2 14.5 13.5h-13zM8 6.2v3.6M8 11.6v.3",
    "window": "M1.5 3h13v10h-13zM1.5 6h13",
}
_SVG: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="{path}" fill="none" '
    'stroke="{colour}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


def draw_icon(painter: QPainter, name: str, box: QRectF, colour: str) -> None:
    """Paint an icon in a colour (``#RRGGBB``) into a box."""
    width = 2.2 if name == "more" else 1.4
    svg = _SVG.format(path=PATHS[name], colour=colour, width=width)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, box)


class _Engine(QIconEngine):
    """Paints in the theme's colour of the moment."""

    def __init__(self, name: str, token: str, faint: str) -> None:
        super().__init__()
        self._name, self._token, self._faint = name, token, faint

    @override
    def paint(self, painter: QPainter, rect, mode: QIcon.Mode, state: QIcon.State) -> None:  # type: ignore[no-untyped-def]
        token = (
            self._faint
            if mode == QIcon.Mode.Disabled
            else "accent"
            if state == QIcon.State.On
            else self._token
        )
        draw_icon(painter, self._name, QRectF(rect), Theme.now().colour(token).name())

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, pixmap.rect(), mode, state)
        painter.end()
        return pixmap

    @override
    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._token, self._faint)


def icon(name: str, token: str = "text2", *, faint: str = "line2") -> QIcon:
    """An icon in a colour token of the theme; accent when its button is on, ``faint`` when it is disabled."""
    return QIcon(_Engine(name, token, faint))
