"""Caffe2's networks: ``init_net.pb`` fills tensors with numbers, ``predict_net.pb`` says what is computed.

Both are lists of operators in one message. Opening either opens both; without the second
the names alone must tell.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final

import numpy as np

from gnet_desktop.checkpoints.containers.caffe_layers import Layer, read_layers
from gnet_desktop.checkpoints.containers.neighbours import peek
from gnet_desktop.checkpoints.containers.protobuf import BYTES, FOUR, VARINT, fields, numbers, signed, varints
from gnet_desktop.checkpoints.containers.source import Damaged, Placed, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, sides
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import shown

_FILL: Final = "GivenTensorFill"
_INIT, _PREDICT = "init_net", "predict_net"
_CEIL: Final = 3
"""The value of ``legacy_pad`` that rounds pools up, as Caffe does."""


def claims(head: bytes, _source: Source) -> bool:
    """Whether one of its first fields is an operator of a known type."""
    operators = (value for number, value in peek(head) if number == 2 and isinstance(value, bytes))
    return any(number == 4 and value in _TYPES for operator in operators for number, value in peek(operator))


def read_contents(source: Source) -> Contents:
    """Tensors, and the graph where it is known; raises CheckpointError."""
    operators, other = _operators(source), _other(source)
    beside = _operators(other) if other is not None else []
    tensors = {
        one.outputs[0]: _tensor(one) for one in (*operators, *beside) if one.kind == _FILL and one.outputs
    }
    computing = [one for one in (*operators, *beside) if "Fill" not in one.kind]
    if not tensors:
        raise CheckpointError(
            "This is Caffe2's description of a network.",
            "It holds no weights; these are in the init_net.pb that belongs to it.",
            "Put both in one folder, and open either.",
        )
    layers = [_layer(one, tensors) for one in computing]
    net, graph = read_layers(layers)
    used = {name for one in computing for name in one.inputs}
    rest = {name: tensor for name, tensor in tensors.items() if name not in used}
    return Contents(
        f"Caffe2 network{' in 2 files' if other is not None else ''}",
        net.tensors | rest if computing else tensors,
        facts={**{layer.name: layer.settings for layer in layers if layer.settings}, **net.facts},
        classes={layer.name: layer.kind for layer in layers},
        graph=graph,
    )


def _other(source: Source) -> Source | None:
    """The other of the two files, if it is there."""
    if not isinstance(source, Placed):
        return None
    own = source.path.name
    name = own.replace(_INIT, _PREDICT) if _INIT in own else own.replace(_PREDICT, _INIT)
    return source.beside(name) if name != own and source.has(name) else None


@dataclass
class _Operator:
    kind: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    floats: dict[str, Source] = field(default_factory=dict)


def _operators(source: Source) -> list[_Operator]:
    return [_operator(item.data) for item in fields(source) if item.number == 2 and item.kind == BYTES]


def _operator(message: Source) -> _Operator:
    found = _Operator()
    for item in fields(message):
        if item.number in (1, 2):
            (found.inputs if item.number == 1 else found.outputs).append(item.text())
        elif item.number == 4:
            found.kind = item.text()
        elif item.number == 5 and item.kind == BYTES:
            _argument(item.data, found)
    return found


def _argument(message: Source, operator: _Operator) -> None:
    name, value = "", None
    whole, floats = list[int](), []
    for item in fields(message):
        if item.number == 1:
            name = item.text()
        elif item.number == 2 and item.kind == FOUR:
            value = struct.unpack("<f", read(item.data, 0, 4))[0]
        elif item.number == 3 and item.kind == VARINT:
            value = signed(item.value)
        elif item.number == 4 and item.kind == BYTES:
            value = item.text()
        elif item.number == 5:
            floats.append(item)
        elif item.number == 6:
            whole += sides(varints(item))
    if floats:
        operator.floats[name] = numbers(floats)
    operator.settings[name] = value if value is not None else whole


def _tensor(operator: _Operator) -> StoredTensor:
    name, shape = operator.outputs[0], operator.settings.get("shape", [])
    data = operator.floats.get("values")
    known = isinstance(shape, list) and min(shape, default=0) >= 0 and data is not None
    if not known or data is None or data.size != 4 * prod(shape):
        raise Damaged(f"The tensor {shown(name)} has numbers that are not what its shape takes.")
    return StoredTensor(data, "float32", tuple(shape))


def _layer(one: _Operator, tensors: Mapping[str, StoredTensor]) -> Layer:
    """An operator as a layer, which is called as its weight."""
    blobs = [name for name in one.inputs[1:] if name in tensors]
    bottoms = tuple(name for name in one.inputs if name not in blobs)
    title = blobs[0].removesuffix("_w") if blobs else (one.outputs or [""])[0]
    kind, told = _TYPES.get(one.kind.encode(), one.kind), one.settings
    settings: dict[str, Any] = {}
    if told.get("order", "NCHW") != "NCHW":
        raise CheckpointError(
            "This network has its channels last.",
            f"Its operator {shown(one.kind)} says so, and such networks of Caffe2 are not read.",
            "Export it with its channels first.",
        )
    if kind in ("Convolution", "Pooling"):
        settings = {word: _equal(told, name) for word, name in _WINDOW if name in told or f"{name}s" in told}
        settings["padding"] = _pads(told)
    if kind == "Pooling":
        settings |= {
            "pool": int(one.kind.startswith("Average")),
            "global": _number(told, "global_pooling", 0),
            "round": int(_number(told, "legacy_pad", 0) != _CEIL),
        }
    elif kind == "LRN":
        settings = {"size": _number(told, "size", 0)}
        settings |= {ours: float(_number(told, name, usual)) for ours, name, usual in _NORM}
    elif kind == "BN":
        settings = {"epsilon": float(_number(told, "epsilon", 1e-5))}
    return Layer(
        title, kind, tuple(tensors[name] for name in blobs), bottoms, tuple(one.outputs[:1]), settings
    )


_WINDOW: Final = (("kernel", "kernel"), ("stride", "stride"), ("dilation", "dilation"), ("groups", "group"))
_NORM: Final = (("alpha", "alpha", 0.0), ("beta", "beta", 0.0), ("k", "bias", 1.0))


def _number(settings: Mapping[str, Any], name: str, usual: float) -> Any:
    value = settings.get(name, usual)
    return value if isinstance(value, int | float) and np.isfinite(value) and abs(value) < 1 << 48 else -1


def _equal(settings: Mapping[str, Any], name: str) -> int:
    """A side's number, which may be given for each side; -1 where they differ."""
    values = settings.get(f"{name}s") or [_number(settings, name, 1)]
    return int(values[0]) if isinstance(values, list) and len({*values}) == 1 else -1


def _pads(settings: Mapping[str, Any]) -> list[int]:
    """Padding above, left, below and right."""
    if isinstance(given := settings.get("pads"), list) and len(given) == 4:
        return given
    usual = _number(settings, "pad", 0)
    return [int(_number(settings, f"pad_{side}", usual)) for side in "tlbr"]


_TYPES: Final[Mapping[Any, str]] = {
    b"GivenTensorFill": "Fill",
    b"Conv": "Convolution",
    b"MaxPool": "Pooling",
    b"AveragePool": "Pooling",
    b"FC": "InnerProduct",
    b"Relu": "ReLU",
    b"LRN": "LRN",
    b"Concat": "Concat",
    b"DepthConcat": "Concat",
    b"Dropout": "Dropout",
    b"SpatialBN": "BN",
    b"Softmax": "Softmax",
}
"""Types of operators, and the kinds of Caffe's layers that they are."""
