"""MATLAB's files of version 5 (``.mat``), whose variables may be packed one by one.

Written from the published description of level 5 MAT-files. Version 7.3 is HDF5.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.matlab import values
from gnet_desktop.checkpoints.containers.matlab.structs import DEEPEST, Cell, Struct, Value
from gnet_desktop.checkpoints.containers.pickled.rebuilding import column_major
from gnet_desktop.checkpoints.containers.source import (
    CHUNK,
    Damaged,
    FileSource,
    Incomplete,
    Source,
    Span,
    chunks,
    read,
)
from gnet_desktop.checkpoints.containers.spooled import spooled_pieces
from gnet_desktop.checkpoints.containers.stored import Contents, Floats, StoredTensor, element_size, sides
from gnet_desktop.shown import shown, whole

_TEXT: Final = b"MATLAB 5.0 MAT-file"
_HEADER: Final = 128
_MATRIX, _PACKED = 14, 15
_CELL, _STRUCT, _OBJECT, _CHARS = 1, 2, 3, 4
_NUMBERS: Final = range(6, 16)
_DTYPES: Final = {
    1: "int8",
    2: "uint8",
    3: "int16",
    4: "uint16",
    5: "int32",
    6: "uint32",
    7: "float32",
    9: "float64",
    12: "int64",
    13: "uint64",
}
_CODES: Final = {2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
_MOST: Final = 20_000
_LONGEST_TEXT: Final = 1 << 16
_FLOATING: Final = {6: "float64", 7: "float32"}


def claims(head: bytes, _source: Source) -> bool:
    """Whether the file says so in words, and which of its bytes comes first."""
    return head.startswith(_TEXT) and head[126:128] in (b"IM", b"MI")


def read_contents(source: Source) -> Contents:
    """The tensors of all variables; raises CheckpointError."""
    order = "<" if read(source, 0, _HEADER)[126:128] == b"IM" else ">"
    variables: dict[str, Value] = {}
    for element in _unpacked(source, order):
        if element.kind == _MATRIX:
            name, value = _Matrix(element, order).read(0)
            variables[name] = value
    return values.contents(variables, "MATLAB 5")


@dataclass(frozen=True, slots=True)
class _Element:
    """A piece of a file: its type and where its data lie."""

    kind: int
    data: Span


def _elements(source: Source, start: int, order: str) -> Iterator[_Element]:
    """The elements from a place on; raises Incomplete where one reaches beyond the end."""
    position = start
    word = "little" if order == "<" else "big"
    while position + 8 <= source.size:
        current().values()
        head = read(source, position, 8)
        kind, size = (int.from_bytes(part, word) for part in (head[:4], head[4:]))  # type: ignore[arg-type]
        if kind >> 16:  # a small one has its data in the place of its size
            kind, size, begin, step = kind & 0xFFFF, kind >> 16, position + 4, 8
            if size > 4:
                raise Damaged(f"A small element in it claims {size} bytes.")
        else:
            begin, step = position + 8, 8 + size + (0 if kind == _PACKED else -size % 8)
        if begin + size > source.size:
            raise Incomplete(
                f"It announces {shown(size)} bytes at {begin}, but only {source.size - begin} follow."
            )
        yield _Element(kind, Span(source, begin, size))
        position += step


def _unpacked(source: Source, order: str) -> Iterator[_Element]:
    """The file's variables; those that are packed lie one behind the other in one unpacked file."""
    packed, lengths = list[Span](), list[int]()
    for element in _elements(source, _HEADER, order):
        if element.kind == _PACKED:
            packed.append(element.data)
        else:
            yield element
    if not packed:
        return
    root = source if isinstance(source, FileSource) else None
    total = sum(span.size for span in packed)
    spooled = spooled_pieces(_pieces(packed, lengths), total, root)
    start = 0
    for length in lengths:
        yield from _elements(Span(spooled, start, length), 0, order)
        start += length


def _pieces(packed: list[Span], lengths: list[int]) -> Iterator[bytes]:
    for span in packed:
        lengths.append(0)
        unpacker = zlib.decompressobj()
        for piece in chunks(span):
            data = bytes(piece)
            while data and not unpacker.eof:
                found = unpacker.decompress(data, CHUNK)
                lengths[-1] += len(found)
                yield found
                data = unpacker.unconsumed_tail
        if not unpacker.eof:
            raise EOFError


class _Matrix:
    """Any value of MATLAB's: numbers, a text, or values in it."""

    def __init__(self, element: _Element, order: str) -> None:
        self._parts, self._order = _elements(element.data, 0, order), order
        flags = read(self._next().data, 0, 4)
        self._class = flags[0 if order == "<" else 3]

    def _next(self) -> _Element:
        found = next(self._parts, None)
        if found is None:
            raise Damaged("A variable in it ends too early.")
        return found

    def read(self, depth: int) -> tuple[str, Value]:
        """(name, value); what cannot be a weight is None."""
        if depth > DEEPEST:
            raise Damaged("Its values are nested too deep.")
        if self._class not in (_CELL, _STRUCT, _OBJECT, _CHARS, *_NUMBERS):
            return "", None
        shape = sides(self._integers())
        name = self._text(self._next())
        if min(shape, default=0) < 0:
            raise Damaged("A variable in it has no shape.")
        return name, self._value(shape, depth)

    def _value(self, shape: tuple[int, ...], depth: int) -> Value:
        if self._class == _CELL:
            return Cell(tuple(self._inner(depth) for _ in range(self._count(shape))))
        if self._class in (_STRUCT, _OBJECT):
            if self._class == _OBJECT:
                self._next()  # the name of its class
            return self._struct(shape, depth)
        if self._class == _CHARS:
            return self._text(self._next()) if prod(shape) else ""
        return self._numbers(shape) if prod(shape) else None

    def _count(self, shape: tuple[int, ...]) -> int:
        count = prod(shape)
        if count > _MOST:
            raise Damaged(f"A list in it claims {shown(count)} values.")
        return count

    def _inner(self, depth: int) -> Value:
        element = self._next()
        if element.kind != _MATRIX:
            raise Damaged("A list in it holds something else than values.")
        return _Matrix(element, self._order).read(depth + 1)[1] if element.data.size else None

    def _struct(self, shape: tuple[int, ...], depth: int) -> Value:
        width = next(self._integers(), 0)
        names = read(words := self._next().data, 0, min(words.size, _LONGEST_TEXT))
        if not 0 < width <= _LONGEST_TEXT:
            raise Damaged("The fields of a struct in it have no names.")
        fields = [_name(names[start : start + width]) for start in range(0, len(names), width)]
        return Struct(tuple({name: self._inner(depth) for name in fields} for _ in range(self._count(shape))))

    def _numbers(self, shape: tuple[int, ...]) -> StoredTensor:
        """The real part; numbers may be kept as smaller ones than they are."""
        element = self._next()
        dtype = _DTYPES.get(element.kind)
        if dtype is None:
            raise Damaged(f"A variable in it is of an unknown kind ({element.kind}).")
        if element.data.size < prod(shape) * element_size(dtype):
            raise Damaged(
                f"A variable in it has {whole(element.data.size)} bytes, fewer than its shape takes."
            )
        kind = _FLOATING.get(self._class, "")
        found = StoredTensor(element.data, dtype, shape, 0, column_major(shape), self._order)
        # whole numbers in an array of fractions are kept in fewer bytes
        return found if dtype.startswith("float") or not kind else made((found,), _as_it_is, kind=kind)

    def _integers(self) -> Iterator[int]:
        data = read(span := self._next().data, 0, min(span.size, 64))
        word = "little" if self._order == "<" else "big"
        for start in range(0, len(data) - 3, 4):
            yield int.from_bytes(data[start : start + 4], word, signed=True)  # type: ignore[arg-type]

    def _text(self, element: _Element) -> str:
        data = read(element.data, 0, min(element.data.size, _LONGEST_TEXT))
        code = _CODES.get(element.kind, "utf-8")
        endian = "" if code in ("utf-8", "latin-1") else "-le" if self._order == "<" else "-be"
        return data.decode(code + endian, "replace")


def _as_it_is(numbers: Floats) -> Floats:
    return numbers


def _name(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "replace")
