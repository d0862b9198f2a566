"""A map as an image to lay over the photo, made anew only where something about it changed."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.photo.camera import Camera
from gnet_desktop.gui.photo.layers import UnitLayer
from gnet_desktop.gui.why.drawing import Sheet, draw
from gnet_desktop.gui.why.layer import WhyLayer
from gnet_desktop.inspection.overlay import COLOUR_GAMMA
from gnet_desktop.inspection.scaling import Limits
from gnet_desktop.workspace.values import Result


@dataclass(frozen=True, slots=True)
class Look:
    """How a map is laid over: its colour map's name, smooth or in cells, how opaque, and as what.

    ``ends`` are those of a scale that it shares with another map; None for its own.
    """

    colours: str
    smooth: bool
    opacity: float
    drawn: str = "map"
    ends: Limits | None = None


@dataclass(frozen=True, slots=True)
class LaidOver:
    """The image, its scale, and the strip of its colour bar."""

    image: QImage
    scale: Scale
    strip: QImage


class KeptOverlay:
    """Keeps the last one made."""

    def __init__(self) -> None:
        self._kept: tuple[object, LaidOver] | None = None

    def forget(self) -> None:
        """Another theme or screen."""
        self._kept = None

    def get(
        self,
        layer: UnitLayer | WhyLayer,
        result: Result,
        look: Look,
        camera: Camera,
        size: QSize,
        ratio: float,
        photo: QImage,
    ) -> LaidOver:
        """The map of a layer as the camera sees it in a view of ``size``, at the screen's ``ratio``.

        ``photo`` is the whole picture, for layers that show parts of it in another way.
        """
        key = (layer.identity, result, look, camera, size, ratio)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, _make(layer, result, look, camera, size, ratio, photo)
        return self._kept[1]


def _make(
    layer: UnitLayer | WhyLayer,
    result: Result,
    look: Look,
    camera: Camera,
    view: QSize,
    ratio: float,
    photo: QImage,
) -> LaidOver:
    size = round(view.width() * ratio), round(view.height() * ratio)
    part = (*camera.to_picture((0, 0)), *camera.to_picture((size[0] / ratio, size[1] / ratio)))

    def seen() -> QImage:
        return _seen(photo, camera, size, ratio)

    scale = Scale.linear(layer.values, look.colours)
    if look.ends is not None:
        scale = replace(scale, limits=look.ends)
    sheet = Sheet(result.geometry, part, size, ratio, seen)
    image = draw(layer, result, sheet, look.drawn, scale, smooth=look.smooth, opacity=look.opacity)
    return LaidOver(image, scale, replace(scale, gamma=COLOUR_GAMMA).strip())


def _seen(photo: QImage, camera: Camera, size: tuple[int, int], ratio: float) -> QImage:
    """The photo as the camera sees it."""
    image = QImage(*size, QImage.Format.Format_RGBA8888)
    image.fill(0)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    left, top, right, bottom = camera.box_to_view((0, 0, photo.width(), photo.height()))
    painter.drawImage(QRectF(left, top, right - left, bottom - top), photo)
    painter.end()
    image.setDevicePixelRatio(1)
    return image
