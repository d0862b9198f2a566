"""Caffe's layers as tensors and as a graph: norms joined with their convolutions, layers in ONNX's words.

A batch norm of Caffe's has its statistics multiplied by a factor that it keeps, and no
scale and shift; these are a layer of their own. Here all four stand under the path
``CONVOLUTION/bn``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.graph import Graph, Node
from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.stored import Floats, StoredTensor, constant

_ROLES: Final = ("weight", "bias")
_EPSILON: Final = 1e-5
_FACTOR: Final = "divided by the factor that Caffe keeps beside"

NORM: Final = "/bn"
"""What is put behind a convolution's name for the path of its norm."""


@dataclass(frozen=True)
class Layer:
    """A layer as the file has it: ``bottoms`` are what it reads, ``tops`` what it gives."""

    name: str
    kind: str
    blobs: tuple[StoredTensor, ...] = ()
    bottoms: tuple[str, ...] = ()
    tops: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Net:
    """What layers make: ``tensors`` and ``facts`` by name, and the operations in order."""

    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    convolution: dict[str, str] = field(default_factory=dict)
    norm: dict[str, int] = field(default_factory=dict)

    def add(self, layer: Layer) -> None:
        """The layer's tensors, and what it does to what it reads."""
        _READERS.get(layer.kind, _other)(self, layer)

    def given(self, layer: Layer) -> str:
        """The value that a layer reads: where no layer says so, what the one before it gave."""
        if layer.bottoms:
            return self.values.get(layer.bottoms[0], layer.bottoms[0])
        return self.nodes[-1].outputs[0] if self.nodes else ""

    def give(self, layer: Layer, kind: str, inputs: Sequence[str], **settings: Any) -> str:
        """An operation and the value that it gives, which has a name of its own."""
        value = f"{layer.name}:{len(self.nodes)}"
        padded = (*inputs, *[""] * (3 - len(inputs)))
        self.nodes.append(Node(kind, padded, (value,), settings))
        for top in layer.tops:
            self.values[top] = value
        return value

    def keep(self, path: str, parts: Mapping[str, StoredTensor]) -> list[str]:
        """Tensors under a path; their names, empty for those that are not there."""
        self.tensors |= {f"{path}.{part}": tensor for part, tensor in parts.items()}
        return [f"{path}.{part}" if part in parts else "" for part in ("weight", "bias", "mean", "variance")]


def read_layers(layers: Sequence[Layer]) -> tuple[Net, Graph | None]:
    """The net that layers make, and its graph where they say what they read."""
    net = Net()
    for layer in layers:
        net.add(layer)
    computing = [layer for layer in layers if layer.kind in _COMPUTING]
    if not computing or not all(layer.bottoms and layer.tops for layer in computing):
        return net, None
    made_here = {output for node in net.nodes for output in node.outputs}
    given = {name for node in net.nodes for name in node.inputs if name} - made_here - net.tensors.keys()
    read = {name for node in net.nodes for name in node.inputs}
    ends = tuple(output for node in net.nodes for output in node.outputs if output not in read)
    return net, Graph(tuple(net.nodes), tuple(sorted(given)), ends)


# Kinds of layers


def _convolution(net: Net, layer: Layer) -> None:
    names = _weights(net, layer)
    settings = layer.settings
    stride, dilation = (int(settings.get(word, 1)) for word in ("stride", "dilation"))
    value = net.give(
        layer,
        "Conv",
        [net.given(layer), *names],
        strides=[stride] * 2,
        **_padded(settings),
        dilations=[dilation] * 2,
        group=int(settings.get("groups", 1)),
    )
    net.convolution[value] = layer.name


def _padded(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Padding in ONNX's words: one number, the four of its sides, or TensorFlow's rule (``same``)."""
    padding = settings.get("padding", 0)
    if padding == "same":
        return {"auto_pad": "SAME_UPPER"}
    return {"pads": padding if isinstance(padding, list) else [int(padding)] * 4}


def _inner_product(net: Net, layer: Layer) -> None:
    outputs_first = not layer.settings.get("transposed", 0)
    net.give(layer, "Gemm", [net.given(layer), *_weights(net, layer)], transB=int(outputs_first))


def _weights(net: Net, layer: Layer) -> list[str]:
    """The names of a layer's weight and bias; further blobs keep their numbers."""
    roles = [*_ROLES, *(f"blob{index}" for index in range(len(_ROLES), len(layer.blobs)))]
    return net.keep(layer.name, dict(zip(roles, layer.blobs, strict=False)))[:2]


def _pooling(net: Net, layer: Layer) -> None:
    settings = layer.settings
    kind = {0: "Max", 1: "Average"}.get(int(settings.get("pool", 0)), "Stochastic")
    if settings.get("global"):
        net.give(layer, f"Global{kind}Pool", [net.given(layer)])
        return
    net.give(
        layer,
        f"{kind}Pool",
        [net.given(layer)],
        kernel_shape=[int(settings.get("kernel", 1))] * 2,
        strides=[int(settings.get("stride", 1))] * 2,
        **_padded(settings),
        ceil_mode=int(settings.get("round", 0) == 0),
    )


def _response_norm(net: Net, layer: Layer) -> None:
    settings = layer.settings
    numbers = {word: settings[key] for key, word in _LRN.items() if key in settings}
    net.give(
        layer, "LRN" if not settings.get("region") else "LRN within a map", [net.given(layer)], **numbers
    )


_LRN: Final = {"size": "size", "alpha": "alpha", "beta": "beta", "k": "bias"}


def _rectifier(net: Net, layer: Layer) -> None:
    net.give(layer, "LeakyRelu" if layer.settings.get("slope") else "Relu", [net.given(layer)])


def _passing(net: Net, layer: Layer) -> None:
    """Copies for several readers, and dropout, which does nothing at rest."""
    value = net.given(layer)
    for top in layer.tops:
        net.values[top] = value


def _joining(net: Net, layer: Layer) -> None:
    net.give(layer, "Concat", [net.values.get(name, name) for name in layer.bottoms], axis=1)


def _other(net: Net, layer: Layer) -> None:
    """Anything else under its own word in ONNX, or Caffe's."""
    names = _weights(net, layer) if layer.blobs else []
    if layer.bottoms:
        given = [net.values.get(name, name) for name in layer.bottoms]
        words = layer.settings.get("words", {})  # of those that speak ONNX already
        net.give(layer, _WORDS.get(layer.kind, layer.kind), [*given, *names], **words)


# Norms


def _batch_norm(net: Net, layer: Layer) -> None:
    """Mean, variance and their factor; NVIDIA's edition has scale and shift behind them."""
    if len(layer.blobs) not in (3, 5) or layer.blobs[2].count != 1:
        _other(net, layer)
        return
    mean, variance, factor, *others = layer.blobs
    parts = {"mean": _divided(mean, factor), "variance": _divided(variance, factor)}
    _keep_norm(net, layer, parts | dict(zip(_ROLES, others, strict=False)))


def _whole_norm(net: Net, layer: Layer) -> None:
    """Scale, shift, mean and variance in one layer, as some branches of Caffe have it."""
    if len(layer.blobs) != 4:
        _other(net, layer)
        return
    _keep_norm(net, layer, dict(zip((*_ROLES, "mean", "variance"), layer.blobs, strict=True)))


def _keep_norm(net: Net, layer: Layer, parts: Mapping[str, StoredTensor]) -> None:
    given = net.given(layer)
    path = f"{net.convolution[given]}{NORM}" if given in net.convolution else layer.name
    epsilon = float(layer.settings.get("epsilon", _EPSILON))
    net.facts[path] = {"epsilon": epsilon}
    value = net.give(layer, "BatchNormalization", [given, *net.keep(path, parts)], epsilon=epsilon)
    net.norm[value] = len(net.nodes) - 1


def _scale(net: Net, layer: Layer) -> None:
    """Scale and shift of the norm before them; alone they are a norm that changes nothing else."""
    given = net.given(layer)
    parts = dict(zip(_ROLES, layer.blobs, strict=False))
    if len(layer.bottoms) > 1 or not 1 <= len(layer.blobs) <= 2:
        _other(net, layer)
    elif given in net.norm:
        place = net.norm.pop(given)
        node = net.nodes[place]
        path = next(name for name in node.inputs[3:] if name).rpartition(".")[0]
        names = net.keep(path, parts)[:2]
        net.nodes[place] = Node(
            node.kind, (node.inputs[0], *names, *node.inputs[3:]), node.outputs, node.settings
        )
        for top in layer.tops:
            net.values[top] = given
    elif given in net.convolution:
        count = layer.blobs[0].count
        whole = {**parts, "mean": constant(0.0, count), "variance": constant(1.0, count)}
        _keep_norm(net, Layer(layer.name, layer.kind, (), layer.bottoms, layer.tops, {"epsilon": 0.0}), whole)
    else:
        _other(net, layer)


def _divided(values: StoredTensor, factor: StoredTensor) -> StoredTensor:
    return made((values, factor), _by_factor, how=_FACTOR)


def _by_factor(values: Floats, factor: Floats) -> NDArray[Any]:
    """As Caffe does it: a factor of 0 makes all of them 0."""
    number = float(factor.reshape(-1)[0])
    return values.astype(np.float64) / number if number else np.zeros_like(values)


_READERS: Final[Mapping[str, Callable[[Net, Layer], None]]] = MappingProxyType(
    {
        "Convolution": _convolution,
        "InnerProduct": _inner_product,
        "Pooling": _pooling,
        "LRN": _response_norm,
        "ReLU": _rectifier,
        "Split": _passing,
        "Dropout": _passing,
        "Concat": _joining,
        "BatchNorm": _batch_norm,
        "BN": _whole_norm,
        "Scale": _scale,
    }
)
_COMPUTING: Final = ("Convolution", "InnerProduct", "Pooling", "Concat")
"""Kinds that must say what they read, if the layers are to be a graph."""

_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "TanH": "Tanh",
        "PReLU": "PRelu",
        "ELU": "Elu",
        "SoftmaxWithLoss": "Softmax",
        "SigmoidCrossEntropyLoss": "Sigmoid",
    }
)

V1_KINDS: Final[Mapping[int, str]] = MappingProxyType(
    {
        3: "Concat",
        4: "Convolution",
        6: "Dropout",
        8: "Flatten",
        14: "InnerProduct",
        15: "LRN",
        17: "Pooling",
        18: "ReLU",
        19: "Sigmoid",
        20: "Softmax",
        21: "SoftmaxWithLoss",
        22: "Split",
        23: "TanH",
        25: "Eltwise",
        26: "Power",
    }
)
"""Numbers of layer types in the V1 format, and their later names."""
