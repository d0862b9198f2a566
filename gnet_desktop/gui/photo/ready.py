"""Large pictures made ready to be drawn, by a thread of their own.

To copy the pixels of a photo of fifty megapixels into an image of Qt's and to shrink it to the
screen takes a second, and Qt keeps Python's lock meanwhile. Pillow gives it up: what is drawn comes
from there, and Qt only looks at the memory.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from gnet_desktop.pictures.picture import Picture
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = NDArray[np.uint8]
Part = tuple[int, int, int, int]
Size = tuple[int, int]

AT_ONCE: Final = 1_500_000
"""Pixels of a picture that the window's thread copies and shrinks itself, in a few milliseconds."""

_LEAST: Final = 512
"""The longer side of the smallest level, at most."""

_STRIP: Final = 1_000_000
"""Pixels copied at a time, so that they aren't there three times over."""


def is_large(size: Size) -> bool:
    """Whether a picture of (width, height) is made ready elsewhere."""
    return size[0] * size[1] > AT_ONCE


def levels(image: "Image") -> list[Pixels]:
    """An RGB picture, its half, quarter … until the longer side is short: (height, width, 3) each."""
    made = [_pixels(image)]
    while max(image.size) > _LEAST:
        image = image.reduce(2)
        made.append(_pixels(image))
    return made


def shrunk(image: "Image", part: Part, size: Size) -> Pixels:
    """A part (left, top, right, bottom) as (width, height) pixels, each the mean of those it covers."""
    from PIL.Image import Resampling

    return np.asarray(image.resize(size, Resampling.BOX, part))


def as_image(pixels: Pixels) -> QImage:
    """(height, width, 3), contiguous, as an image that keeps them and copies nothing."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)


def _pixels(image: "Image") -> Pixels:
    width, height = image.size
    pixels, rows = np.empty((height, width, 3), np.uint8), max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        pixels[top : top + rows] = np.asarray(strip)
    return pixels


class ReadyImages:
    """The picture shown last as images: itself, and smaller ones where it is large.

    ``ready()`` is called when a large one can be had; ``purpose`` tells those apart who want one.
    """

    def __init__(self, workspace: Workspace, purpose: str, ready: Callable[[], None]) -> None:
        self._workspace, self._purpose = workspace, purpose
        self._ready = ready
        self._asked: Picture | None = None
        self._kept: tuple[Picture, tuple[QImage, ...]] | None = None

    def of(self, picture: Picture) -> tuple[QImage, ...] | None:
        """The images, the largest first; None while they are being made."""
        if self._kept is not None and self._kept[0] is picture:
            return self._kept[1]
        if not is_large(picture.size):
            return self._keep(picture, [_pixels(picture.image)])
        if self._asked is not picture:
            self._asked = picture
            self._workspace.make_ready(
                self._purpose, lambda: levels(picture.image), lambda made: self._take(picture, made)
            )
        return None

    def forget(self) -> None:
        """No picture is shown any more."""
        self._asked = self._kept = None

    def _keep(self, picture: Picture, made: list[Pixels]) -> tuple[QImage, ...]:
        self._asked, self._kept = None, (picture, tuple(map(as_image, made)))
        return self._kept[1]

    def _take(self, picture: Picture, made: list[Pixels]) -> None:
        if self._asked is picture:
            self._keep(picture, made)
            self._ready()
