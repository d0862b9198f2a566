"""How an attribution lies on a picture: in colours, as an outline, or with all else blurred."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QImage

from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.painting.scale import Scale
from gnet_desktop.gui.why.layer import WhyLayer
from gnet_desktop.inspection.attribution.placing import least_of_strongest
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS
from gnet_desktop.inspection.overlay import Box, Placement, overlay, seen_where
from gnet_desktop.network.record import Array
from gnet_desktop.pictures.geometry import Grid
from gnet_desktop.workspace.values import Result

DRAWN: Final = ("map", "signed", "outline", "focus")
"""The ways to draw it, as `Question.drawn` names them."""
_LINE: Final = 2
"""Half the width of an outline, in logical pixels."""
_BLUR: Final = 24
"""Pixels of the picture that become one where it is blurred."""

translate = QCoreApplication.translate


def drawn_words(drawn: str) -> str:
    """A way to draw it, in words."""
    return {
        "map": translate("Why", "map over the photo"),
        "signed": translate("Why", "map with its sign: for it, and against it"),
        "outline": translate("Why", "outline of the strongest tenth"),
        "focus": translate("Why", "all but the strongest tenth blurred"),
    }[drawn]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is drawn on: the part of the picture that is shown, its size in physical pixels, their ratio.

    ``photo`` gives the picture itself as it lies there, ARGB and as large.
    """

    geometry: Placement
    part: Box
    size: tuple[int, int]
    ratio: float
    photo: Callable[[], QImage]


class LaidMap(Protocol):
    """A map and how its cells lie on the input."""

    @property
    def values(self) -> Array:
        """The map's values (rows, columns)."""

    @property
    def grid(self) -> Grid:
        """Where the cells lie on the picture."""


def draw(
    layer: LaidMap,
    result: Result,
    sheet: Sheet,
    drawn: str,
    scale: Scale,
    *,
    smooth: bool,
    opacity: float = 1.0,
) -> QImage:
    """The image to lay over the picture: the map in its colours, or a why's strongest tenth (`DRAWN`)."""
    if drawn in _WAYS and isinstance(layer, WhyLayer):
        image = _WAYS[drawn](_strongest(layer, result, sheet), sheet)
    else:
        image = _map(layer, sheet, scale, smooth=smooth, opacity=opacity)
    image.setDevicePixelRatio(sheet.ratio)
    return image


def _map(layer: LaidMap, sheet: Sheet, scale: Scale, *, smooth: bool, opacity: float) -> QImage:
    pixels = overlay(
        layer.values,
        layer.grid,
        sheet.geometry,
        sheet.part,
        sheet.size,
        limits=scale.limits,
        colours=COLOUR_MAPS[scale.colour_map],
        smooth=smooth,
        opacity=opacity,
    )
    return _image(pixels, QImage.Format.Format_RGBA8888_Premultiplied)


def _outline(inside: NDArray[np.bool_], sheet: Sheet) -> QImage:
    theme = Theme.now()
    pixels = np.zeros((*inside.shape, 4), np.uint8)
    width = max(1, round(_LINE * sheet.ratio))
    for colour, reach in ((theme.mark_outline, width + 1), (theme.mark, width - 1)):
        pixels[_grown(inside, reach) & _grown(~inside, reach)] = QColor(colour).getRgb()
    return _image(pixels, QImage.Format.Format_RGBA8888)


def _focus(inside: NDArray[np.bool_], sheet: Sheet) -> QImage:
    photo = sheet.photo().convertToFormat(QImage.Format.Format_RGBA8888)
    step, soft = round(_BLUR * sheet.ratio), Qt.TransformationMode.SmoothTransformation
    small = photo.scaled(
        max(1, photo.width() // step),
        max(1, photo.height() // step),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        soft,
    )
    blurred = small.scaled(photo.size(), Qt.AspectRatioMode.IgnoreAspectRatio, soft)
    blurred = blurred.convertToFormat(QImage.Format.Format_RGBA8888)
    pixels = np.array(blurred.constBits(), np.uint8).reshape(blurred.height(), -1, 4)
    pixels[inside, 3] = 0
    return _image(pixels, QImage.Format.Format_RGBA8888)


_WAYS: Final[dict[str, Callable[[NDArray[np.bool_], Sheet], QImage]]] = {
    "outline": _outline,
    "focus": _focus,
}


def _strongest(layer: WhyLayer, result: Result, sheet: Sheet) -> NDArray[np.bool_]:
    values, grid = layer.on_pixels(result)
    least = least_of_strongest(values)
    return seen_where(values, least, grid, sheet.geometry, sheet.part, sheet.size)


def _grown(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """All that is within ``reach`` pixels of the mask, across and down."""
    grown = mask
    for axis in (0, 1):
        line = grown.copy()
        for step in range(1, reach + 1):
            ahead, behind = np.roll(grown, step, axis), np.roll(grown, -step, axis)
            edge = [slice(None), slice(None)]
            edge[axis] = slice(0, step)
            ahead[tuple(edge)] = False
            edge[axis] = slice(-step, None)
            behind[tuple(edge)] = False
            line |= ahead | behind
        grown = line
    return grown


def _image(pixels: NDArray[np.uint8], form: Any) -> QImage:
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, form).copy()
