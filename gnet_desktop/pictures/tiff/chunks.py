"""Strips and tiles of a TIFF become arrays of samples.

What is compressed without loss is unpacked by libtiff, through Pillow: the packed bytes are
put into a TIFF of their own whose pixels are single grey bytes, so that every depth and
every layout takes the same way. Predictors, bit orders and byte orders are undone here.
"""

import io
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray
from PIL import TiffImagePlugin

from gnet_desktop.pictures.tiff.layout import Layout

Bytes = NDArray[np.uint8]
Samples = NDArray[Any]

_AT_ONCE: Final = 1 << 22
"""Bytes that are unpacked together, if a chunk isn't longer itself."""
_LARGEST: Final = 1 << 30
_HORIZONTAL, _FLOATING = 2, 3
_PLAIN: Final = 1
_SHORT, _LISTS = (258, 259, 262, 266, 277), (273, 279)
"""Tags whose type is a short number, and those that have a number for each strip."""
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples (rows, columns, samples of a pixel that lie together) and where they belong.

    ``plane`` is the first sample that they hold. A piece may be short where the file ends.
    """

    plane: int
    top: int
    left: int
    values: Samples


@dataclass(frozen=True, slots=True)
class _Chunk:
    plane: int
    top: int
    left: int
    rows: int
    offset: int
    length: int


def pieces(stream: BinaryIO, layout: Layout, samples: Collection[int]) -> Iterator[Piece]:
    """Everything that can be read, cropped to the picture; what is damaged is left out or short.

    Separate planes are read only if they are among ``samples``. Raises
    MemoryError where a single strip is larger than any picture.
    """
    if layout.chunk_bytes > _LARGEST:
        raise MemoryError(f"a strip of {layout.chunk_bytes} bytes")
    for group in _groups(layout, samples):
        for chunk, data in zip(group, _unpacked(stream, layout, group), strict=True):
            rows = len(data) // layout.row_bytes
            if rows:
                values = _samples(data[: rows * layout.row_bytes].reshape(rows, -1), layout)
                yield Piece(chunk.plane, chunk.top, chunk.left, _cropped(values, chunk, layout))


def _groups(layout: Layout, samples: Collection[int]) -> Iterator[list[_Chunk]]:
    """Chunks that are unpacked together: those of one plane, since its last strip may be short."""
    most = max(1, _AT_ONCE // max(1, layout.chunk_bytes))
    for plane in samples if layout.planar else (0,):
        group: list[_Chunk] = []
        for chunk in _chunks(layout, plane):
            group.append(chunk)
            if len(group) == most:
                yield group
                group = []
        if group:
            yield group


def _chunks(layout: Layout, plane: int) -> Iterator[_Chunk]:
    chunks, first = layout.chunks, plane * layout.across * layout.down
    for place in range(layout.across * layout.down):
        if first + place >= len(chunks.offsets):
            return
        top = place // layout.across * chunks.height
        rows = chunks.height if chunks.tiled else min(chunks.height, layout.height - top)
        size = rows * layout.row_bytes
        known = first + place < len(chunks.lengths) and layout.compression != _PLAIN
        length = chunks.lengths[first + place] if known else size
        left = place % layout.across * chunks.width
        yield _Chunk(plane, top, left, rows, chunks.offsets[first + place], length)


def _unpacked(stream: BinaryIO, layout: Layout, group: list[_Chunk]) -> list[Bytes]:
    """The bytes of each chunk, fewer where the file ends or is damaged."""
    packed = [_packed(stream, chunk) for chunk in group]
    if layout.compression == _PLAIN:
        return [_bits_in_order(data, layout) for data in packed]
    rows = [chunk.rows for chunk in group]
    try:
        return _through_libtiff(packed, rows, layout)
    except (OSError, ValueError, SyntaxError, TypeError):
        if len(group) == 1:
            return [np.empty(0, np.uint8)]
    return [_unpacked(stream, layout, [chunk])[0] for chunk in group]


def _packed(stream: BinaryIO, chunk: _Chunk) -> bytes:
    try:
        stream.seek(chunk.offset)
        return stream.read(chunk.length)
    except (OSError, ValueError, OverflowError):
        return b""


def _bits_in_order(data: bytes, layout: Layout) -> Bytes:
    return np.frombuffer(data.translate(_REVERSED) if layout.reversed_bits else data, np.uint8)


def _through_libtiff(packed: list[bytes], rows: list[int], layout: Layout) -> list[Bytes]:
    image = TiffImagePlugin.TiffImageFile(io.BytesIO(_wrapped(packed, sum(rows), layout)))
    image.load()
    values = np.asarray(image).reshape(-1)
    ends = np.cumsum([count * layout.row_bytes for count in rows])
    return np.split(values, ends[:-1])


def _wrapped(packed: list[bytes], height: int, layout: Layout) -> bytes:
    """A TIFF of grey bytes whose strips are these: all but the last have a chunk's full height."""
    count, body = len(packed), b"".join(packed)
    entries = 10
    after = 8 + 2 + 12 * entries + 4
    starts = np.cumsum([0, *map(len, packed)])[:-1] + after + 8 * count
    lists = struct.pack(f"<{count}I", *starts.tolist()) + struct.pack(f"<{count}I", *map(len, packed))
    one = count == 1
    tags = (
        (256, layout.row_bytes),
        (257, height),
        (258, 8),
        (259, layout.compression),
        (262, 1),
        (266, 2 if layout.reversed_bits else 1),
        (273, int(starts[0]) if one else after),
        (277, 1),
        (278, layout.chunks.height),
        (279, len(packed[0]) if one else after + 4 * count),
    )
    table = b"".join(
        struct.pack("<HHII", tag, 3 if tag in _SHORT else 4, count if tag in _LISTS else 1, value)
        for tag, value in tags
    )
    return b"II\x2a\0" + struct.pack("<IH", 8, entries) + table + bytes(4) + lists + body


# Bytes become samples


def _samples(rows: Bytes, layout: Layout) -> Samples:
    """(rows, bytes of a row) → (rows, columns, samples that lie together), unsigned, signed or floating."""
    shape = (len(rows), layout.chunks.width, layout.together)
    if layout.bits not in (8, 16, 32, 64):
        return _narrow(rows, layout).reshape(shape)
    if layout.predictor == _FLOATING and layout.kind == "f":
        return _floating(rows, layout).reshape(shape)
    size = layout.bits // 8
    values = rows.view(f"{layout.order}u{size}").reshape(shape)
    if layout.predictor == _HORIZONTAL and layout.compression != _PLAIN:
        values = np.add.accumulate(values, axis=1, dtype=f"u{size}")
    return values.view(values.dtype.str[:1] + f"{layout.kind}{size}")


def _narrow(rows: Bytes, layout: Layout) -> Samples:
    """Samples of 1 to 15 bits that follow each other without gaps, as 16 bits."""
    count, bits = layout.chunks.width * layout.together, layout.bits
    single = np.unpackbits(rows, axis=1, count=count * bits).reshape(len(rows), count, bits)
    values = np.zeros((len(rows), count), np.uint16)
    for bit in range(bits):
        values = values << np.uint16(1) | single[..., bit]
    return values


def _floating(rows: Bytes, layout: Layout) -> Samples:
    """The floating point predictor: differences of bytes, the highest bytes of a row first."""
    size, together = layout.bits // 8, layout.together
    steps = rows.reshape(len(rows), -1, together)
    whole = np.add.accumulate(steps, axis=1, dtype=np.uint8)
    apart = whole.reshape(len(rows), size, layout.chunks.width * together)
    return np.ascontiguousarray(apart.transpose(0, 2, 1)).view(f">f{size}")[..., 0]


def _cropped(values: Samples, chunk: _Chunk, layout: Layout) -> Samples:
    """Without what a tile has beyond the picture's edge."""
    return values[: layout.height - chunk.top, : layout.width - chunk.left]
