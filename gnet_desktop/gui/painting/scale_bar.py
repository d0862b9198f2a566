"""The colour bar with its numbers, and the histogram that stands on one."""

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPainterPath

from gnet_desktop.gui.looks.theme import RADIUS_BAR, Theme, font
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.inspection.histogram import Histogram

BAR_HEIGHT: Final = 8
_NUMBER: Final = 10.5


def draw_strip(painter: QPainter, strip: QImage, bar: QRectF) -> None:
    """A colour strip with rounded ends, lying or, where the bar is taller than wide, standing."""
    path = QPainterPath()
    path.addRoundedRect(bar, RADIUS_BAR, RADIUS_BAR)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setClipPath(path)
    if bar.height() <= bar.width():
        painter.drawImage(bar, strip)
    else:
        painter.translate(bar.left(), bar.bottom())
        painter.rotate(-90)
        painter.drawImage(QRectF(0, 0, bar.height(), bar.width()), strip)
    painter.restore()


def lying_bar_width(ends: tuple[str, str], length: float) -> float:
    """Room that `draw_lying_bar` takes for a strip of that length."""
    metrics = QFontMetricsF(font(_NUMBER, mono=True))
    return sum(metrics.horizontalAdvance(end) for end in ends) + length + 14


def draw_lying_bar(painter: QPainter, ends: tuple[str, str], strip: QImage, box: QRectF) -> None:
    """``0 ▬▬▬ 559`` across a box, centred in its height; ``ends`` are the words at its two ends."""
    face = font(_NUMBER, mono=True)
    metrics = QFontMetricsF(face)
    low, high = ends
    painter.setFont(face)
    painter.setPen(Theme.now().colour("text2"))
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, low)
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, high)
    left = box.left() + metrics.horizontalAdvance(low) + 7
    right = box.right() - metrics.horizontalAdvance(high) - 7
    top = box.center().y() - BAR_HEIGHT / 2
    draw_strip(painter, strip, QRectF(left, top, right - left, BAR_HEIGHT))


def draw_standing_bar(painter: QPainter, scale: Scale, strip: QImage, bar: QRectF) -> None:
    """A strip with its largest value at the top, the middle and the smallest to its right.

    Where all values are one, it stands there once.
    """
    draw_strip(painter, strip, bar)
    painter.setFont(font(_NUMBER, mono=True))
    painter.setPen(Theme.now().colour("text2"))
    ends = scale.limits
    places = (
        (ends.high, bar.top()),
        ((ends.low + ends.high) / 2, bar.center().y() - 7),
        (ends.low, bar.bottom() - 14),
    )
    for value, y in places if ends.high > ends.low else places[1:2]:
        box = QRectF(bar.right() + 7, y, 60, 14)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, number(value))


def draw_histogram(painter: QPainter, counts: Histogram, box: QRectF, highlight: float | None) -> None:
    """Bars of logarithmic height; the bin that holds ``highlight`` in the accent.

    The zeros, which outnumber all others after a rectifier, count in the bin of 0.
    """
    theme = Theme.now()
    bins = len(counts.counts)
    width = box.width() / bins
    heights = with_zeros(counts)
    chosen = None if highlight is None else bin_of(counts, highlight)
    painter.setPen(Qt.PenStyle.NoPen)
    for place, height in enumerate(heights):
        if height > 0:
            painter.setBrush(theme.colour("accent" if place == chosen else "bar"))
            tall = max(2.0, height * (box.height() - 1))
            painter.drawRect(
                QRectF(box.left() + place * width, box.bottom() - tall, max(1.0, width - 1), tall)
            )
    painter.setPen(theme.colour("line2"))
    painter.drawLine(QPointF(box.left(), box.bottom()), QPointF(box.right(), box.bottom()))


def bin_of(counts: Histogram, value: float) -> int | None:
    """The bin that a value falls into; None outside and for what is no number."""
    edges = counts.edges
    if not edges[0] <= value <= edges[-1]:
        return None
    return min(int(np.searchsorted(edges, value, side="right")) - 1, len(counts.counts) - 1)


def with_zeros(counts: Histogram) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Logarithmic heights 0…1 of all finite values, the zeros among them."""
    whole = counts.counts.copy()
    zero = bin_of(counts, 0.0)
    if zero is not None:
        whole[zero] += counts.zeros
    logs = np.log1p(whole)
    return np.asarray(logs / max(float(logs.max(initial=0.0)), 1.0), np.float64)
