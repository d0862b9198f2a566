"""GIF pictures; of comments without end only the beginning is kept.

Pillow before 13 joins a comment's pieces one after the other, each time from the beginning: 15 MB of
them take minutes.
"""

from typing import Final

from PIL.GifImagePlugin import GifImageFile
from typing_extensions import override

_LONGEST: Final = 1 << 16
"""Bytes of words, of which there are 255 a piece."""


class Gif(GifImageFile):
    """A GIF picture."""

    _words = 0

    @override
    def data(self) -> bytes | None:
        """The next piece of a comment or another extension, or None at its end, or when it is long."""
        piece = super().data()
        self._words = self._words + len(piece) if piece else 0
        if self._words <= _LONGEST:
            return piece
        while super().data():
            pass
        self._words = 0
        return None
