"""The part of a photo that is in view, scaled once for each camera."""

from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from gnet_desktop.gui.photo import painting
from gnet_desktop.gui.photo.camera import Camera

_SHARP: Final = 2.0
"""From this many physical pixels a picture's pixel on, pixels are shown as squares."""


class ScaledPhoto:
    """Keeps the last one painted."""

    def __init__(self) -> None:
        self._kept: tuple[object, QPixmap] | None = None

    def forget(self) -> None:
        """Another theme or screen."""
        self._kept = None

    def paint(
        self, painter: QPainter, image: QImage, camera: Camera, visible: QRectF, *, coarse: bool
    ) -> None:
        """Paint what is visible; ``coarse`` images stand for a finer one and are never shown as squares."""
        if visible.isEmpty():
            return
        ratio = painter.device().devicePixelRatioF()
        key = (image.cacheKey(), camera, visible, ratio)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, _scaled(image, camera, visible, ratio, coarse=coarse)
        painter.drawPixmap(visible.topLeft(), self._kept[1])


def _scaled(image: QImage, camera: Camera, visible: QRectF, ratio: float, *, coarse: bool) -> QPixmap:
    pixmap = QPixmap(max(1, round(visible.width() * ratio)), max(1, round(visible.height() * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    painter = QPainter(pixmap)
    source = _source_of(camera, visible)
    if camera.scale * ratio < 1:
        # Qt's transform samples bilinearly; only `scaled` averages when it shrinks
        whole = source.toAlignedRect().intersected(image.rect())
        part, size = image.copy(whole), _place_of(camera, whole)
        small = part.scaled(
            max(1, round(size.width() * ratio)),
            max(1, round(size.height() * ratio)),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        painter.drawImage(size.translated(-visible.topLeft()), small)
    else:
        smooth = coarse or camera.scale * ratio < _SHARP
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(QRectF(0, 0, visible.width(), visible.height()), image, source)
    painter.end()
    return pixmap


def _source_of(camera: Camera, visible: QRectF) -> QRectF:
    corners = (camera.to_picture((p.x(), p.y())) for p in (visible.topLeft(), visible.bottomRight()))
    return QRectF(*(QPointF(*corner) for corner in corners))


def _place_of(camera: Camera, source: QRect) -> QRectF:
    box = (source.left(), source.top(), source.left() + source.width(), source.top() + source.height())
    return painting.rect(camera.box_to_view(box))
