"""Google's wire format, as far as weights need it: fields by number, nothing copied.

Every length is checked against its parent before anything is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.source import (
    CHUNK,
    Cursor,
    Damaged,
    MemorySource,
    Source,
    read,
)

VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5

MOST_FIELDS: Final = 300_000
"""An ONNX file whose paddings are worked out in the graph has some 100,000."""

_SIZES: Final = {EIGHT: 8, FOUR: 4}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``value`` is a varint's number, otherwise ``data`` is where its bytes lie."""

    number: int
    kind: int
    value: int
    data: Source

    def text(self, limit: int = 1 << 16) -> str:
        """The bytes as text; Damaged if that is absurdly long."""
        if self.kind != BYTES or self.data.size > limit:
            raise Damaged("A name in it is no text.")
        return read(self.data, 0, self.data.size).decode("utf-8", "replace")


class Budget:
    """How many fields may still be read of a file, so that none keeps us for ever."""

    def __init__(self) -> None:
        self.left = MOST_FIELDS

    def spend(self) -> None:
        """Count one field."""
        self.left -= 1
        if self.left < 0:
            raise Damaged(f"It has more than {MOST_FIELDS:,} fields, far more than a network's.")


def fields(source: Source, budget: Budget) -> Iterator[Field]:
    """The fields of a message in order; raises Damaged or Incomplete."""
    cursor = Cursor(source)
    while not cursor.at_end:
        budget.spend()
        tag = varint(cursor)
        number, kind = tag >> 3, tag & 7
        value = 0
        data: Source = MemorySource(b"")
        if kind == VARINT:
            value = varint(cursor)
        elif kind == BYTES:
            data = cursor.skip(varint(cursor))
        elif kind in _SIZES:
            data = _run(cursor, _SIZES[kind])
        else:
            raise Damaged(f"Byte {cursor.position} is no field of the format.")
        if number == 0:
            raise Damaged(f"Byte {cursor.position} is no field of the format.")
        yield Field(number, kind, value, data)


def varint(cursor: Cursor) -> int:
    """A number of at most 64 bits."""
    result = 0
    for shift in range(0, 70, 7):
        byte = cursor.take(1)[0]
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & 0xFFFFFFFFFFFFFFFF
    raise Damaged(f"Byte {cursor.position} is no number of the format.")


def signed(value: int) -> int:
    """A varint as the signed number that it stands for."""
    return value - (1 << 64) if value >= 1 << 63 else value


def varints(field: Field) -> list[int]:
    """A repeated whole number: one varint, or many packed."""
    if field.kind == VARINT:
        return [signed(field.value)]
    if field.data.size > CHUNK:
        raise Damaged("A list in it is longer than a network needs.")
    cursor, found = Cursor(field.data), []
    while not cursor.at_end:
        found.append(signed(varint(cursor)))
    return found


def packed_varints(field: Field) -> NDArray[np.uint64]:
    """Many whole numbers at once (of at most 32 bits, negative ones in ten bytes)."""
    if field.kind == VARINT:
        return np.array([field.value], np.uint64)
    data = np.frombuffer(read(field.data, 0, field.data.size), np.uint8)
    ends = np.flatnonzero(data < 0x80)
    if len(data) and (not len(ends) or ends[-1] != len(data) - 1):
        raise Damaged("A list of numbers in it ends too early.")
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    found = np.zeros(len(ends), np.uint64)
    for place in range(5):
        inside = starts + place <= ends
        part = data[np.minimum(starts + place, ends)].astype(np.uint64) & np.uint64(0x7F)
        found |= np.where(inside, part << np.uint64(7 * place), np.uint64(0))
    return found


def numbers(pieces: list[Field]) -> Source:
    """The bytes of a repeated field of fixed-size numbers, packed or not."""
    if len(pieces) == 1:
        return pieces[0].data
    return MemorySource(b"".join(read(piece.data, 0, piece.data.size) for piece in pieces))


def _run(cursor: Cursor, size: int) -> Source:
    """The numbers of a list that isn't packed: each has the same tag, of one byte, before it.

    Seven million of them are not read one by one.
    """
    source, start = cursor.source, cursor.position
    first = cursor.skip(size)
    if cursor.at_end:
        return first
    tag, found = read(source, start - 1, 1), [first.read()]
    while (count := min(CHUNK, source.size - cursor.position) // (size + 1)) > 0:
        table = np.frombuffer(read(source, cursor.position, count * (size + 1)), np.uint8)
        table = table.reshape(count, size + 1)
        same = table[:, 0] == tag[0]
        run = count if same.all() else int(same.argmin())
        found.append(table[:run, 1:].tobytes())
        cursor.position += run * (size + 1)
        if run < count:
            break
    return MemorySource(b"".join(found))
