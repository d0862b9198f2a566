"""A convention as a line of chips: ``crop 224``, ``order BGR`` …"""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from gnet_desktop.convention import Convention, describe
from gnet_desktop.gui.controls.spoken import Role, Speaking
from gnet_desktop.gui.looks.theme import RADIUS_CONTROL, Theme, font

_HIGH: Final = 22
_GAP: Final = 5
_PIXELS: Final = 11.5


def differing(one: Convention, other: Convention) -> set[str]:
    """Names of the parts in which two conventions differ, as `describe` calls them."""
    mine, theirs = dict(describe(one)), dict(describe(other))
    return {name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name)}


class Chips(Speaking, QWidget):
    """The parts of a convention in as many lines as they need; some may be marked."""

    spoken_role = Role.StaticText

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[tuple[str, str]] = []
        self._marked: set[str] = set()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_convention(self, convention: Convention | None, marked: Iterable[str] = ()) -> None:
        """Show a convention; ``marked`` parts stand out."""
        self._parts = [] if convention is None else describe(convention)
        self._marked = set(marked)
        self.setAccessibleName(", ".join(f"{name} {value}" for name, value in self._parts))
        self.updateGeometry()
        self._fit()
        self.update()

    @property
    def text(self) -> str:
        """All chips as one line."""
        return " · ".join(f"{name} {value}" for name, value in self._parts)

    def _places(self, width: float) -> list[QRectF]:
        places, x, y = [], 0.0, 0.0
        plain, bold = QFontMetricsF(font(_PIXELS)), QFontMetricsF(font(_PIXELS, 600))
        for name, value in self._parts:
            marked = name in self._marked
            wide = (bold if marked else plain).horizontalAdvance(f"{name}  {value}") + 16
            if x > 0 and x + wide > width:
                x, y = 0.0, y + _HIGH + _GAP
            places.append(QRectF(x, y, wide, _HIGH))
            x += wide + _GAP
        return places

    @override
    def hasHeightForWidth(self) -> bool:
        """Lines depend on the width."""
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        """Room for all lines."""
        places = self._places(width)
        return round(places[-1].bottom()) + 1 if places else 0

    @override
    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(300, self.heightForWidth(max(self.width(), 300)))

    def _fit(self) -> None:
        self.setMinimumHeight(self.heightForWidth(max(self.width(), 100)))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, other lines."""
        self._fit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Name and value in each chip."""
        theme, painter = Theme.now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (name, value), place in zip(self._parts, self._places(self.width()), strict=True):
            marked = name in self._marked
            face = font(_PIXELS, 600 if marked else 400)
            painter.setPen(theme.colour("accent") if marked else theme.colour("line"))
            painter.setBrush(theme.colour("accentbg" if marked else "panel"))
            painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL, RADIUS_CONTROL)
            painter.setFont(face)
            inner = place.adjusted(8, 0, -8, 0)
            painter.setPen(theme.colour("text" if marked else "text3"))
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(theme.colour("text"))
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, value)
        painter.end()

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Another theme or font."""
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.update()
        super().changeEvent(event)
