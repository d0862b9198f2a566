"""TensorFlow's frozen graphs: constants by the name of their node (Lucid's inception5h).

Where a head flattens its map, TensorFlow runs through the channels last: such a
matrix is turned into the order that everybody else uses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isqrt, prod
from typing import Any, Final

import numpy as np

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.protobuf import (
    BYTES,
    Field,
    fields,
    numbers,
    packed_varints,
    signed,
    varints,
)
from gnet_desktop.checkpoints.containers.source import Damaged, MemorySource, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, element_size, sides
from gnet_desktop.shown import whole

_STARTS: Final = (b"\x12\x05Const", b"\x12\x0bPlaceholder")
DTYPES: Final[Mapping[int, str]] = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    9: "int64",
    10: "bool",
    14: "bfloat16",
    17: "uint16",
    19: "float16",
}
"""TensorFlow's numbers of the kinds that are read; texts and quantised ones are not among them."""
_LONGEST_LIST: Final = 64
_HEADS: Final = (("head0_pool", "head0_bottleneck_w", "nn0_w"), ("head1_pool", "head1_bottleneck_w", "nn1_w"))


def claims(head: bytes, _source: Source) -> bool:
    """Whether it starts with a node, and a constant or placeholder is among the first."""
    return head[:1] == b"\x0a" and any(start in head for start in _STARTS)


def read_contents(source: Source) -> Contents:
    """The constants; raises Damaged or Incomplete."""
    tensors: dict[str, StoredTensor] = {}
    facts: dict[str, dict[str, Any]] = {}
    for item in fields(source):
        if item.number == 1 and item.kind == BYTES:
            name, kind, attributes = _node(item.data)
            if kind == "Const" and isinstance(value := attributes.get("value"), StoredTensor):
                tensors[name] = value
            elif kind in ("AvgPool", "MaxPool"):
                facts[name] = _window(attributes)
    prefix = _prefix(tensors)
    for pool, convolution, matrix in _HEADS:
        if prefix + matrix in tensors and prefix + convolution in tensors:
            channels = tensors[prefix + convolution].shape[-1:]
            tensors[prefix + matrix] = _channels_first(tensors[prefix + matrix], *channels)
            facts.setdefault(prefix + pool, {})
    return Contents("TensorFlow graph", tensors, facts=facts)


def _prefix(tensors: Mapping[str, StoredTensor]) -> str:
    """What stands before the names (``import/``)."""
    return next((name.removesuffix("conv2d0_w") for name in tensors if name.endswith("conv2d0_w")), "")


def _node(message: Source) -> tuple[str, str, dict[str, Any]]:
    name = kind = ""
    attributes: dict[str, Any] = {}
    for item in fields(message):
        if item.number == 1:
            name = item.text()
        elif item.number == 2:
            kind = item.text()
        elif item.number == 5 and item.kind == BYTES:
            entry = {part.number: part for part in fields(item.data)}
            if 1 in entry and 2 in entry:
                attributes[entry[1].text()] = _attribute(entry[2])
    return name, kind, attributes


def _attribute(value: Field) -> Any:
    """A tensor, a text or a list of whole numbers; None for anything else."""
    for item in fields(value.data):
        if item.number == 8 and item.kind == BYTES:
            return _tensor(item.data)
        if item.number == 2 and item.kind == BYTES and item.data.size <= _LONGEST_LIST:
            return item.text()
        if item.number == 1 and item.kind == BYTES and item.data.size <= _LONGEST_LIST:
            return [number for part in fields(item.data) if part.number == 3 for number in varints(part)]
    return None


def _window(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Window of a pool: sizes are given for pictures × height × width × channels."""
    found: dict[str, Any] = {"ceil": False, "padding": 0 if attributes.get("padding") == "VALID" else "same"}
    for ours, theirs in (("kernel", "ksize"), ("stride", "strides")):
        sizes = attributes.get(theirs)
        if isinstance(sizes, list) and len(sizes) == 4 and sizes[1] == sizes[2]:
            found[ours] = sizes[1]
    return found


def _tensor(message: Source) -> StoredTensor | None:
    kind, shape = 0, tuple[int, ...]()
    pieces: dict[int, list[Field]] = {}
    for item in fields(message):
        if item.number == 1:
            kind = item.value
        elif item.number == 2 and item.kind == BYTES:
            shape = sides(shape_sides(item.data))
        elif item.number in (4, 5, 13):
            pieces.setdefault(item.number, []).append(item)
    dtype = DTYPES.get(kind)
    if dtype is None or not pieces:
        return None
    if min(shape, default=0) < 0:
        raise Damaged("A tensor in it has no shape.")
    data = _data(pieces)
    if data.size == element_size(dtype) and prod(shape) > 1:
        return StoredTensor(data, dtype, shape, 0, (0,) * len(shape))  # one number stands for all
    if data.size != prod(shape) * element_size(dtype):
        raise Damaged(f"A tensor in it has {whole(data.size)} bytes, which is not what its shape takes.")
    return StoredTensor(data, dtype, shape)


def shape_sides(message: Source) -> Iterator[int]:
    """The sides that a TensorShapeProto gives."""
    for item in fields(message):
        if item.number == 2 and item.kind == BYTES:
            yield next((signed(part.value) for part in fields(item.data) if part.number == 1), 0)


def _data(pieces: Mapping[int, list[Field]]) -> Source:
    if 13 in pieces:  # half precision's bits, a varint each
        return packed_varints(pieces[13], "<u2")
    return numbers(pieces[4 if 4 in pieces else 5])


def _channels_first(matrix: StoredTensor, channels: int) -> StoredTensor:
    """A matrix whose inputs are a map's height × width × channels, with the channels first."""
    inputs = matrix.shape[0] if len(matrix.shape) == 2 else 0
    side = isqrt(inputs // channels) if channels else 0
    if not inputs or side * side * channels != inputs or matrix.strides is not None:
        return matrix
    matrix.check("a head's matrix")
    size = element_size(matrix.dtype)
    current().keep(matrix.count * size)
    data = read(matrix.source, matrix.offset, matrix.count * size)
    values = np.frombuffer(data, f"<u{size}").reshape(side, side, channels, -1).transpose(2, 0, 1, 3)
    return replace(matrix, source=MemorySource(values.tobytes()), offset=0)
