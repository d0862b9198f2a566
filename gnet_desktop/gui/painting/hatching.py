"""The hatching over what is changed: 45°, two pixels on and two off, the same everywhere."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

PITCH = 4.0


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
