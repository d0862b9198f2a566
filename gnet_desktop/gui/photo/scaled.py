"""The part of a photo that is in view, scaled once for each camera."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from gnet_desktop.gui.photo import painting
from gnet_desktop.gui.photo.camera import Camera
from gnet_desktop.gui.photo.ready import Size, as_image, shrunk
from gnet_desktop.gui.photo.sight import Sight

_SHARP: Final = 2.0
"""From this many physical pixels a picture's pixel on, pixels are shown as squares."""


class View(NamedTuple):
    """How a photo is seen.

    It covers ``visible`` of the panel, in logical pixels, of which each is ``ratio`` physical ones.
    """

    camera: Camera
    visible: QRectF
    ratio: float

    @property
    def shrinks(self) -> bool:
        """Whether a pixel of the screen shows several of the picture."""
        return self.camera.scale * self.ratio < 1

    @property
    def source(self) -> QRectF:
        """What of the picture is in view."""
        ends = (self.visible.topLeft(), self.visible.bottomRight())
        corners = (self.camera.to_picture((p.x(), p.y())) for p in ends)
        return QRectF(*(QPointF(*corner) for corner in corners))


class ScaledPhoto:
    """Keeps the last one painted.

    A large picture is shrunk elsewhere: ``elsewhere(run, done)``. Until that is there, the nearest
    of its smaller images stands for it; then comes ``ready()``.
    """

    def __init__(
        self, elsewhere: Callable[[Callable[[], Any], Callable[[Any], None]], None], ready: Callable[[], None]
    ) -> None:
        self._elsewhere = elsewhere
        self._ready = ready
        self._kept: tuple[object, QPixmap] | None = None
        self._asked: object = None

    def forget(self) -> None:
        """Another theme or screen."""
        self._kept = self._asked = None

    def paint(self, painter: QPainter, sight: Sight, camera: Camera, visible: QRectF) -> None:
        """Paint what is visible; a thumbnail stands for something finer and is never shown as squares."""
        if visible.isEmpty():
            return
        view = View(camera, visible, painter.device().devicePixelRatioF())
        key = (sight.image.cacheKey(), view)
        if self._kept is None or self._kept[0] != key:
            if sight.smaller and view.shrinks:
                self._ask(key, sight, view)
                _stretch(painter, sight, view)
                return
            self._kept = key, _scaled(sight, view)
        painter.drawPixmap(visible.topLeft(), self._kept[1])

    def _ask(self, key: object, sight: Sight, view: View) -> None:
        if self._asked == key or sight.picture is None:
            return
        self._asked = key
        whole, place, size = _shrunk_part(sight.image, view)
        part = (whole.left(), whole.top(), whole.left() + whole.width(), whole.top() + whole.height())
        image = sight.picture.image

        def take(pixels: Any) -> None:
            if self._asked == key:
                self._kept, self._asked = (key, _placed(as_image(pixels), place, view)), None
                self._ready()

        self._elsewhere(partial(shrunk, image, part, size), take)


def _stretch(painter: QPainter, sight: Sight, view: View) -> None:
    """Paint the smallest image that has a pixel for each of the screen's: as quick as the screen is small."""
    finest = view.camera.scale * view.ratio
    enough = [image for image in sight.smaller if image.width() >= sight.image.width() * finest]
    image = min([sight.image, *enough], key=QImage.width)
    x, y = image.width() / sight.image.width(), image.height() / sight.image.height()
    source = view.source
    part = QRectF(source.left() * x, source.top() * y, source.width() * x, source.height() * y)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(view.visible, image, part)
    painter.restore()


def _scaled(sight: Sight, view: View) -> QPixmap:
    if view.shrinks:
        # Qt's transform samples bilinearly; only `scaled` averages when it shrinks
        whole, place, size = _shrunk_part(sight.image, view)
        ways = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        return _placed(sight.image.copy(whole).scaled(*size, *ways), place, view)
    pixmap = _empty(view)
    painter = QPainter(pixmap)
    smooth = sight.picture is None or view.camera.scale * view.ratio < _SHARP
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(QRectF(0, 0, view.visible.width(), view.visible.height()), sight.image, view.source)
    painter.end()
    return pixmap


def _shrunk_part(image: QImage, view: View) -> tuple[QRect, QRectF, Size]:
    """The whole pixels in view, where they lie on the panel, and how many physical ones that is."""
    whole = view.source.toAlignedRect().intersected(image.rect())
    box = (whole.left(), whole.top(), whole.left() + whole.width(), whole.top() + whole.height())
    place = painting.rect(view.camera.box_to_view(box))
    size = max(1, round(place.width() * view.ratio)), max(1, round(place.height() * view.ratio))
    return whole, place, size


def _placed(small: QImage, place: QRectF, view: View) -> QPixmap:
    pixmap = _empty(view)
    painter = QPainter(pixmap)
    painter.drawImage(place.translated(-view.visible.topLeft()), small)
    painter.end()
    return pixmap


def _empty(view: View) -> QPixmap:
    width, height = view.visible.width() * view.ratio, view.visible.height() * view.ratio
    pixmap = QPixmap(max(1, round(width)), max(1, round(height)))
    pixmap.setDevicePixelRatio(view.ratio)
    return pixmap
