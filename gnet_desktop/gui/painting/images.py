"""Arrays become QImages; nothing here scales by float arithmetic a frame."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from gnet_desktop.inspection.colour_maps import COLOUR_MAPS, Rgb, Table, palette
from gnet_desktop.inspection.scaling import Levels


class LevelImage:
    """Levels as an image of the screen's own format.

    An 8-bit image with a table of colours would be the obvious thing to paint. But Qt
    looks every pixel up at every paint, in its pool of threads: measured 0.15 ms for
    100,000 pixels, and 3 ms when the cores are busy, against 0.007 ms for colours that
    were looked up once. So the levels stay for the next table, and the colours are kept.
    """

    def __init__(self, levels: Levels, width: int, table: list[int], ratio: float = 1.0) -> None:
        """Levels (rows, stride), contiguous, a stride of whole 4 bytes; ``width`` pixels are shown.

        The pixels are physical ones, ``ratio`` of them to a logical one.
        """
        self.levels = levels
        self._width = width
        self.recolour(table, ratio)

    def recolour(self, table: list[int], ratio: float) -> None:
        """Another colour for each level; the levels stay."""
        rows, stride = self.levels.shape
        indexed = QImage(self.levels.data, self._width, rows, stride, QImage.Format.Format_Indexed8)
        indexed.setColorTable(table)
        self.image = indexed.convertToFormat(QImage.Format.Format_RGB32)
        self.image.setDevicePixelRatio(ratio)

    @property
    def bytes(self) -> int:
        """Bytes held."""
        return self.levels.nbytes + self.image.sizeInBytes()


def rgb(colour: QColor) -> Rgb:
    """Red, green, blue, 0…255."""
    return colour.red(), colour.green(), colour.blue()


def colour_table(table: Table) -> list[int]:
    """A (256, 4) RGBA table as Qt's list of 0xAARRGGBB."""
    wide = table.astype(np.uint32)
    packed = wide[:, 3] << 24 | wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]
    return [int(entry) for entry in packed]


def tile_table(name: str, *, ground: QColor, gap: QColor) -> list[int]:
    """Qt's colour table of tiles in a colour map, by its name; the same list for all who ask."""
    return _tile_table(name, rgb(ground), rgb(gap))


@lru_cache(maxsize=32)
def _tile_table(name: str, ground: Rgb, gap: Rgb) -> list[int]:
    return colour_table(palette(COLOUR_MAPS[name], ground=ground, gap=gap))


def rgb_image(pixels: NDArray[np.uint8]) -> QImage:
    """(height, width, 3) uint8 as an image that owns its pixels."""
    whole = np.ascontiguousarray(pixels)
    height, width = whole.shape[:2]
    return QImage(whole.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()


def snapped(painter: QPainter, x: float, y: float) -> QPointF:
    """The logical point nearest to (x, y) that lies on a physical pixel's corner.

    A panel may begin between two pixels where the ratio isn't whole; an image of
    physical pixels drawn there would be resampled.
    """
    transform = painter.deviceTransform()
    there = transform.map(QPointF(x, y))
    inverse, _ = transform.inverted()
    return inverse.map(QPointF(round(there.x()), round(there.y())))
