"""TensorFlow Lite's models (``.tflite``): tensors and operators, put into ONNX's words with channels first.

Weights are floats, halves, or whole numbers with scales; what a quantised model rounds
between its layers is left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final

from gnet_desktop.checkpoints.containers.flatbuffer import Table, root
from gnet_desktop.checkpoints.containers.graph import Graph, Node
from gnet_desktop.checkpoints.containers.made import dequantised
from gnet_desktop.checkpoints.containers.source import Damaged, Source
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, element_size, is_whole, sides
from gnet_desktop.shown import shown, whole

_DTYPES: Final[Mapping[int, str]] = {
    0: "float32",
    1: "float16",
    2: "int32",
    3: "uint8",
    4: "int64",
    7: "int16",
    9: "int8",
    10: "float64",
}
_RELU, _RELU6 = 1, 3
_VALID: Final = 1
_ROUNDED: Final = "The original rounds the values between its layers to whole numbers; here they are not."


def claims(head: bytes, _source: Source) -> bool:
    """Whether the mark of such a model is where it should be."""
    return head[4:8] == b"TFL3"


def read_contents(source: Source) -> Contents:
    """Weights and graph of the first graph in it; raises CheckpointError."""
    model = root(source)
    graph = next(model.tables(2), None)
    if graph is None:
        raise Damaged("It has no graph.")
    found = _Graph()
    buffers = list(model.tables(4))
    for index, tensor in enumerate(graph.tables(0)):
        found.add(index, tensor, buffers)
    codes = [max(code.number(0, "b"), code.number(3, "i")) for code in model.tables(1)]
    for operator in graph.tables(3):
        place = operator.number(0, "I")
        if place >= len(codes):
            raise Damaged("An operator in it is of no kind.")
        found.operate(codes[place], operator)
    given, gives = (tuple(found.name(index) for index in graph.numbers(number, "i")) for number in (1, 2))
    rounded = any(is_whole(dtype) for dtype in found.dtypes.values() if dtype in ("int8", "uint8", "int16"))
    return Contents(
        "TensorFlow Lite model",
        found.tensors,
        graph=Graph(tuple(found.nodes), tuple(name for name in given if name not in found.tensors), gives),
        notes=(_ROUNDED,) if rounded and any(node.kind == "Identity" for node in found.nodes) else (),
    )


@dataclass
class _Graph:
    names: list[str] = field(default_factory=list)
    tensors: dict[str, StoredTensor] = field(default_factory=dict)
    raw: dict[str, StoredTensor] = field(default_factory=dict)
    dtypes: dict[str, str] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    pads: dict[str, tuple[str, list[int]]] = field(default_factory=dict)

    def name(self, index: int) -> str:
        """A tensor's name; empty for one that an operator does without."""
        if not -1 <= index < len(self.names):
            raise Damaged("An operator in it names a tensor that is not there.")
        return self.names[index] if index >= 0 else ""

    def add(self, index: int, tensor: Table, buffers: list[Table]) -> None:
        title = tensor.text(3)
        name = title if title and title not in self.dtypes else f"{title}#{index}"
        self.names.append(name)
        dtype = _DTYPES.get(tensor.number(1, "b"), "")
        self.dtypes[name] = dtype
        place = tensor.number(2, "I")
        data = buffers[place].span(0) if place < len(buffers) else None
        if not dtype or data is None or not data.size:
            return
        shape = sides(tensor.numbers(0, "i"))
        if min(shape, default=0) < 0 or prod(shape) * element_size(dtype) != data.size:
            raise Damaged(
                f"The tensor {shown(name)} has {whole(data.size)} bytes, which is not what its shape takes."
            )
        self.raw[name] = StoredTensor(data, dtype, shape)
        self.tensors[name] = _unquantised(self.raw[name], tensor.table(4))

    def operate(self, code: int, operator: Table) -> None:
        """Put an operator into ONNX's words."""
        inputs, outputs = ([self.name(index) for index in operator.numbers(number, "i")] for number in (1, 2))
        if not inputs or not outputs:
            return
        options = operator.table(4)
        _OPERATORS.get(code, _other(f"TensorFlow Lite's operator {code}"))(self, inputs, outputs, options)

    def give(self, kind: str, inputs: list[str], outputs: list[str], **settings: Any) -> None:
        padded = (*inputs, *[""] * (3 - len(inputs)))
        self.nodes.append(Node(kind, padded, tuple(outputs), settings))

    def give_rectified(self, kind: str, inputs: list[str], output: str, act: int, **settings: Any) -> None:
        """An operation, and the rectifier that stands among its settings."""
        if act not in (_RELU, _RELU6):
            self.give(kind, inputs, [output], **settings)
            return
        self.give(kind, inputs, [f"{output}:sum"], **settings)
        if act == _RELU:
            self.give("Relu", [f"{output}:sum"], [output])
        else:
            self.give("Clip", [f"{output}:sum"], [output], min=0, max=6)

    def window(self, name: str, options: Table) -> tuple[str, dict[str, Any]]:
        """What a window reads and how it moves; a padding before it becomes its own."""
        strides = [options.number(2, "i", 1), options.number(1, "i", 1)]
        if options.number(0, "b") != _VALID:
            return name, {"strides": strides, "auto_pad": "SAME_UPPER"}
        name, pads = self.pads.get(name, (name, [0, 0, 0, 0]))
        return name, {"strides": strides, "pads": pads}


def _unquantised(tensor: StoredTensor, told: Table | None) -> StoredTensor:
    """Whole numbers with their scales as what they stand for; anything else as it is."""
    if told is None or not is_whole(tensor.dtype):
        return tensor
    scales, zeros = told.span(2, 4), told.span(3, 8)
    if not scales.size:
        return tensor
    parts = [StoredTensor(scales, "float32", (scales.size // 4,))]
    if zeros.size:
        parts.append(StoredTensor(zeros, "int64", (zeros.size // 8,)))
    return dequantised(tensor, *parts, axis=told.number(6, "i") if parts[0].count > 1 else 0)


# Operators

_Operate = Callable[[_Graph, list[str], list[str], Table | None], None]


def _other(kind: str) -> _Operate:
    def operate(graph: _Graph, inputs: list[str], outputs: list[str], _: Table | None) -> None:
        graph.give(kind, inputs, outputs)

    return operate


def _convolution(graph: _Graph, inputs: list[str], outputs: list[str], options: Table | None) -> None:
    kernel = graph.tensors.get(inputs[1]) if len(inputs) > 1 else None
    if kernel is None or options is None or len(kernel.shape) != 4:
        graph.give("a convolution with a kernel that is computed", inputs, outputs)
        return
    name = f"{inputs[1]}:first"
    graph.tensors.pop(inputs[1], None)
    graph.tensors[name] = kernel.permuted((0, 3, 1, 2))
    value, window = graph.window(inputs[0], options)
    dilations = [options.number(5, "i", 1), options.number(4, "i", 1)]
    graph.give_rectified(
        "Conv", [value, name, *inputs[2:]], outputs[0], options.number(3, "b"), dilations=dilations, **window
    )


def _pool(kind: str) -> _Operate:
    def operate(graph: _Graph, inputs: list[str], outputs: list[str], options: Table | None) -> None:
        if options is None:
            raise Damaged("A pool in it has no window.")
        value, window = graph.window(inputs[0], options)
        kernel = [options.number(4, "i"), options.number(3, "i")]
        act = options.number(5, "b")
        graph.give_rectified(kind, [value], outputs[0], act, kernel_shape=kernel, **window)

    return operate


def _dense(graph: _Graph, inputs: list[str], outputs: list[str], options: Table | None) -> None:
    act = options.number(0, "b") if options is not None else 0
    graph.give_rectified("Gemm", inputs, outputs[0], act, transB=1)


def _joined(graph: _Graph, inputs: list[str], outputs: list[str], options: Table | None) -> None:
    act = options.number(1, "b") if options is not None else 0
    graph.give_rectified("Concat", inputs, outputs[0], act, axis=1)


def _arithmetic(kind: str) -> _Operate:
    def operate(graph: _Graph, inputs: list[str], outputs: list[str], options: Table | None) -> None:
        act = options.number(0, "b") if options is not None else 0
        graph.give_rectified(kind, inputs, outputs[0], act)

    return operate


def _padding(graph: _Graph, inputs: list[str], outputs: list[str], _: Table | None) -> None:
    """Zeros around a map: rows are pictures, height, width, channels."""
    amounts = graph.raw.get(inputs[1]) if len(inputs) > 1 else None
    if amounts is None or amounts.shape != (4, 2):
        graph.give("Pad", inputs, outputs)
        return
    amounts.check(inputs[1])
    (top, bottom), (left, right) = amounts.numbers()[1:3].astype(int).tolist()
    graph.tensors.pop(inputs[1], None)
    graph.pads[outputs[0]] = (inputs[0], [top, left, bottom, right])
    graph.give("Pad", inputs[:1], outputs)


def _floats(graph: _Graph, inputs: list[str], outputs: list[str], _: Table | None) -> None:
    """From halves or whole numbers to floats: nothing for us, who compute with floats throughout."""
    if inputs[0] in graph.tensors:
        graph.tensors[outputs[0]] = graph.tensors.pop(inputs[0])
    else:
        graph.give("Identity", inputs, outputs)


def _response_norm(graph: _Graph, inputs: list[str], outputs: list[str], options: Table | None) -> None:
    """TensorFlow counts the channels on one side, and doesn't divide alpha by their number."""
    if options is None:
        raise Damaged("A response norm in it has no settings.")
    size = 2 * int(options.number(0, "i")) + 1
    bias, alpha, beta = (float(options.number(place, "f", 0.0)) for place in (1, 2, 3))
    graph.give("LRN", inputs, outputs, size=size, alpha=alpha * size, beta=beta, bias=bias)


_OPERATORS: Final[Mapping[int, _Operate]] = {
    0: _arithmetic("Add"),
    1: _pool("AveragePool"),
    2: _joined,
    3: _convolution,
    6: _floats,
    9: _dense,
    13: _response_norm,
    14: _other("Sigmoid"),
    17: _pool("MaxPool"),
    18: _arithmetic("Mul"),
    19: _other("Relu"),
    22: _other("Reshape"),
    25: _other("Softmax"),
    34: _padding,
    39: _other("Transpose"),
    40: _other("ReduceMean"),
    41: _arithmetic("Sub"),
    42: _arithmetic("Div"),
    43: _other("Squeeze"),
    60: _padding,
    114: _floats,
}
"""TensorFlow Lite's numbers of the operators that a GoogLeNet has."""
