"""The graph of a Keras model from its description: layers, their settings, and whose values they read.

Paddings and crops that stand as layers of their own become paddings of what follows; what they
add is 0 behind a rectifier, where a maximum doesn't notice it. A layer of an unknown class
leaves the model without a graph.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.graph import Graph, Node

_MOST_LAYERS: Final = 2_000
_DEEPEST: Final = 12
_NORM: Final = ("weight", "bias", "running_mean", "running_var")
_BOTH: Final = ("weight", "bias")
_RESCALED: Final = ("Mul", "Add")

Layer = Mapping[str, Any]
Pads = tuple[int, int, int, int]


class _Unknown(Exception):
    """A layer whose doing is not known."""


def graph_of(layers: Sequence[Layer], names: frozenset[str], *, theano: bool = False) -> Graph | None:
    """The operations of a model; None where a layer of it is not known.

    ``layers`` are settings with ``class_name``, ``name`` and ``inbound_nodes``, ``names`` those
    of the stored tensors. ``theano``: ``same`` pads both sides alike.
    """
    builder = _Builder(names, theano=theano)
    try:
        for layer in layers[:_MOST_LAYERS]:
            builder.add(layer)
    except (_Unknown, ValueError, TypeError, KeyError, IndexError, OverflowError):
        return None
    return builder.graph()


class _Builder:
    def __init__(self, names: frozenset[str], *, theano: bool) -> None:
        self.names, self.theano = names, theano
        self.nodes, self.last = list[Node](), ""
        self.values: dict[str, tuple[str, Pads]] = {}
        self.inputs: list[str] = []

    def graph(self) -> Graph | None:
        read = {name for node in self.nodes for name in node.inputs}
        ends = tuple(name for node in self.nodes for name in node.outputs if name not in read)
        return Graph(tuple(self.nodes), tuple(self.inputs), ends) if self.nodes else None

    def add(self, layer: Layer) -> None:
        """A layer's operations, and the value under its name."""
        current().steps()
        name, kind = layer["name"], layer["class_name"]
        if kind == "InputLayer":
            self.inputs.append(name)
            self.values[name] = name, (0, 0, 0, 0)
        elif kind in _PADDINGS:
            value, pads = self.given(layer)[0]
            more = _PADDINGS[kind](layer)
            self.values[name] = value, tuple(a + b for a, b in zip(pads, more, strict=True))  # type: ignore[assignment]
        else:
            self.values[name] = self.operation(layer, kind), (0, 0, 0, 0)
        self.last = name

    def given(self, layer: Layer) -> list[tuple[str, Pads]]:
        """The values that a layer reads, with the padding that waits for it."""
        told = layer.get("inbound_nodes")
        if told is None:  # one layer behind the other, the first of which reads the picture
            if not self.last:
                self.inputs.append("input")
            return [self.values.get(self.last, ("input", (0, 0, 0, 0)))]
        if len(told) != 1:
            raise _Unknown
        return [self.values[name] for name in _histories(told, 0)]

    def operation(self, layer: Layer, kind: str) -> str:
        """The value that a layer gives."""
        given = self.given(layer)
        pads = given[0][1]
        if kind in _JOINS:
            return self.give(layer, "Concat", [value for value, _ in given], axis=1)
        if kind == "Rescaling":
            return self.rescaled(layer, given[0][0])
        if kind not in _OPERATIONS:
            raise _Unknown
        word, parts, settings = _OPERATIONS[kind]
        tensors = [f"{layer['name']}.{part}" for part in parts]
        found = settings(layer)
        if "kernel" in found:
            found |= self.window(layer, found.pop("kernel"), pads)
        elif any(pads):
            raise _Unknown
        known = [name if name in self.names else "" for name in tensors]
        value = self.give(layer, found.pop("kind", word), [given[0][0], *known], **found)
        activation = layer.get("activation") if kind in _ACTIVE else None
        return self.activated(layer, value, activation)

    def window(self, layer: Layer, kernel: list[int], pads: Pads) -> dict[str, Any]:
        """Strides and paddings of a convolution or a pool."""
        strides = layer.get("strides") or layer.get("subsample") or (1, 1)
        found: dict[str, Any] = {"strides": _pair(strides), "kernel_shape": kernel}
        way = layer.get("padding") or layer.get("border_mode") or "valid"
        if way not in ("same", "valid") or (way == "same" and any(pads)):
            raise _Unknown
        if way == "valid":
            return found | {"pads": list(pads)}
        return found | ({"pads": [kernel[0] // 2, kernel[1] // 2] * 2} if self.theano else _SAME)

    def activated(self, layer: Layer, value: str, activation: Any) -> str:
        """A value behind the activation that a layer has in itself."""
        if activation in (None, "linear"):
            return value
        if activation not in _ACTIVATIONS:
            raise _Unknown
        kind, settings = _ACTIVATIONS[activation]
        return self.give(layer, kind, [value], **settings)

    def rescaled(self, layer: Layer, value: str) -> str:
        """A picture's values times a factor, and a shift."""
        for kind, word, usual in zip(_RESCALED, ("scale", "offset"), (1.0, 0.0), strict=True):
            numbers = layer.get(word, usual)
            listed = [float(one) for one in numbers] if isinstance(numbers, list) else [float(numbers)]
            constant = self.give(layer, "Constant", [], value_floats=listed[:4])
            value = self.give(layer, kind, [value, constant])
        return value

    def give(self, layer: Layer, kind: str, inputs: list[str], **settings: Any) -> str:
        """An operation and the value that it gives."""
        value = f"{layer['name']}:{len(self.nodes)}"
        self.nodes.append(Node(kind, (*inputs, *[""] * (3 - len(inputs))), (value,), settings))
        return value


def _histories(told: Any, depth: int) -> Iterator[str]:
    """The names of the layers whose values a layer reads, as any version of Keras writes them."""
    current().steps()
    if depth > _DEEPEST:
        raise _Unknown
    if isinstance(told, dict):
        history = told.get("keras_history")
        if isinstance(history, list):
            yield str(history[0])
            return
        for one in (told.get("args"), told.get("config")):
            yield from _histories(one, depth + 1) if one is not None else ()
    elif isinstance(told, list):
        if len(told) >= 3 and isinstance(told[0], str) and isinstance(told[1], int):
            yield told[0]
            return
        for one in told:
            yield from _histories(one, depth + 1)


# What layers are


def _pair(value: Any) -> list[int]:
    return [int(side) for side in value] if isinstance(value, list | tuple) else [int(value)] * 2


def _zero_padding(layer: Layer) -> Pads:
    padding = layer.get("padding", 1)
    if isinstance(padding, dict):  # Keras 1
        return tuple(int(padding[f"{side}_pad"]) for side in ("top", "left", "bottom", "right"))  # type: ignore[return-value]
    if isinstance(padding, int):
        return (padding,) * 4
    (top, bottom), (left, right) = (_pair(side) for side in padding)
    return top, left, bottom, right


def _pool_helper(_layer: Layer) -> Pads:
    """The public port's own layer, which cuts the first row and column off."""
    return -1, -1, 0, 0


def _convolution(layer: Layer) -> dict[str, Any]:
    kernel = layer.get("kernel_size") or [layer["nb_row"], layer["nb_col"]]
    dilation = _pair(layer.get("dilation_rate", 1))
    return {"kernel": _pair(kernel), "dilations": dilation, "group": int(layer.get("groups", 1))}


def _pool(layer: Layer) -> dict[str, Any]:
    return {"kernel": _pair(layer.get("pool_size", 2))}


def _norm(layer: Layer) -> dict[str, Any]:
    return {"epsilon": float(layer.get("epsilon", 1e-3))}


def _response_norm(layer: Layer) -> dict[str, Any]:
    """The public port's own layer, whose α is for the mean of the squares, as Caffe's is."""
    return {
        "size": int(layer.get("n", 5)),
        "alpha": float(layer.get("alpha", 1e-4)),
        "beta": float(layer.get("beta", 0.75)),
        "bias": float(layer.get("k", 1)),
    }


def _rectifier(layer: Layer) -> dict[str, Any]:
    if layer.get("negative_slope"):
        raise _Unknown
    highest = layer.get("max_value")
    return {} if highest is None else {"kind": "Clip", "min": 0.0, "max": float(highest)}


def _nothing(_layer: Layer) -> dict[str, Any]:
    return {}


_SAME: Final = MappingProxyType({"auto_pad": "SAME_UPPER"})
_ACTIVE: Final = ("Conv2D", "Convolution2D", "Dense", "Activation")
_JOINS: Final = ("Concatenate", "Merge")
_PADDINGS: Final[Mapping[str, Callable[[Layer], Pads]]] = MappingProxyType(
    {"ZeroPadding2D": _zero_padding, "PoolHelper": _pool_helper}
)
_ACTIVATIONS: Final[Mapping[str, tuple[str, dict[str, Any]]]] = MappingProxyType(
    {
        "relu": ("Relu", {}),
        "relu6": ("Clip", {"min": 0.0, "max": 6.0}),
        "softmax": ("Softmax", {}),
        "sigmoid": ("Sigmoid", {}),
    }
)
_Operation = tuple[str, tuple[str, ...], Callable[[Layer], dict[str, Any]]]
_OPERATIONS: Final[Mapping[str, _Operation]] = MappingProxyType(
    {
        **dict.fromkeys(("Conv2D", "Convolution2D"), ("Conv", _BOTH, _convolution)),
        "Dense": ("Gemm", _BOTH, lambda _layer: {"transB": 1}),
        "BatchNormalization": ("BatchNormalization", _NORM, _norm),
        "MaxPooling2D": ("MaxPool", (), _pool),
        "AveragePooling2D": ("AveragePool", (), _pool),
        "GlobalAveragePooling2D": ("GlobalAveragePool", (), _nothing),
        "GlobalMaxPooling2D": ("GlobalMaxPool", (), _nothing),
        "LRN": ("LRN", (), _response_norm),
        "ReLU": ("Relu", (), _rectifier),
        "Softmax": ("Softmax", (), _nothing),
        **dict.fromkeys(("Flatten", "Reshape"), ("Flatten", (), _nothing)),
        **dict.fromkeys(("Dropout", "SpatialDropout2D", "Activation"), ("Identity", (), _nothing)),
    }
)
"""Layers by their class: the operation in ONNX's words, its tensors, and its settings."""
