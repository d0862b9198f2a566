"""Networks in the words of NCNN and Caffe2, from their published descriptions."""

import struct
from collections.abc import Iterable

import numpy as np

from tests.checkpoints.walking import ALPHA, BETA, BIAS, SIZE, Array, Operation
from tests.checkpoints.writing import message, number, text


def _marked(array: Array, form: str) -> bytes:
    if form == "half":
        data = array.astype("<f2").tobytes()
        return struct.pack("<I", 0x01306B47) + data + bytes(-len(data) % 4)
    if form == "bytes":
        data = np.round(array * _scales(array)).astype("i1").tobytes()
        return struct.pack("<I", 0x000D4B38) + data + bytes(-len(data) % 4)
    return struct.pack("<I", 0) + array.astype("<f4").tobytes()


def _scales(array: Array) -> Array:
    """What each output's weights are multiplied by to fill seven bits."""
    largest = np.abs(array.reshape(len(array), -1)).max(1)
    return (127 / np.maximum(largest, 1e-9)).astype("<f4").reshape(-1, *[1] * (array.ndim - 1))


def ncnn(steps: Iterable[Operation], *, form: str = "float", joined: bool = False) -> tuple[str, bytes]:
    """The description and the numbers; ``joined``: rectifiers are settings of their convolutions."""
    lines, data = ["Input data 0 1 data 0=224 1=224 2=3"], b""
    names = {"data": "data"}
    for step in steps:
        if joined and step.kind == "relu":
            names[step.name] = names.get(step.inputs[0], step.inputs[0])
            continue
        told, arrays = step.settings, step.weights
        values: dict[int, object] = {}
        if step.kind == "convolution":
            outputs, _, kernel, _ = arrays[0].shape
            values = {
                0: outputs,
                1: kernel,
                11: kernel,
                3: told["stride"],
                4: told["padding"],
                5: 1,
                6: arrays[0].size,
            }
            values |= {9: 1} if joined else {}
        elif step.kind == "dense":
            values = {0: len(arrays[0]), 1: 1, 2: arrays[0].size}
        elif step.kind == "pool":
            values = {0: told["average"], 1: told["kernel"], 2: told["stride"], 3: told["padding"]}
            values[5] = 0 if told["ceil"] else 1
        elif step.kind == "norm":
            values = {0: 0, 1: SIZE, 2: ALPHA, 3: BETA, 4: BIAS}
        if arrays:
            data += _marked(arrays[0], form) + arrays[1].astype("<f4").tobytes()
            if form == "bytes":
                values[8] = 1
                data += _scales(arrays[0]).tobytes() + bytes(4)
        inputs = [names.get(name, name) for name in step.inputs]
        pairs = [f"{key}={value}" for key, value in values.items()]
        lines.append(" ".join([_NCNN[step.kind], step.name, f"{len(inputs)} 1", *inputs, step.name, *pairs]))
    return "\n".join(["7767517", f"{len(lines)} {len(lines)}", *lines, ""]), data


_NCNN = {
    "convolution": "Convolution",
    "relu": "ReLU",
    "pool": "Pooling",
    "norm": "LRN",
    "concat": "Concat",
    "dense": "InnerProduct",
    "softmax": "Softmax",
}
_CAFFE2 = {
    "convolution": "Conv",
    "relu": "Relu",
    "norm": "LRN",
    "concat": "Concat",
    "dense": "FC",
    "softmax": "Softmax",
}


def _argument(name: str, value: object) -> bytes:
    body = text(1, name)
    if isinstance(value, float):
        body += b"\x15" + struct.pack("<f", value)
    elif isinstance(value, int):
        body += number(3, value)
    else:
        body += text(4, str(value))
    return message(5, body)


def _operator(kind: str, inputs: Iterable[str], outputs: Iterable[str], **settings: object) -> bytes:
    body = b"".join(text(1, name) for name in inputs) + b"".join(text(2, name) for name in outputs)
    body += text(4, kind) + b"".join(_argument(name, value) for name, value in settings.items())
    return message(2, body)


def _filled(name: str, array: Array) -> bytes:
    values = message(5, text(1, "values") + message(5, array.astype("<f4").tobytes()))
    shape = message(5, text(1, "shape") + b"".join(number(6, side) for side in array.shape))
    return message(2, text(2, name) + text(4, "GivenTensorFill") + values + shape)


def caffe2(steps: Iterable[Operation]) -> tuple[bytes, bytes]:
    """``init_net.pb`` and ``predict_net.pb``."""
    init, predict = text(1, "init"), text(1, "GoogleNet")
    for step in steps:
        told, kind = step.settings, _CAFFE2.get(step.kind, "")
        settings: dict[str, object] = {"order": "NCHW"}
        inputs, outputs = list(step.inputs), [step.name]
        for name, array in zip((f"{step.name}_w", f"{step.name}_b"), step.weights, strict=False):
            init += _filled(name, array)
            inputs.append(name)
        if step.kind in ("convolution", "pool"):
            settings |= {"kernel": told.get("kernel", 1), "stride": told["stride"], "pad": told["padding"]}
        if step.kind == "pool":
            kind = "AveragePool" if told["average"] == 1 else "MaxPool"
            settings |= {"legacy_pad": 3} if told["ceil"] else {}
        elif step.kind == "norm":
            settings |= {"size": SIZE, "alpha": ALPHA, "beta": BETA, "bias": BIAS}
        elif step.kind == "concat":
            outputs.append(f"_{step.name}_dims")
        predict += _operator(kind, inputs, outputs, **settings)
    return init, predict
