"""QOI pictures: their decoder is written in Python, two reads a pixel, and keeps its lock for seconds."""

from typing import Any, Final

from PIL.QoiImagePlugin import QoiImageFile
from typing_extensions import override

from gnet_desktop.pictures.elsewhere import QOI, take_pixels

_LARGE: Final = 200_000
"""Pixels from which on another process is worth its start."""


class Qoi(QoiImageFile):
    """A QOI picture; a large one's pixels another process decodes, or this one where none can be started."""

    @override
    def load(self) -> Any:
        """The pixels; raises what Pillow raises, and PictureError if they don't come in time."""
        if self.tile and self.size[0] * self.size[1] > _LARGE:
            take_pixels(self, QOI)
        return super().load()
