"""LevelDB's sorted tables, which TensorFlow keeps its checkpoints in: blocks of keys and values.

A table ends in a footer that says where its index is; the index's values say where the
blocks are. A block is stored as it is or packed with Snappy. Checksums are not looked at.
"""

from collections.abc import Iterator
from typing import Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.protobuf import varint
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, MemorySource, Source, Span, read

_MAGIC: Final = bytes.fromhex("57fb808b247547db")
_FOOTER: Final = 48
_LONGEST_KEY: Final = 1 << 12
_PLAIN, _SNAPPY = 0, 1


def is_table(source: Source) -> bool:
    """Whether a file ends as a table does."""
    return source.size >= _FOOTER and read(source, source.size - len(_MAGIC), len(_MAGIC)) == _MAGIC


def entries(table: Source) -> Iterator[tuple[bytes, Source]]:
    """Keys and values in the table's order; raises Damaged or Incomplete."""
    footer = Cursor(table, table.size - _FOOTER, table.size - len(_MAGIC))
    _place(footer)  # of a block about filters
    for _, place in _block(table, *_place(footer)):
        yield from _block(table, *_place(Cursor(place)))


def _place(cursor: Cursor) -> tuple[int, int]:
    """A block's offset and size."""
    return varint(cursor), varint(cursor)


def _block(table: Source, offset: int, size: int) -> Iterator[tuple[bytes, Source]]:
    """The entries of a block; each key is told by what it shares with the one before it."""
    packing = read(table, offset + size, 1)[0]
    if packing not in (_PLAIN, _SNAPPY):
        raise Damaged(f"A block in it is packed in an unknown way ({packing}).")
    stored = Span(table, offset, size)
    data: Source = MemorySource(unsnapped(stored.read())) if packing == _SNAPPY else stored
    restarts = int.from_bytes(read(data, data.size - 4, 4), "little")
    if (end := data.size - 4 * (restarts + 1)) < 0:
        raise Damaged("A block in it is shorter than it says.")
    cursor, key, budget = Cursor(data, 0, end), b"", current()
    while not cursor.at_end:
        budget.values()
        shared, own, length = varint(cursor), varint(cursor), varint(cursor)
        if shared > len(key) or own > _LONGEST_KEY - shared:
            raise Damaged("A name in it makes no sense.")
        key = key[:shared] + cursor.take(own)
        yield key, cursor.skip(length)


def unsnapped(data: bytes) -> memoryview:
    """What Snappy packed: runs of bytes, and copies of what came before; raises Damaged."""
    head, budget = Cursor(MemorySource(data)), current()
    length = varint(head)
    budget.keep(length)
    found, position = bytearray(), head.position
    while position < len(data) and len(found) <= length:
        budget.steps(2)
        tag = data[position]
        position += 1
        if tag & 3:
            wide = _WIDE[tag & 3]
            offset = int.from_bytes(data[position : position + wide], "little")
            count = (tag >> 2) + 1
            if wide == 1:
                offset, count = offset | (tag >> 5) << 8, (tag >> 2 & 7) + 4
            found += _copied(found, offset, count)
        else:
            wide = max((tag >> 2) - _LONG, 0)
            count = int.from_bytes(data[position : position + wide], "little") if wide else tag >> 2
            found += data[position + wide : position + wide + count + 1]
            wide += count + 1
        position += wide
    if len(found) != length or position != len(data):
        raise Damaged("A block in it cannot be unpacked.")
    return memoryview(found)


_WIDE: Final = (0, 1, 2, 4)
"""Bytes of a copy's distance, by its kind."""
_LONG: Final = 59
"""Lengths of a run up to here stand in its first byte; beyond, that byte says how many bytes follow."""


def _copied(found: bytearray, offset: int, count: int) -> bytes:
    """Bytes from a distance back, which may reach into themselves."""
    start = len(found) - offset
    if not 0 <= start < len(found):
        raise Damaged("A block in it cannot be unpacked.")
    piece = bytes(found[start : start + count])
    return piece if len(piece) == count else (piece * (count // len(piece) + 1))[:count]
