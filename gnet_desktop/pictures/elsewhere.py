"""Pictures whose pixels a process of their own decodes, and that process.

Some decoders keep Python's lock for as long as they decode: no other thread gets its turn, and
a window stands still. A process takes a fifth of a second to start, can be ended when it
doesn't come back, takes no more memory than it is given, and takes nothing along should a file ever
break the decoder.
"""

import io
import os
import struct
import sys
from importlib import import_module
from typing import Any, BinaryIO, Final

from PIL import Image, ImageFile

from gnet_desktop.pictures.apart import READY, NoProcess, asked, limit_memory
from gnet_desktop.pictures.decoders import BROKEN
from gnet_desktop.pictures.incomplete import ground
from gnet_desktop.pictures.metering import endless, title_of

LONGEST: Final = 50.0
"""Seconds that decoding may take: a photo takes one, the largest that is opened some thirty."""

JPEG_2000: Final = "PIL.Jpeg2KImagePlugin:Jpeg2KImageFile"
WEBP: Final = "PIL.WebPImagePlugin:WebPImageFile"
QOI: Final = "PIL.QoiImagePlugin:QoiImageFile"
_KINDS: Final = (JPEG_2000, WEBP, QOI)

_A_PIXEL: Final = 32
_SPARE: Final = 300_000_000
"""Bytes that the process may take: so many a pixel, twice the file, and these."""

_STRIP: Final = 1_000_000
"""Pixels that are taken at a time."""

_REQUEST: Final = struct.Struct("<B?IQ")
"""Which of the kinds, whether to decode over the ground, the frame's number, the memory."""
_WHOLE, _DAMAGED, _TOO_MUCH = b"w", b"d", b"m"


def take_pixels(image: ImageFile.ImageFile, kind: str) -> bool:
    """Give an opened picture the pixels that another process decodes; False where none can be started.

    Raises what Pillow raises, and PictureError if they don't come in time.
    """
    try:
        with asked(_request(image, kind), LONGEST) as answer:
            _take(image, answer)
    except NoProcess:
        return False
    except TimeoutError:
        raise endless(title_of(image.fp)) from None
    return True


def _request(image: ImageFile.ImageFile, kind: str) -> bytes:
    assert image.fp is not None
    image.fp.seek(0)
    data = image.fp.read()
    most = _A_PIXEL * image.size[0] * image.size[1] + 2 * len(data) + _SPARE
    return _REQUEST.pack(_KINDS.index(kind), _has_pixels(image), image.tell(), most) + data


def _take(image: ImageFile.ImageFile, answer: BinaryIO) -> None:
    status = answer.read(1)
    if status == _TOO_MUCH:
        raise MemoryError
    _fill(image, answer)
    if status != _WHOLE:
        raise OSError("broken data stream")
    image.tile = []


def _fill(image: ImageFile.ImageFile, answer: BinaryIO) -> None:
    """Lay the pixels in, strip by strip, so that they are never there twice."""
    (width, height), mode = image.size, image.mode
    a_row, rows = width * len(Image.new(mode, (1, 1)).tobytes()), max(1, _STRIP // width)
    strip = answer.read(a_row * min(rows, height))
    if not strip:
        return
    whole = image._new(image.im) if _has_pixels(image) else Image.new(mode, image.size)
    for top in range(0, height, rows):
        count = min(rows, height - top)
        if len(strip) < a_row * count:
            raise OSError("broken data stream")
        whole.paste(Image.frombytes(mode, (width, count), strip), (0, top))
        strip = answer.read(a_row * min(rows, height - top - count))
    image.im = whole.im


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
    limit_memory(_REQUEST.unpack_from(request)[-1])
    try:
        answers.writelines(answered(request))
    except MemoryError:
        answers.write(_TOO_MUCH)
    answers.close()
    return 0


def answered(request: bytes) -> tuple[bytes, bytes]:
    """How decoding ended and the pixels; of a damaged file only where they lie over the ground."""
    kind, over_ground, frame, _ = _REQUEST.unpack_from(request)
    image = _opened(_KINDS[kind], io.BytesIO(memoryview(request)[_REQUEST.size :]))
    if frame:
        image.seek(frame)
    if over_ground:
        image.im = Image.new(image.mode, image.size, ground(image.mode)).im
    try:
        image.load()
    except BROKEN:
        return _DAMAGED, image._new(image.im).tobytes() if over_ground else b""
    return _WHOLE, image.tobytes()


def _opened(kind: str, stream: io.BytesIO) -> Any:
    module, _, name = kind.partition(":")
    return getattr(import_module(module), name)(stream)
