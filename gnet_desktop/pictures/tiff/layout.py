"""How the samples of a TIFF picture lie in its file, from its tags."""

from dataclasses import dataclass
from typing import Final, Literal

from gnet_desktop.pictures.tiff.directory import (
    BITS,
    COMPRESSION,
    EXTRA,
    FILL_ORDER,
    FORMAT,
    HEIGHT,
    PALETTE,
    PHOTOMETRIC,
    PLANAR,
    PREDICTOR,
    SAMPLES,
    STRIP_BYTES,
    STRIP_ROWS,
    STRIPS,
    TILE_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    TILES,
    WIDTH,
    BrokenTiff,
    Directory,
)

Kind = Literal["u", "i", "f"]

LOSSLESS: Final = (1, 5, 8, 32773, 32946, 34925, 50000)
"""Compressions that give back the samples' very bytes."""

DELEGATED: Final = {
    2: "fax", 3: "fax", 4: "fax", 6: "JPEG", 7: "JPEG", 32771: "fax", 32809: "ThunderScan", 50001: "WebP"
}  # fmt: skip
"""Compressions that know about pixels (fax, JPEG, WebP): Pillow decodes them."""

_FOREIGN: Final = {
    22610: "JPEG XR", 32766: "NeXT RLE", 34676: "SGI LogLuv", 34677: "SGI LogLuv", 34712: "JPEG 2000",
    33003: "JPEG 2000", 33005: "JPEG 2000", 34887: "LERC", 34892: "JPEG of a raw photo",
    34713: "Nikon's raw compression", 34933: "PNG", 34934: "JPEG XR", 50002: "JPEG XL", 52546: "JPEG XL",
    32908: "PixarFilm", 32909: "PixarLog",
}  # fmt: skip

MIN_IS_WHITE, MIN_IS_BLACK, RGB, INDEXED, MASK, CMYK, YCBCR, CIELAB, ICCLAB = 0, 1, 2, 3, 4, 5, 6, 8, 9
MOSAIC: Final = (32803, 34892)
"""Values of single photosites: what a camera saw, not yet a picture."""

COLOURS: Final = {
    MIN_IS_WHITE: 1, MIN_IS_BLACK: 1, MASK: 1, INDEXED: 1, RGB: 3, CIELAB: 3, ICCLAB: 3, CMYK: 4
}  # fmt: skip
"""Samples of a pixel that are its colour; those after them are alpha, or anything."""

ASSOCIATED, UNASSOCIATED = 1, 2

_KINDS: Final[dict[int, Kind]] = {1: "u", 2: "i", 3: "f", 4: "u"}
_WIDTHS: Final = {"u": (*range(1, 17), 32, 64), "i": (8, 16, 32, 64), "f": (16, 32, 64)}
_SMALL: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Chunks:
    """Strips or tiles: ``width`` and ``height`` of one in pixels, where each lies and its bytes.

    With separate planes those of the first sample come first, then those of the second.
    """

    width: int
    height: int
    offsets: tuple[int, ...]
    lengths: tuple[int, ...]
    tiled: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """One picture: its size in pixels, and what each pixel consists of.

    ``kind`` is unsigned, signed or floating; ``bits`` those of one sample; ``extra`` says of
    each sample behind the colours what it is (`ASSOCIATED`, `UNASSOCIATED`, 0 for unspecified).
    """

    order: str
    width: int
    height: int
    samples: int
    bits: int
    kind: Kind
    photometric: int
    extra: tuple[int, ...]
    planar: bool
    compression: int
    predictor: int
    reversed_bits: bool
    chunks: Chunks
    palette: tuple[int, ...] = ()

    @property
    def together(self) -> int:
        """Samples of a pixel that lie together."""
        return 1 if self.planar else self.samples

    @property
    def across(self) -> int:
        """Chunks beside each other."""
        return -(-self.width // self.chunks.width)

    @property
    def down(self) -> int:
        """Chunks below each other."""
        return -(-self.height // self.chunks.height)

    @property
    def row_bytes(self) -> int:
        """Bytes of a chunk's row; each row begins with a whole byte."""
        return -(-self.chunks.width * self.together * self.bits // 8)

    @property
    def chunk_bytes(self) -> int:
        """Bytes of a whole chunk once it is unpacked."""
        return self.row_bytes * self.chunks.height


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a picture isn't decoded though its file is sound: ``why`` is a sentence."""

    why: str


def layout_of(directory: Directory) -> Layout | Unread | None:
    """The layout; None if the picture is for Pillow's codecs; raises `BrokenTiff`."""
    compression = directory.number(COMPRESSION, 1)
    photometric = directory.number(PHOTOMETRIC, MIN_IS_WHITE)
    if compression in DELEGATED or photometric == YCBCR:
        return None
    if compression not in LOSSLESS:
        name = _FOREIGN.get(compression, f"method {compression}")
        return Unread(f"It is a TIFF whose pixels are compressed as {name}.")
    if photometric not in COLOURS:
        return Unread(f"It is a TIFF with colours of kind {photometric}.")
    samples = max(1, directory.number(SAMPLES, 1))
    formats = set(directory.numbers(FORMAT)[:samples] or (1,))
    depths = set(directory.numbers(BITS)[:samples] or (1,))
    bits, kind = min(depths), _KINDS.get(min(formats))
    if unread := _strange(photometric, depths, formats):
        return unread
    assert kind is not None
    return _checked(directory, photometric, samples, bits, kind)


def _strange(photometric: int, depths: set[int], formats: set[int]) -> Unread | None:
    if len(depths) > 1 or len(formats) > 1:
        return Unread("It is a TIFF whose bands are of different kinds.")
    kind, bits = _KINDS.get(min(formats)), min(depths)
    if kind is None:
        return Unread("It is a TIFF of complex numbers.")
    if bits not in _WIDTHS[kind]:
        names = {"u": "whole numbers", "i": "signed numbers", "f": "floating point numbers"}
        return Unread(f"It is a TIFF of {names[kind]} of {bits} bits.")
    if (photometric == INDEXED and (kind != "u" or bits > 16)) or (
        photometric in (CIELAB, ICCLAB) and (kind != "u" or bits not in (8, 16))
    ):
        return Unread(f"It is a TIFF whose colours have an unusual depth of {bits} bits.")
    return None


def _checked(directory: Directory, photometric: int, samples: int, bits: int, kind: Kind) -> Layout:
    width, height = directory.number(WIDTH), directory.number(HEIGHT)
    if width < 1 or height < 1 or samples > 65535 or COLOURS[photometric] > samples:
        raise BrokenTiff(f"{samples} samples of {width} x {height} pixels")
    planar = directory.number(PLANAR, 1) == 2 and samples > 1
    extra = (directory.numbers(EXTRA) + (0,) * samples)[: samples - COLOURS[photometric]]
    found = Layout(
        directory.order,
        width,
        height,
        samples,
        bits,
        kind,
        photometric,
        extra,
        planar,
        directory.number(COMPRESSION, 1),
        directory.number(PREDICTOR, 1),
        directory.number(FILL_ORDER, 1) == 2,
        _chunks(directory, width, height),
        directory.numbers(PALETTE),
    )
    if found.chunks.tiled and found.chunk_bytes > max(_SMALL, 4 * samples * width * height * bits // 8):
        raise BrokenTiff("tiles are larger than the picture")
    return found


def _chunks(directory: Directory, width: int, height: int) -> Chunks:
    if offsets := directory.numbers(TILES):
        wide, high = directory.number(TILE_WIDTH), directory.number(TILE_HEIGHT)
        if wide < 1 or high < 1:
            raise BrokenTiff(f"tiles of {wide} x {high}")
        return Chunks(wide, high, offsets, directory.numbers(TILE_BYTES), tiled=True)
    rows = min(height, max(1, directory.number(STRIP_ROWS, height)))
    offsets = directory.numbers(STRIPS)
    if not offsets:
        raise BrokenTiff("neither strips nor tiles")
    return Chunks(width, rows, offsets, directory.numbers(STRIP_BYTES), tiled=False)
