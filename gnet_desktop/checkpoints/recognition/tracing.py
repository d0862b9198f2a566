"""A graph is followed from its input to its answers: which operation is which layer.

Names don't matter here. A module is a concatenation of four branches that read the
same value; what the operations say about strides, pools, norms and rectifiers is kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from gnet_desktop.checkpoints.containers.graph import Graph, Node
from gnet_desktop.checkpoints.containers.stored import StoredTensor
from gnet_desktop.checkpoints.convention import InputScaling
from gnet_desktop.checkpoints.recognition.entering import entry
from gnet_desktop.checkpoints.recognition.graph_walk import (
    LONGEST_WALK,
    PASSED,
    POOLS,
    Block,
    Walk,
    norm_settings,
    number,
    unusual,
)
from gnet_desktop.checkpoints.recognition.sequential import unshown
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import AUXILIARY, MODULES


@dataclass
class Traced:
    """Stored tensors' names by canonical layer and tensor, settings by canonical layer.

    ``trunk`` are the layers from the input to the last map in order; ``turned`` matrices
    that lie as inputs × outputs; ``entry`` what lies between the graph's input and conv1.
    ``stored`` are the file's tensors and those that its graph works out of them,
    ``noticed`` names of stored ones that are no layer's but were read. ``has_sigmoid``: one
    follows the main classifier.
    """

    names: dict[str, dict[str, str]] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    trunk: list[str] = field(default_factory=list)
    turned: set[str] = field(default_factory=set)
    entry: InputScaling | None = None
    stored: Mapping[str, StoredTensor] = field(default_factory=dict)
    noticed: frozenset[str] = frozenset()
    has_sigmoid: bool = False
    warnings: list[str] = field(default_factory=list)


def trace(graph: Graph, tensors: Mapping[str, StoredTensor]) -> Traced | None:
    """Layers of a GoogLeNet's graph; None if it hasn't a stem and nine modules behind it.

    Raises CheckpointError where it has, but joins their branches in another order.
    """
    tracer = _Tracer(graph, tensors)
    modules = [found for node in tracer.nodes if (found := tracer.module(node)) is not None]
    if len(modules) != len(MODULES):
        return None
    tracer.check_chain(modules)
    tracer.keep_stem(modules[0].start)
    for name, module in zip(MODULES, modules, strict=True):
        tracer.keep_module(name, module)
    tracer.keep_classifier(modules[-1].end)
    for head, source in AUXILIARY.items():
        tracer.keep_head(head, modules[MODULES.index(source)].end)
    tracer.traced.stored, tracer.traced.noticed = tracer.tensors, frozenset(tracer.noticed)
    return tracer.traced if "conv1" in tracer.traced.names else None


@dataclass
class _Module:
    """``branches``: blocks from the module's input on; ``pool`` that of the fourth."""

    start: str
    end: str
    branches: dict[str, list[Block]]
    pool: Node
    activation: str


class _Tracer(Walk):
    def __init__(self, graph: Graph, tensors: Mapping[str, StoredTensor]) -> None:
        super().__init__(graph, tensors)
        self.traced = Traced()

    # Modules

    def module(self, node: Node) -> _Module | None:
        """The module that ends in a concatenation of four branches; None for anything else."""
        if node.kind != "Concat" or len(node.inputs) != 4:
            return None
        chains = [self.chain(name) for name in node.inputs]
        starts = [self.start(chain) for chain in chains if chain]
        straight = [index for index, chain in enumerate(chains) if len(chain) == 1]
        if len(starts) != 4 or len(straight) != 2:
            return None
        for one, projection in (straight, straight[::-1]):
            pool, start = self.makers.get(starts[projection]), starts[one]
            if pool is not None and pool.kind == "MaxPool" and self.source(pool) == start:
                break
        else:
            return None
        lengths = [len(chain) for chain in chains]
        if lengths not in ([1, 2, 2, 1], [1, 2, 3, 1]) or one != 0 or {*starts[:3]} != {start}:
            raise CheckpointError(
                "The graph joins its branches in an unusual order.",
                "Every known GoogLeNet has 1×1, 3×3, 5×5 and pool in this order.",
                "Save the network's weights instead, and open that.",
            )
        end, activation = node.outputs[0], "none"
        if (after := self.next(end)) is not None and after.kind == "Relu":
            end = after.outputs[0]
            activation = self.spread(chains)
        branches = dict(zip(("1x1", "3x3", "5x5", "pool_proj"), chains, strict=True))
        return _Module(start, end, branches, pool, activation)

    def spread(self, chains: list[list[Block]]) -> str:
        """A rectifier behind the concatenation is as good as one at each branch's end.

        It is left there only where nothing inside the module is rectified.
        """
        if not any(block.facts["activation"] == "relu" for chain in chains for block in chain):
            return "relu"
        for chain in chains:
            chain[-1].facts["activation"] = "relu"
        return "none"

    def chain(self, name: str) -> list[Block]:
        """Convolutions one behind the other that end in a value, first one first."""
        found: list[Block] = []
        while (block := self.blocks.get(self.origin(name))) is not None and len(found) < 4:
            found.insert(0, block)
            name = self.source(block.node)
            if len(self.readers.get(name, ())) > 1:
                break
        return found

    def start(self, chain: list[Block]) -> str:
        return self.source(chain[0].node)

    def keep_module(self, name: str, module: _Module) -> None:
        """Note a module's layers, and the pool in front of it."""
        before = self.makers.get(module.start)
        if before is not None and before.kind in POOLS and name in _POOL_BEFORE:
            self.traced.facts[_POOL_BEFORE[name]] = self.window(before)
            self.traced.trunk.append(_POOL_BEFORE[name])
        self.traced.trunk.append(name)
        self.traced.facts[name] = {"activation": module.activation}
        for branch, blocks in module.branches.items():
            layers = _LAYERS[branch] if len(blocks) < 3 else ("5x5_reduce", "5x5_a", "5x5")
            for layer, block in zip(layers, blocks, strict=False):
                self.keep(f"{name}/{layer}", block)
        self.traced.facts[f"{name}/pool"] = self.window(module.pool)

    def keep(self, layer: str, block: Block) -> None:
        self.traced.names[layer] = block.names
        self.traced.facts[layer] = block.facts
        if block.turned:
            self.traced.turned.add(layer)

    def check_chain(self, modules: list[_Module]) -> None:
        """Raise CheckpointError for anything but a pool between two modules."""
        for before, module in pairwise(modules):
            name = self.origin(module.start)
            if name != before.end and (pool := self.makers.get(name)) is not None and pool.kind in POOLS:
                name = self.source(pool)
            if name != before.end:
                kind = self.makers[name].kind if name in self.makers else "something else"
                raise unusual(f"Between two of its modules it has {kind}.")

    # What lies before and behind

    def keep_stem(self, end: str) -> None:
        """From 3a's input back to the graph's: convolutions, pools, response norms."""
        steps = list(self.back(end))
        blocks = [step for step in steps if isinstance(step, Block)]
        names = {1: ("conv1",), 2: ("conv1", "conv3"), 3: ("conv1", "conv2", "conv3")}.get(len(blocks))
        if names is None:
            return
        first = blocks[0]
        channels = self.tensors[first.names["weight"]].shape[1]
        self.traced.entry = entry(self, self.source(first.node), channels)
        waiting = list(names)
        for step in steps:
            if isinstance(step, Block):
                name = waiting.pop(0)
                self.keep(name, step)
            else:
                # norm1 and pool1 come before the last convolution, norm2 and pool2 behind it
                kind, settings = ("norm", step) if isinstance(step, dict) else ("pool", self.window(step))
                name = f"{kind}{1 if waiting else 2}"
                self.traced.facts[name] = settings
            self.traced.trunk.append(name)

    def back(self, name: str) -> "Iterator[Block | Node | dict[str, Any]]":
        """Steps that lead to a value, first one first; a response norm as its settings."""
        found: list[Block | Node | dict[str, Any]] = []
        for _ in range(LONGEST_WALK):
            name = self.origin(name)
            block, node = self.blocks.get(name), self.makers.get(name)
            if block is not None:
                found.append(block)
                name = self.source(block.node)
            elif node is not None and node.kind in POOLS:
                found.append(node)
                name = self.source(node)
            elif node is not None and node.kind == "LRN":
                found.append(norm_settings(node))
                name = node.inputs[0]
            elif node is not None and (norm := self.spelled_norm(node)):
                found.append(norm)
                name = node.inputs[0]
            else:
                break
        yield from reversed(found)

    def keep_classifier(self, end: str) -> None:
        """From 5b's output: perhaps a convolution, a global pool, then one matrix or more."""
        name = end
        node = self.next(name)
        if node is not None and node.kind == "Conv" and node.outputs[0] in self.makers:
            block = self.convolution(node)
            if self.tensors[block.names["weight"]].shape[-1] == 3:
                self.keep("conv4", block)
                self.traced.trunk.append("conv4")
                name = block.end
        pool = self.reader(name, _GLOBAL)
        if pool is None:
            return
        if pool.kind in ("GlobalMaxPool", "MaxPool", "ReduceMax"):
            self.traced.facts.setdefault("global_pool", {})["kind"] = "max"
        matrices = self.matrices(pool.outputs[0])
        for place, block in enumerate(matrices[:-1], 1):
            self.keep(f"fc_{place}", block)
        if matrices:
            self.keep("fc", matrices[-1])
            self.keep_end(matrices[-1].end)

    def keep_end(self, end: str) -> None:
        """Note what the graph does with the main classifier's answers."""
        for _ in range(LONGEST_WALK):
            node = self.next(end)
            if node is None or node.kind in _SCALES:
                return
            if node.kind not in PASSED and self.reader(node.outputs[0], _MATRICES):
                raise unshown(node.kind)
            if node.kind == "Sigmoid":
                self.traced.has_sigmoid = True
            elif node.kind not in PASSED:
                self.traced.warnings.append(
                    f"Behind its classifier the graph goes on with {node.kind}, which is left out here."
                )
                return
            end = node.outputs[0]

    def keep_head(self, head: str, source: str) -> None:
        """From the end of 4a or 4d: an average pool, a convolution, two matrices."""
        pool = self.reader(source, ("AveragePool",))
        node = self.reader(pool.outputs[0], ("Conv",)) if pool is not None else None
        if pool is None or node is None:
            return
        block = self.convolution(node)
        matrices = self.matrices(block.end)
        if len(matrices) == 2:
            self.keep(f"{head}/conv", block)
            self.traced.facts[f"{head}/pool"] = self.window(pool)
            for layer, matrix in zip(("fc1", "fc2"), matrices, strict=True):
                self.keep(f"{head}/{layer}", matrix)

    def matrices(self, name: str) -> list[Block]:
        """Fully connected layers one behind the other, each with a norm before it, if there is one."""
        found: list[Block] = []
        for _ in range(4):
            node, norm = self.reader(name, (*_MATRICES, "BatchNormalization")), None
            if node is not None and node.kind == "BatchNormalization":
                norm, node = node, self.reader(node.outputs[0], _MATRICES)
            if node is None or not self.matrix_name(node):
                break
            block = self.follow(self.matrix(node))
            block.facts["scale"] = self.scale(node.inputs[0])
            if norm is not None:
                block.names |= {f"before.{part}": name for part, name in self.norm(norm).items()}
                block.facts["epsilon before"] = number(norm, "epsilon", 1e-5)
            found.append(block)
            name = block.end
        return found

    def scale(self, name: str) -> float:
        """What a vector is multiplied by just before it is read."""
        maker = self.makers.get(self.origin(name))
        return self.constant(maker) if maker is not None and maker.kind == "Mul" else 1.0


_GLOBAL: Final = (
    "GlobalAveragePool",
    "GlobalMaxPool",
    "ReduceMean",
    "ReduceMax",
    "AveragePool",
    "MaxPool",
)
_MATRICES: Final = ("Gemm", "MatMul", "Conv")
_SCALES: Final = ("Softmax", "LogSoftmax", "ArgMax", "TopK", "Hardmax")
"""What may follow the answers without changing their order."""

_POOL_BEFORE: Final[Mapping[str, str]] = {"4a": "pool3", "5a": "pool4"}

_LAYERS: Final[Mapping[str, tuple[str, ...]]] = {
    "1x1": ("1x1",),
    "3x3": ("3x3_reduce", "3x3"),
    "5x5": ("5x5_reduce", "5x5"),
    "pool_proj": ("pool_proj",),
}
