"""Colours, type and spacing of the design tokens, for a light and a dark window.

Widgets ask `Theme.now()` for colours when they paint, and repaint on
`QEvent.PaletteChange`; nothing else holds a colour.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

RADIUS_BAR, RADIUS_CONTROL, RADIUS_BUTTON, RADIUS_CARD = 2, 5, 6, 9
PANEL_HEADER, TOP_BAR, STATUS_BAR = 32, 40, 27


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one of the two themes; names as in the design tokens.

    ``branches`` maps a branch's name to its hue; hues fill shapes, never text.
    """

    name: str
    window: str
    panel: str
    raised: str
    well: str
    line: str
    line2: str
    text: str
    text2: str
    text3: str
    accent: str
    onaccent: str
    accentbg: str
    bar: str
    good: str
    warn: str
    bad: str
    warnbg: str
    badbg: str
    tip: str
    tiptext: str
    branches: dict[str, str]
    mark: str = "#2456D6"
    mark_outline: str = "#FFFFFF"

    def colour(self, token: str, alpha: float = 1.0) -> QColor:
        """A token as a QColor, e.g. ``theme.colour("text2")``."""
        colour = QColor(getattr(self, token))
        colour.setAlphaF(alpha)
        return colour

    def branch(self, name: str, alpha: float = 1.0) -> QColor:
        """The hue of a branch (``pool`` is the hue of ``pool_proj``)."""
        colour = QColor(self.branches["pool_proj" if name.startswith("pool") else name])
        colour.setAlphaF(alpha)
        return colour

    @property
    def is_dark(self) -> bool:
        """Whether this is the dark theme."""
        return self.name == "dark"

    @staticmethod
    def now() -> "Theme":
        """The theme that is drawn in: on paper its own, else what the application's palette shows."""
        if _drawn:
            return _drawn[-1]
        base = QGuiApplication.palette().color(QPalette.ColorRole.Window)
        return DARK if base.lightness() < 128 else LIGHT


LIGHT: Final = Theme(
    name="light", window="#ECEEF2", panel="#FFFFFF", raised="#F5F6F9", well="#E9ECF1", line="#DEE2E9",
    line2="#C3C9D3", text="#1A1E26", text2="#4A5261", text3="#626B7B", accent="#2456D6", onaccent="#FFFFFF",
    accentbg="#E6EDFE", bar="#8A93A5", good="#1C7344", warn="#8A5300", bad="#B3261E", warnbg="#FFF4DF",
    badbg="#FDEBE9", tip="#1A1E26", tiptext="#F5F6F9",
    branches={"1x1": "#01A095", "3x3": "#B56910", "5x5": "#7B2638", "pool_proj": "#6A4E9C"},
)  # fmt: skip
DARK: Final = Theme(
    name="dark", window="#0F1115", panel="#171A20", raised="#1F232B", well="#101317", line="#2A2F39",
    line2="#424A58", text="#E8EBF1", text2="#B0B8C6", text3="#8E97A8", accent="#7EA6FF", onaccent="#0C1220",
    accentbg="#1F2B47", bar="#69748A", good="#62C48B", warn="#E9B45B", bad="#FF8A80", warnbg="#2E2511",
    badbg="#381C1B", tip="#E8EBF1", tiptext="#171A20",
    branches={"1x1": "#5FD3D0", "3x3": "#E4B14F", "5x5": "#B9606A", "pool_proj": "#9F97BD"},
)  # fmt: skip

_drawn: list[Theme] = []


@contextmanager
def drawn_in(theme: Theme) -> Iterator[None]:
    """Within it everything is drawn in one theme, whatever the window shows: for paper."""
    _drawn.append(theme)
    try:
        yield
    finally:
        _drawn.pop()


MONOSPACE: Final = "DejaVu Sans Mono"


def font(pixels: float = 13, weight: int = 400, *, mono: bool = False) -> QFont:
    """The interface's font at a size in logical pixels, with tabular figures."""
    chosen = QFont(MONOSPACE) if mono else QFont(QApplication.font())
    chosen.setPixelSize(round(pixels))
    chosen.setWeight(QFont.Weight(weight))
    # Debian's build of PySide6 6.8 can't make a tag: figures are then as the font has them
    tag = getattr(QFont.Tag, "fromString", None)
    if tag is not None and not mono:
        chosen.setFeature(tag("tnum"), 1)
    return chosen


def system_is_dark() -> bool:
    """Whether the desktop asks for a dark theme."""
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
