"""WebP pictures. What is decoded is copied under Python's lock, a tenth of a second for 48 megapixels."""

from typing import Any, Final

from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile
from typing_extensions import override

from gnet_desktop.pictures.elsewhere import WEBP, take_pixels

_LARGE: Final = 16_000_000
"""Pixels from which on another process is worth its start."""


class WebP(WebPImageFile):
    """A WebP picture; a large one's pixels another process decodes, or this one where none can be started."""

    _there: int | None = None

    @override
    def load(self) -> Any:
        """The frame's pixels; raises what Pillow raises, and PictureError if they don't come in time."""
        if self._there != self.tell() and self.size[0] * self.size[1] > _LARGE and take_pixels(self, WEBP):
            self._there = self.tell()
        if self._there == self.tell():
            return Image.Image.load(self)
        return super().load()
