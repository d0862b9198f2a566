"""Google's wire format by its schemas: ONNX, Caffe, TensorFlow."""

import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from tests.checkpoints import writing
from tests.checkpoints.grammars.dice import Array, Dice
from tests.checkpoints.grammars.headers import code
from tests.checkpoints.tiny import small_caffe_state

Schema = Mapping[int, Any]
"""Fields by number: another message, or what stands in it."""

_TENSOR: Final[Schema] = {
    1: "sides",
    2: "kind of number",
    4: "floats",
    5: "numbers",
    7: "numbers",
    8: "text",
    9: "floats",
    13: {1: "key", 2: "place"},
}
_ATTRIBUTE: Final[Schema] = {
    1: "setting",
    2: "float",
    3: "number",
    4: "text",
    5: "tensor",
    7: "floats",
    8: "sides",
}
_NODE: Final[Schema] = {1: "value", 2: "value", 4: "operation", 5: _ATTRIBUTE}
_ONNX: Final[Schema] = {
    1: "number",
    2: "text",
    8: {1: "text", 2: "number"},
    14: {1: "text", 2: "text"},
    7: {1: _NODE, 5: "tensor", 11: {1: "value"}, 12: {1: "value"}},
}
_BLOB: Final[Schema] = {
    **dict.fromkeys((1, 2, 3, 4), "number"),
    5: "floats",
    7: {1: "sides"},
    8: "floats",
}
_LAYER: Final[Schema] = {
    1: "text",
    2: "operation",
    7: "blob",
    106: {4: "sides", 6: "number"},
    121: {2: "number"},
    118: {2: "float"},
}
_V1: Final[Schema] = {1: {1: "text", 50: "blob"}, 4: "text", 5: "number", 6: "blob", 10: {4: "number"}}
_CAFFE: Final[Schema] = {2: _V1, 100: _LAYER}
_CONSTANT: Final[Schema] = {
    1: "kind of number",
    2: {2: {1: "number"}},
    4: "floats",
    5: "floats",
    13: "numbers",
}
_TENSORFLOW: Final[Schema] = {
    1: {1: "text", 2: "operation", 5: {1: "setting", 2: {1: {3: "sides"}, 2: "text", 8: "constant"}}}
}

_OPERATIONS: Final = (
    *("Conv", "Relu", "MaxPool", "AveragePool", "Concat", "Gemm", "MatMul", "Add", "Mul", "Identity"),
    *("BatchNormalization", "Transpose", "Reshape", "LRN", "Div", "Pow", "Clip", "Flatten", "Sigmoid"),
    *("QuantizeLinear", "DequantizeLinear", "QLinearConv", "Const", "Constant", "AvgPool", "Gather", "Shape"),
)
_SETTINGS: Final = (
    *("strides", "pads", "kernel_shape", "group", "dilations", "value", "auto_pad", "epsilon", "transB"),
    *("axis", "ceil_mode", "ksize", "padding", "perm", "size"),
)
_PLACES: Final = (b"weights", b"../x", b"/etc/passwd", b"9" * 40, b"4", b"a" * 400, b"")


def message(dice: Dice, schema: Schema, depth: int = 0) -> bytes:
    """A message of some of these fields."""
    found = b""
    for _ in range(dice.randint(1, 8 if depth < 2 else 5)):
        number = dice.choice(list(schema))
        kind = schema[number]
        content = message(dice, kind, depth + 1) if isinstance(kind, Mapping) else _field(dice, kind)
        if isinstance(content, int):
            found += writing.number(number, content)
        elif isinstance(content, float):
            found += writing.varint(number << 3 | 5) + struct.pack("<f", content)
        else:
            found += writing.varint(number << 3 | 2) + writing.varint(dice.number(len(content))) + content
    return found


def _field(dice: Dice, kind: str) -> bytes | int | float:
    match kind:
        case "number":
            return dice.number()
        case "kind of number":
            return dice.number(1)
        case "float":
            return dice.choice((0.0, 1.0, 1e-5, float("nan"), 1e30))
        case "floats":
            return bytes(4 * dice.choice((0, 1, 4, 64)))
        case "sides" | "numbers":
            count = dice.choice((1, 4)) if kind == "sides" else dice.choice((0, 4, 100))
            return b"".join(writing.varint(dice.number()) for _ in range(dice.number(count) % 200))
        case "value":
            return dice.choice("abcdefgh").encode()
        case "operation":
            return dice.choice(_OPERATIONS).encode()
        case "setting":
            return dice.choice(_SETTINGS).encode()
        case "tensor":
            return message(dice, _TENSOR, 2) if dice.lies() else _onnx_tensor(dice.word(), _array(dice))
        case "blob":
            return message(dice, _BLOB, 2) if dice.lies() else _blob(dice, _array(dice))
        case "constant":
            lies = message(dice, _CONSTANT, 2)
            return lies if dice.lies() else _inside(writing.graph_tensor(_array(dice)))
        case "key":
            return dice.choice((b"location", b"offset", b"length"))
        case "place":
            return dice.choice(_PLACES)
    return dice.word().encode()


def _array(dice: Dice) -> Array:
    """A small array that is what it says."""
    return np.ones([dice.randint(1, 3) for _ in range(dice.choice((0, 1, 2, 4)))], "<f4")


def _blob(dice: Dice, value: Array) -> bytes:
    """A blob's numbers, and the shape in one of two forms."""
    shape = writing.new_shape if dice.random() < 0.6 or value.ndim > 4 else writing.legacy_shape
    sides = [dice.number(side) for side in value.shape]
    return shape(sides) + (writing.packed_floats if value.dtype.itemsize < 8 else writing.packed_doubles)(
        value
    )


def _inside(field: bytes) -> bytes:
    """What a short field holds: the key is one byte, the length as many as it takes."""
    place = 1
    while field[place] & 0x80:
        place += 1
    return field[place + 1 :]


def onnx(dice: Dice) -> bytes:
    """A model in which anything may stand, more often than not beside the tensors of a whole network."""
    if dice.random() < 0.75:
        tensors = (_onnx_tensor(name, value) for name, value in dice.state().items())
        node = writing.text(1, "x") + writing.text(1, dice.word()) + writing.text(2, "y")
        graph = writing.message(1, node + writing.text(4, dice.choice(_OPERATIONS[:10])))
        graph += b"".join(writing.message(5, tensor) for tensor in tensors)
        graph += message(dice, {11: {1: "value"}, 12: {1: "value"}})
        rest = {number: kind for number, kind in _ONNX.items() if number != 7}
        return writing.number(1, 8) + writing.message(7, graph) + message(dice, rest)
    return writing.number(1, 8) + message(dice, {7: _ONNX[7]}) + message(dice, _ONNX)


def onnx_graph(dice: Dice) -> bytes:
    """A whole network's tensors, with operations between them that may be any."""
    tensors = b"".join(writing.message(5, _onnx_tensor(name, value)) for name, value in dice.state().items())
    values = list("abcdefgh")
    weights = list(dice.state())
    nodes = b""
    for place in range(dice.randint(1, 80)):
        reads = [values[-1], *(dice.choice(weights if dice.random() < 0.6 else values) for _ in range(2))]
        output = dice.choice(values) if dice.lies() else f"v{place}"
        values.append(output)
        node = b"".join(writing.text(1, name) for name in reads) + writing.text(2, output)
        node += writing.text(4, dice.choice(_OPERATIONS if dice.lies() else _OPERATIONS[:10]))
        for _ in range(dice.choice((0, 1, 2))):
            node += writing.message(5, message(dice, _ATTRIBUTE, 3) if dice.lies() else _setting(dice))
        nodes += writing.message(1, node)
    return writing.number(1, 8) + writing.message(7, nodes + tensors)


def _setting(dice: Dice) -> bytes:
    """A setting as one has them: whole numbers, a number, a word or a tensor."""
    contents = (
        b"".join(writing.number(8, dice.number()) for _ in range(dice.choice((1, 2, 4)))),
        writing.number(3, dice.number()),
        writing.text(4, dice.choice(("SAME_UPPER", "VALID", "NOTSET", "linear"))),
        writing.message(5, _onnx_tensor("", _array(dice))),
    )
    return writing.text(1, dice.choice(_SETTINGS)) + dice.choice(contents)


def _onnx_tensor(name: str, value: Array) -> bytes:
    kind = {"f2": 10, "f4": 1, "f8": 11, "i1": 3, "i8": 7}[code(value)]
    shape = b"".join(writing.number(1, side) for side in value.shape)
    return shape + writing.number(2, kind) + writing.text(8, name) + writing.message(9, value.tobytes())


def caffemodel(dice: Dice) -> bytes:
    """Layers in which anything may stand, more often than not behind those of a whole network."""
    return (
        writing.text(1, "GoogleNet")
        + (_caffe_layers(dice) if dice.random() < 0.75 else message(dice, {100: _LAYER}))
        + (message(dice, _CAFFE) if dice.random() < 0.6 else b"")
    )


def _caffe_layers(dice: Dice) -> bytes:
    """A network's layers in either form; settings and blobs may lie."""
    layers: dict[str, list[Array]] = {}
    for name, value in dice.state(small_caffe_state).items():
        layers.setdefault(name.rpartition(".")[0], []).append(value)
    field, title, blob = dice.choice(((100, 1, 7), (2, 4, 6)))
    found = b""
    for name, arrays in layers.items():
        deep = arrays[0].ndim > 2
        kind: bytes = writing.text(2, ("Convolution" if deep else "InnerProduct"))
        body = writing.text(title, name) + (kind if field == 100 else writing.number(5, 4 if deep else 14))
        body += b"".join(writing.message(blob, _blob(dice, value)) for value in arrays)
        if dice.lies():
            body += message(dice, _LAYER if field == 100 else _V1, 1)
        found += writing.message(field, body)
    return found


def tensorflow(dice: Dice) -> bytes:
    """Nodes in which anything may stand, more often than not behind those of a whole network."""
    found = writing.graph_node("a", "Const")
    if dice.random() < 0.75:
        for name, value in dice.state().items():
            kind = dice.choice(_OPERATIONS) if dice.lies() else "Const"
            numbers = writing.graph_tensor(value, as_content=dice.random() < 0.8)
            found += writing.graph_node(name, kind, value=numbers)
    return found + (message(dice, _TENSORFLOW) if dice.random() < 0.6 else b"")
