"""JPEG 2000 pictures, decoded by a process of their own.

This decoder alone keeps Python's lock for as long as it decodes, a second and more for a photo of
twelve megapixels: no other thread gets its turn, and a window stands still. A process takes
a fifth of a second to start, can be ended when it doesn't come back, takes no more memory than it is
given, and takes nothing along should a file ever break the decoder.
"""

import io
import os
import struct
import sys
from typing import Any, Final

from PIL import Image
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

from gnet_desktop.pictures.apart import READY, NoProcess, asked, limit_memory
from gnet_desktop.pictures.decoders import BROKEN
from gnet_desktop.pictures.incomplete import ground
from gnet_desktop.pictures.metering import endless, title_of

LONGEST: Final = 50.0
"""Seconds that decoding may take: a photo takes one, the largest that is opened some thirty."""

_A_PIXEL: Final = 32
_SPARE: Final = 300_000_000
"""Bytes that the process may take: so many a pixel, twice the file, and these."""

_REQUEST: Final = struct.Struct("<?Q")
_WHOLE, _DAMAGED, _TOO_MUCH = b"w", b"d", b"m"


class Jpeg2000(Jpeg2KImageFile):
    """A JPEG 2000 picture whose pixels another process decodes; this one where none can be started."""

    def load(self) -> Any:
        """The pixels; raises what Pillow raises, and PictureError if they don't come in time."""
        if self.tile:
            try:
                self._take(self._asked())
            except NoProcess:
                pass
            except TimeoutError:
                raise endless(title_of(self.fp)) from None
        return super().load()

    def _asked(self) -> bytes:
        assert self.fp is not None
        self.fp.seek(0)
        data = self.fp.read()
        most = _A_PIXEL * self.size[0] * self.size[1] + 2 * len(data) + _SPARE
        return asked(_REQUEST.pack(_has_pixels(self), most) + data, LONGEST)

    def _take(self, answer: bytes) -> None:
        status, pixels = answer[:1], answer[1:]
        if status == _TOO_MUCH:
            raise MemoryError
        a_pixel = len(Image.new(self.mode, (1, 1)).tobytes())
        if pixels and len(pixels) == a_pixel * self.size[0] * self.size[1]:
            self.im = Image.frombytes(self.mode, self.size, pixels).im
        if status != _WHOLE:
            raise OSError("broken data stream")
        self.tile = []


def _has_pixels(image: Image.Image) -> bool:
    """Whether there is something to be decoded over; its name is another one since Pillow 11."""
    return (image.__dict__.get("_im") or image.__dict__.get("im")) is not None


# The other process


def serve() -> int:
    """Answer the one request on standard input."""
    answers = os.fdopen(os.dup(1), "wb")
    answers.write(READY)
    answers.flush()
    request = sys.stdin.buffer.read()
    limit_memory(_REQUEST.unpack_from(request)[1])
    try:
        answers.writelines(answered(request))
    except MemoryError:
        answers.write(_TOO_MUCH)
    answers.close()
    return 0


def answered(request: bytes) -> tuple[bytes, bytes]:
    """How decoding ended and the pixels; of a damaged file only where they lie over the ground."""
    over_ground, _ = _REQUEST.unpack_from(request)
    image = Jpeg2KImageFile(io.BytesIO(memoryview(request)[_REQUEST.size :]))
    if over_ground:
        image.im = Image.new(image.mode, image.size, ground(image.mode)).im
    try:
        image.load()
    except BROKEN:
        return _DAMAGED, image._new(image.im).tobytes() if over_ground else b""
    return _WHOLE, image.tobytes()
