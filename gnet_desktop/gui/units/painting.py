"""What cards and the panel beside them draw alike: made pictures, crops, spectra, polar plots."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from gnet_desktop.folder.spectrum import BINS
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.images import rgb_image
from gnet_desktop.gui.painting.numbers import number

ROUND: Final = 4.0
BREAK: Final = 11.0
"""Room between crops of two groups, beyond the usual."""
BARS: Final = 22
"""Bars of a spectrum: one for silence, and the others over three bins each."""

Floats = NDArray[np.float32]


def draw_picture(
    painter: QPainter, image: QImage | None, box: QRectF, *, share: float = 1.0, words: str = ""
) -> None:
    """A square picture with round corners, ``share`` 0…1 of it made; ``words`` stand where there is none."""
    theme = Theme.now()
    clip = QPainterPath()
    clip.addRoundedRect(box, ROUND, ROUND)
    if image is None or image.isNull():
        painter.fillPath(clip, theme.colour("well"))
        if words:
            painter.setFont(font(11))
            painter.setPen(theme.colour("text3"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(box.adjusted(6, 6, -6, -6), flags, words)
        return
    side = min(image.width(), image.height())
    source = QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
    painter.save()
    painter.setClipPath(clip)
    painter.drawImage(box, image, source)
    if share < 1:
        bar = QRectF(box.left(), box.bottom() - 3, box.width(), 3)
        painter.fillRect(bar, theme.colour("panel", 0.7))
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * share, 3), theme.colour("accent"))
    painter.restore()


def draw_crops(
    painter: QPainter,
    crops: Sequence[NDArray[np.uint8]],
    box: QRectF,
    count: int,
    breaks: Sequence[int] = (),
) -> None:
    """Square crops side by side, the strongest first; the room of absent ones stays empty.

    Before those at ``breaks`` there is a gap with a line.
    """
    room = box.adjusted(0, 0, -BREAK * len(breaks), 0)
    for place, pixels in enumerate(crops[:count]):
        moved = BREAK * sum(one <= place for one in breaks)
        at = crop_box(room, place, count).translated(moved, 0)
        draw_picture(painter, rgb_image(pixels), at)
        if place in breaks:
            line = QRectF(at.left() - (BREAK + 4) / 2, at.top(), 1, at.height())
            painter.fillRect(line, Theme.now().colour("line2"))


def crop_box(box: QRectF, place: int, count: int, gap: float = 3.0) -> QRectF:
    """Where one of ``count`` squares side by side stands."""
    side = min(box.height(), (box.width() - gap * (count - 1)) / count)
    return QRectF(box.left() + place * (side + gap), box.top(), side, side)


def spectrum_bars(histogram: NDArray[np.int64]) -> NDArray[np.float64]:
    """(bars,) 0…1: how many pictures, on a log scale; first silence, then rising to the largest value.

    ``histogram`` (65,) is a unit's of a `Spectrum`; bins beyond its largest value are left
    out. There are no more bars than bins.
    """
    active = np.flatnonzero(histogram[1:])
    if not len(active):
        return np.array([1.0, *[0.0] * (BARS - 1)])
    low, high = int(active[0]), int(active[-1]) + 1
    edges = np.linspace(low, high, min(BARS, high - low + 1)).round().astype(int)
    bins = histogram[1 : BINS + 1]
    counts = [bins[a:b].sum() for a, b in pairwise(edges)]
    heights = np.log1p(np.array([histogram[0], *counts], np.float64))
    return np.asarray(heights / max(heights.max(), 1e-9))


def draw_spectrum(painter: QPainter, histogram: NDArray[np.int64], largest: float, box: QRectF) -> None:
    """Bars over an axis from silence to the largest value."""
    theme = Theme.now()
    bars = spectrum_bars(histogram)
    width = box.width() / len(bars)
    base = box.bottom() - 14
    painter.setPen(Qt.PenStyle.NoPen)
    for place, height in enumerate(bars):
        if height > 0:
            tall = max(1.0, height * (base - box.top()))
            painter.setBrush(theme.colour("line2" if place == 0 else "bar"))
            painter.drawRect(QRectF(box.left() + place * width, base - tall, width - 1.5, tall))
    painter.setFont(font(10.5))
    painter.setPen(theme.colour("text3"))
    axis = QRectF(box.left(), base + 1, box.width(), 13)
    painter.drawText(axis, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "0")
    painter.drawText(axis, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number(largest))


def draw_polar(painter: QPainter, values: Floats, box: QRectF, *, half: bool) -> None:
    """Answers by direction around a point; ``half``: directions of 0…180°, each drawn on both sides."""
    theme = Theme.now()
    centre, radius = box.center(), min(box.width(), box.height()) / 2 - 1
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.colour("line2"), 1))
    for share in (0.5, 1.0):
        painter.drawEllipse(centre, radius * share, radius * share)
    painter.drawLine(QPointF(centre.x() - radius, centre.y()), QPointF(centre.x() + radius, centre.y()))
    painter.drawLine(QPointF(centre.x(), centre.y() - radius), QPointF(centre.x(), centre.y() + radius))
    around = np.concatenate([values, values]) if half else values
    largest = float(around.max()) if len(around) else 0.0
    if largest <= 0:
        return
    angles = 2 * np.pi * np.arange(len(around)) / len(around)
    lengths = np.clip(around / largest, 0, 1) * radius
    outline = QPolygonF(
        [
            QPointF(centre.x() + float(length * np.cos(angle)), centre.y() + float(length * np.sin(angle)))
            for angle, length in zip(angles, lengths, strict=True)
        ]
    )
    painter.setBrush(theme.colour("accent", 0.16))
    painter.setPen(QPen(theme.colour("accent"), 1.6))
    painter.drawPolygon(outline)


def draw_bars(
    painter: QPainter, values: Floats, box: QRectF, labels: Sequence[str], colours: Sequence[QColor] = ()
) -> None:
    """Upright bars with a word below each, as tall as their share of the largest."""
    theme, count = Theme.now(), len(values)
    largest = max(float(values.max()), 1e-12)
    width, base = box.width() / count, box.bottom() - 14
    painter.setFont(font(10.5))
    for place, (value, label) in enumerate(zip(values, labels, strict=True)):
        left = box.left() + place * width
        tall = max(0.0, float(value) / largest) * (base - box.top())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours[place] if colours else theme.colour("bar"))
        painter.drawRect(QRectF(left + 2, base - max(1.0, tall), width - 4, max(1.0, tall)))
        painter.setPen(theme.colour("text3"))
        painter.drawText(QRectF(left, base + 1, width, 13), Qt.AlignmentFlag.AlignCenter, label)
