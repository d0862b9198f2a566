"""Bars of answers: in the panel, the heads view and the comparison of conventions."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from gnet_desktop.gui.looks.theme import RADIUS_BAR, Theme

_LEAST: Final = 2.0
_STRIPE: Final = 4.0
_SHORTEST_OUTLINE: Final = 3.0
"""Pixels below which dashes would be a blot."""


def draw_bar(painter: QPainter, track: QRectF, share: float, *, first: bool, stale: bool = False) -> None:
    """A bar 0…1 on its track: accent for a head's first answer, striped while it is stale."""
    theme = Theme.now()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("well"))
    painter.drawRoundedRect(track, RADIUS_BAR, RADIUS_BAR)
    # even nothing has a sliver, so that the eye finds where the bar begins
    bar = QRectF(track.left(), track.top(), max(_LEAST, track.width() * share), track.height())
    if stale:
        _draw_stripes(painter, bar)
        return
    painter.setBrush(theme.colour("accent" if first else "bar"))
    radius = min(RADIUS_BAR, bar.width() / 2)
    painter.drawRoundedRect(bar, radius, radius)


def draw_outline(painter: QPainter, track: QRectF, share: float, before: float) -> None:
    """What the run that is compared with had more, as a dashed outline behind the bar."""
    left, right = track.left() + track.width() * share, track.left() + track.width() * before
    if right - left < _SHORTEST_OUTLINE:
        return
    painter.setPen(QPen(Theme.now().colour("text3"), 1, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rest = QRectF(left, track.top() + 0.5, right - left - 0.5, track.height() - 1)
    painter.drawRoundedRect(rest, RADIUS_BAR, RADIUS_BAR)


def _draw_stripes(painter: QPainter, bar: QRectF) -> None:
    theme = Theme.now()
    path = QPainterPath()
    path.addRoundedRect(bar, RADIUS_BAR, RADIUS_BAR)
    painter.save()
    painter.setClipPath(path)
    painter.fillRect(bar, theme.colour("line2"))
    painter.setPen(QPen(theme.colour("bar"), _STRIPE / 2))
    x = bar.left() - bar.height()
    while x < bar.right():
        painter.drawLine(x, bar.bottom(), x + bar.height(), bar.top())  # type: ignore[call-overload]
        x += _STRIPE * 1.5
    painter.restore()
