"""A graph as blocks: each convolution or matrix with its bias, norm and rectifier.

Operations that change no number are passed over; names don't matter.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gnet_desktop.checkpoints.containers.graph import Graph, Node
from gnet_desktop.checkpoints.containers.stored import StoredTensor
from gnet_desktop.checkpoints.recognition.constants import worked_out
from gnet_desktop.errors import CheckpointError

PASSED: Final = ("Identity", "Dropout", "Cast", "Flatten", "Reshape", "Squeeze")
"""Operations that change no number on the way."""

POOLS: Final = ("MaxPool", "AveragePool")
LONGEST_WALK: Final = 64
_NO_LIMIT: Final = 1e30
_KERNEL: Final = 4
"""Sides of a kernel."""


@dataclass
class Block:
    """A convolution or a matrix with what follows it: bias, norm, rectifier."""

    node: Node
    names: dict[str, str]
    facts: dict[str, Any]
    end: str
    turned: bool = False


class Walk:
    """Ways through a graph; ``blocks`` has every convolution by the name of its end.

    ``tensors`` are the stored ones and those that the graph works out of them; ``noticed``
    names what was read on the way.
    """

    def __init__(self, graph: Graph, tensors: Mapping[str, StoredTensor]) -> None:
        simpler = worked_out(graph, tensors)
        self.nodes, self.tensors, self._zeros = simpler.graph.nodes, simpler.tensors, simpler.zeros
        self.noticed = set(simpler.used)
        self.makers = {output: node for node in self.nodes for output in node.outputs}
        self.readers: dict[str, list[Node]] = defaultdict(list)
        for node in self.nodes:
            for name in filter(None, node.inputs if node.kind != "Shape" and node.outputs else ()):
                self.readers[name].append(node)
        self.blocks: dict[str, Block] = {}
        for node in self.nodes:
            if node.kind == "Conv" and node.outputs and self.is_kernel(node.inputs[1]):
                block = self.convolution(node)
                self.blocks[block.end] = block

    # Values

    def origin(self, name: str) -> str:
        """Where a value was made, past operations that change nothing."""
        for _ in range(LONGEST_WALK):
            node = self.makers.get(name)
            if node is None or node.kind not in PASSED:
                return name
            name = node.inputs[0]
        return name

    def stored(self, name: str) -> str:
        """The stored tensor that a name stands for, or ""."""
        name = self.origin(name)
        return name if name in self.tensors else ""

    def is_kernel(self, name: str) -> bool:
        """Whether a name stands for a stored kernel."""
        return (stored := self.stored(name)) != "" and len(self.tensors[stored].shape) == _KERNEL

    def is_zero(self, name: str) -> bool:
        """Whether a value is a constant of zeros."""
        return self.origin(name) in self._zeros

    def is_zero_sum(self, node: Node) -> bool:
        """Whether one of two values that are added is all zeros."""
        return any(self.is_zero(name) for name in node.inputs if name)

    def source(self, node: Node) -> str:
        """What a convolution or pool reads, past padding that is an operation of its own."""
        name = self.origin(node.inputs[0])
        maker = self.makers.get(name)
        return self.origin(maker.inputs[0]) if maker is not None and maker.kind == "Pad" else name

    def window(self, node: Node) -> dict[str, Any]:
        """Stride, padding and rounding of a convolution or a pool.

        Padding as an operation of its own is how TensorFlow's rule is written.
        """
        padded = self.source(node) != self.origin(node.inputs[0])
        return window(node) | ({"padding": "same"} if padded else {})

    def next(self, name: str) -> Node | None:
        """The one operation that reads a value."""
        readers = self.readers.get(name, [])
        return readers[0] if len(readers) == 1 else None

    # Blocks

    def convolution(self, node: Node) -> Block:
        """A convolution with its norm and rectifier."""
        names = {"weight": self.stored(node.inputs[1])} | self.bias(node)
        return self.follow(Block(node, names, self.window(node), node.outputs[0]))

    def bias(self, node: Node) -> dict[str, str]:
        """The stored bias of a convolution or a matrix, if it has one.

        Raises CheckpointError for one that the graph computes.
        """
        name = node.inputs[2]
        if not name or self.is_zero(name):
            return {}
        if stored := self.stored(name):
            return {"bias": stored}
        raise unusual(f"The bias of {node.outputs[0]} is computed by the graph itself.")

    def follow(self, block: Block) -> Block:
        """Add what comes behind: at most a bias, a norm and a rectifier."""
        block.facts["activation"] = "none"
        for _ in range(LONGEST_WALK):
            node = self.next(block.end)
            if node is None:
                return block
            if node.kind == "BatchNormalization":
                block.names |= {f"norm.{part}": name for part, name in self.norm(node).items()}
                block.facts["epsilon"] = number(node, "epsilon", 1e-5)
            elif node.kind == "Add" and "bias" not in block.names and (bias := self.other(node, block.end)):
                block.names["bias"] = bias
            elif node.kind in ("Relu", "Clip"):
                block.facts["activation"] = self.rectifier(node)
                block.end = node.outputs[0]
                return block
            elif node.kind not in PASSED and not (node.kind == "Add" and self.is_zero_sum(node)):
                return block
            block.end = node.outputs[0]
        return block

    def norm(self, node: Node) -> dict[str, str]:
        """The stored tensors of a batch norm by their part in it."""
        parts = ("weight", "bias", "mean", "variance")
        pairs = zip(parts, node.inputs[1:5], strict=False)
        return {part: found for part, name in pairs if (found := self.stored(name))}

    def rectifier(self, node: Node) -> str:
        """The name of a rectifier, which may be written as a clip.

        Raises CheckpointError for any other clip.
        """
        if node.kind == "Relu":
            return "relu"
        settings = [node.settings.get(name) for name in ("min", "max")]
        low, high = (
            self.constant_or(name, setting) for name, setting in zip(node.inputs[1:3], settings, strict=True)
        )
        if low == 0 and (high == 6 or high >= _NO_LIMIT):
            return "relu6" if high == 6 else "relu"
        raise unusual(f"{node.outputs[0]} is cut off at {low:g} and {high:g}, which no known GoogLeNet does.")

    def constant_or(self, name: str, setting: Any) -> float:
        """One number that an operation is given, as an input or as a setting; infinity if as neither."""
        tensor = self.tensors.get(self.stored(name)) if name else None
        if tensor is not None and tensor.count == 1:
            tensor.check(name)
            return float(tensor.numbers().reshape(-1)[0])
        return float(setting) if isinstance(setting, int | float) else float("inf")

    def other(self, node: Node, name: str) -> str:
        """The stored tensor among an operation's two inputs, or ""."""
        return next((found for value in node.inputs if value != name and (found := self.stored(value))), "")

    def spelled_norm(self, node: Node) -> dict[str, Any]:
        """A response norm written out, as torch does it: x / (k + alpha · mean of x²)^beta."""
        power = self.makers.get(node.inputs[1]) if node.kind == "Div" else None
        if power is None or power.kind != "Pow":
            return {}
        found: dict[str, Any] = {"beta": self.constant(power)}
        name = power.inputs[0]
        for _ in range(LONGEST_WALK):
            maker = self.makers.get(name)
            if maker is None or maker.outputs[0] == self.origin(node.inputs[0]):
                break
            if maker.kind == "AveragePool":
                # of channels, which torch moves to the first spatial axis
                kernel = maker.settings.get("kernel_shape")
                return found | {"size": kernel[0] if isinstance(kernel, list) else 0}
            word = {"Add": "k", "Mul": "alpha"}.get(maker.kind)
            if word:
                found[word] = self.constant(maker)
            name = next((value for value in maker.inputs if not self.stored(value)), "")
        return {}

    def constant(self, node: Node) -> float:
        """The one number among an operation's inputs; 1 if there is none."""
        for name in node.inputs:
            tensor = self.tensors.get(self.stored(name))
            if tensor is not None and tensor.count == 1:
                return self.constant_or(name, None)
        return 1.0

    def reader(self, name: str, kinds: tuple[str, ...]) -> Node | None:
        """The operation of one of these kinds that reads a value."""
        waiting = [name]
        for _ in range(LONGEST_WALK):
            if not waiting:
                return None
            readers = self.readers.get(waiting.pop(), [])
            if found := next((node for node in readers if node.kind in kinds), None):
                return found
            passed = [node for node in readers if node.kind in (*PASSED, "Mul", "Pad")]
            waiting += [node.outputs[0] for node in passed]
        return None

    def matrix_name(self, node: Node) -> str:
        """The stored matrix that an operation multiplies by, or ""."""
        return next((found for name in node.inputs[1:2] if (found := self.weights(name)[0])), "")

    def weights(self, name: str) -> tuple[str, bool]:
        """(stored tensor, whether it is transposed on the way)."""
        node = self.makers.get(self.origin(name))
        if node is not None and node.kind == "Transpose":
            return self.stored(node.inputs[0]), True
        return self.stored(name), False

    def matrix(self, node: Node) -> Block:
        """A fully connected layer, without what follows it."""
        weight, transposed = self.weights(node.inputs[1])
        names = {"weight": weight} | (self.bias(node) if node.kind != "MatMul" else {})
        if any(number(node, factor, 1.0) != 1 for factor in ("alpha", "beta")):
            raise unusual(f"{node.outputs[0]} multiplies what it adds up.")
        outputs_first = node.kind == "Conv" or bool(node.settings.get("transB", 0))
        return Block(node, names, {}, node.outputs[0], turned=outputs_first == transposed)


def unusual(why: str) -> CheckpointError:
    """The refusal of a graph that does something which cannot be shown."""
    return CheckpointError(
        "The graph is not a known GoogLeNet's.", why, "Save the network's weights, and open that."
    )


def window(node: Node) -> dict[str, Any]:
    """Stride, padding and rounding of a convolution or a pool, by its own attributes.

    Padding only behind the input is how older exporters write Caffe's rounding up.
    """
    settings = node.settings
    found: dict[str, Any] = {"stride": same(settings.get("strides"), 1)}
    pads = settings.get("pads")
    pads = pads if isinstance(pads, list) and pads else [0, 0, 0, 0]
    uneven = node.kind == "Conv" and pads[-1] != pads[0]
    if uneven or settings.get("auto_pad") in ("SAME_UPPER", "SAME_LOWER"):
        found["padding"] = "same"
    else:
        found["padding"] = pads[0]
    if node.kind == "Conv":
        found |= {"dilation": same(settings.get("dilations"), 1), "groups": settings.get("group", 1)}
        return found
    found["kernel"] = same(settings.get("kernel_shape"), 0)
    found["ceil"] = bool(settings.get("ceil_mode", 0)) or pads[-1] > pads[0]
    return found


def same(values: Any, usual: int) -> int:
    """The one number of a list of equal numbers; -1 where they differ."""
    if not isinstance(values, list) or not values:
        return usual
    return int(values[0]) if all(value == values[0] for value in values) else -1


def norm_settings(node: Node) -> dict[str, Any]:
    """The numbers of a response norm."""
    return {
        "size": int(number(node, "size", 5)),
        "alpha": number(node, "alpha", 1e-4),
        "beta": number(node, "beta", 0.75),
        "k": number(node, "bias", 1.0),
    }


def number(node: Node, name: str, usual: float) -> float:
    """A setting that is one number."""
    value = node.settings.get(name, usual)
    return float(value) if isinstance(value, int | float) else usual
