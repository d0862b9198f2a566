"""OpenVINO's older networks (IR before edition 10), whose layers are Caffe's in other words.

Weights stand in the layers, as the place where their numbers lie. Of a window, editions from 3
on give both sides in one attribute, those before it one attribute a side.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gnet_desktop.checkpoints.containers import caffe_layers
from gnet_desktop.checkpoints.containers.caffe_layers import read_layers
from gnet_desktop.checkpoints.containers.openvino.description import (
    Description,
    Layer,
    number,
    numbers,
    place_of,
)
from gnet_desktop.checkpoints.containers.source import Damaged, Source
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, element_size
from gnet_desktop.shown import shown

_DTYPES: Final[Mapping[str, str]] = {"FP32": "float32", "FP16": "float16", "": "float32"}
_WORDS: Final[Mapping[str, str]] = {"FullyConnected": "InnerProduct", "Norm": "LRN", "SoftMax": "Softmax"}


def contents(net: Description, data: Source) -> Contents:
    """Weights and graph; raises CheckpointError."""
    layers = [_layer(net, layer, data) for layer in net.layers if layer.kind != "Input"]
    found, graph = read_layers(layers)
    return Contents(
        "",
        found.tensors,
        facts={**{layer.name: layer.settings for layer in layers if layer.settings}, **found.facts},
        classes={layer.name: layer.kind for layer in layers},
        graph=graph,
    )


def _layer(net: Description, layer: Layer, data: Source) -> caffe_layers.Layer:
    settings = _SETTINGS[layer.kind](layer.settings) if layer.kind in _SETTINGS else {}
    bottoms = [net.edges.get((layer.number, port), ("", "")) for port in layer.reads]
    return caffe_layers.Layer(
        layer.name,
        _WORDS.get(layer.kind, layer.kind),
        tuple(_blobs(layer, data)),
        tuple(f"{number}:{port}" for number, port in bottoms),
        tuple(f"{layer.number}:{port}" for port in layer.gives),
        settings,
    )


# Weights


def _blobs(layer: Layer, data: Source) -> list[StoredTensor]:
    weight = _stored(layer, "weights", data)
    if weight is None:
        return []
    outputs = max(number(layer.settings.get(word, "")) for word in ("output", "out-size"))
    if outputs > 0:
        weight = _shaped(layer, weight, outputs)
    bias = _stored(layer, "biases", data)
    return [weight] if bias is None else [weight, bias]


def _stored(layer: Layer, blob: str, data: Source) -> StoredTensor | None:
    """A list of numbers without sides."""
    told = layer.blobs.get(blob)
    if told is None:
        return None
    precision = told.get("precision", layer.precision)
    dtype = _DTYPES.get(precision, precision)
    data = place_of(told, layer.name, data)
    return StoredTensor(data, dtype, (data.size // element_size(dtype),))


def _shaped(layer: Layer, weight: StoredTensor, outputs: int) -> StoredTensor:
    """A kernel as outputs × inputs × height × width, a matrix as outputs × inputs."""
    sides = _pair(layer.settings, "kernel", "kernel-y", "kernel-x", 1) if layer.kind == "Convolution" else []
    area = outputs
    for side in sides:
        area *= side
    if area <= 0 or weight.count % area or not weight.count:
        raise Damaged(f"The weights of {shown(layer.name)} are not what its shape takes.")
    shape = (outputs, weight.count // area, *sides)
    return StoredTensor(weight.source, weight.dtype, shape)


# Settings

Settings = Mapping[str, str]


def _pair(told: Settings, both: str, high: str, wide: str, usual: int) -> list[int]:
    """A setting for height and width."""
    if both in told:
        return (numbers(told[both]) * 2)[:2]
    return [number(told.get(one, str(usual))) for one in (high, wide)]


def _window(told: Settings) -> dict[str, Any]:
    kernel = _pair(told, "kernel", "kernel-y", "kernel-x", 1)
    stride = _pair(told, "strides", "stride-y", "stride-x", 1)
    first = _pair(told, "pads_begin", "pad-y", "pad-x", 0)
    last = _pair(told, "pads_end", "pad-b", "pad-r", 0)
    if "pads_end" not in told and "pad-b" not in told:
        last = first
    same = told.get("auto_pad", "") in ("same_upper", "same_lower")
    return {
        "kernel": kernel[0] if len({*kernel}) == 1 else -1,
        "stride": stride[0] if len({*stride}) == 1 else -1,
        "padding": "same" if same else [*first, *last],
    }


def _convolution(told: Settings) -> dict[str, Any]:
    dilations = _pair(told, "dilations", "dilation-y", "dilation-x", 1)
    groups = number(told.get("group", "1"))
    return {**_window(told), "dilation": dilations[0] if len({*dilations}) == 1 else -1, "groups": groups}


def _pooling(told: Settings) -> dict[str, Any]:
    rounding = told.get("rounding_type", told.get("rounding-type", "floor"))
    average = told.get("pool-method", "max") == "avg"
    return {**_window(told), "pool": int(average), "global": 0, "round": int(rounding != "ceil")}


def _response_norm(told: Settings) -> dict[str, Any]:
    size = number(told.get("local-size", told.get("local_size", "")))
    values = {word: _float(told.get(word, usual)) for word, usual in _NORM.items()}
    return {"size": size, "region": int(told.get("region", "across") != "across"), **values}


_NORM: Final = {"alpha": "0.0001", "beta": "0.75", "k": "1"}


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


_SETTINGS: Final[Mapping[str, Callable[[Settings], dict[str, Any]]]] = {
    "Convolution": _convolution,
    "Pooling": _pooling,
    "Norm": _response_norm,
    "ReLU": lambda told: {"slope": _float(told.get("negative_slope", "0"))},
}
