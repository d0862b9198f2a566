"""Which decoder reads a file, told from its first bytes and never from its name.

Each is imported when first needed.
"""

import struct
import zlib
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, BinaryIO, Final

from PIL import Image, ImageFile

from gnet_desktop.pictures.recognition import AVIF_BRANDS, HEIF_BRANDS, brand
from gnet_desktop.pictures.signatures import GUESSES, SIGNATURES, WEAK_AS

Decoder = Callable[[BinaryIO, int], ImageFile.ImageFile]
"""Opens the frame of that number; nothing is decoded before the image's ``load``."""

BROKEN: Final = (
    *(OSError, EOFError, ValueError, TypeError, SyntaxError, AttributeError, LookupError, ArithmeticError),
    *(RuntimeError, AssertionError, struct.error, zlib.error),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""What decoders raise on damaged files (more than they document)."""

STILL: Final = ("JPEG", "ICO", "CUR", "ICNS", "PSD", "DDS")
"""Formats whose further pictures are sizes, layers or previews of the same picture."""


def decoder_for(head: bytes) -> tuple[str, Decoder] | None:
    """The format's name and its decoder, or None where nothing here has a mark of its own."""
    for one in SIGNATURES:
        if head.startswith(one.magic, one.offset) and (decoder := _load(one.place)):
            return one.name, decoder
    return _by_brand(brand(head))


def guesses_for(head: bytes) -> list[tuple[str, Decoder]]:
    """Formats and decoders of what may be a picture without a mark: only decoding will tell."""
    found = ((one.name, _load(one.place)) for one in GUESSES if one.rule(head))
    return [(name, decoder) for name, decoder in found if decoder]


def surely_picture(head: bytes) -> bool:
    """Whether these first bytes can only be those of a picture that can be decoded.

    Formats that are known by two letters or a few zeros don't count: a text may begin so.
    """
    found = decoder_for(head)
    return found is not None and found[0] not in WEAK_AS


def perhaps_picture(head: bytes) -> bool:
    """Whether a picture may begin with these bytes; so may other things."""
    return decoder_for(head) is not None or any(one.rule(head) for one in GUESSES)


def _load(place: str) -> Decoder | None:
    """What a place names; None where this Pillow, or this machine, has no such decoder."""
    module, _, attribute = place.partition(":")
    try:
        found: Any = getattr(import_module(module), attribute)
    except (ImportError, AttributeError):
        return None
    return partial(_open_frame, found) if isinstance(found, type) else found


def _open_frame(kind: type[ImageFile.ImageFile], stream: BinaryIO, frame: int) -> ImageFile.ImageFile:
    image = kind(stream, "")
    if frame:
        image.seek(frame)
    return image


def _by_brand(name: bytes) -> tuple[str, Decoder] | None:
    """HEIC and AVIF need decoders that this machine may lack."""
    avif = name in AVIF_BRANDS
    decoder = _load("PIL.AvifImagePlugin:AvifImageFile") if avif and _pillow_reads_avif() else None
    if decoder is None and name in HEIF_BRANDS:
        decoder = _load("pillow_heif.as_plugin:HeifImageFile")
    return (("AVIF" if avif else "HEIC"), decoder) if decoder else None


def _pillow_reads_avif() -> bool:
    try:
        return bool(import_module("PIL.AvifImagePlugin").SUPPORTED)
    except (ImportError, AttributeError):
        return False
