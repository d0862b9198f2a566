"""Targa files: whether the fourth byte of a pixel is transparency stands in the header."""

from PIL.TgaImagePlugin import TgaImageFile
from typing_extensions import override

_DESCRIPTOR = 17
_BITS_OF_ALPHA = 0x0F


class Tga(TgaImageFile):
    """A Targa picture; where the header tells of no alpha, that byte is often left at 0."""

    @override
    def _open(self) -> None:
        super()._open()
        assert self.fp is not None
        place = self.fp.tell()
        self.fp.seek(_DESCRIPTOR)
        self._has_alpha = bool(self.fp.read(1)[0] & _BITS_OF_ALPHA)
        self.fp.seek(place)

    @override
    def load_end(self) -> None:
        """The pixels are there."""
        super().load_end()
        if self.mode == "RGBA" and not self._has_alpha:
            self.im.fillband(3, 255)
