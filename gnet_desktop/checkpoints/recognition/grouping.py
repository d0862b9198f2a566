"""Convolutions of unknown names in groups that make an inception module, in a chain of nine.

In a module four 1×1 convolutions read the module's input; a 3×3 reads one of them, and
a 5×5 (or a 3×3, or two) reads another. Which convolutions belong to one module shows in
their paths, or in the order of the file.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import Final

from gnet_desktop.checkpoints.containers.stored import shape_text
from gnet_desktop.checkpoints.recognition.layering import Layer, likeness
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.families import LUCID_WIDTHS, PAPER_WIDTHS, ModuleWidths

_TABLES: Final = (PAPER_WIDTHS, LUCID_WIDTHS)
_MOST_TRIES: Final = 10_000
_POOL_WORDS: Final = frozenset(("pool", "proj", "projection", "maxpool"))
_PARTS: Final = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")


def _row(widths: ModuleWidths) -> tuple[int, ...]:
    return (
        widths.one,
        widths.three_reduce,
        widths.three,
        widths.five_reduce,
        widths.five,
        widths.pool_proj,
    )


_KNOWN: Final = frozenset(_row(row) for table in _TABLES for row in table.modules.values())


@dataclass(frozen=True)
class Group:
    """Convolutions that make a module, by their part in it; ``doubts`` pairs of alike parts."""

    parts: dict[str, Layer]
    doubts: tuple[str, ...] = ()

    @cached_property
    def inputs(self) -> int:
        """Channels that it reads."""
        return self.parts["1x1"].inputs

    @cached_property
    def outputs(self) -> int:
        """Channels that it gives."""
        return sum(self.parts[name].outputs for name in ("1x1", "3x3", "5x5", "pool_proj"))

    @cached_property
    def place(self) -> int:
        """The place of its first layer in the file."""
        return min(layer.place for layer in self.parts.values())

    @cached_property
    def end(self) -> int:
        """The place of its last layer in the file."""
        return max(layer.place for layer in self.parts.values())

    @cached_property
    def layers(self) -> frozenset[int]:
        """The places of its layers in the file."""
        return frozenset(layer.place for layer in self.parts.values())

    @property
    def pattern(self) -> tuple[str, ...]:
        """Its parts in the order of the file."""
        return tuple(sorted(self.parts, key=lambda name: self.parts[name].place))

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of each part, in the order of the parts."""
        return tuple(self.parts[name].outputs for name in _PARTS)


def _candidates(kernels: list[Layer]) -> list[Group]:
    """Groups that can be a module: by a common path, or else one behind the other in the file."""
    by_path = list(_by_path(kernels))
    return by_path if len(by_path) >= len(MODULES) else list(_by_order(kernels))


def _by_path(kernels: list[Layer]) -> Iterator[Group]:
    groups: dict[str, list[Layer]] = {}
    for layer in kernels:
        parts = layer.path.split(".")
        for depth in range(1, len(parts)):
            groups.setdefault(".".join(parts[:depth]), []).append(layer)
    seen = set[frozenset[int]]()
    for group in groups.values():
        module = _as_module(group)
        if module is not None and module.layers not in seen:
            seen.add(module.layers)
            yield module


def _by_order(kernels: list[Layer]) -> Iterator[Group]:
    for start in range(len(kernels)):
        for size in (7, 6):
            if module := _as_module(kernels[start : start + size]):
                yield module


def _as_module(group: Sequence[Layer]) -> Group | None:
    """The parts of a module if these are its convolutions, else None."""
    ones = [layer for layer in group if layer.kernel == 1]
    wide = [layer for layer in group if layer.kernel > 1]
    if len(ones) != 4 or len(wide) not in (2, 3) or len({layer.inputs for layer in ones}) != 1:
        return None
    branches = _wide_branches(ones, wide)
    if branches is None:
        return None
    (three_reduce, three), (five_reduce, *five) = branches
    one, pool = (layer for layer in ones if layer is not three_reduce and layer is not five_reduce)
    parts = {"1x1": one, "3x3_reduce": three_reduce, "3x3": three, "5x5_reduce": five_reduce}
    parts |= {"5x5_a": five[0], "5x5": five[-1]} if len(five) > 1 else {"5x5": five[0]}
    parts["pool_proj"] = pool
    other = {**parts, "1x1": pool, "pool_proj": one}
    first, second = sorted((parts, other), key=_oddness)
    return Group(first, tuple(_doubts(first, second)))


def _oddness(parts: dict[str, Layer]) -> tuple[bool, bool, int]:
    """How unlikely it is that the 1×1 and the pool's projection are not confused.

    The name tells; else the paper's widths; else the 1×1 comes first.
    """
    says_pool = not _POOL_WORDS.isdisjoint(parts["1x1"].words)
    widths = tuple(parts[name].outputs for name in _PARTS)
    return says_pool, widths not in _KNOWN, parts["1x1"].place


def _doubts(parts: dict[str, Layer], other: dict[str, Layer]) -> Iterator[str]:
    """Pairs of parts that nothing but their order tells apart."""
    if _oddness(parts)[:2] == _oddness(other)[:2]:
        yield "1x1 pool_proj"
    one, reduce, three = (parts[name] for name in ("1x1", "3x3_reduce", "3x3"))
    closer = likeness(reduce.path, three.path) > likeness(one.path, three.path)
    if one.shape == reduce.shape and not closer:
        yield "1x1 3x3_reduce"


def _wide_branches(ones: list[Layer], wide: list[Layer]) -> tuple[list[Layer], list[Layer]] | None:
    """The 3×3 branch and the 5×5 branch, each with its reduction first; None if there are none."""
    found = []
    for three, five, *second in permutations(wide):
        stacked = not second or (second[0].inputs == five.outputs and second[0].kernel == five.kernel == 3)
        if three.kernel != 3 or five.kernel not in (3, 5) or not stacked:
            continue
        three_reduce = _reduction(ones, three)
        five_reduce = _reduction([layer for layer in ones if layer is not three_reduce], five)
        if three_reduce is not None and five_reduce is not None:
            found.append(([three_reduce, three], [five_reduce, five, *second]))
    # A larger kernel is the 5×5's; of two 3×3 it is the narrower, and then the later one.
    return min(found, key=lambda both: _rank(both[0][-1], both[1][-1]), default=None)


def _rank(three: Layer, five: Layer) -> tuple[int, bool, int]:
    return -five.kernel, five.outputs > three.outputs, three.place - five.place


def _reduction(ones: list[Layer], wide: Layer) -> Layer | None:
    """The 1×1 that a convolution reads: its neighbour by path, else the one just before it."""
    fitting = [layer for layer in ones if layer.outputs == wide.inputs]
    return max(
        fitting,
        key=lambda layer: (
            *likeness(layer.path, wide.path),
            layer.place < wide.place,
            -abs(layer.place - wide.place),
        ),
        default=None,
    )


def find_chain(kernels: list[Layer]) -> tuple[list[Group], bool]:
    """The nine modules one behind the other, and whether that is the file's order.

    Raises CheckpointError if they don't make a chain.
    """
    candidates = sorted(_candidates(kernels), key=lambda module: module.place)
    for orders, in_order in (
        (_following(candidates, in_order=True), True),
        (_like_the_paper(candidates), False),
        (_following(candidates, in_order=False), False),
    ):
        if (order := next(orders, None)) is None:
            continue
        if not in_order and (other := next(orders, None)) is not None and other != order:
            names = " and ".join(name for name, a, b in zip(MODULES, order, other, strict=True) if a is not b)
            raise indistinct(names)
        return order, in_order
    raise no_googlenet(_count_text(candidates, kernels))


def _like_the_paper(modules: list[Group]) -> Iterator[list[Group]]:
    """The modules in the order of a known table, if each of its rows is there once."""
    by_widths: dict[tuple[int, ...], list[Group]] = {}
    for module in modules:
        by_widths.setdefault((module.inputs, *module.widths), []).append(module)
    for table in _TABLES:
        rows = [_row(table.modules[name]) for name in MODULES]
        inputs = [table.trunk["conv3"], *(one + three + five + pool for one, _, three, _, five, pool in rows)]
        found = [by_widths.get((count, *row), []) for count, row in zip(inputs, rows, strict=False)]
        if all(len(fitting) == 1 for fitting in found):
            yield [fitting[0] for fitting in found]


def _following(modules: list[Group], *, in_order: bool) -> Iterator[list[Group]]:
    """Chains of nine disjoint modules that read what the one before gives; at most a few tries.

    Modules whose parts lie as in most others are tried first: beside a head's 1×1 a
    window of six may be shifted by one.
    """
    patterns = Counter(module.pattern for module in modules)
    modules = sorted(modules, key=lambda module: (-patterns[module.pattern], module.place))
    by_inputs: dict[int, list[Group]] = {}
    for module in modules:
        by_inputs.setdefault(module.inputs, []).append(module)
    tries = 0
    waiting: list[tuple[list[Group], frozenset[int]]] = [([], frozenset())]
    while waiting and tries < _MOST_TRIES:
        tries += 1
        chain, taken = waiting.pop()
        if len(chain) == len(MODULES):
            yield chain
            continue
        last = chain[-1] if chain else None
        fitting = modules if last is None else by_inputs.get(last.outputs, [])
        if last is not None and in_order:
            fitting = [module for module in fitting if module.place > last.end]
        else:
            fitting = [module for module in fitting if taken.isdisjoint(module.layers)]
        waiting += [([*chain, module], taken | module.layers) for module in reversed(fitting)]


def _count_text(modules: list[Group], kernels: list[Layer]) -> str:
    shapes = Counter(layer.shape for layer in kernels)
    ones = sum(count for shape, count in shapes.items() if shape[2] == 1)
    if not kernels:
        return "It has no convolutions."
    odd = next((layer for layer in kernels if layer.shape not in _known_shapes()), None)
    if odd is not None:
        return f"The first of its convolutions that does not fit is {odd.path} ({shape_text(odd.shape)})."
    if len(modules) >= len(MODULES):
        return "It has groups of convolutions like inception modules, but no nine of them follow one another."
    if len(kernels) >= 50 and ones >= 36:
        return (
            f"It has {len(kernels)} convolutions, but neither their names nor their order tell "
            "which belong to one module."
        )
    return (
        f"It has {len(kernels)} convolutions, and {len(modules) or 'none'} of the nine groups of six "
        "that make an inception module."
    )


def _known_shapes() -> set[tuple[int, ...]]:
    """Shapes of all kernels of the paper's network and of its editions."""
    shapes: set[tuple[int, ...]] = {
        (64, 64, 1, 1),
        (192, 64, 3, 3),
        (1024, 1024, 3, 3),
        (128, 512, 1, 1),
        (128, 528, 1, 1),
    }
    shapes |= {
        (outputs, channels, side, side)
        for outputs, side in ((64, 7), (192, 3), (64, 3))
        for channels in (1, 3)
    }
    for table in _TABLES:
        inputs = table.trunk["conv3"]
        for one, three_reduce, three, five_reduce, five, pool in (
            _row(table.modules[name]) for name in MODULES
        ):
            shapes |= {(outputs, inputs, 1, 1) for outputs in (one, three_reduce, five_reduce, pool)}
            shapes |= {(three, three_reduce, 3, 3), (five, five, 3, 3)}
            shapes |= {(five, five_reduce, side, side) for side in (3, 5)}
            inputs = one + three + five + pool
    return shapes


def indistinct(which: str) -> CheckpointError:
    """The refusal of weights whose order nothing tells."""
    return CheckpointError(
        "Its weights cannot be put in order.",
        f"It has a GoogLeNet's structure, but neither its names nor its order tell {which} apart.",
        "Save it with the names of its layers, and open that.",
    )


def no_googlenet(why: str) -> CheckpointError:
    """The refusal of a network of another kind."""
    return CheckpointError(
        "This is not a GoogLeNet.", why, "Open a checkpoint of a GoogLeNet (Inception v1)."
    )
