"""Arrays become QImages; nothing here scales by float arithmetic a frame."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from gnet_desktop.inspection.colour_maps import COLOUR_MAPS, GREY, Rgb, Table, palette
from gnet_desktop.inspection.scaling import Levels, Limits, quantise
from gnet_desktop.inspection.tiles import atlas, lay_out

STALE_MAP: Final = GREY.name


@dataclass(slots=True, eq=False)
class IndexedImage:
    """An 8-bit QImage and the levels that it looks into, which must outlive it."""

    image: QImage
    levels: Levels

    @property
    def bytes(self) -> int:
        """Bytes held."""
        return self.levels.nbytes

    def recolour(self, table: list[int]) -> None:
        """Another colour for each level; the levels stay."""
        self.image.setColorTable(table)


def rgb(colour: QColor) -> Rgb:
    """Red, green, blue, 0…255."""
    return colour.red(), colour.green(), colour.blue()


def colour_table(table: Table) -> list[int]:
    """A (256, 4) RGBA table as Qt's list of 0xAARRGGBB."""
    wide = table.astype(np.uint32)
    packed = wide[:, 3] << 24 | wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]
    return [int(entry) for entry in packed]


def tile_table(name: str, *, ground: QColor, gap: QColor) -> list[int]:
    """Qt's colour table of tiles in a colour map, by its name."""
    return colour_table(palette(COLOUR_MAPS[name], ground=rgb(ground), gap=rgb(gap)))


def indexed_image(levels: Levels, width: int, table: list[int], ratio: float = 1.0) -> IndexedImage:
    """Levels (rows, stride), C-contiguous with a stride of whole 4 bytes, as an image ``width`` wide.

    ``ratio`` is the screen's: the image's pixels are physical ones.
    """
    rows, stride = levels.shape
    image = QImage(levels.data, width, rows, stride, QImage.Format.Format_Indexed8)
    image.setColorTable(table)
    image.setDevicePixelRatio(ratio)
    return IndexedImage(image, levels)


def map_image(
    values: NDArray[np.float32],
    limits: Limits,
    table: list[int],
    *,
    nominal: float,
    gamma: float = 1.0,
    signed: bool = False,
    ratio: float = 1.0,
) -> IndexedImage:
    """One map (rows, columns), each cell a whole number of physical pixels, about ``nominal`` wide."""
    levels = quantise(values[None], limits, gamma=gamma, signed=signed)
    layout = lay_out(np.arange(1), (values.shape[1], values.shape[0]), nominal=nominal, columns=1, gap=0)
    return indexed_image(atlas(levels, layout), layout.tile[0], table, ratio)


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
