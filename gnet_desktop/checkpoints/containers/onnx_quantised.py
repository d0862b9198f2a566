"""ONNX graphs whose weights are whole numbers, made a float graph again.

In such a graph a weight is a whole number behind a DequantizeLinear, and what passes
between layers goes through a QuantizeLinear and back. The weights are dequantised; the
rounding in between is left out, but not the cut at zero that may stand for a rectifier.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gnet_desktop.checkpoints.containers.graph import Node
from gnet_desktop.checkpoints.containers.made import dequantised
from gnet_desktop.checkpoints.containers.source import Damaged
from gnet_desktop.checkpoints.containers.stored import StoredTensor, is_whole
from gnet_desktop.errors import CheckpointError

_WHOLE: Final = (
    *("QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger", "DynamicQuantizeLinear"),
    *("QLinearAdd", "QLinearConcat", "QLinearGlobalAveragePool", "QGemm"),
)
"""Operations that compute with whole numbers themselves."""

_DOWN, _UP = "QuantizeLinear", "DequantizeLinear"
_COMPUTES: Final = ("Conv", "Gemm", "MatMul", "Add", "BatchNormalization")
_LEAST: Final[Mapping[str, float]] = {"uint8": 0, "int8": -128, "uint16": 0, "int16": -32768}


def unquantised(
    nodes: Sequence[Node], tensors: Mapping[str, StoredTensor]
) -> tuple[list[Node], dict[str, StoredTensor]]:
    """The same graph in floats; raises CheckpointError where it computes with whole numbers."""
    kinds = sorted({node.kind for node in nodes if node.kind in _WHOLE})
    if kinds:
        raise CheckpointError(
            "This is a quantised network.",
            f"Its graph uses {', '.join(kinds)}, which compute with whole numbers.",
            "Open the float file of the same network.",
        )
    makers = {output: node for node in nodes for output in node.outputs}
    kept, found = list[Node](), dict(tensors)
    for node in nodes:
        if node.kind == _UP and node.inputs[0] in tensors and node.outputs:
            found[node.outputs[0]] = _weight(node, tensors)
        elif node.kind == _UP:
            kept.append(_passing("Identity", node))
        elif node.kind == _DOWN:
            maker = makers.get(node.inputs[0])
            cuts = maker is not None and maker.kind in _COMPUTES and _cuts_at_zero(node, tensors)
            kept.append(_passing("Relu" if cuts else "Identity", node))
        else:
            kept.append(node)
    return kept, found


def _passing(kind: str, node: Node) -> Node:
    return Node(kind, (node.inputs[0], "", ""), node.outputs)


def _weight(node: Node, tensors: Mapping[str, StoredTensor]) -> StoredTensor:
    """A stored tensor with the scale and zero point that the operation names."""
    name, scale, zero = node.inputs[:3]
    values = tensors[name]
    if not is_whole(values.dtype) or scale not in tensors or (zero and zero not in tensors):
        raise Damaged(f"The scale of the quantised tensor {name} is not in it.")
    axis = node.settings.get("axis", 1)
    if node.settings.get("block_size") or not isinstance(axis, int):
        raise CheckpointError(
            "This is a network quantised in blocks.",
            f"The tensor {name} has a scale for each of its blocks.",
            "Open the float file of the same network.",
        )
    parts = [tensors[part] for part in (scale, zero) if part]
    axis = axis + len(values.shape) if axis < 0 else axis
    return dequantised(values, *parts, axis=axis if max(part.count for part in parts) > 1 else 0)


def _cuts_at_zero(node: Node, tensors: Mapping[str, StoredTensor]) -> bool:
    """Whether the least number that can be written stands for 0."""
    zero = tensors.get(node.inputs[2])
    if zero is None:
        return node.inputs[2] == ""  # unsigned with 0, by the format's own rule
    if zero.count != 1:
        return False
    zero.check(node.inputs[2])
    return float(zero.numbers().reshape(-1)[0]) == _LEAST.get(zero.dtype)
