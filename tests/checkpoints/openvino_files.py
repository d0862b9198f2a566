"""Networks in OpenVINO's words, from its published description: operations (edition 11), or older layers."""

from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np

from tests.checkpoints.walking import ALPHA, BETA, BIAS, SIZE, Array, Operation

LEVELS = 120
"""Steps on each side of 0 that a weight's bytes use; a zero point of 5 fits beside them."""

_KINDS = {"f4": "f32", "f2": "f16", "i1": "i8", "u1": "u8", "i8": "i64"}


class _Net:
    """Layers, edges and numbers as they are put together; a value is (layer, port)."""

    def __init__(self) -> None:
        self.layers, self.edges, self.data, self.count = list[str](), list[str](), b"", 0

    def layer(
        self,
        kind: str,
        name: str,
        inputs: Iterable[tuple[int, int]] = (),
        *,
        gives: int = 1,
        told: Mapping[str, object] = {},
        inside: str = "",
        **more: str,
    ) -> tuple[int, int]:
        inputs, number = list(inputs), self.count
        self.count += 1
        words = {"id": number, "name": name, "type": kind, "version": "opset1", **more}
        data = f"<data {_attributes(told)}/>" if told else ""
        ports = "".join(f'<port id="{place}"><dim>1</dim></port>' for place in range(len(inputs)))
        outputs = "".join(f'<port id="{len(inputs) + place}" precision="FP32"/>' for place in range(gives))
        self.layers.append(
            f"<layer {_attributes(words)}>{data}"
            + (f"<input>{ports}</input>" if inputs else "")
            + (f"<output>{outputs}</output>" if gives else "")
            + f"{inside}</layer>"
        )
        for place, (source, port) in enumerate(inputs):
            ends = {"from-layer": source, "from-port": port, "to-layer": number, "to-port": place}
            self.edges.append(f"<edge {_attributes(ends)}/>")
        return number, len(inputs)

    def place(self, array: Array) -> dict[str, object]:
        offset = len(self.data)
        self.data += array.tobytes()
        return {"offset": offset, "size": array.nbytes}

    def constant(self, name: str, array: Array) -> tuple[int, int]:
        shape = ", ".join(map(str, array.shape))
        told = {"element_type": _KINDS[array.dtype.str[1:]], "shape": shape, **self.place(array)}
        return self.layer("Const", name, told=told)

    def text(self, edition: int, more: str = "") -> str:
        return (
            f'<?xml version="1.0"?>\n<net name="GoogLeNet" version="{edition}">\n<layers>'
            + "\n".join(self.layers)
            + "</layers>\n<edges>"
            + "\n".join(self.edges)
            + f"</edges>\n{more}</net>\n"
        )


def _attributes(words: Mapping[str, object]) -> str:
    return " ".join(f"{word}={quoteattr(str(value))}" for word, value in words.items())


def _pair(value: int) -> str:
    return f"{value}, {value}"


def _scales(array: Array) -> Array:
    """What each output's bytes are multiplied by."""
    largest = np.abs(array.reshape(len(array), -1)).max(1)
    return (np.maximum(largest, 1e-9) / LEVELS).astype("<f4").reshape(-1, *[1] * (array.ndim - 1))


# An input that nothing gives is the picture.


def operations(
    steps: Iterable[Operation], *, form: str = "float", more: str = "", mean: Iterable[float] = ()
) -> tuple[str, bytes]:
    """Edition 11; ``form`` is float, half, bytes (decompressed with a scale) or levels (FakeQuantize).

    ``mean`` is subtracted from the input first.
    """
    net = _Net()
    values = {"data": net.layer("Parameter", "data", told={"shape": "1,3,224,224", "element_type": "f32"})}
    if mean := list(mean):
        shift = net.constant("mean", np.array(mean, "<f4").reshape(1, -1, 1, 1))
        values["data"] = net.layer("Subtract", "data/mean", [values["data"], shift])
    last = values["data"]
    for step in steps:
        inputs = [values.get(name, values["data"]) for name in step.inputs]
        last = values[step.name] = _operation(net, step, inputs, form)
    net.layer("Result", "result", [last], gives=0)
    return net.text(11, more), net.data


def _weight(net: _Net, name: str, array: Array, form: str) -> tuple[int, int]:
    array = np.ascontiguousarray(array, "<f4")
    if form == "half":
        return net.layer("Convert", f"{name}/half", [net.constant(name, array.astype("<f2"))], told=_FLOATS)
    if form == "bytes":
        scales = _scales(array)
        whole = (np.round(array / scales) + 5).astype("i1")
        found = net.layer("Convert", f"{name}/float", [net.constant(name, whole)], told=_FLOATS)
        zero = net.constant(f"{name}/zero", np.array(5, "i1"))
        zero = net.layer("Convert", f"{name}/0", [zero], told=_FLOATS)
        found = net.layer("Subtract", f"{name}/minus", [found, zero])
        return net.layer("Multiply", f"{name}/times", [found, net.constant(f"{name}/scale", scales)])
    if form == "levels":
        found = net.constant(name, array)
        high = (_scales(array) * LEVELS).astype("<f4")
        bounds = [net.constant(f"{name}/{word}", value) for word, value in (("low", -high), ("high", high))]
        told = {"levels": 2 * LEVELS + 1}
        return net.layer("FakeQuantize", f"{name}/levels", [found, *bounds, *bounds], told=told)
    return net.constant(name, array)


def _operation(net: _Net, step: Operation, inputs: list[tuple[int, int]], form: str) -> tuple[int, int]:
    told, name = step.settings, step.name
    if step.kind == "convolution":
        window = {"strides": _pair(told["stride"]), "dilations": "1, 1", "auto_pad": "explicit"}
        window |= {word: _pair(told["padding"]) for word in ("pads_begin", "pads_end")}
        weight = _weight(net, f"{name}/weight", step.weights[0], form)
        found = net.layer("Convolution", f"{name}/conv", [*inputs, weight], told=window)
        bias = net.constant(f"{name}/bias", step.weights[1].astype("<f4").reshape(1, -1, 1, 1))
        return net.layer("Add", name, [found, bias])
    if step.kind == "dense":
        shape = net.constant(f"{name}/shape", np.array([1, -1], "<i8"))
        flat = net.layer("Reshape", f"{name}/flat", [*inputs, shape], told={"special_zero": "true"})
        weight = _weight(net, f"{name}/weight", step.weights[0], form)
        turned = {"transpose_a": "false", "transpose_b": "true"}
        found = net.layer("MatMul", f"{name}/matrix", [flat, weight], told=turned)
        bias = net.constant(f"{name}/bias", step.weights[1].astype("<f4").reshape(1, -1))
        return net.layer("Add", name, [found, bias])
    if step.kind == "pool":
        window = {"kernel": _pair(told["kernel"]), "strides": _pair(told["stride"]), "auto_pad": "explicit"}
        window |= {word: _pair(told["padding"]) for word in ("pads_begin", "pads_end")}
        window["rounding_type"] = "ceil" if told["ceil"] else "floor"
        average = {"exclude-pad": "false"} if told["average"] else {}
        return net.layer("AvgPool" if told["average"] else "MaxPool", name, inputs, told=window | average)
    if step.kind == "norm":
        axes = net.constant(f"{name}/axes", np.array([1], "<i8"))
        return net.layer("LRN", name, [*inputs, axes], told=_NORM)
    words: dict[str, Any] = {"concat": ("Concat", {"axis": 1}), "softmax": ("SoftMax", {"axis": 1})}
    kind, settings = words.get(step.kind, ("ReLU", {}))
    return net.layer(kind, name, inputs, told=settings)


_FLOATS = {"destination_type": "f32"}
_NORM = {"alpha": ALPHA, "beta": BETA, "bias": BIAS, "size": SIZE}


def layers(steps: Iterable[Operation], *, edition: int = 7, half: bool = False) -> tuple[str, bytes]:
    """An older edition: from 3 on both sides of a window in one attribute, in 2 one a side."""
    net, dtype, precision = _Net(), "<f2" if half else "<f4", "FP16" if half else "FP32"
    values = {"data": net.layer("Input", "data", precision=precision)}
    for step in steps:
        kind, told = _OLDER[step.kind], _older(step, edition)
        blobs = ""
        if step.weights:
            places = [net.place(np.ascontiguousarray(array, dtype)) for array in step.weights]
            pairs = zip(("weights", "biases"), places, strict=True)
            blobs = "".join(f"<{word} {_attributes(place)}/>" for word, place in pairs)
            blobs = f"<blobs>{blobs}</blobs>" if edition > 2 else blobs
        inputs = [values.get(name, values["data"]) for name in step.inputs]
        values[step.name] = net.layer(kind, step.name, inputs, told=told, inside=blobs, precision=precision)
    return net.text(edition), net.data


_OLDER = {
    "convolution": "Convolution",
    "dense": "FullyConnected",
    "pool": "Pooling",
    "norm": "Norm",
    "concat": "Concat",
    "softmax": "SoftMax",
    "relu": "ReLU",
}


def _older(step: Operation, edition: int) -> dict[str, object]:
    told = step.settings
    if step.kind == "dense":
        return {"out-size": len(step.weights[0])}
    if step.kind == "norm":
        return {"alpha": ALPHA, "beta": BETA, "k": BIAS, "local-size": SIZE, "region": "across"}
    if step.kind not in ("convolution", "pool"):
        return {"axis": 1} if step.kind != "relu" else {}
    kernel, stride, padding = told["kernel"], told["stride"], told["padding"]
    if edition > 2:
        found: dict[str, object] = {"kernel": f"{kernel},{kernel}", "strides": f"{stride},{stride}"}
        found |= dict.fromkeys(("pads_begin", "pads_end"), f"{padding},{padding}")
    else:
        pairs = {"kernel": kernel, "stride": stride, "pad": padding}
        found = {f"{word}-{side}": value for word, value in pairs.items() for side in "xy"}
    if step.kind == "convolution":
        return found | {"output": len(step.weights[0]), "group": 1}
    rounding = "ceil" if told["ceil"] else "floor"
    return found | {
        "pool-method": "avg" if told["average"] else "max",
        "rounding_type" if edition > 2 else "rounding-type": rounding,
        "exclude-pad": "false",
    }
