"""TensorFlow Lite's models, written with the flatbuffers package by the published schema."""

from collections.abc import Callable, Sequence
from typing import Any

import flatbuffers
import numpy as np
from torch import Tensor, nn

from tests.oracles.common import built
from tests.oracles.tensorflow import SCOPES, Slim

Array = np.ndarray[Any, Any]
CODES = (0, 1, 2, 3, 6, 17, 22, 25)
"""Operators: add, average pool, concatenation, convolution, dequantise, maximum pool, reshape, softmax."""
_KINDS = {"float32": 0, "float16": 1, "int32": 2, "int8": 9}


class Model:
    """A model that grows operator by operator; tensor 0 is the picture."""

    def __init__(self, form: str = "float") -> None:
        self.builder, self.form = flatbuffers.Builder(1 << 20), form
        self.buffers = [self.table(1, lambda _: None)]
        self.tensors: list[int] = []
        self.operators: list[int] = []
        self.tensor("image", (1, 224, 224, 3))

    def table(self, fields: int, fill: Callable[[Any], None]) -> int:
        self.builder.StartObject(fields)
        fill(self.builder)
        return int(self.builder.EndObject())

    def vector(self, values: Sequence[Any] | np.ndarray, kind: str = "i") -> int:
        """A list of tables ("o"), or of numbers."""
        if kind != "o":
            return int(
                self.builder.CreateNumpyVector(np.array(values, {"i": "<i4", "f": "<f4", "q": "<i8"}[kind]))
            )
        self.builder.StartVector(4, len(values), 4)
        for value in reversed(values):
            self.builder.PrependUOffsetTRelative(value)
        return int(self.builder.EndVector())

    def tensor(
        self, name: str, shape: Sequence[int], array: Array | None = None, scales: Array | None = None
    ) -> int:
        builder, buffer = self.builder, 0
        if array is not None:
            data = builder.CreateNumpyVector(np.frombuffer(array.tobytes(), np.uint8))
            self.buffers.append(self.table(1, lambda made: made.PrependUOffsetTRelativeSlot(0, data, 0)))
            buffer = len(self.buffers) - 1
        told = 0
        if scales is not None:
            scale, zero = self.vector(scales, "f"), self.vector([0] * len(scales), "q")
            told = self.table(7, lambda made: _slots(made, (2, scale), (3, zero)))
        sides, title = self.vector(shape), builder.CreateString(name)
        kind = _KINDS[str(array.dtype)] if array is not None else 0

        def fill(made: Any) -> None:
            _slots(made, (0, sides), (3, title), *([(4, told)] if told else []))
            made.PrependInt8Slot(1, kind, 0)
            made.PrependUint32Slot(2, buffer, 0)

        self.tensors.append(self.table(8, fill))
        return len(self.tensors) - 1

    def weight(self, name: str, array: Array) -> int:
        """A kernel in the model's form."""
        if self.form == "half":
            half = self.tensor(f"{name}_half", array.shape, array.astype(np.float16))
            return self.operate(6, [half], name, lambda _: None)
        if self.form == "bytes":
            scales = np.maximum(np.abs(array).max(axis=(1, 2, 3)), 1e-9) / 127
            whole = np.round(array / scales.reshape(-1, 1, 1, 1)).astype(np.int8)
            return self.tensor(name, array.shape, whole, scales)
        return self.tensor(name, array.shape, array)

    def operate(self, code: int, inputs: list[int], name: str, options: Callable[[Any], None]) -> int:
        output = self.tensor(name, ())
        told, reads, gives = self.table(6, options), self.vector(inputs), self.vector([output])

        def fill(made: Any) -> None:
            made.PrependUint32Slot(0, CODES.index(code), 0)
            _slots(made, (1, reads), (2, gives), (4, told))
            made.PrependUint8Slot(3, 1, 0)

        self.operators.append(self.table(9, fill))
        return output

    def finished(self, output: int) -> bytes:
        tensors, operators = self.vector(self.tensors, "o"), self.vector(self.operators, "o")
        reads, gives = self.vector([0]), self.vector([output])
        graph = self.table(5, lambda made: _slots(made, (0, tensors), (1, reads), (2, gives), (3, operators)))

        def code(number: int) -> int:
            def fill(made: Any) -> None:
                made.PrependInt8Slot(0, number, 0)
                made.PrependInt32Slot(3, number, 0)

            return self.table(4, fill)

        codes, graphs = self.vector([code(one) for one in CODES], "o"), self.vector([graph], "o")
        buffers = self.vector(self.buffers, "o")
        model = self.table(5, lambda made: _slots(made, (1, codes), (2, graphs), (4, buffers)))
        self.builder.Finish(model, b"TFL3")
        return bytes(self.builder.Output())


def _slots(builder: Any, *pairs: tuple[int, int]) -> None:
    for slot, offset in pairs:
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)


def slim(network: Slim, form: str = "float") -> bytes:
    """slim's network with its norms folded into the convolutions, as converters write it."""
    model = Model(form)

    def convolution(scope: str, value: int, stride: int = 1) -> int:
        kernel, norm = getattr(network, scope)
        scale = (norm.weight / (norm.running_var + norm.eps).sqrt()).double()
        weight = (kernel.weight.double() * scale.view(-1, 1, 1, 1)).permute(0, 2, 3, 1)
        return convolved(scope, value, weight, norm.bias - norm.running_mean * scale, stride, 1)

    def convolved(scope: str, value: int, weight: Tensor, bias: Tensor, stride: int, act: int) -> int:
        kernel = model.weight(f"{scope}/weights", weight.float().contiguous().numpy())
        shift = model.tensor(f"{scope}/bias", bias.shape, bias.float().numpy())

        def options(made: Any) -> None:
            made.PrependInt32Slot(1, stride, 0)
            made.PrependInt32Slot(2, stride, 0)
            made.PrependInt8Slot(3, act, 0)

        return model.operate(3, [value, kernel, shift], f"{scope}/Relu", options)

    def pool(name: str, value: int, kernel: int, stride: int, code: int = 17, padding: int = 0) -> int:
        def options(made: Any) -> None:
            made.PrependInt8Slot(0, padding, 0)
            for slot, side in ((1, stride), (2, stride), (3, kernel), (4, kernel)):
                made.PrependInt32Slot(slot, side, 0)

        return model.operate(code, [value], name, options)

    value = pool("pool1", convolution("Conv2d_1a_7x7", 0, 2), 3, 2)
    value = pool("pool2", convolution("Conv2d_2c_3x3", convolution("Conv2d_2b_1x1", value)), 3, 2)
    for name, scope in SCOPES.items():
        second, third = f"{scope}/Branch_1/Conv2d_0b_3x3", f"{scope}/Branch_2/{network.letter(scope)}"
        ends = [
            convolution(f"{scope}/Branch_0/Conv2d_0a_1x1", value),
            convolution(second, convolution(f"{scope}/Branch_1/Conv2d_0a_1x1", value)),
            convolution(third, convolution(f"{scope}/Branch_2/Conv2d_0a_1x1", value)),
            convolution(f"{scope}/Branch_3/Conv2d_0b_1x1", pool(f"{scope}/pool", value, 3, 1)),
        ]
        value = model.operate(2, ends, f"{scope}/concat", lambda made: made.PrependInt32Slot(0, 3, 0))
        if name in ("3b", "4e"):
            value = pool(f"{scope}/halved", value, 3 if name == "3b" else 2, 2)
    value = pool("AvgPool_0a_7x7", value, 7, 1, 1, 1)
    last = getattr(network, "Logits/Conv2d_0c_1x1")
    value = convolved("Logits", value, last.weight.permute(0, 2, 3, 1), last.bias, 1, 0)
    value = model.operate(22, [value], "flat", lambda _: None)
    return model.finished(model.operate(25, [value], "Softmax", lambda _: None))


class SmallSlim(Slim):
    """slim's network of two channels a branch."""

    def __init__(self) -> None:
        super(Slim, self).__init__()
        self.block("Conv2d_1a_7x7", 3, 2, 7)
        self.block("Conv2d_2b_1x1", 2, 2, 1)
        self.block("Conv2d_2c_3x3", 2, 8, 3)
        for scope in SCOPES.values():
            for branch, part, inputs, kernel in (
                (0, "Conv2d_0a_1x1", 8, 1),
                (1, "Conv2d_0a_1x1", 8, 1),
                (1, "Conv2d_0b_3x3", 2, 3),
                (2, "Conv2d_0a_1x1", 8, 1),
                (2, self.letter(scope), 2, 3),
                (3, "Conv2d_0b_1x1", 8, 1),
            ):
                self.block(f"{scope}/Branch_{branch}/{part}", inputs, 2, kernel)
        self.add_module("Logits/Conv2d_0c_1x1", nn.Conv2d(8, 4, 1))


def small(form: str = "float") -> bytes:
    """A small model with random weights."""
    return slim(built(SmallSlim, 0), form)
