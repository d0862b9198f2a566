"""A map as an image to lay over the photo, made anew only where something about it changed."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.photo.camera import Camera
from gnet_desktop.gui.photo.layers import UnitLayer
from gnet_desktop.gui.photo.why import WhyLayer
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS
from gnet_desktop.inspection.overlay import COLOUR_GAMMA, overlay
from gnet_desktop.workspace.values import Result


@dataclass(frozen=True, slots=True)
class Look:
    """How a map is laid over: its colour map's name, smooth or in cells, how opaque."""

    colours: str
    smooth: bool
    opacity: float


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
    ) -> LaidOver:
        """The map of a layer as the camera sees it in a view of ``size``, at the screen's ``ratio``."""
        key = (layer.identity, result, look, camera, size, ratio)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, _make(layer, result, look, camera, size, ratio)
        return self._kept[1]


def _make(
    layer: UnitLayer | WhyLayer, result: Result, look: Look, camera: Camera, view: QSize, ratio: float
) -> LaidOver:
    size = round(view.width() * ratio), round(view.height() * ratio)
    target = (*camera.to_picture((0, 0)), *camera.to_picture((size[0] / ratio, size[1] / ratio)))
    scale = Scale.linear(layer.values, look.colours)
    pixels = overlay(
        layer.values,
        layer.grid,
        result.geometry,
        target,
        size,
        limits=scale.limits,
        colours=COLOUR_MAPS[look.colours],
        smooth=look.smooth,
        opacity=look.opacity,
    )
    image = QImage(pixels.data, *size, 4 * size[0], QImage.Format.Format_RGBA8888_Premultiplied).copy()
    image.setDevicePixelRatio(ratio)
    return LaidOver(image, scale, replace(scale, gamma=COLOUR_GAMMA).strip())
