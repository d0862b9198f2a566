"""The network map as a file: SVG for print, PNG for everything else."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from gnet_desktop.errors import ExportError
from gnet_desktop.files import write_whole
from gnet_desktop.gui.exports import saving
from gnet_desktop.gui.looks.theme import LIGHT, Theme, drawn_in
from gnet_desktop.gui.network_map.model import MapModel
from gnet_desktop.gui.network_map.painting import MapPainter

SIZE: Final = (1600, 440)
"""Logical pixels of an exported map, wide enough for all names and numbers."""
PAGE: Final = (1000, 320)
"""The same on a page, where words keep their size."""
_SPARE: Final = 40
_SCALE: Final = 2.0

Size = tuple[int, int]


def svg_of(model: MapModel, size: Size = SIZE, *, spare: int = 0) -> bytes:
    """The map as an SVG document; ``spare`` is free space at its right, for wider fonts than ours."""
    canvas = size[0] + spare, size[1]
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(*canvas))
    generator.setViewBox(QRectF(0, 0, *canvas))
    generator.setTitle(f"GoogLeNet ({model.architecture.family}), {model.quantity.name}")
    painter = QPainter(generator)
    _draw(painter, model, size)
    painter.end()
    buffer.close()
    return bytes(data.data())


def svg_on_paper(model: MapModel) -> bytes:
    """The map as SVG in the light theme, no larger than a page is wide."""
    with drawn_in(LIGHT):
        return svg_of(model, PAGE, spare=_SPARE)


def image_of(model: MapModel, size: Size = SIZE, scale: float = _SCALE) -> QImage:
    """The map as an image of ``size`` logical pixels, ``scale`` physical ones each."""
    image = QImage(round(size[0] * scale), round(size[1] * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    _draw(painter, model, size)
    painter.end()
    return image


def png_of(model: MapModel, size: Size = SIZE, scale: float = _SCALE) -> bytes:
    """The map as a PNG file."""
    return saving.png_of(image_of(model, size, scale))


_WRITERS: Final[dict[str, Callable[[MapModel, Size], bytes]]] = {".svg": svg_of, ".png": png_of}


def export_network(model: MapModel | None, path: Path, size: Size = SIZE) -> None:
    """Write the map as what the file's name says; nothing half-written is left.

    Raises ExportError for another ending, without a model, and where it cannot be written.
    """
    if model is None:
        raise ExportError("The map was not written.", "No checkpoint is open.", "Open one first.")
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ExportError(
            f"{path.name} was not written.", "A map is saved as SVG or PNG.", "End the name so."
        )
    write_whole(path, write(model, size))


def _draw(painter: QPainter, model: MapModel, size: Size) -> None:
    theme = Theme.now()
    painter.fillRect(QRectF(0, 0, *size), theme.colour("panel"))
    MapPainter(painter, theme, model.picture).draw(model.layout(size).shapes)
