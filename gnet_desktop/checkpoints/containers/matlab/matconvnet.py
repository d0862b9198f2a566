"""MatConvNet's networks (``dagnn``): layers, class names and input as MATLAB structs tell them.

`layers` says of each its type, its settings (``block``), and the names of what it reads, gives
and is made with; `meta` the classes and the mean that is taken off R, G, B in 0…255.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gnet_desktop.checkpoints.containers.graph import Graph, Node
from gnet_desktop.checkpoints.containers.matlab.structs import Value, rows, texts
from gnet_desktop.checkpoints.containers.stored import StoredTensor

_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ReLU": "Relu",
        "Conv": "Conv",
        "LRN": "LRN",
        "Concat": "Concat",
        "DropOut": "Dropout",
        "SoftMax": "Softmax",
    }
)
_POOLS: Final[Mapping[str, str]] = MappingProxyType({"max": "MaxPool", "avg": "AveragePool"})
_MOST_LAYERS: Final = 2_000
_MOST_NUMBERS: Final = 16
_LARGEST_MEAN: Final = 1 << 22


@dataclass
class Described:
    """What a network's structs tell beside its tensors."""

    layers: list[Mapping[str, Any]]
    labels: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def graph(self, tensors: Mapping[str, StoredTensor]) -> Graph | None:
        """The operations in the file's order; None where they say nothing of what they read."""
        nodes = list(self._nodes(tensors))
        if not nodes:
            return None
        made = {output for node in nodes for output in node.outputs}
        read = {name for node in nodes for name in node.inputs if name}
        given = sorted(read - made - tensors.keys())
        return Graph(tuple(nodes), tuple(given), tuple(sorted(made - read)))

    def _nodes(self, tensors: Mapping[str, StoredTensor]) -> Iterator[Node]:
        for layer in self.layers:
            kind, block = (
                str(layer.get("type", "")).rpartition(".")[2],
                next(iter(rows(layer.get("block"))), {}),
            )
            inputs, outputs, params = (texts(layer.get(word)) for word in ("inputs", "outputs", "params"))
            weights = [name for word in params for name in _names(word) if name in tensors]
            settings = _SETTINGS[kind](block) if kind in _SETTINGS else {}
            kind = settings.pop("kind", _KINDS.get(kind, kind))
            names = [*inputs, *weights]
            yield Node(kind, (*names, *[""] * (3 - len(names))), tuple(outputs), settings)


def describe(variables: Mapping[str, Value]) -> Described | None:
    """What a file's variables say of a network; None where they are none of MatConvNet's."""
    params, layers = rows(variables.get("params")), rows(variables.get("layers"))
    if not params or not layers or not all("name" in row and "value" in row for row in params):
        return None
    meta = next(iter(rows(variables.get("meta"))), {})
    classes, normal = (next(iter(rows(meta.get(word))), {}) for word in ("classes", "normalization"))
    names = texts(classes.get("description")) or texts(classes.get("name"))
    return Described(list(layers[:_MOST_LAYERS]), {"classes": names} if names else {}, _input(normal))


def _names(word: str) -> tuple[str, ...]:
    """What a parameter is called among the tensors."""
    for ending, role in (("_filter", "weight"), ("f", "weight"), ("_bias", "bias"), ("b", "bias")):
        if word.endswith(ending):
            return (f"{word.removesuffix(ending)}.{role}", f"{word}.weight")
    return (f"{word}.weight",)


def _numbers(block: Mapping[str, Any], word: str, usual: list[int], count: int) -> list[int]:
    """A setting's whole numbers, one standing for all."""
    values = _floats(block.get(word))
    if not values or not all(abs(value) < 1 << 24 for value in values):
        return usual
    found = [int(value) for value in values]
    return found * count if len(found) == 1 else found if len(found) == count else usual


def _floats(value: Any) -> list[float]:
    if not isinstance(value, StoredTensor) or value.count > _MOST_NUMBERS:
        return []
    value.check("a setting")
    return [float(number) for number in value.numbers().reshape(-1)]


def _window(block: Mapping[str, Any]) -> dict[str, Any]:
    """Strides and paddings; MATLAB's order is top, bottom, left, right."""
    top, bottom, left, right = _numbers(block, "pad", [0] * 4, 4)
    return {"strides": _numbers(block, "stride", [1, 1], 2), "pads": [top, left, bottom, right]}


def _convolution(block: Mapping[str, Any]) -> dict[str, Any]:
    return {**_window(block), "dilations": _numbers(block, "dilate", [1, 1], 2), "group": 1}


def _pool(block: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_window(block),
        "kind": _POOLS.get(str(block.get("method", "max")), "Pool"),
        "kernel_shape": _numbers(block, "poolSize", [0, 0], 2),
    }


def _response_norm(block: Mapping[str, Any]) -> dict[str, Any]:
    """MatConvNet's α is for each square, ONNX's for their mean."""
    values = _floats(block.get("param"))
    if len(values) != 4:
        return {}
    size, offset, alpha, beta = values
    return {"size": int(size), "bias": offset, "alpha": alpha * size, "beta": beta}


_SETTINGS: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = MappingProxyType(
    {"Conv": _convolution, "Pooling": _pool, "LRN": _response_norm, "Concat": lambda _block: {"axis": 1}}
)


def _input(normal: Mapping[str, Any]) -> dict[str, str]:
    """The input convention, where the file has a mean and a size."""
    sizes, mean = _floats(normal.get("imageSize")), normal.get("averageImage")
    if not isinstance(mean, StoredTensor) or not sizes or mean.count > _LARGEST_MEAN or mean.count < 3:
        return {}
    if mean.count != 3 and mean.shape[-1:] != (3,):
        return {}
    mean.check("averageImage")
    values = mean.numbers().reshape(-1, 3).mean(0, dtype=np.float64)
    if not (np.isfinite(values).all() and 1 <= sizes[0] <= 4096):
        return {}
    means = ":".join(f"{value:.6g}" for value in values)
    side = int(sizes[0])
    return {"preprocess": f"mode=exact,resize={side},crop=none,order=rgb,range=255,mean={means},std=1"}
