"""Google's wire format, as far as weights need it: fields by number, nothing copied.

Every length is checked against its parent before anything is read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.source import (
    CHUNK,
    Cursor,
    Damaged,
    MemorySource,
    Source,
    read,
)

VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5

_FIRST_LOOK: Final = 64
_RUN: Final = 1 << 18
_NOTHING: Final = MemorySource(b"")
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
            raise Damaged("A name in it is not text.")
        return read(self.data, 0, self.data.size).decode("utf-8", "replace")


def fields(source: Source) -> Iterator[Field]:
    """The fields of a message in order; raises Damaged or Incomplete."""
    cursor, budget = Cursor(source), current()
    while not cursor.at_end:
        budget.values()
        tag = varint(cursor)
        number, kind = tag >> 3, tag & 7
        value = 0
        data: Source = _NOTHING
        if kind == VARINT:
            value = varint(cursor)
        elif kind == BYTES:
            data = cursor.skip(varint(cursor))
        elif kind in _SIZES:
            data = _run(cursor, _SIZES[kind])
        else:
            raise Damaged(f"Byte {cursor.position} is not a field of the format.")
        if number == 0:
            raise Damaged(f"Byte {cursor.position} is not a field of the format.")
        yield Field(number, kind, value, data)


def varint(cursor: Cursor) -> int:
    """A number of at most 64 bits."""
    result = 0
    for shift in range(0, 70, 7):
        byte = cursor.take(1)[0]
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & 0xFFFFFFFFFFFFFFFF
    raise Damaged(f"Byte {cursor.position} is not a number of the format.")


def signed(value: int) -> int:
    """A varint as the signed number that it stands for."""
    return value - (1 << 64) if value >= 1 << 63 else value


def varints(field: Field) -> Iterator[int]:
    """A repeated whole number: one varint, or many packed."""
    if field.kind == VARINT:
        yield signed(field.value)
        return
    cursor = Cursor(field.data)
    while not cursor.at_end:
        yield signed(varint(cursor))


def packed_varints(pieces: Iterable[Field], code: str) -> Source:
    """Many whole numbers (of at most 32 bits, negative ones in ten bytes) as numbers of a fixed size.

    ``code`` is numpy's for these (``<u2``): half precision's bits are written as a varint each.
    """
    found, budget = [], current()
    for piece in pieces:
        for run in _runs_of_varints(piece):
            found.append(run.astype(code))
            budget.keep(found[-1].nbytes)
    return MemorySource(np.concatenate(found or [np.empty(0, code)]).view(np.uint8).data)


def _runs_of_varints(field: Field) -> Iterator[NDArray[np.uint64]]:
    """The numbers of a field, some hundred thousand at a time: they take eight times their place."""
    if field.kind == VARINT:
        yield np.array([field.value], np.uint64)
        return
    position = 0
    while position < field.data.size:
        length = min(_RUN, field.data.size - position)
        data = np.frombuffer(read(field.data, position, length), np.uint8)
        ends = np.flatnonzero(data < 0x80)
        if not len(ends):
            raise Damaged("A list of numbers in it ends too early.")
        yield _decoded(data, ends)
        position += int(ends[-1]) + 1


def _decoded(data: NDArray[np.uint8], ends: NDArray[np.intp]) -> NDArray[np.uint64]:
    """The varints that end at these bytes."""
    starts = np.concatenate([[0], ends[:-1] + 1])
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
    current().keep(sum(piece.data.size for piece in pieces))
    return MemorySource(b"".join(read(piece.data, 0, piece.data.size) for piece in pieces))


def _run(cursor: Cursor, size: int) -> Source:
    """The numbers of a list that isn't packed: each has the same tag, of one byte, before it.

    Seven million of them are not read one by one.
    """
    source, start = cursor.source, cursor.position
    first = cursor.skip(size)
    if cursor.at_end or cursor.peek() != (tag := read(source, start - 1, 1)):
        return first
    found, look = [first.read()], _FIRST_LOOK  # two kinds of field in turn make many short runs
    while (count := min(look, (source.size - cursor.position) // (size + 1))) > 0:
        table = np.frombuffer(read(source, cursor.position, count * (size + 1)), np.uint8)
        table = table.reshape(count, size + 1)
        same = table[:, 0] == tag[0]
        run = count if same.all() else int(same.argmin())
        found.append(table[:run, 1:].tobytes())
        cursor.position += run * (size + 1)
        if run < count:
            break
        look = min(2 * look, CHUNK)
    current().keep(sum(map(len, found)))
    return MemorySource(b"".join(found))
