"""How the map lies in its widget: zoom, scale and offset. No painting, no choices."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter

from gnet_desktop.gui.network_map.model import MapModel
from gnet_desktop.gui.network_map.shapes import Area, MapLayout

MOST: Final = 8.0
_LEAST_SCALE: Final = 0.5


class Viewport:
    """widget = map · scale - offset, in logical pixels.

    ``zoom`` is 1 where all is shown, up to `MOST`; ``scale`` is less than 1 where the whole
    would not fit; ``offset`` is where the widget's corner lies in the scaled map.
    """

    def __init__(self) -> None:
        self.zoom, self.scale, self.offset = 1.0, 1.0, QPointF()

    def lay_out(self, model: MapModel | None, size: QSize) -> MapLayout | None:
        """The model's layout for a widget of that size at this zoom; None without a model."""
        self.scale = 1.0
        if model is None:
            return None
        wide, high = size.width() * self.zoom, size.height() * self.zoom
        layout = model.layout((wide, high))
        least = layout.size
        if least[0] > wide > 0:
            self.scale = max(_LEAST_SCALE, wide / least[0])
            layout = model.layout((least[0], high / self.scale))
        return layout

    def move_to(self, offset: QPointF, layout: MapLayout | None, size: QSize) -> bool:
        """As near to an offset as the map's edges allow; whether that is another one than before."""
        width, height = layout.size if layout is not None else (0.0, 0.0)
        x = min(max(0.0, offset.x()), max(0.0, width * self.scale - size.width()))
        y = min(max(0.0, offset.y()), max(0.0, height * self.scale - size.height()))
        if (x, y) == (self.offset.x(), self.offset.y()):
            return False
        self.offset = QPointF(x, y)
        return True

    def showing(self, area: Area, size: QSize) -> QPointF:
        """The offset at which an area is in view: in the middle, unless it is in view already."""
        box, x, y = self.rectangle(area), self.offset.x(), self.offset.y()
        if box.left() < 0 or box.right() > size.width():
            x += box.center().x() - size.width() / 2
        if box.top() < 0 or box.bottom() > size.height():
            y += box.center().y() - size.height() / 2
        return QPointF(x, y)

    def zoom_to(self, zoom: float, about: QPointF) -> bool:
        """Zoom, keeping a place of the widget where it is; whether there is another zoom now."""
        zoom = min(max(1.0, zoom), MOST)
        if zoom == self.zoom:
            return False
        self.offset = (self.offset + about) * (zoom / self.zoom) - about
        self.zoom = zoom
        return True

    def rectangle(self, area: Area) -> QRectF:
        """An area of the map in the widget's coordinates."""
        scale = self.scale
        x, y = area.left * scale - self.offset.x(), area.top * scale - self.offset.y()
        return QRectF(x, y, area.width * scale, area.height * scale)

    def to_map(self, position: QPointF) -> QPointF:
        """A position of the widget in the map's coordinates."""
        return (position + self.offset) / self.scale

    def apply(self, painter: QPainter) -> None:
        """Let a painter on the widget, or on a picture of it, draw in the map's coordinates."""
        painter.translate(-self.offset)
        painter.scale(self.scale, self.scale)
