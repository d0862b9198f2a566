"""First bytes of the pictures that are decoded here, and who decodes them.

Only decoders that do nothing but decode: Pillow has others that start programs (EPS), draw
(WMF), or read measurements as if they were pictures (FITS, SPIDER and their kind).
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

WEAK_AS: Final = ("BMP", "ICO", "SGI", "PNM", "FLI", "PIXAR")
"""Formats known by a few letters or zeros: anything may begin so."""


@dataclass(frozen=True, slots=True)
class Signature:
    """``magic`` at ``offset`` is the format ``name``, decoded by what ``place`` (module:name) names."""

    offset: int
    magic: bytes
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Guess:
    """A format without a mark of its own: ``rule`` says whether its header makes sense."""

    rule: Callable[[bytes], bool]
    name: str
    place: str


SIGNATURES: Final = tuple(
    Signature(*row)
    for row in (
        (0, b"\xff\xd8\xff", "JPEG", "gnet_desktop.pictures.jpeg:Jpeg"),
        (0, b"\x89PNG\r\n\x1a\n", "PNG", "gnet_desktop.pictures.png:open_frame"),
        (0, b"GIF87a", "GIF", "gnet_desktop.pictures.gif:Gif"),
        (0, b"GIF89a", "GIF", "gnet_desktop.pictures.gif:Gif"),
        (8, b"WEBP", "WebP", "gnet_desktop.pictures.webp:WebP"),
        *((0, magic, "TIFF", "gnet_desktop.pictures.tiff.picture:open_frame")
          for magic in (b"II\x2a\x00", b"MM\x00\x2a", b"II\x2b\x00", b"MM\x00\x2b")),
        (0, b"BM", "BMP", "gnet_desktop.pictures.bmp:Bmp"),
        (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000", "gnet_desktop.pictures.jpeg2000:Jpeg2000"),
        (0, b"\xff\x4f\xff\x51", "JPEG 2000", "gnet_desktop.pictures.jpeg2000:Jpeg2000"),
        (0, b"\x00\x00\x01\x00", "ICO", "PIL.IcoImagePlugin:IcoImageFile"),
        (0, b"icns", "ICNS", "PIL.IcnsImagePlugin:IcnsImageFile"),
        (0, b"qoif", "QOI", "gnet_desktop.pictures.qoi:Qoi"),
        (0, b"8BPS\x00\x01", "PSD", "PIL.PsdImagePlugin:PsdImageFile"),
        (0, b"\x01\xda", "SGI", "PIL.SgiImagePlugin:SgiImageFile"),
        *((0, bytes((80, kind, blank)), "PNM", "PIL.PpmImagePlugin:PpmImageFile")
          for kind in b"123456f" for blank in b"\n \t\r"),
        (0, b"DDS ", "DDS", "PIL.DdsImagePlugin:DdsImageFile"),
        (0, b"BLP1", "BLP", "PIL.BlpImagePlugin:BlpImageFile"),
        (0, b"BLP2", "BLP", "PIL.BlpImagePlugin:BlpImageFile"),
        (0, b"FTEX", "FTEX", "PIL.FtexImagePlugin:FtexImageFile"),
        (20, b"GIMP", "GIMP brush", "PIL.GbrImagePlugin:GbrImageFile"),
        (0, b"\x59\xa6\x6a\x95", "Sun raster", "PIL.SunImagePlugin:SunImageFile"),
        (0, b"DanM", "MSP", "PIL.MspImagePlugin:MspImageFile"),
        (0, b"LinS", "MSP", "PIL.MspImagePlugin:MspImageFile"),
        (2048, b"PCD_", "Photo CD", "PIL.PcdImagePlugin:PcdImageFile"),
        (0, b"/* XPM */", "XPM", "PIL.XpmImagePlugin:XpmImageFile"),
        (0, b"\xb1\x68\xde\x3a", "DCX", "PIL.DcxImagePlugin:DcxImageFile"),
        (4, b"\x11\xaf", "FLI", "PIL.FliImagePlugin:FliImageFile"),
        (4, b"\x12\xaf", "FLI", "PIL.FliImagePlugin:FliImageFile"),
        (0, b"\x80\xe8\x00\x00", "PIXAR", "PIL.PixarImagePlugin:PixarImageFile"),
        (0, b"P7 332", "XV thumbnail", "PIL.XVThumbImagePlugin:XVThumbImageFile"),
    )
)  # fmt: skip


def _is_pcx(head: bytes) -> bool:
    if len(head) < 128 or head[0] != 10 or head[1] not in (0, 2, 3, 4, 5) or head[2] > 1:
        return False
    left, top, right, bottom = struct.unpack_from("<4H", head, 4)
    return head[3] in (1, 2, 4, 8) and left <= right and top <= bottom and 1 <= head[65] <= 4


def _is_tga(head: bytes) -> bool:
    if len(head) < 18 or head[1] > 1 or head[2] not in (1, 2, 3, 9, 10, 11) or head[17] & 0xC0:
        return False
    palette, wanted = head[3:8], head[2] in (1, 9)
    width, height = struct.unpack_from("<2H", head, 12)
    depths = {1: (8,), 2: (16, 24, 32), 3: (1, 8, 16)}[head[2] & 7]
    fits = head[7] in (16, 24, 32) if wanted else head[1] == 1 or palette == bytes(5)
    return fits and wanted <= head[1] and width > 0 and height > 0 and head[16] in depths


def _is_cursor(head: bytes) -> bool:
    # a Targa begins alike, but has zeros where a cursor counts its pictures
    return len(head) >= 22 and head.startswith(b"\0\0\2\0") and head[4:6] != b"\0\0" and head[9] == 0


def _is_dib(head: bytes) -> bool:
    if len(head) < 40 or struct.unpack_from("<I", head)[0] not in (40, 52, 56, 64, 108, 124):
        return False
    width, height, planes, bits = struct.unpack_from("<iiHH", head, 4)
    return width > 0 and height != 0 and planes == 1 and bits in (1, 4, 8, 16, 24, 32)


_XBM: Final = re.compile(rb"\s*(/\*.*?\*/\s*)?#define[ \t]+\S*_?width[ \t]+\d+.*_?bits\[\]", re.DOTALL)

GUESSES: Final = (
    Guess(lambda head: _XBM.match(head) is not None, "XBM", "PIL.XbmImagePlugin:XbmImageFile"),
    Guess(_is_pcx, "PCX", "PIL.PcxImagePlugin:PcxImageFile"),
    Guess(_is_cursor, "CUR", "PIL.CurImagePlugin:CurImageFile"),
    Guess(_is_dib, "DIB", "gnet_desktop.pictures.bmp:Dib"),
    Guess(_is_tga, "TGA", "gnet_desktop.pictures.tga:Tga"),
)
