"""Constant expressions of a graph, worked out: what is left reads the picture.

Exporters that optimise nothing write a missing bias as zeros expanded to a shape that is
taken from the kernel, and shapes as pieces put together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.graph import Graph, Node
from gnet_desktop.checkpoints.containers.source import MemorySource
from gnet_desktop.checkpoints.containers.stored import StoredTensor, is_whole

Values = NDArray[Any]
_Operation = Callable[[Node, Sequence[Values]], Values]

_PASSING: Final = ("Identity", "Cast", "CastLike")
"""Operations whose value is their first input's."""

_LARGEST: Final = 1 << 14
"""Numbers of a constant that is worked out; weights are larger, and stay as they lie."""


@dataclass(frozen=True)
class WorkedOut:
    """A graph without its constant expressions, and the stored tensors with their values.

    ``zeros`` are vectors that are 0 throughout: as a bias they are none, and they are not
    among the tensors. ``used`` are stored tensors that something was worked out from.
    """

    graph: Graph
    tensors: Mapping[str, StoredTensor]
    zeros: frozenset[str]
    used: frozenset[str]


def worked_out(graph: Graph, tensors: Mapping[str, StoredTensor]) -> WorkedOut:
    """The graph with every small expression of constants replaced by its value."""
    found, zeros, used, left = dict(tensors), set[str](), set[str](), list[Node]()
    values: dict[str, Values] = {}
    for node in graph.nodes:
        if node.kind in _PASSING and _is_weight(tensors.get(node.inputs[0])):
            left.append(Node("Identity", (node.inputs[0], "", ""), node.outputs))
            continue
        value = _value(node, values, found)
        if value is None:
            left.append(node)
            continue
        used.update(name for name in node.inputs if name in tensors and node.kind != "Shape")
        values[node.outputs[0]] = value
        if value.size > 1 and not value.any():
            zeros.add(node.outputs[0])
        else:
            found.setdefault(node.outputs[0], _stored(value))
    return WorkedOut(replace(graph, nodes=tuple(left)), found, frozenset(zeros), frozenset(used))


def _is_weight(tensor: StoredTensor | None) -> bool:
    """Whether a stored tensor is no mere setting; it stays under its own name."""
    return tensor is not None and tensor.count > 1 and not is_whole(tensor.dtype)


def _value(node: Node, values: Mapping[str, Values], tensors: Mapping[str, StoredTensor]) -> Values | None:
    """What an operation gives, if that is known and small; None if not."""
    if node.kind not in _OPERATIONS or len(node.outputs) != 1:
        return None
    if node.kind == "Shape":
        tensor = tensors.get(node.inputs[0])
        return _shape(node, tensor) if tensor is not None else None
    names = node.inputs[:1] if node.kind in _PASSING else filter(None, node.inputs)
    given = [_constant(name, values, tensors) for name in names]
    known = [value for value in given if value is not None]
    if len(known) < len(given):
        return None
    try:
        value = _OPERATIONS[node.kind](node, known)
    except (ValueError, KeyError, IndexError, TypeError, StopIteration, OverflowError, MemoryError):
        return None
    return value if value.size <= _LARGEST else None


def _constant(name: str, values: Mapping[str, Values], tensors: Mapping[str, StoredTensor]) -> Values | None:
    if name in values:
        return values[name]
    tensor = tensors.get(name)
    if tensor is None or tensor.count > _LARGEST:
        return None
    tensor.check(name)
    numbers = tensor.numbers()
    return numbers.astype(np.int64) if is_whole(tensor.dtype) else numbers


def _stored(value: Values) -> StoredTensor:
    whole = value.dtype.kind in "iub"
    data = value.astype("<i8" if whole else "<f4").tobytes()
    return StoredTensor(MemorySource(data), "int64" if whole else "float32", value.shape)


# The operations


def _shape(node: Node, tensor: StoredTensor) -> Values:
    bounds = slice(node.settings.get("start"), node.settings.get("end"))
    return np.array(tensor.shape[bounds], np.int64)


def _expand(_: Node, given: Sequence[Values]) -> Values:
    value, shape = given[0], tuple(int(side) for side in given[1])
    if prod(shape) > _LARGEST:
        raise MemoryError
    return np.broadcast_to(value, np.broadcast_shapes(value.shape, shape))


def _filled(node: Node, given: Sequence[Values]) -> Values:
    shape = tuple(int(side) for side in given[0])
    if prod(shape) > _LARGEST:
        raise MemoryError
    value = node.settings.get("value", 0.0)
    return np.full(shape, value.numbers().reshape(-1)[0] if isinstance(value, StoredTensor) else value)


def _constant_value(node: Node, _: Sequence[Values]) -> Values:
    """A constant that is written as numbers; a tensor is among the stored ones already."""
    name = next(name for name in _WRITTEN if name in node.settings)
    return np.array(node.settings[name], _WRITTEN[name])


_WRITTEN: Final[Mapping[str, type]] = MappingProxyType(
    {"value_int": np.int64, "value_ints": np.int64, "value_float": np.float32, "value_floats": np.float32}
)


def _axes(node: Node, given: Sequence[Values]) -> tuple[int, ...]:
    """Axes are an attribute in older editions and an input in newer ones."""
    axes = given[1] if len(given) > 1 else node.settings["axes"]
    return tuple(int(axis) for axis in axes)


def _as_is(_: Node, given: Sequence[Values]) -> Values:
    return given[0]


_OPERATIONS: Final[Mapping[str, _Operation]] = MappingProxyType(
    {
        "Constant": _constant_value,
        "ConstantOfShape": _filled,
        "Shape": lambda _node, given: given[0],
        "Identity": _as_is,
        "Cast": _as_is,
        "CastLike": _as_is,
        "Expand": _expand,
        "Concat": lambda node, given: np.concatenate(given, node.settings.get("axis", 0)),
        "Gather": lambda node, given: np.take(
            given[0], given[1].astype(np.int64), node.settings.get("axis", 0)
        ),
        "Unsqueeze": lambda node, given: np.expand_dims(given[0], _axes(node, given)),
        "Squeeze": lambda node, given: np.squeeze(given[0], _axes(node, given)),
        "Reshape": lambda _node, given: given[0].reshape([int(side) for side in given[1]]),
        "Add": lambda _node, given: given[0] + given[1],
        "Sub": lambda _node, given: given[0] - given[1],
        "Mul": lambda _node, given: given[0] * given[1],
        "Div": lambda _node, given: given[0] / given[1],
        "Neg": lambda _node, given: -given[0],
        "Sqrt": lambda _node, given: np.sqrt(given[0]),
        "Reciprocal": lambda _node, given: 1 / given[0],
    }
)
