"""OpenVINO's operations (IR from edition 10 on) in ONNX's words; what only constants make is made at once.

A weight may be a half or a whole number that operations make floats of: a conversion, a zero point
that is subtracted, a scale, or a rounding to a few levels (FakeQuantize).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.graph import Graph, Node
from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.openvino.description import (
    Description,
    Layer,
    number,
    numbers,
    place_of,
)
from gnet_desktop.checkpoints.containers.source import Damaged, Source
from gnet_desktop.checkpoints.containers.stored import Contents, Floats, StoredTensor, element_size, sides
from gnet_desktop.shown import shown, whole

DTYPES: Final[Mapping[str, str]] = {
    "f64": "float64",
    "f32": "float32",
    "f16": "float16",
    "bf16": "bfloat16",
    "f8e4m3": "float8_e4m3fn",
    "f8e5m2": "float8_e5m2",
    **{f"i{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"u{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
    "boolean": "bool",
}
_ROUNDED: Final = "The original rounds the values between its layers to whole numbers; here they are not."
_MOST_LEVELS: Final = 1 << 16
_BYTE: Final = 256


def contents(net: Description, data: Source) -> Contents:
    """Weights and graph; raises CheckpointError."""
    found = _Graph(net, data)
    for layer in net.layers:
        found.add(layer)
    made_here = {output for node in found.nodes for output in node.outputs}
    read = {name for node in found.nodes for name in node.inputs if name}
    given = tuple(sorted(read - made_here - found.tensors.keys()))
    return Contents(
        "",
        found.tensors,
        graph=Graph(tuple(found.nodes), given, tuple(sorted(made_here - read))),
        notes=(_ROUNDED,) if found.is_rounded else (),
    )


@dataclass
class _Graph:
    """What becomes of the layers: ``constants`` by the value's name, of which ``tensors`` are read."""

    net: Description
    data: Source
    constants: dict[str, StoredTensor] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    is_rounded: bool = False

    def add(self, layer: Layer) -> None:
        """Put a layer into ONNX's words, or keep the constant that it makes."""
        inputs = [self.value(*self.net.edges.get((layer.number, port), ("", ""))) for port in layer.reads]
        outputs = [self.value(layer.number, port) for port in layer.gives]
        if layer.kind == "Const":
            if outputs:
                self.keep(layer, outputs[0], _stored(layer, self.data))
            return
        given = [self.constants.get(name) for name in inputs]
        known = [tensor for tensor in given if tensor is not None]
        if layer.kind in _FOLDED and len(known) == len(inputs) > 0 and outputs:
            result = _FOLDED[layer.kind](layer, known)
            if result is not None:
                self.keep(layer, outputs[0], result)
                return
        if inputs and outputs:
            _OPERATORS.get(layer.kind, _other)(self, layer, inputs, outputs)
            self.kinds |= dict.fromkeys(outputs, layer.kind)

    def value(self, layer: str, port: str) -> str:
        return f"{layer}:{port}" if layer else ""

    def keep(self, layer: Layer, value: str, tensor: StoredTensor) -> None:
        self.constants[value] = tensor
        self.titles[value] = layer.name

    def weight(self, value: str, *, flat: bool = False) -> str:
        """The name of a stored tensor that an operation reads; a value's own where it is none."""
        tensor = self.constants.get(value)
        if tensor is None:
            return value
        title = self.titles[value]
        if not title or (title in self.tensors and self.tensors[title] is not tensor):
            title = f"{title}#{value}"
        if flat and sum(side != 1 for side in tensor.shape) < _LEAST_OF_A_MAP:
            tensor = tensor.squeezed(1)
        self.tensors[title] = tensor
        return title

    def give(self, kind: str, inputs: Sequence[str], outputs: Sequence[str], **settings: Any) -> None:
        padded = (*inputs, *[""] * (3 - len(inputs)))
        self.nodes.append(Node(kind, padded, tuple(outputs), settings))

    def numbers_of(self, value: str) -> list[int]:
        """The whole numbers of a small constant."""
        tensor = self.constants.get(value)
        if tensor is None or tensor.count > _MOST_SIDES:
            return []
        tensor.check(value)
        with np.errstate(all="ignore"):
            return [int(one) for one in tensor.numbers().reshape(-1) if abs(one) < _LARGEST]


_LEAST_OF_A_MAP: Final = 2
_MOST_SIDES: Final = 16
_LARGEST: Final = 1 << 24


# Constants


def _stored(layer: Layer, data: Source) -> StoredTensor:
    told = layer.settings
    dtype = DTYPES.get(told.get("element_type", ""), told.get("element_type", ""))
    shape = sides(numbers(told.get("shape", "")))
    found = place_of(told, layer.name, data)
    known = dtype in DTYPES.values() and min(shape, default=0) >= 0
    if known and prod(shape) * element_size(dtype) != found.size:
        raise Damaged(
            f"The constant {shown(layer.name)} has {whole(found.size)} bytes, not what its shape takes."
        )
    return StoredTensor(found, dtype, shape)


def _as_it_is(_: Layer, given: Sequence[StoredTensor]) -> StoredTensor | None:
    """Kinds of number: all are read as floats."""
    return given[0]


def _arithmetic(work_out: Callable[[Floats, Floats], NDArray[Any]]) -> "_Fold":
    def fold(_: Layer, given: Sequence[StoredTensor]) -> StoredTensor | None:
        if len(given) != 2:
            return None
        try:
            shape = np.broadcast_shapes(given[0].shape, given[1].shape)
        except ValueError:
            return None
        # nothing is made larger than what there is
        larger = next((tensor for tensor in given if tensor.shape == shape), None)
        kind = (larger.kind or larger.dtype) if larger is not None else ""
        return made(tuple(given), work_out, shape=shape, kind=kind) if larger is not None else None

    return fold


def _levels(layer: Layer, given: Sequence[StoredTensor]) -> StoredTensor | None:
    """Rounded to one of a few levels between two ends, and put between two others."""
    levels = number(layer.settings.get("levels", ""))
    if len(given) != 5 or not 1 < levels <= _MOST_LEVELS:
        return None
    for bound in given[1:]:
        try:
            if np.broadcast_shapes(given[0].shape, bound.shape) != given[0].shape:
                return None
        except ValueError:
            return None
    kind = "int8" if levels <= _BYTE else "int16"
    return made(tuple(given), partial(_rounded, levels=levels), kind=kind)


def _rounded(
    values: Floats, low: Floats, high: Floats, least: Floats, most: Floats, *, levels: int
) -> NDArray[Any]:
    steps = np.round((np.clip(values, low, high) - low) / (high - low) * (levels - 1))
    return steps / (levels - 1) * (most - least) + least


def _transposed(_: Layer, given: Sequence[StoredTensor]) -> StoredTensor | None:
    tensor, order = given[0], given[1] if len(given) > 1 else None
    if order is None or order.count != len(tensor.shape):
        return None
    order.check("an order of sides")
    axes = tuple(int(axis) for axis in order.numbers().reshape(-1))
    return tensor.permuted(axes) if sorted(axes) == [*range(len(axes))] else None


def _reshaped(_: Layer, given: Sequence[StoredTensor]) -> StoredTensor | None:
    tensor, wanted = given[0], given[1] if len(given) > 1 else None
    if wanted is None or wanted.count > _MOST_SIDES:
        return None
    wanted.check("a shape")
    shape = [int(side) for side in wanted.numbers().reshape(-1) if abs(side) < _LARGEST]
    if shape.count(-1) == 1 and (rest := prod(side for side in shape if side != -1)) > 0:
        shape[shape.index(-1)] = tensor.count // rest
    if prod(shape) != tensor.count or min(shape, default=0) < 1:
        return None
    return made((tensor,), partial(np.reshape, newshape=shape), shape=tuple(shape))


_Fold = Callable[[Layer, Sequence[StoredTensor]], StoredTensor | None]

_FOLDED: Final[Mapping[str, _Fold]] = {
    "Convert": _as_it_is,
    "Add": _arithmetic(np.add),
    "Subtract": _arithmetic(np.subtract),
    "Multiply": _arithmetic(np.multiply),
    "Divide": _arithmetic(np.divide),
    "FakeQuantize": _levels,
    "Transpose": _transposed,
    "Reshape": _reshaped,
}
"""What is made of constants alone."""


# Operations

_Operate = Callable[[_Graph, Layer, list[str], list[str]], None]


def _other(graph: _Graph, layer: Layer, inputs: list[str], outputs: list[str]) -> None:
    """Anything else under its own name, with the value that it reads."""
    graph.give(layer.kind, [graph.weight(name) for name in inputs[:1]], outputs)


def _named(kind: str) -> _Operate:
    def operate(graph: _Graph, _: Layer, inputs: list[str], outputs: list[str]) -> None:
        graph.give(kind, inputs[:1], outputs)

    return operate


def _nothing(_graph: _Graph, _layer: Layer, _inputs: list[str], _outputs: list[str]) -> None:
    """What gives nothing."""


def _window(layer: Layer) -> dict[str, Any]:
    """How a window moves, in ONNX's words."""
    told = layer.settings
    found: dict[str, Any] = {"strides": numbers(told.get("strides", "1, 1"))}
    match told.get("auto_pad", "explicit"):
        case "same_upper" | "same_lower":
            return found | {"auto_pad": "SAME_UPPER"}
        case "valid":
            return found | {"pads": [0] * 4}
    return found | {
        "pads": [*numbers(told.get("pads_begin", "0, 0")), *numbers(told.get("pads_end", "0, 0"))]
    }


def _convolution(graph: _Graph, layer: Layer, inputs: list[str], outputs: list[str]) -> None:
    dilations = numbers(layer.settings.get("dilations", "1, 1"))
    names = [inputs[0], *(graph.weight(name) for name in inputs[1:2])]
    graph.give("Conv", names, outputs, dilations=dilations, group=1, **_window(layer))


def _pool(kind: str) -> _Operate:
    def operate(graph: _Graph, layer: Layer, inputs: list[str], outputs: list[str]) -> None:
        told = layer.settings
        graph.give(
            kind,
            inputs[:1],
            outputs[:1],
            kernel_shape=numbers(told.get("kernel", "")),
            ceil_mode=int(told.get("rounding_type", "floor").startswith("ceil")),
            dilations=numbers(told.get("dilations", "1, 1")),
            **_window(layer),
        )

    return operate


def _adaptive(kind: str) -> _Operate:
    def operate(graph: _Graph, layer: Layer, inputs: list[str], outputs: list[str]) -> None:
        wanted = graph.numbers_of(inputs[1]) if len(inputs) > 1 else []
        graph.give(kind if {*wanted} == {1} else layer.kind, inputs[:1], outputs[:1])

    return operate


def _matrix(graph: _Graph, layer: Layer, inputs: list[str], outputs: list[str]) -> None:
    turned = layer.settings.get("transpose_b", "false") in ("true", "1")
    names = [inputs[0], *(graph.weight(name) for name in inputs[1:2])]
    graph.give("Gemm", names, outputs, transB=int(turned))


def _response_norm(graph: _Graph, layer: Layer, inputs: list[str], outputs: list[str]) -> None:
    told = layer.settings
    settings = {word: _float(told.get(word, usual)) for word, usual in _NORM.items()}
    across = graph.numbers_of(inputs[1]) == [1] if len(inputs) > 1 else False
    kind = "LRN" if across else "LRN within a map"
    graph.give(kind, inputs[:1], outputs, size=number(told.get("size", "")), **settings)


_NORM: Final = {"alpha": "0.0001", "beta": "0.75", "bias": "1"}


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _batch_norm(graph: _Graph, layer: Layer, inputs: list[str], outputs: list[str]) -> None:
    """The first edition of it reads scale and shift before the value."""
    if len(inputs) == 5 and inputs[0] in graph.constants:
        inputs = [inputs[2], *inputs[:2], *inputs[3:]]
    names = [inputs[0], *(graph.weight(name, flat=True) for name in inputs[1:])]
    graph.give("BatchNormalization", names, outputs, epsilon=_float(layer.settings.get("epsilon", "1e-5")))


def _with_constants(kind: str) -> _Operate:
    def operate(graph: _Graph, _: Layer, inputs: list[str], outputs: list[str]) -> None:
        graph.give(kind, [graph.weight(name, flat=True) for name in inputs], outputs)

    return operate


def _joined(graph: _Graph, layer: Layer, inputs: list[str], outputs: list[str]) -> None:
    graph.give("Concat", inputs, outputs, axis=number(layer.settings.get("axis", "1")))


def _cut(graph: _Graph, layer: Layer, inputs: list[str], outputs: list[str]) -> None:
    low, high = (_float(layer.settings.get(word, "")) for word in ("min", "max"))
    graph.give("Clip", inputs[:1], outputs, min=low, max=high)


def _gathered(graph: _Graph, _: Layer, inputs: list[str], outputs: list[str]) -> None:
    axis = graph.numbers_of(inputs[2]) if len(inputs) > 2 else []
    graph.give("Gather", [graph.weight(name) for name in inputs[:2]], outputs, axis=next(iter(axis), 0))


def _split(graph: _Graph, _: Layer, inputs: list[str], outputs: list[str]) -> None:
    axis = graph.numbers_of(inputs[1]) if len(inputs) > 1 else []
    graph.give("Split", inputs[:1], outputs, axis=next(iter(axis), 0))


def _quantised(graph: _Graph, _: Layer, inputs: list[str], outputs: list[str]) -> None:
    """A rounding between layers is left out, but not a cut at 0 that stands for a rectifier."""
    graph.is_rounded = True
    low = graph.constants.get(inputs[1]) if len(inputs) > 1 else None
    cuts = False
    if low is not None and low.count <= _LARGEST_BOUND and graph.kinds.get(inputs[0]) in _COMPUTES:
        low.check("a bound")
        cuts = bool((low.numbers() >= 0).all())
    graph.give("Relu" if cuts else "Identity", inputs[:1], outputs)


_LARGEST_BOUND: Final = 1 << 14
_COMPUTES: Final = ("Convolution", "Add", "MatMul")

_OPERATORS: Final[Mapping[str, _Operate]] = {
    "Result": _nothing,
    "Convolution": _convolution,
    "MaxPool": _pool("MaxPool"),
    "AvgPool": _pool("AveragePool"),
    "AdaptiveAvgPool": _adaptive("GlobalAveragePool"),
    "AdaptiveMaxPool": _adaptive("GlobalMaxPool"),
    "MatMul": _matrix,
    "LRN": _response_norm,
    "BatchNormInference": _batch_norm,
    "Add": _with_constants("Add"),
    "Subtract": _with_constants("Sub"),
    "Multiply": _with_constants("Mul"),
    "Divide": _with_constants("Div"),
    "Concat": _joined,
    "Clamp": _cut,
    "Gather": _gathered,
    "Split": _split,
    "FakeQuantize": _quantised,
    "FakeConvert": _quantised,
    **{
        name: _named(word)
        for name, word in (
            ("ReLU", "Relu"),
            ("Convert", "Cast"),
            ("SoftMax", "Softmax"),
            ("PReLU", "PRelu"),
            ("HSwish", "HardSwish"),
            ("SoftPlus", "Softplus"),
        )
    },
}
