"""The hatching over what is changed: 45°, two pixels on and two off, the same everywhere."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.painting.glyphs import hue_of
from gnet_desktop.network.architecture import BRANCHES

PITCH = 4.0
_FAINT = 0.4
_PLATE = 3.0
"""Pixels around words that stand on stripes."""


def hatch(painter: QPainter, box: QRectF, colour: QColor, ground: QColor | None = None) -> None:
    """Fill a box with stripes of ``colour``, on ``ground`` if there is one."""
    painter.save()
    painter.setClipRect(box)
    if ground is not None:
        painter.fillRect(box, ground)
    painter.setPen(QPen(colour, PITCH / 2))
    step = PITCH * 2**0.5
    x = box.left() - box.height()
    while x < box.right() + step:
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x + box.height(), box.top()))
        x += step
    painter.restore()


def hatch_behind(painter: QPainter, box: QRectF, branch: str) -> None:
    """Faint stripes in the hue of a branch, or of a part of one; in grey for what lies in none."""
    theme, hue = Theme.now(), hue_of(branch)
    colour = theme.branch(hue, _FAINT) if hue in BRANCHES else theme.colour("text3", _FAINT)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    hatch(painter, box, colour)
    painter.restore()


def write_on_plate(painter: QPainter, words: str, box: QRectF, ink: QColor) -> None:
    """Words in the middle of a box, on a plate that keeps the stripes away from them."""
    middle = Qt.AlignmentFlag.AlignCenter
    plate = QFontMetricsF(painter.font()).boundingRect(box, middle, words)
    plate = plate.adjusted(-_PLATE, -1, _PLATE, 1).intersected(box)
    painter.fillRect(plate, Theme.now().colour("raised"))
    painter.setPen(ink)
    painter.drawText(box, middle, words)
