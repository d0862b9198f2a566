"""A picture's file as its decoder sees it: every read is counted, so that none keeps us for ever.

Pillow walks through a file's parts one by one, and a file may have any number of empty
ones. Pictures have few parts for their size; what a decoder reads in far smaller pieces is refused.
"""

import io
from typing import Any, BinaryIO, Final, cast

from gnet_desktop.breathing import breathe
from gnet_desktop.errors import PictureError

FEW: Final = 20_000
"""Reads that any file may take."""

BYTES: Final = 32
"""Bytes a read beyond these: a GIF's blocks of 255 bytes take some eight reads to count and decode."""

_BYTE_BY_BYTE: Final = ("QOI", "DDS")
"""Formats whose pixels are read one by one, in at most two reads a byte."""

_PIXELS_TIMES_SCANS: Final = 1 << 30
_USUAL_SCANS: Final = 64
"""Times that a JPEG may go over its pixels; a progressive one does some ten times."""

_SHORTEST_SCAN: Final = 10
_SCAN: Final = b"\xff\xda"
_CHUNK: Final = 1 << 20
_MOST_PIECES: Final = 1 << 16
"""Strips or tiles of a picture; most have one a few rows."""


class Metered:
    """A stream of ``length`` bytes of a format that raises PictureError after too many reads.

    ``title`` is how people are told of its picture.
    """

    def __init__(self, stream: BinaryIO, length: int, title: str, form: str = "") -> None:
        self._stream, self._length, self.title = stream, length, title
        self._left = [FEW + (2 * length if form in _BYTE_BY_BYTE else length // BYTES)]

    def read(self, count: int = -1) -> bytes:
        """The next bytes, never room for more than there are; one read more."""
        self._left[0] -= 1
        breathe()
        if self._left[0] < 0:
            raise endless(self.title)
        return self._stream.read(min(count, self._length))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def as_file(self) -> BinaryIO:
        """The stream as decoders take it."""
        return cast(BinaryIO, self)

    @classmethod
    def instead(cls, stream: BinaryIO, data: bytes) -> BinaryIO:
        """Other bytes of the same picture, whose reads count as those of its stream."""
        other = io.BytesIO(data)
        if not isinstance(stream, cls):
            return other
        metered = cls(other, len(data), stream.title)
        metered._left = stream._left
        return metered.as_file()


def title_of(stream: Any) -> str:
    """How people are told of the picture that a stream is read for."""
    return stream.title if isinstance(stream, Metered) else "The picture"


def endless(title: str) -> PictureError:
    """The refusal of a picture that is made to keep its reader busy."""
    return PictureError(
        f"{title} is not decoded to its end.",
        "It is in far more parts than a picture has.",
        "If you trust it, open it elsewhere and save it again.",
    )


def check_pieces(image: Any, title: str) -> None:
    """Raise PictureError for a picture in far too many strips or tiles."""
    tiles = len(getattr(image, "tile", None) or ())
    if max(tiles, getattr(image, "pieces", 0)) > _MOST_PIECES:
        raise endless(title)


def check_scans(stream: BinaryIO, length: int, pixels: int, title: str) -> None:
    """Raise PictureError for a JPEG that goes over its pixels again and again."""
    if pixels * (length // _SHORTEST_SCAN) <= _PIXELS_TIMES_SCANS:
        return
    place = stream.tell()
    stream.seek(0)
    scans, last = 0, b""
    while data := stream.read(_CHUNK):
        scans += (last + data).count(_SCAN)
        last = data[-1:]
    stream.seek(place)
    if scans > _USUAL_SCANS and pixels * scans > _PIXELS_TIMES_SCANS:
        raise endless(title)
