"""Caffe's binary weights: current layers, V1 and the very old V0 (docs/formats.md#caffe-and-onnx).

A layer's blobs become ``NAME.weight`` and ``NAME.bias``; what layers do with them is put
together in `caffe_layers`.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import prod
from typing import Any, Final

from gnet_desktop.checkpoints.containers.caffe_layers import V1_KINDS, Layer, read_layers
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
from gnet_desktop.shown import shown, whole

CAFFE: Final = "caffemodel"
"""What the names of these containers begin with."""

# NetParameter
_LAYERS_V1, _LAYERS = 2, 100
# BlobProto
_LEGACY_SIDES, _DATA, _SHAPE, _DOUBLES = (1, 2, 3, 4), 5, 7, 8


@dataclass(frozen=True, slots=True)
class _Form:
    """Where an edition of the format keeps a layer's name, type, blobs, bottoms, tops and settings.

    ``settings`` are the messages of the type: number → fields as number → our word.
    """

    words: str
    name: int
    kind: int
    blobs: int
    bottoms: int
    tops: int
    settings: Mapping[int, Mapping[int, str]]


# a side's own number stands for both: no known network has windows that are not square
_CONVOLUTION: Final = dict(
    zip(
        (3, 4, 5, 6, 18, 9, 11, 13),
        ("padding", "kernel", "groups", "stride", "dilation", "padding", "kernel", "stride"),
        strict=True,
    )
)
_POOLING: Final = dict(
    zip(
        (1, 2, 3, 4, 12, 13, 5, 7, 9),
        ("pool", "kernel", "stride", "padding", "global", "round", "kernel", "stride", "padding"),
        strict=True,
    )
)
_NORM: Final = {1: "size", 2: "alpha", 3: "beta", 4: "region", 5: "k"}
_INNER: Final = {6: "transposed"}
_BATCH_NORM: Final = {3: "epsilon"}
_RECTIFIER: Final = {1: "slope"}

_CURRENT: Final = _Form(
    "current layers",
    *(1, 2, 7, 3, 4),
    dict(
        zip(
            (106, 121, 118, 117, 139, 123),
            (_CONVOLUTION, _POOLING, _NORM, _INNER, _BATCH_NORM, _RECTIFIER),
            strict=True,
        )
    ),
)
_V1: Final = _Form(
    "V1 layers",
    *(4, 5, 6, 2, 3),
    {10: _CONVOLUTION, 19: _POOLING, 18: _NORM, 17: _INNER, 30: _RECTIFIER},
)
_V0: Final = _Form("V0 layers", *(1, 2, 50, 0, 0), {})

_FLOATS: Final = ("alpha", "beta", "k", "epsilon", "slope")


def claims(head: bytes, _source: Source) -> bool:
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
    """The blobs of all layers, and what the layers do; raises Damaged or Incomplete."""
    read = [
        _layer(item.data, _CURRENT if item.number == _LAYERS else _V1)
        for item in fields(source)
        if item.kind == BYTES and item.number in (_LAYERS, _LAYERS_V1)
    ]
    layers = [layer for layer, _ in read]
    net, graph = read_layers(layers)
    forms = sorted({form.words for _, form in read})
    return Contents(
        f"{CAFFE}, {' and '.join(forms) or 'no layers'}",
        net.tensors,
        facts={**{layer.name: layer.settings for layer in layers if layer.settings}, **net.facts},
        classes={layer.name: layer.kind for layer in layers if layer.kind},
        graph=graph,
    )


def _layer(message: Source, form: _Form) -> tuple[Layer, _Form]:
    """A layer: its blobs, its settings, and what it reads and gives."""
    items = list(fields(message))
    if form is _V1 and (inner := next((item for item in items if item.number == 1), None)):
        # V0: the layer is a message inside the connection
        return _layer(inner.data, _V0)
    texts = [item for item in items if item.kind == BYTES]
    name = next((item.text() for item in texts if item.number == form.name), "")
    kind = next((item for item in items if item.number == form.kind), None)
    settings: dict[str, Any] = {}
    for item in texts:
        settings |= dict(_settings(item, form.settings.get(item.number, {})))
    return (
        Layer(
            name,
            _kind(kind),
            tuple(read_blob(name, item.data) for item in texts if item.number == form.blobs),
            tuple(item.text() for item in texts if item.number == form.bottoms),
            tuple(item.text() for item in texts if item.number == form.tops),
            settings,
        ),
        form,
    )


def _kind(item: Field | None) -> str:
    """The type of a layer by its name, which older files give as a number."""
    if item is None:
        return ""
    return item.text() if item.kind == BYTES else V1_KINDS.get(item.value, f"type {item.value}")


def _settings(message: Field, words: Mapping[int, str]) -> Iterator[tuple[str, Any]]:
    if not words:
        return
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
            f"The blob {shown(name)} has {whole(data.size // size)} numbers,"
            " which is not what its shape takes."
        )
    return StoredTensor(data, "float64" if double else "float32", found)


def _without_leading_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A legacy bias is 1×1×1×N, a legacy matrix 1×1×out×in; kernels keep their four sides."""
    if shape[:3] == (1, 1, 1):
        return shape[3:]
    return shape[2:] if shape[:2] == (1, 1) else shape
