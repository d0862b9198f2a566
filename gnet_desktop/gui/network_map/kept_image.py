"""The map's shapes as a picture that is kept while they stay the same."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.network_map.marks import is_name
from gnet_desktop.gui.network_map.painting import MapPainter
from gnet_desktop.gui.network_map.shapes import MapLabel, MapLayout, Shape, Thumbnail
from gnet_desktop.gui.network_map.viewport import Viewport


class KeptImage:
    """All shapes in view, transparent where there is none, as large as a widget.

    Another picture changes words, and only where the widths show its numbers the rest too:
    what stays is kept even when the whole is to be painted anew.
    """

    def __init__(self, widget: QWidget, viewport: Viewport) -> None:
        self._widget, self._viewport = widget, viewport
        self._whole: QPixmap | None = None
        self._body: tuple[object, QPixmap] | None = None

    def forget(self) -> None:
        """Something is to be shown otherwise: paint anew when it is wanted."""
        self._whole = None

    def get(self, layout: MapLayout, picture: QImage | None, *, stale: bool) -> QPixmap:
        """The picture of a layout; ``picture`` and ``stale`` as `MapPainter` takes them."""
        if self._whole is None:
            self._whole = self._paint(layout, picture, stale=stale)
        return self._whole

    def _paint(self, layout: MapLayout, picture: QImage | None, *, stale: bool) -> QPixmap:
        fixed: list[Shape] = []
        told: list[Shape] = []
        for shape in layout.shapes:
            if not is_name(shape, layout):
                (told if isinstance(shape, MapLabel | Thumbnail) else fixed).append(shape)
        widget, sight = self._widget, self._viewport
        body = fixed, sight.offset, sight.scale, widget.size(), widget.devicePixelRatioF(), Theme.now()
        if self._body is None or self._body[0] != body:
            self._body = body, self._painted(self._blank(), fixed, picture, stale=stale)
        return self._painted(self._body[1].copy(), told, picture, stale=stale)

    def _blank(self) -> QPixmap:
        ratio = self._widget.devicePixelRatioF()
        image = QPixmap(self._widget.size() * ratio)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        return image

    def _painted(
        self, image: QPixmap, shapes: list[Shape], picture: QImage | None, *, stale: bool
    ) -> QPixmap:
        painter = QPainter(image)
        self._viewport.apply(painter)
        MapPainter(painter, Theme.now(), picture, stale=stale).draw(shapes)
        painter.end()
        return image
