"""Core ML's neural networks (``.mlmodel``): layers with their weights, preparation and class names.

The layers are Caffe's in other words. Weights are floats, halves, or bytes with a scale or a
table. What is called an ML Program has its weights elsewhere and is refused.
"""

import struct
from collections.abc import Callable, Mapping
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.caffe_layers import Layer, read_layers
from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.neighbours import peek
from gnet_desktop.checkpoints.containers.protobuf import BYTES, FOUR, Field, fields, numbers, varints
from gnet_desktop.checkpoints.containers.source import Damaged, MemorySource, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents, Floats, StoredTensor, constant, sides
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import shown, whole

_NETWORKS: Final = (403, 500, 303)
"""A classifier, a network, a regressor: fields of Model."""
_OTHER_KINDS: Final[Mapping[int, str]] = {502: "an ML Program", 200: "a pipeline", 202: "a pipeline"}
_COLOURS: Final[Mapping[int, tuple[str, tuple[int, ...]]]] = {
    10: ("grey", (30,)),
    20: ("rgb", (22, 21, 20)),
    30: ("bgr", (20, 21, 22)),
}
"""Order of an image's channels, and the fields of their biases."""

Parts = Mapping[int, list[Field]]


def claims(head: bytes, _source: Source) -> bool:
    """Whether it begins with a version and a description whose first entry is a named input."""
    match [*peek(head)][:2]:
        case [(1, int()), (2, bytes() as description)]:
            entry = next(peek(description), (0, 0))
            inner = next(peek(entry[1]), (0, 0)) if entry[0] == 1 and isinstance(entry[1], bytes) else (0, 0)
            return inner[0] == 1 and isinstance(inner[1], bytes)
    return False


def read_contents(source: Source) -> Contents:
    """Weights and graph; raises CheckpointError, also for other kinds of model."""
    model = _parts(source)
    network = next((model[number][0] for number in _NETWORKS if number in model), None)
    if network is None:
        kind = next((words for number, words in _OTHER_KINDS.items() if number in model), "of another kind")
        raise CheckpointError(
            "This Core ML model is not a plain neural network.",
            f"It is {kind}, whose weights are not in it as layers.",
            "Convert the original to the neural network format, or open the file that it was made from.",
        )
    parts = _parts(network.data)
    layers = [_layer(item.data) for item in parts.get(1, ()) if item.kind == BYTES]
    net, graph = read_layers(layers)
    labels = [item.text() for item in _inside(parts, 100).get(1, ())]
    return Contents(
        "Core ML neural network",
        net.tensors,
        facts={**{layer.name: layer.settings for layer in layers if layer.settings}, **net.facts},
        classes={layer.name: layer.kind for layer in layers if layer.kind},
        texts=_preparation(_inside(model, 2), parts),
        labels={"classes": labels} if labels else {},
        graph=graph,
        notes=(_MEAN,) if any(11 in _parts(item.data) for item in parts.get(2, ())) else (),
    )


_MEAN: Final = "It subtracts a mean picture from its input, which is left out here."


def _parts(message: Source) -> dict[int, list[Field]]:
    """The fields of a message by their numbers."""
    found: dict[int, list[Field]] = {}
    for item in fields(message):
        found.setdefault(item.number, []).append(item)
    return found


def _inside(parts: Parts, number: int) -> dict[int, list[Field]]:
    """The fields of a message inside; none where it isn't there."""
    items = parts.get(number, ())
    return _parts(items[0].data) if items and items[0].kind == BYTES else {}


def _whole(parts: Parts, number: int, usual: int = 0) -> int:
    return parts[number][0].value if number in parts else usual


def _list(parts: Parts, number: int) -> list[int]:
    return [*sides(value for item in parts.get(number, ()) for value in varints(item))]


def _float(parts: Parts, number: int, usual: float) -> float:
    items = parts.get(number, ())
    found = items[0] if items and items[0].kind == FOUR else None
    return float(struct.unpack("<f", read(found.data, 0, 4))[0]) if found is not None else usual


# Input


def _preparation(description: Parts, network: Parts) -> dict[str, str]:
    """The preparation of a picture that the model itself carries out: s · value + bias for values 0…255."""
    for feature in description.get(1, ()):
        image = _inside(_inside(_parts(feature.data), 3), 4)
        colour = _COLOURS.get(_whole(image, 3))
        width, height = _whole(image, 1), _whole(image, 2)
        if colour is None or width != height or not width:
            continue
        order, biases = colour
        scalers = (_inside(_parts(item.data), 10) for item in network.get(2, ()))
        scaler = next(filter(None, scalers), {})
        scale = _float(scaler, 10, 1.0) or 1.0
        mean = ":".join(f"{0 - _float(scaler, number, 0.0) / scale:.9g}" for number in biases)
        pairs = f"resize={width},crop={width},mode=short-side,order={order},range=255,mean={mean}"
        return {
            "preprocess": f"{pairs},std={1 / scale:.9g},transform_input=off",
            "convention": "the model's own",
        }
    return {}


# Layers


def _layer(message: Source) -> Layer:
    parts = _parts(message)
    name, *_ = [item.text() for item in parts.get(1, ())] or [""]
    bottoms, tops = (tuple(item.text() for item in parts.get(number, ())) for number in (2, 3))
    for number, (kind, read_one) in _KINDS.items():
        if number in parts:
            inside = _inside(parts, number)
            kind, blobs, settings = read_one(kind, name, inside) if read_one else (kind, (), {})
            return Layer(name, kind, blobs, bottoms, tops, settings)
    return Layer(name, f"layer {max(parts, default=0)}", (), bottoms, tops)


_Read = tuple[str, tuple[StoredTensor, ...], dict[str, Any]]


def _convolution(kind: str, name: str, parts: Parts) -> _Read:
    kernel, outputs = _list(parts, 20) or [3, 3], _whole(parts, 1)
    if _whole(parts, 60) or len(kernel) != 2:
        return "Deconvolution", (), {}
    shape = (outputs, _whole(parts, 2), *kernel)
    blobs = [_weights(name, _inside(parts, 90), sides(shape))]
    if _whole(parts, 70):
        blobs.append(_weights(name, _inside(parts, 91), (outputs,)))
    settings = _window(parts, 30, _inside(parts, 50), 51 in parts) | {
        "kernel": _same(kernel),
        "groups": _whole(parts, 10, 1),
        "dilation": _same(_list(parts, 40) or [1]),
    }
    return kind, tuple(blobs), settings


def _pooling(kind: str, _name: str, parts: Parts) -> _Read:
    settings = _window(parts, 20, _inside(parts, 30), 31 in parts)
    settings |= {
        "pool": _whole(parts, 1),
        "kernel": _same(_list(parts, 10) or [3]),
        "global": _whole(parts, 60),
        "round": 1,
    }
    if 32 in parts:  # as Caffe rounds
        settings |= {"padding": _same(_list(_inside(parts, 32), 10) or [0]), "round": 0}
    return kind, (), settings


def _window(parts: Parts, stride: int, valid: Parts, same: bool) -> dict[str, Any]:
    """Stride and padding: none, TensorFlow's rule, or as much as is said of each side."""
    borders = [_parts(item.data) for item in _inside(valid, 1).get(10, ())]
    pads = [_whole(border, number) for number in (1, 2) for border in borders]
    padding: Any = "same" if same else pads if len(pads) == 4 else 0
    return {"stride": _same(_list(parts, stride) or [1]), "padding": padding}


def _same(values: list[int]) -> int:
    return values[0] if len({*values}) == 1 else -1


def _inner_product(kind: str, name: str, parts: Parts) -> _Read:
    shape = sides((_whole(parts, 2), _whole(parts, 1)))
    blobs = [_weights(name, _inside(parts, 20), shape)]
    if _whole(parts, 10):
        blobs.append(_weights(name, _inside(parts, 21), shape[:1]))
    return kind, tuple(blobs), {}


def _batch_norm(kind: str, name: str, parts: Parts) -> _Read:
    shape = sides((_whole(parts, 1),))
    blobs = tuple(
        _weights(name, _inside(parts, number), shape) for number in (15, 16, 17, 18) if number in parts
    )
    return kind, blobs, {"epsilon": _float(parts, 10, 1e-5)}


def _response_norm(kind: str, _name: str, parts: Parts) -> _Read:
    settings = {word: _float(parts, number, usual) for word, number, usual in _NORM}
    return kind, (), settings | {"size": _whole(parts, 3)}


_NORM: Final = (("alpha", 1, 0.0), ("beta", 2, 0.0), ("k", 4, 1.0))


def _activation(kind: str, _name: str, parts: Parts) -> _Read:
    return (kind if 10 in parts else _ACTIVATIONS.get(min(parts, default=0), "another activation")), (), {}


def _scalar(kind: str, _name: str, parts: Parts) -> _Read:
    """A value with a number that it is added to or multiplied by, or two values."""
    return kind, (constant(_float(parts, 1, 0.0), 1),) if 1 in parts else (), {}


def _function(kind: str, _name: str, parts: Parts) -> _Read:
    if _whole(parts, 1) != _POWER:
        return "another function", (), {}
    return kind, (constant(_float(parts, 2, 1.0), 1),), {}


_POWER: Final = 3


def _pooling_of_channels(kind: str, _name: str, parts: Parts) -> _Read:
    """How a response norm that was written out sums its squares."""
    return kind, (), {"words": {"kernel_shape": [_whole(parts, 2)]}}


_ACTIVATIONS: Final[Mapping[int, str]] = {
    5: "Linear",
    15: "LeakyRelu",
    25: "PRelu",
    30: "Tanh",
    40: "Sigmoid",
}

_KINDS: Final[Mapping[int, tuple[str, Callable[[str, str, Parts], _Read] | None]]] = {
    100: ("Convolution", _convolution),
    120: ("Pooling", _pooling),
    130: ("ReLU", _activation),
    140: ("InnerProduct", _inner_product),
    160: ("BN", _batch_norm),
    180: ("LRN", _response_norm),
    175: ("Softmax", None),
    300: ("Reshape", None),
    301: ("Flatten", None),
    320: ("Concat", None),
    980: ("Concat", None),
    220: ("Pow", _function),
    230: ("Add", _scalar),
    231: ("Mul", _scalar),
    890: ("Div", None),
    1465: ("AveragePool", _pooling_of_channels),
    1120: ("Squeeze", None),
    1125: ("Unsqueeze", None),
    1130: ("Flatten", None),
    1140: ("Reshape", None),
}
"""Layers that are known by the field of NeuralNetworkLayer: kind in Caffe's words, and its reader."""


# Weights


def _weights(name: str, parts: Parts, shape: tuple[int, ...]) -> StoredTensor:
    """Numbers of a shape in one of four forms; raises CheckpointError for others."""
    count = prod(shape)
    for number, dtype, size in ((1, "float32", 4), (2, "float16", 2)):
        if number in parts:
            data = numbers(parts[number])
            if data.size != count * size:
                found = whole(data.size // size)
                raise Damaged(f"The weights of {shown(name)} have {found} numbers, not {whole(count)}.")
            return StoredTensor(data, dtype, shape)
    raw, quantisation = numbers(parts.get(30, [])), _inside(parts, 40)
    if _whole(quantisation, 1) != 8 or 30 not in parts:
        raise CheckpointError(
            f"The weights of {shown(name)} are stored in a form that is not read.",
            f"They are quantised to {_whole(quantisation, 1)} bits.",
            "Open the float32 or float16 model of the same network.",
        )
    if raw.size != count:
        raise Damaged(f"The weights of {shown(name)} have {whole(raw.size)} numbers, not {whole(count)}.")
    values = StoredTensor(raw, "uint8", shape)
    if 102 in quantisation:
        return made((values, _row(_inside(quantisation, 102), 1, 256)), _looked_up, kind="uint8")
    linear = _inside(quantisation, 101)
    scale, bias = _row(linear, 1, shape[0]), _row(linear, 2, shape[0])
    return made((values, scale, bias), _scaled, kind="uint8")


def _row(parts: Parts, number: int, most: int) -> StoredTensor:
    """A list of floats: one, or as many as there are; where there is none, a 0."""
    data = numbers(parts[number]) if number in parts else MemorySource(bytes(4))
    if data.size not in (4, 4 * most):
        raise Damaged(f"A quantised tensor has {data.size // 4} scales for {most} channels.")
    return StoredTensor(data, "float32", (data.size // 4,))


def _looked_up(values: Floats, table: Floats) -> NDArray[Any]:
    return table[np.minimum(values, len(table) - 1).astype(np.intp)]


def _scaled(values: Floats, scale: Floats, bias: Floats) -> NDArray[Any]:
    sides = (-1, *[1] * (values.ndim - 1))
    return values * scale.reshape(sides) + bias.reshape(sides)
