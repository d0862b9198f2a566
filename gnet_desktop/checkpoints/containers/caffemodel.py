"""Caffe's binary weights: current layers, V1 and the very old V0 (docs/formats.md#caffe-and-onnx).

A layer's blobs become ``NAME.weight`` and ``NAME.bias``.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import prod
from typing import Any, Final

from gnet_desktop.checkpoints.containers.protobuf import (
    BYTES,
    FOUR,
    VARINT,
    Field,
    fields,
    numbers,
    signed,
    varints,
)
from gnet_desktop.checkpoints.containers.source import Damaged, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, sides
from gnet_desktop.shown import shown

CAFFE: Final = "caffemodel"
"""What the names of these containers begin with."""

# NetParameter
_LAYERS_V1, _LAYERS = 2, 100
# BlobProto
_LEGACY_SIDES, _DATA, _SHAPE, _DOUBLES = (1, 2, 3, 4), 5, 7, 8

_ROLES: Final = (".weight", ".bias")


@dataclass(frozen=True, slots=True)
class _Form:
    """Where an edition of the format keeps a layer's name, blobs and settings.

    ``settings`` are the messages of the type: number → fields as number → our word.
    """

    words: str
    name: int
    kind: int
    blobs: int
    settings: Mapping[int, Mapping[int, str]]


_CONVOLUTION: Final = {3: "padding", 4: "kernel", 5: "groups", 6: "stride", 18: "dilation"}
_POOLING: Final = {1: "pool", 2: "kernel", 3: "stride", 4: "padding", 12: "global", 13: "round"}
_NORM: Final = {1: "size", 2: "alpha", 3: "beta", 4: "region", 5: "k"}
_INNER: Final = {6: "transposed"}

_CURRENT: Final = _Form(
    "current layers", 1, 2, 7, {106: _CONVOLUTION, 121: _POOLING, 118: _NORM, 117: _INNER}
)
_V1: Final = _Form("V1 layers", 4, 5, 6, {10: _CONVOLUTION, 19: _POOLING, 18: _NORM, 17: _INNER})
_V0: Final = _Form("V0 layers", 1, 2, 50, {})

_FLOATS: Final = ("alpha", "beta", "k")


def claims(head: bytes, source: Source) -> bool:
    """Whether it starts like a network's name, or with a layer."""
    if head[:1] == b"\x0a" and len(head) > 2:
        length = head[1]
        name = head[2 : 2 + length]
        after = head[2 + length : 4 + length]
        return (
            length < 128
            and (not name or (name.isascii() and name.decode().isprintable()))
            and after[:1] in _NEXT
        )
    return head[:1] == b"\x12" or head[:2] == b"\xa2\x06"


_NEXT: Final = (b"\x12", b"\x1a", b"\x20", b"\x22", b"\x28", b"\x32", b"\x38", b"\x42", b"\xa2", b"")
"""First bytes of what may follow the name: layers, input, state, debug information."""


def read_contents(source: Source) -> Contents:
    """The blobs of all layers; raises Damaged or Incomplete."""
    net = _Net()
    for item in fields(source):
        if item.kind == BYTES and item.number in (_LAYERS, _LAYERS_V1):
            net.add(item.data, _CURRENT if item.number == _LAYERS else _V1)
    return Contents(
        f"{CAFFE}, {' and '.join(sorted(net.forms)) or 'no layers'}",
        net.tensors,
        facts=net.facts,
        classes=net.kinds,
    )


@dataclass
class _Net:
    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    forms: set[str] = field(default_factory=set)

    def add(self, message: Source, form: _Form) -> None:
        """A layer: its blobs and its settings."""
        items = list(fields(message))
        if form is _V1 and (inner := next((item for item in items if item.number == 1), None)):
            # V0: the layer is a message inside the connection
            self.add(inner.data, _V0)
            return
        self.forms.add(form.words)
        name = next((item.text() for item in items if item.number == form.name and item.kind == BYTES), "")
        kind = next((item for item in items if item.number == form.kind), None)
        if kind is not None:
            self.kinds[name] = kind.text() if kind.kind == BYTES else f"type {kind.value}"
        blobs = [item for item in items if item.number == form.blobs and item.kind == BYTES]
        for index, blob in enumerate(blobs):
            role = _ROLES[index] if index < len(_ROLES) else f".blob{index}"
            self.tensors[name + role] = read_blob(f"{name}{role}", blob.data)
        for item in items:
            if item.number in form.settings and item.kind == BYTES:
                self.facts[name] = dict(_settings(item, form.settings[item.number]))


def _settings(message: Field, words: Mapping[int, str]) -> Iterator[tuple[str, Any]]:
    for item in fields(message.data):
        word = words.get(item.number)
        if word in _FLOATS and item.kind == FOUR:
            yield word, struct.unpack("<f", read(item.data, 0, 4))[0]
        elif word is not None and item.kind in (VARINT, BYTES):
            yield from ((word, value) for value in islice(varints(item), 1))


def read_blob(name: str, blob: Source) -> StoredTensor:
    """A BlobProto's numbers, unread; raises Damaged where its shape is not theirs."""
    legacy = dict.fromkeys(_LEGACY_SIDES, 1)
    shape: tuple[int, ...] | None = None
    pieces: dict[int, list[Field]] = {_DATA: [], _DOUBLES: []}
    for item in fields(blob):
        if item.number in legacy:
            legacy[item.number] = signed(item.value)
        elif item.number == _SHAPE and item.kind == BYTES:
            shape = sides(side for part in fields(item.data) if part.number == 1 for side in varints(part))
        elif item.number in pieces:
            pieces[item.number].append(item)
    double = bool(pieces[_DOUBLES]) and not pieces[_DATA]
    data = numbers(pieces[_DOUBLES if double else _DATA])
    found = shape if shape is not None else _without_leading_ones(sides(legacy.values()))
    size = 8 if double else 4
    if min(found, default=0) < 0 or prod(found) * size != data.size:
        raise Damaged(
            f"The blob {shown(name)} has {data.size // size:,} numbers, which is not what its shape takes."
        )
    return StoredTensor(data, "float64" if double else "float32", found)


def _without_leading_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A legacy bias is 1×1×1×N, a legacy matrix 1×1×out×in; kernels keep their four sides."""
    if shape[:3] == (1, 1, 1):
        return shape[3:]
    return shape[2:] if shape[:2] == (1, 1) else shape
