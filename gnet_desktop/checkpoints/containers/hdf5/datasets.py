"""The numbers of a dataset in an HDF5 file: in one piece, or in chunks that may be packed."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import starmap
from math import prod
from types import MappingProxyType
from typing import Final

import numpy as np

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.hdf5.groups import nodes
from gnet_desktop.checkpoints.containers.hdf5.kinds import Kind
from gnet_desktop.checkpoints.containers.hdf5.layout import Fields, File, Message
from gnet_desktop.checkpoints.containers.made import Made
from gnet_desktop.checkpoints.containers.source import Damaged, MemorySource, Source, Span, read
from gnet_desktop.checkpoints.containers.stored import Floats, StoredTensor, sides
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import whole

_LAYOUT: Final = 0x08
_FILTERS: Final = 0x0B
_COMPACT, _CONTIGUOUS, _CHUNKED = 0, 1, 2
_LARGEST_CHUNK: Final = 1 << 26
_MOST_FILTERS: Final = 8
_MOST_REFERENCES: Final = 20_000

Shape = tuple[int, ...]


def tensor(file: File, kind: Kind, shape: Shape, messages: list[Message]) -> StoredTensor | None:
    """A dataset's numbers, unread; None for what has none.

    Raises Damaged, or CheckpointError for a layout or a packing that is not read.
    """
    found = {message.kind: message.data for message in messages}
    if not kind.dtype or _LAYOUT not in found:
        return None
    layout = _layout(Fields(file, found[_LAYOUT]))
    size = prod(shape) * kind.size
    if layout.source is not None or layout.address is None:
        data = layout.source if layout.source is not None else MemorySource(bytes(kind.size))
        # without an address nothing was written yet: zeros
        strides = None if layout.source is not None else (0,) * len(shape)
        return StoredTensor(data, kind.dtype, shape, 0, strides, kind.order)
    if not layout.chunk:
        return StoredTensor(
            Span(file.source, file.base + layout.address, size), kind.dtype, shape, order=kind.order
        )
    chunk = layout.chunk[:-1]
    if len(chunk) != len(shape) or min(chunk) < 1 or prod(chunk) * kind.size > _LARGEST_CHUNK:
        raise Damaged("The pieces of a tensor have not its sides.")
    filters = _filters(Fields(file, found[_FILTERS])) if _FILTERS in found else ()
    chunks = _Chunks(file, layout.address, kind, shape, chunk, filters)
    return StoredTensor(Made((), prod(shape), chunks.joined), "float32", shape, kind=kind.dtype)


def references(file: File, kind: Kind, shape: Shape, messages: list[Message]) -> list[int]:
    """The addresses that a dataset of references holds; none for any other dataset."""
    count = prod(shape)
    if kind.word != "reference" or kind.size != file.wide or not 0 < count <= _MOST_REFERENCES:
        return []
    current().values(count)
    stored = tensor(file, replace(kind, dtype=f"uint{8 * kind.size}"), shape, messages)
    if stored is None or stored.strides is not None or stored.source.size < count * kind.size:
        return []
    fields = Fields(file, read(stored.source, 0, count * kind.size))
    return [fields.address() or 0 for _ in range(count)]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where numbers lie: in ``source`` itself, at an address, or in chunks under that address."""

    source: Source | None = None
    address: int | None = None
    chunk: Shape = ()


def _layout(fields: Fields) -> _Layout:
    edition = fields.number(1)
    if edition > 3:
        raise CheckpointError(
            "It is an HDF5 file of a newer form.",
            "Its tensors are kept as h5py writes them with libver='latest'.",
            "Copy it with h5py's usual settings (or h5repack --low=0 --high=0), and open that.",
        )
    return _later_layout(fields) if edition == 3 else _first_layout(fields)


def _later_layout(fields: Fields) -> _Layout:
    kind = fields.number(1)
    if kind == _COMPACT:
        return _Layout(MemorySource(fields.take(fields.number(2))))
    if kind == _CONTIGUOUS:
        return _Layout(address=fields.address())
    if kind == _CHUNKED:
        rank, address = fields.number(1), fields.address()
        return _Layout(address=address, chunk=sides(fields.number(4) for _ in range(rank)))
    raise Damaged(f"A tensor in it lies in an unknown way ({kind}).")


def _first_layout(fields: Fields) -> _Layout:
    rank, kind = fields.number(1), fields.number(1)
    fields.take(5)
    address = fields.address() if kind != _COMPACT else None
    chunk = sides(fields.number(4) for _ in range(rank))
    if kind == _COMPACT:
        return _Layout(MemorySource(fields.take(fields.number(4))))
    return _Layout(address=address, chunk=chunk if kind == _CHUNKED else ())


# Chunks


@dataclass(frozen=True, slots=True)
class _Filter:
    """How the bytes of a chunk were changed when they were written, by the number of the filter."""

    number: int
    values: Shape


def _filters(fields: Fields) -> tuple[_Filter, ...]:
    edition, count = fields.number(1), fields.number(1)
    if count > _MOST_FILTERS:
        raise Damaged(f"A tensor in it is packed {count} times over.")
    fields.take(6 if edition == 1 else 0)
    return tuple(_filter(fields, older=edition == 1) for _ in range(count))


def _filter(fields: Fields, *, older: bool) -> _Filter:
    number = fields.number(2)
    named = fields.number(2) if older or number >= 256 else 0
    _flags, count = fields.number(2), fields.number(2)
    name = fields.take(named + (-named % 8 if older else 0)).rstrip(b"\0")
    values = tuple(fields.number(4) for _ in range(count))
    fields.take(4 if older and count % 2 else 0)
    if number not in _UNDOING:
        what = name.decode("ascii", "replace") or f"filter {number}"
        raise CheckpointError(
            "Its weights are packed in a way that is not read.",
            f"That is {what}; gzip and shuffle are.",
            "Save it with gzip or unpacked (h5repack -f NONE), and open that.",
        )
    return _Filter(number, values)


@dataclass(frozen=True, slots=True)
class _Chunks:
    """A tensor in pieces of ``chunk`` sides, listed by the tree at ``address``."""

    file: File
    address: int
    kind: Kind
    shape: Shape
    chunk: Shape
    filters: tuple[_Filter, ...]

    def joined(self) -> Floats:
        """The whole tensor; what no chunk covers is 0."""
        current().array(4 * prod(self.shape))
        found = np.zeros(self.shape, np.float32)
        for key, address in nodes(self.file, self.address, 1, 8 + 8 * (len(self.shape) + 1)):
            fields = Fields(self.file, key)
            size, left_out = fields.number(4), fields.number(4)
            corner = tuple(fields.number(8) for _ in self.shape)
            if any(start >= side for start, side in zip(corner, self.shape, strict=True)):
                continue  # a shrunken dataset keeps what it no longer shows
            piece = self._piece(address, size, left_out)
            place = tuple(
                starmap(slice, zip(corner, map(sum, zip(corner, self.chunk, strict=True)), strict=True))
            )
            target = found[place]
            target[...] = piece[tuple(map(slice, target.shape))]
        return found

    def _piece(self, address: int, size: int, left_out: int) -> Floats:
        full = prod(self.chunk) * self.kind.size
        current().array(size)
        data = self.file.read(address, size)
        for place in reversed(range(len(self.filters))):
            if not left_out >> place & 1:
                data = _UNDOING[self.filters[place].number](data, self.kind.size, full)
        if len(data) != full:
            raise Damaged(f"A piece of a tensor has {whole(len(data))} bytes instead of {whole(full)}.")
        stored = StoredTensor(MemorySource(data), self.kind.dtype, self.chunk, order=self.kind.order)
        return stored.numbers()


def _inflated(data: bytes, _size: int, whole: int) -> bytes:
    current().array(whole)
    try:
        # a checksum may stand behind the numbers
        return zlib.decompressobj().decompress(data, whole + 4)
    except zlib.error as error:
        raise Damaged("A piece of a tensor cannot be unpacked.") from error


def _unshuffled(data: bytes, size: int, _whole: int) -> bytes:
    """First bytes of all numbers, then their second bytes, and so on, put together again."""
    count = len(data) // size
    found = np.frombuffer(data, np.uint8).copy()
    for place in range(size):
        found[place : count * size : size] = np.frombuffer(data, np.uint8, count, place * count)
    return found.tobytes()


def _without_checksum(data: bytes, _size: int, _whole: int) -> bytes:
    return data[:-4]


_UNDOING: Final[Mapping[int, Callable[[bytes, int, int], bytes]]] = MappingProxyType(
    {1: _inflated, 2: _unshuffled, 3: _without_checksum}
)
"""Gzip, shuffle and Fletcher's checksum, by HDF5's own numbers."""
