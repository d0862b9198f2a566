"""Pictures of the window as PNG, in memory and in files."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from gnet_desktop.files import write_whole


def png_of(image: QImage) -> bytes:
    """An image as PNG."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    buffer.close()
    return bytes(content.data())


def write_png(image: QImage, path: Path) -> None:
    """Write an image, whole or not at all; raises ExportError."""
    write_whole(path, png_of(image))
