"""ONNX files: stored tensors and the graph, read straight from the wire format (docs/formats.md).

Needs no library. Tensors may lie in files beside the model; these must be in its folder.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import prod
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

import numpy as np

from gnet_desktop.checkpoints.containers.graph import Graph, Node
from gnet_desktop.checkpoints.containers.onnx_quantised import unquantised
from gnet_desktop.checkpoints.containers.protobuf import (
    BYTES,
    VARINT,
    Field,
    fields,
    numbers,
    packed_varints,
    signed,
    varints,
)
from gnet_desktop.checkpoints.containers.source import Damaged, MemorySource, Placed, Source, Span, read
from gnet_desktop.checkpoints.containers.stored import MOST_SIDES, Contents, StoredTensor, element_size, sides
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import listed, shown, whole

# data_type of TensorProto
_DTYPES: Final[Mapping[int, str]] = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
    16: "bfloat16",
}
_FLOAT_DATA, _INT32_DATA, _INT64_DATA, _RAW_DATA, _DOUBLE_DATA = 4, 5, 7, 9, 10

_LONGEST_LIST: Final = 1 << 12
_LEAST_INPUTS: Final = 3
_MOST_DIGITS: Final = 18


def claims(head: bytes, _source: Source) -> bool:
    """Whether it starts with a format version, and a producer, a domain, a graph or an opset follow."""
    return (
        head[:1] == b"\x08"
        and head[1:2] < b"\x40"
        and head[2:3] in (b"\x12", b"\x1a", b"\x22", b"\x32", b"\x3a", b"B")
    )


def read_contents(source: Source) -> Contents:
    """All stored tensors and the graph; raises CheckpointError."""
    model = _Model(source)
    for item in fields(source):
        if item.number in _MODEL and item.kind in (BYTES, VARINT):
            _MODEL[item.number](model, item)
    nodes, tensors = unquantised(model.nodes, model.tensors)
    given = tuple(name for name in model.inputs if name not in model.tensors)
    opset = f" opset {model.opset}" if model.opset else ""
    return Contents(
        f"ONNX{opset}{f', written by {model.producer}' if model.producer else ''}",
        tensors,
        texts=model.texts,
        graph=Graph(tuple(nodes), given, tuple(model.outputs)),
        notes=model.notes(given),
    )


@dataclass
class _Model:
    source: Source
    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    beside: set[str] = field(default_factory=set)
    producer: str = ""
    opset: int = 0

    def notes(self, given: tuple[str, ...]) -> tuple[str, ...]:
        lines = [f"The graph's input is {listed(given)}, its output {listed(self.outputs)}."] if given else []
        if any(node.kind == "QuantizeLinear" for node in self.nodes):
            lines.append(
                "The original rounds the values between its layers to whole numbers; here they are not."
            )
        if self.beside:
            lines.append(f"Weights are read from {listed(sorted(self.beside))} beside the file.")
        return tuple(lines)

    def graph(self, message: Source) -> None:
        for item in fields(message):
            if item.kind != BYTES:
                continue
            if item.number == 1:
                self.nodes.append(_node(item.data, self))
            elif item.number == 5:
                self.add(*_tensor(item.data, self))
            elif item.number in (11, 12):
                (self.inputs if item.number == 11 else self.outputs).append(_first_text(item.data))

    def add(self, name: str, tensor: StoredTensor | None) -> None:
        if tensor is not None:
            self.tensors[name] = tensor

    def opsets(self, message: Source) -> None:
        domain, version = "", 0
        for item in fields(message):
            domain = item.text() if item.number == 1 else domain
            version = item.value if item.number == 2 else version
        if domain in ("", "ai.onnx"):
            self.opset = version

    def text(self, message: Source) -> None:
        pair = {item.number: item.text() for item in fields(message) if item.kind == BYTES}
        self.texts[pair.get(1, "")] = pair.get(2, "")


_MODEL: Final[Mapping[int, Callable[[_Model, Field], None]]] = {
    2: lambda model, item: setattr(model, "producer", item.text()),
    7: lambda model, item: model.graph(item.data),
    8: lambda model, item: model.opsets(item.data),
    14: lambda model, item: model.text(item.data),
}


def _first_text(message: Source) -> str:
    return next((item.text() for item in fields(message) if item.number == 1 and item.kind == BYTES), "")


def _node(message: Source, model: _Model) -> Node:
    inputs, outputs, kind = [], [], ""
    settings: dict[str, Any] = {}
    for item in fields(message):
        if item.number == 1:
            inputs.append(item.text())
        elif item.number == 2:
            outputs.append(item.text())
        elif item.number == 4:
            kind = item.text()
        elif item.number == 5 and item.kind == BYTES:
            name, value = _attribute(item.data, model)
            if isinstance(value, StoredTensor):
                # a Constant's tensor is as good as a stored one, under the name of its output
                settings["value"] = value
            elif value is not None:
                settings[name] = value
    if kind == "Constant" and outputs and "value" in settings:
        model.tensors[outputs[0]] = settings.pop("value")
    inputs += [""] * (_LEAST_INPUTS - len(inputs))
    return Node(kind, tuple(inputs), tuple(outputs), settings)


def _attribute(message: Source, model: _Model) -> tuple[str, Any]:
    name, value = "", None
    whole: list[int] = []
    floats: list[float] = []
    for item in fields(message):
        if item.number == 1:
            name = item.text()
        elif item.number == 2 and item.data.size == 4:
            value = struct.unpack("<f", read(item.data, 0, 4))[0]
        elif item.number == 3:
            value = signed(item.value)
        elif item.number == 4 and item.kind == BYTES and item.data.size <= _LONGEST_LIST:
            value = item.text()
        elif item.number == 5 and item.kind == BYTES:
            value = _tensor(item.data, model)[1]
        elif item.number == 7 and item.data.size <= _LONGEST_LIST:
            floats += np.frombuffer(read(item.data, 0, item.data.size // 4 * 4), "<f4").tolist()
        elif item.number == 8:
            whole += varints(item)
    return name, value if value is not None else whole or floats or None


def _tensor(message: Source, model: _Model) -> tuple[str, StoredTensor | None]:
    """A tensor's name and where it lies; None for texts and other kinds without numbers."""
    shape = tuple[int, ...]()
    kind, name, outside = 0, "", {}
    pieces: dict[int, list[Field]] = {}
    for item in fields(message):
        if item.number == 1:
            shape = sides((*shape, *islice(varints(item), MOST_SIDES + 1)))
        elif item.number == 2:
            kind = item.value
        elif item.number == 8:
            name = item.text()
        elif item.number == 13 and item.kind == BYTES:
            pair = {part.number: part.text() for part in fields(item.data)}
            outside[pair.get(1, "")] = pair.get(2, "")
        elif item.number in (_FLOAT_DATA, _INT32_DATA, _INT64_DATA, _RAW_DATA, _DOUBLE_DATA):
            pieces.setdefault(item.number, []).append(item)
    dtype = _DTYPES.get(kind)
    if dtype is None:
        return name, None
    if min(shape, default=0) < 0:
        raise Damaged(f"The tensor {shown(name)} has no shape.")
    size = prod(shape) * element_size(dtype)
    data = _beside(name, outside, model) if outside else _data(pieces, dtype)
    if data.size < size or (not outside and data.size != size):
        raise Damaged(
            f"The tensor {shown(name)} has {whole(data.size)} bytes, which is not what its shape takes."
        )
    return name, StoredTensor(data, dtype, shape)


def _data(pieces: Mapping[int, list[Field]], dtype: str) -> Source:
    for number in (_RAW_DATA, _FLOAT_DATA, _DOUBLE_DATA):
        if number in pieces:
            return numbers(pieces[number])
    for number in (_INT32_DATA, _INT64_DATA):
        if number in pieces:
            # small numbers, and half precision's bits, are written as a varint each
            return packed_varints(pieces[number], f"<u{element_size(dtype)}")
    return MemorySource(b"")


def _beside(name: str, outside: Mapping[str, str], model: _Model) -> Source:
    """A tensor's data in another file, which must be in the model's folder."""
    location = outside.get("location", "")
    parts = {*PurePosixPath(location).parts, *PureWindowsPath(location).parts}
    root = (
        PurePosixPath(location).is_absolute()
        or PureWindowsPath(location).drive
        or PureWindowsPath(location).root
    )
    if not isinstance(model.source, Placed) or not location or root or ".." in parts or "\0" in location:
        raise CheckpointError(
            f"The weights of {shown(name)} are in another file.",
            f"The file gives its place as {shown(location)!r}, which is not in its own folder.",
            "Put the data file beside the model and save the model again.",
        )
    file = model.source.beside(location)
    model.beside.add(location)
    offset = _place(outside.get("offset", "0"), name)
    length = _place(outside["length"], name) if "length" in outside else file.size - offset
    return Span(file, offset, length)


def _place(digits: str, name: str) -> int:
    if not digits.isascii() or not digits.isdecimal() or len(digits) > _MOST_DIGITS:
        raise Damaged(f"The place of the tensor {shown(name)} makes no sense.")
    return int(digits)
