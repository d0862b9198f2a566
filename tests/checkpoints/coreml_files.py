"""Core ML's neural networks as the published messages have them."""

import struct
from collections.abc import Callable, Iterable, Sequence

from tests.checkpoints.walking import ALPHA, BETA, BIAS, SIZE, Array, Operation
from tests.checkpoints.writing import message, number, text, varint


def _float(field: int, value: float) -> bytes:
    return varint(field << 3 | 5) + struct.pack("<f", value)


def plain(array: Array) -> bytes:
    return message(1, array.astype("<f4").tobytes())


def _packed(field: int, *values: int) -> bytes:
    return message(field, b"".join(map(varint, values)))


def _border(amount: int) -> bytes:
    return message(1, message(10, number(1, amount) + number(2, amount)) * 2)


def _body(step: Operation, weights: Callable[[Array], bytes]) -> bytes:
    """The message of a layer's kind."""
    told, arrays = step.settings, step.weights
    if step.kind == "convolution":
        outputs, channels, kernel, _ = arrays[0].shape
        body = number(1, outputs) + number(2, channels) + number(10, 1) + _packed(20, kernel, kernel)
        body += _packed(30, told["stride"], told["stride"]) + message(50, _border(told["padding"]))
        return message(
            100, body + number(70, 1) + message(90, weights(arrays[0])) + message(91, plain(arrays[1]))
        )
    if step.kind == "dense":
        outputs, channels = arrays[0].shape
        body = number(1, channels) + number(2, outputs) + number(10, 1)
        return message(140, body + message(20, weights(arrays[0])) + message(21, plain(arrays[1])))
    if step.kind == "pool":
        body = number(1, told["average"]) + _packed(10, told["kernel"], told["kernel"])
        body += _packed(20, told["stride"], told["stride"])
        padding = told["padding"]
        return message(
            120, body + (message(32, _packed(10, 0, 0)) if told["ceil"] else message(30, _border(padding)))
        )
    if step.kind == "norm":
        return message(180, _float(1, ALPHA) + _float(2, BETA) + number(3, SIZE) + _float(4, BIAS))
    return {
        "relu": message(130, message(10, b"")),
        "concat": message(320, b""),
        "softmax": message(175, b""),
    }[step.kind]


def mlmodel(
    steps: Iterable[Operation],
    *,
    weights: Callable[[Array], bytes] = plain,
    labels: Sequence[str] = (),
    biases: Sequence[float] = (),
    scale: float = 1.0,
    colour: int = 30,
) -> bytes:
    """A network, or a classifier with ``labels``; ``biases`` are for blue, green and red."""
    network = b""
    for step in steps:
        layer = text(1, step.name) + b"".join(text(2, name) for name in step.inputs) + text(3, step.name)
        network += message(1, layer + _body(step, weights))
    if biases:
        scaler = _float(10, scale) + b"".join(_float(20 + place, bias) for place, bias in enumerate(biases))
        network += message(2, text(1, "data") + message(10, scaler))
    network += message(100, b"".join(text(1, label) for label in labels)) if labels else b""
    image = message(4, number(1, 224) + number(2, 224) + number(3, colour)) if biases else message(5, b"")
    description = message(1, text(1, "data") + message(3, image)) + message(10, text(1, "prob"))
    return number(1, 1) + message(2, description) + message(403 if labels else 500, network)
