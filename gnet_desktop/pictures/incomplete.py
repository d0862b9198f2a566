"""What a damaged or cut picture file still shows.

Pillow's own tolerance of such files is a switch for the whole process, which would hide
damage everywhere else; here the decoder is run until it gives up, over a ground that
tells which rows it reached.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

import numpy as np
from PIL import Image

from gnet_desktop.pictures.decoders import BROKEN, Decoder
from gnet_desktop.pictures.metering import Metered

_UNDECODED: Final = (127, 129, 126, 255)
"""What stands where nothing was decoded: a grey that no row of a real picture is full of."""
_BAND: Final = 1_000_000
"""Pixels that are looked at at a time."""

_END_OF_JPEG: Final = b"\xff\xd9"


def as_far_as_decoded(
    decoder: Decoder, stream: BinaryIO, *, frame: int, jpeg: bool
) -> tuple[Image.Image, float] | None:
    """The picture, undecoded rows in grey, and the share 0…1 of the rows that were reached.

    None if nothing decodes. A share of 1 means that all rows are there though something
    is broken: a progressive ``jpeg`` is coarse then.
    """
    for attempt in _attempts(stream, jpeg=jpeg):
        image = _decoded(decoder, attempt, frame)
        share = _share(image) if image is not None else 0.0
        if image is not None and share > 0:
            return image, share
    return None


def _attempts(stream: BinaryIO, *, jpeg: bool) -> Iterator[BinaryIO]:
    yield stream
    if jpeg:
        # a progressive file gives no row before its end; an end mark makes the decoder give what it has
        stream.seek(0)
        yield Metered.instead(stream, stream.read() + _END_OF_JPEG)


def _decoded(decoder: Decoder, stream: BinaryIO, frame: int) -> Image.Image | None:
    try:
        stream.seek(0)
        image = decoder(stream, frame)
        image.im = Image.new(image.mode, image.size, ground(image.mode)).im
    except (*BROKEN, MemoryError):
        return None
    try:
        image.load()
    except (*BROKEN, MemoryError):
        return _as_it_is(image)
    return image


def _as_it_is(image: Image.Image) -> Image.Image | None:
    """As far as it came, and no format's code any more; None where its palette cannot show it."""
    found = image._new(image.im)
    try:
        found.load()
    except BROKEN:
        return None
    return found


def ground(mode: str) -> int | tuple[int, ...]:
    """The grey of a mode that stands where nothing was decoded, a value for each band."""
    bands = Image.getmodebands(mode)
    if bands == 1:
        return _UNDECODED[0] if mode == "L" else 0
    return _UNDECODED[:bands]


def _share(image: Image.Image) -> float:
    """Share of the rows in which something was decoded."""
    width, height = image.size
    grey = np.array(ground(image.mode))
    decoded, rows = 0, max(1, _BAND // width)
    for top in range(0, height, rows):  # in bands, since a copy of it all may be a gigabyte
        band = np.asarray(image.crop((0, top, width, min(height, top + rows))))
        decoded += int((band != grey.astype(band.dtype)).reshape(len(band), -1).any(axis=1).sum())
    return decoded / height
