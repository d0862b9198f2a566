"""Renders the icon for every system from resources/icons/icon.svg:

    icons.py FOLDER

writes PNGs of the usual sizes, gnet-desktop.ico and gnet-desktop.icns.
"""

import io
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SOURCE = Path(__file__).resolve().parents[1] / "resources" / "icons" / "icon.svg"
PNG_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_SIZES = (16, 32, 64, 128, 256, 512, 1024)


def render(size: int) -> Image.Image:
    """The icon as a square of ``size`` pixels, each drawn from the vectors anew."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload] # the stubs say bytes, the library takes text
    return Image.open(io.BytesIO(data.data())).convert("RGBA")


def write_all(folder: Path) -> None:
    """Write every icon file into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in PNG_SIZES:
        render(size).save(folder / f"{size}.png", optimize=True)
    largest, *others = [render(size) for size in reversed(ICO_SIZES)]
    largest.save(folder / "gnet-desktop.ico", sizes=[(s, s) for s in ICO_SIZES], append_images=others)
    largest, *others = [render(size) for size in reversed(ICNS_SIZES)]
    largest.save(folder / "gnet-desktop.icns", append_images=others)


if __name__ == "__main__":
    application = QGuiApplication([])
    write_all(Path(sys.argv[1]))
