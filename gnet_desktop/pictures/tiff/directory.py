"""A TIFF file's directories: one table of tags for each of its pictures.

Only the tags that decide how a picture looks are read, and none beyond the file's end,
so that a directory which promises gigabytes costs nothing.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np

from gnet_desktop.breathing import breathe

MOST_PICTURES: Final = 10_000
MOST_TAGS: Final = 4096
MOST_VALUES: Final = 1 << 23
MOST_NUMBERS: Final = 1 << 18
"""Numbers of a tag that are read: more than the largest palette has, and more strips than are taken."""

# Number of each tag that is read.
KIND, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
FILL_ORDER, MAKE, STRIPS, ORIENTATION, SAMPLES, STRIP_ROWS, STRIP_BYTES = 266, 271, 273, 274, 277, 278, 279
PLANAR, PREDICTOR, PALETTE = 284, 317, 320
TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, FURTHER, EXTRA, FORMAT = 322, 323, 324, 325, 330, 338, 339
PROFILE, DNG = 34675, 50706

_READ: Final = frozenset(
    (
        *(KIND, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, MAKE, STRIPS, ORIENTATION),
        *(SAMPLES, STRIP_ROWS, STRIP_BYTES, PLANAR, PREDICTOR, PALETTE, TILE_WIDTH, TILE_HEIGHT, TILES),
        *(TILE_BYTES, FURTHER, EXTRA, FORMAT, PROFILE, DNG),
    )
)
_TYPES: Final = {
    1: "u1", 2: "S1", 3: "u2", 4: "u4", 6: "i1", 7: "u1", 8: "i2", 9: "i4", 13: "u4", 16: "u8", 17: "i8",
    18: "u8",
}  # fmt: skip
"""{type of a tag's values: how NumPy calls one, without the byte order}"""
_AS_BYTES: Final = (2, 7)


class BrokenTiff(OSError):
    """The file's structure contradicts itself or ends early."""


@dataclass(frozen=True, slots=True)
class Directory:
    """One picture's tags: numbers as tuples, texts and opaque data as bytes; ``order`` is < or >."""

    order: str
    tags: Mapping[int, tuple[int, ...] | bytes]

    def number(self, tag: int, default: int | None = None) -> int:
        """The first number of a tag; raises `BrokenTiff` if it is missing and there is no default."""
        values = self.numbers(tag)
        if values:
            return values[0]
        if default is None:
            raise BrokenTiff(f"tag {tag} is missing")
        return default

    def numbers(self, tag: int) -> tuple[int, ...]:
        """All numbers of a tag, none if it is missing."""
        values = self.tags.get(tag, ())
        return values if isinstance(values, tuple) else ()

    def data(self, tag: int) -> bytes:
        """The bytes of a tag, empty if it is missing."""
        values = self.tags.get(tag, b"")
        return values if isinstance(values, bytes) else bytes(value & 0xFF for value in values)


@dataclass(frozen=True, slots=True)
class _Form:
    """How directories are written: classic TIFF, or BigTIFF with numbers of twice the length."""

    order: str
    big: bool

    @property
    def pointer(self) -> struct.Struct:
        return struct.Struct(self.order + ("Q" if self.big else "I"))

    @property
    def count(self) -> struct.Struct:
        return struct.Struct(self.order + ("Q" if self.big else "H"))

    @property
    def entry(self) -> struct.Struct:
        return struct.Struct(self.order + ("HHQ8s" if self.big else "HHI4s"))


def directories(stream: BinaryIO) -> Iterator[Directory]:
    """The directories of a file, in order; raises `BrokenTiff` where one cannot be read."""
    stream.seek(0)
    head = stream.read(16)
    form = _Form("<" if head[:2] == b"II" else ">", head[2:4] in (b"\x2b\0", b"\0\x2b"))
    start = 8 if form.big else 4
    (place,) = _unpack(form.pointer, head[start:])
    seen: set[int] = set()
    while place and place not in seen and len(seen) < MOST_PICTURES:
        seen.add(place)
        directory, place = _read(stream, form, place)
        yield directory


def _read(stream: BinaryIO, form: _Form, place: int) -> tuple[Directory, int]:
    """A directory, and where the next one is (0: it is the last)."""
    stream.seek(place)
    (count,) = _unpack(form.count, stream.read(form.count.size))
    if count > MOST_TAGS:
        raise BrokenTiff(f"a directory of {count} tags")
    table = stream.read(count * form.entry.size)
    (following,) = form.pointer.unpack(stream.read(form.pointer.size).ljust(form.pointer.size, b"\0"))
    tags = {}
    for start in range(0, len(table) - form.entry.size + 1, form.entry.size):
        breathe()
        tag, kind, number, value = form.entry.unpack_from(table, start)
        if tag in _READ and kind in _TYPES:
            tags[tag] = _values(stream, form, kind, number, value)
    return Directory(form.order, tags), following


def _values(stream: BinaryIO, form: _Form, kind: int, count: int, value: bytes) -> tuple[int, ...] | bytes:
    one = np.dtype(form.order + _TYPES[kind])
    if count > MOST_VALUES:
        raise BrokenTiff(f"a tag of {count} values")
    size = one.itemsize * (count if kind in _AS_BYTES else min(count, MOST_NUMBERS))
    if size > len(value):
        stream.seek(form.pointer.unpack(value)[0])
        value = stream.read(size)
    if kind in _AS_BYTES:
        return value[:size]
    # of a cut list what there is: strips that are missing are seen later
    whole = min(size, len(value)) // one.itemsize
    return tuple(np.frombuffer(value, one, whole).tolist())


def _unpack(form: struct.Struct, data: bytes) -> tuple[int, ...]:
    if len(data) < form.size:
        raise BrokenTiff("the file ends in its directory")
    return form.unpack_from(data)
