"""Which decoder reads a file, told from its first bytes and never from its name.

Only decoders that do nothing but decode are here: Pillow has others that start
programs (EPS) or claim nearly any bytes. Each is imported when first needed.
"""

import struct
import zlib
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, BinaryIO, Final

from PIL import Image, ImageFile

from gnet_desktop.pictures.recognition import AVIF_BRANDS, HEIF_BRANDS, brand

Decoder = Callable[[BinaryIO, int], ImageFile.ImageFile]
"""Opens the frame of that number; nothing is decoded before the image's ``load``."""

BROKEN: Final = (
    *(OSError, EOFError, ValueError, TypeError, SyntaxError, AttributeError, LookupError, ArithmeticError),
    *(RuntimeError, AssertionError, struct.error, zlib.error),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""What decoders raise on damaged files (more than they document)."""

_SIGNATURES: Final[tuple[tuple[int, bytes, str, str], ...]] = (
    (0, b"\xff\xd8\xff", "JPEG", "PIL.JpegImagePlugin:JpegImageFile"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG", "gnet_desktop.pictures.png:open_frame"),
    (0, b"GIF87a", "GIF", "PIL.GifImagePlugin:GifImageFile"),
    (0, b"GIF89a", "GIF", "PIL.GifImagePlugin:GifImageFile"),
    (8, b"WEBP", "WebP", "PIL.WebPImagePlugin:WebPImageFile"),
    (0, b"II\x2a\x00", "TIFF", "gnet_desktop.pictures.tiff.picture:open_frame"),
    (0, b"MM\x00\x2a", "TIFF", "gnet_desktop.pictures.tiff.picture:open_frame"),
    (0, b"II\x2b\x00", "TIFF", "gnet_desktop.pictures.tiff.picture:open_frame"),
    (0, b"MM\x00\x2b", "TIFF", "gnet_desktop.pictures.tiff.picture:open_frame"),
    (0, b"BM", "BMP", "PIL.BmpImagePlugin:BmpImageFile"),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000", "PIL.Jpeg2KImagePlugin:Jpeg2KImageFile"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000", "PIL.Jpeg2KImagePlugin:Jpeg2KImageFile"),
    (0, b"\x00\x00\x01\x00", "ICO", "PIL.IcoImagePlugin:IcoImageFile"),
    (0, b"icns", "ICNS", "PIL.IcnsImagePlugin:IcnsImageFile"),
    (0, b"qoif", "QOI", "PIL.QoiImagePlugin:QoiImageFile"),
    (0, b"8BPS", "PSD", "PIL.PsdImagePlugin:PsdImageFile"),
    (0, b"\x01\xda", "SGI", "PIL.SgiImagePlugin:SgiImageFile"),
    *((0, b"P%d" % kind + blank, "PNM", "PIL.PpmImagePlugin:PpmImageFile")
      for kind in range(1, 7) for blank in (b"\n", b" ", b"\t", b"\r")),
)  # fmt: skip

_WEAK: Final = ("BMP", "ICO", "SGI", "PNM")

STILL: Final = ("JPEG", "ICO", "ICNS", "PSD")
"""Formats whose further pictures are sizes, layers or previews of the same picture."""


def decoder_for(head: bytes) -> tuple[str, Decoder] | None:
    """The format's name and its decoder, or None where nothing here reads such a file."""
    for offset, magic, name, place in _SIGNATURES:
        if head[offset : offset + len(magic)] == magic:
            return name, _load(place)
    return _by_brand(brand(head))


def surely_picture(head: bytes) -> bool:
    """Whether these first bytes can only be those of a picture that can be decoded.

    Formats that are known by two letters or a few zeros don't count: a text may begin so.
    """
    found = decoder_for(head)
    return found is not None and found[0] not in _WEAK


def _load(place: str) -> Decoder:
    module, _, attribute = place.partition(":")
    found: Any = getattr(import_module(module), attribute)
    return partial(_open_frame, found) if isinstance(found, type) else found


def _open_frame(kind: type[ImageFile.ImageFile], stream: BinaryIO, frame: int) -> ImageFile.ImageFile:
    image = kind(stream, "")
    if frame:
        image.seek(frame)
    return image


def _by_brand(name: bytes) -> tuple[str, Decoder] | None:
    """HEIC and AVIF need decoders that this machine may lack."""
    if name in AVIF_BRANDS and _pillow_reads_avif():
        return "AVIF", _load("PIL.AvifImagePlugin:AvifImageFile")
    if name not in HEIF_BRANDS:
        return None
    try:
        decoder = _load("pillow_heif.as_plugin:HeifImageFile")
    except (ImportError, AttributeError):
        return None
    return ("AVIF" if name in AVIF_BRANDS else "HEIC"), decoder


def _pillow_reads_avif() -> bool:
    try:
        return bool(import_module("PIL.AvifImagePlugin").SUPPORTED)
    except (ImportError, AttributeError):
        return False
