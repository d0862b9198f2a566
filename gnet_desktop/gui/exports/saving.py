"""Pictures of the window as PNG, in memory and in files."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect
from PySide6.QtGui import QImage, QImageWriter, QPainter, QRegion
from PySide6.QtWidgets import QWidget

from gnet_desktop.files import write_whole
from gnet_desktop.gui.controls.scroll_page import ScrollPage


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


def whole_of(widget: QWidget) -> QImage:
    """A widget as it looks; of one whose page scrolls the whole page, without its scroll bar."""
    seen = widget.grab().toImage()
    pages = [page for page in widget.findChildren(ScrollPage) if page.isVisible()]
    inside = pages[0].widget() if len(pages) == 1 else None
    if inside is None:
        return seen
    port, ratio = pages[0].viewport(), seen.devicePixelRatio()
    corner = port.mapTo(widget, QPoint())
    more = max(0, inside.height() - port.height())
    image = QImage(seen.width(), seen.height() + round(more * ratio), seen.format())
    image.setDevicePixelRatio(ratio)
    # the page's ground, also where its bar stood
    image.fill(seen.pixelColor(QPoint(*(round(side * ratio) for side in (corner.x() + 1, corner.y() + 1)))))
    painter = QPainter(image)
    above = QRect(0, 0, widget.width(), corner.y())
    below = QRect(0, corner.y() + port.height(), widget.width(), widget.height())
    for part, down in ((above, 0), (below, more)):
        widget.render(painter, QPoint(part.left(), part.top() + down), QRegion(part))
    inside.render(painter, corner, renderFlags=QWidget.RenderFlag.DrawChildren)
    painter.end()
    return image
