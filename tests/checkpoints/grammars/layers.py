"""Networks as lists of operations, in the words of each format that has one; any of them may lie."""

import re
import struct
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from xml.sax.saxutils import escape

import numpy as np

from tests.checkpoints import openvino_files
from tests.checkpoints.coreml_files import mlmodel
from tests.checkpoints.grammars.dice import NUMBERS, Array, Dice
from tests.checkpoints.layer_files import caffe2 as caffe2_files
from tests.checkpoints.layer_files import ncnn as ncnn_files
from tests.checkpoints.tiny import small_caffe_state, small_files
from tests.checkpoints.walking import Operation, operations
from tests.checkpoints.writing import message, number

_KINDS = ("convolution", "relu", "pool", "norm", "concat", "dense", "softmax")


@cache
def _whole() -> tuple[Operation, ...]:
    return tuple(operations(small_caffe_state()))


def steps(dice: Dice) -> list[Operation]:
    """A whole network's operations, of which some may be missing, changed, or wired otherwise."""
    found = [_step(dice, step) for step in _whole()]
    for _ in range(dice.choice((0, 0, 0, 0, 1, 2))):
        del found[dice.randrange(len(found))]
    return found


def _step(dice: Dice, step: Operation) -> Operation:
    settings = {name: dice.number(value) for name, value in step.settings.items()}
    inputs = tuple(dice.choice(_whole()).name if dice.lies() else name for name in step.inputs)
    name = dice.word() if dice.lies() else step.name
    return replace(step, name=name, inputs=inputs, settings=settings, weights=_weights(dice, step.weights))


def _weights(dice: Dice, arrays: Sequence[Array]) -> tuple[Array, ...]:
    if not arrays or not dice.lies():
        return tuple(arrays)
    sides = [dice.randint(1, 3) for _ in arrays[0].shape]
    return (np.resize(arrays[0], sides), *arrays[1:])


def coreml(dice: Dice) -> bytes:
    """Weights in any form; what describes them may not fit."""

    def weights(array: Array) -> bytes:
        if dice.lies():
            told = message(dice.choice((101, 102)), message(1, bytes(4 * dice.choice((0, 1, 256)))))
            return message(30, bytes(array.size)) + message(40, number(1, dice.number(8)) + told)
        return message(dice.number(1) & 0x3F or 1, array.astype("<f4").tobytes())

    labels = [dice.word() for _ in range(dice.choice((0, 4, 4)))]
    biases = [dice.choice((0.0, -104.0, 1e30, float("nan"))) for _ in range(dice.choice((0, 3)))]
    scale = dice.choice((1.0, 1 / 255, 0.0, -1.0, 1e-38, float("inf")))
    return mlmodel(
        steps(dice), weights=weights, labels=labels, biases=biases, scale=scale, colour=dice.number(30)
    )


def ncnn(dice: Dice) -> bytes:
    """A description of the numbers that lie beside it; lines may be cut, or say anything."""
    lines = ncnn_files(steps(dice))[0].split("\n")
    for place in range(len(lines)):
        if dice.lies():
            words = lines[place].split(" ")
            word = dice.randrange(len(words))
            words[word] = dice.choice(
                (f"{word}={dice.number()}", dice.word(), str(dice.number()), "9=1e999", "")
            )
            lines[place] = " ".join(words[: dice.choice((2, 5, 99, 99))])
    return "\n".join(lines).encode("utf-8", "replace")


_VALUE = re.compile(r'(?<==")[^"]*(?=")')


def openvino(dice: Dice) -> bytes:
    """A description of the numbers that lie beside it, whose attributes may say anything."""
    form = dice.choice(("float", "half", "bytes", "levels", "older"))
    text, _ = (
        openvino_files.layers(steps(dice), edition=dice.choice((2, 7)))
        if form == "older"
        else openvino_files.operations(steps(dice), form=form)
    )

    def value(match: re.Match[str]) -> str:
        if not dice.lies():
            return match[0]
        return dice.choice((str(dice.choice(NUMBERS)), "1,-1", "", "&#0;", "&a;", "i4", escape(dice.word())))

    return _VALUE.sub(value, text).encode("utf-8", "replace")


def caffe2(dice: Dice) -> bytes:
    """Both nets in one file, whose operators may say anything."""
    init, predict = caffe2_files(steps(dice))
    return init + predict


def tensorflow_lite(dice: Dice) -> bytes:
    """A model whose offsets, lengths and numbers, all of them in words of four bytes, may lie."""
    data = bytearray(small_files()[dice.choice(("tflite", "tflite of bytes"))])
    for place in range(8, len(data) - 4, 4):
        if dice.lies() and dice.random() < 0.05:
            data[place : place + 4] = struct.pack("<I", dice.unsigned(dice.randrange(1, 64), 32))
    return bytes(data)
