"""JPEG 2000 pictures: their decoder keeps Python's lock, a second and more for twelve megapixels."""

from typing import Any

from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from typing_extensions import override

from gnet_desktop.pictures.elsewhere import JPEG_2000, take_pixels


class Jpeg2000(Jpeg2KImageFile):
    """A JPEG 2000 picture whose pixels another process decodes; this one where none can be started."""

    @override
    def load(self) -> Any:
        """The pixels; raises what Pillow raises, and PictureError if they don't come in time."""
        if self.tile:
            take_pixels(self, JPEG_2000)
        return super().load()
