"""A GoogLeNet recognised by its structure, whatever its tensors are called.

In a module four 1×1 convolutions read the module's input; a 3×3 reads one of them, and
a 5×5 (or a 3×3, or two) reads another. Which convolutions belong to one module shows in
their paths, or in the order of the file.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Final

from gnet_desktop.checkpoints.containers.stored import Contents, shape_text
from gnet_desktop.checkpoints.layering import Layer, gather, shared
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
_HEADS: Final = (("aux1", "4a"), ("aux2", "4d"))


@dataclass
class Structure:
    """The file's own names by canonical layer and tensor in it.

    ``doubts`` are layers that only the file's order told apart; an order that is right
    wherever it can be checked is trusted.
    """

    names: dict[str, dict[str, str]] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Module:
    """Convolutions that make a module, by their part in it; ``doubts`` pairs of alike parts."""

    parts: dict[str, Layer]
    doubts: tuple[str, ...] = ()

    @property
    def inputs(self) -> int:
        return self.parts["1x1"].inputs

    @property
    def outputs(self) -> int:
        return sum(self.parts[name].outputs for name in ("1x1", "3x3", "5x5", "pool_proj"))

    @property
    def place(self) -> int:
        return min(layer.place for layer in self.parts.values())

    @property
    def end(self) -> int:
        return max(layer.place for layer in self.parts.values())

    @property
    def layers(self) -> frozenset[int]:
        return frozenset(layer.place for layer in self.parts.values())

    @property
    def pattern(self) -> tuple[str, ...]:
        """Its parts in the order of the file."""
        return tuple(sorted(self.parts, key=lambda name: self.parts[name].place))

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(self.parts[name].outputs for name in _PARTS)


def find_structure(contents: Contents) -> Structure:
    """The GoogLeNet in a file of unknown names.

    Raises CheckpointError with the first thing that does not fit.
    """
    layers = gather(contents.tensors)
    kernels = [layer for layer in layers if layer.kernel]
    modules, in_order = _chained(_candidates(kernels), kernels)
    used = {layer for module in modules for layer in module.layers}
    rest = [layer for layer in kernels if layer.place not in used]
    found = Structure()
    for name, module in zip(MODULES, modules, strict=True):
        found.names |= {f"{name}/{part}": layer.names for part, layer in module.parts.items()}
        found.doubts += [
            f"{name}/{first} and {name}/{second}" for first, second in map(str.split, module.doubts)
        ]
        found.doubts += [
            f"the norm of {name}/{part} and others"
            for part, layer in module.parts.items()
            if layer.is_doubtful
        ]
    if found.doubts and not in_order:
        raise _indistinct(found.doubts[0])
    _keep_stem(found, rest, modules[0].inputs)
    ends = {name: module.outputs for name, module in zip(MODULES, modules, strict=True)}
    last = next(
        (layer.outputs for layer in rest if layer.kernel == 3 and layer.inputs == ends["5b"]), ends["5b"]
    )
    matrices = _matrices(layers, last)
    for head, source in _HEADS:
        _keep_head(found, head, rest, matrices, ends[source])
    _keep_classifier(found, rest, matrices, ends["5b"])
    return found


def _matrices(layers: list[Layer], inputs: int) -> list[Layer]:
    """Fully connected layers, turned where more of them then read the last map's channels."""
    found = [layer for layer in layers if not layer.kernel]
    as_is, turned = (sum(layer.shape[side] == inputs for layer in found) for side in (1, 0))
    if turned > as_is:
        return [replace(layer, shape=layer.shape[::-1]) for layer in found]
    return found


# Modules


def _candidates(kernels: list[Layer]) -> list[_Module]:
    """Groups that can be a module: by a common path, or else one behind the other in the file."""
    by_path = list(_by_path(kernels))
    return by_path if len(by_path) >= len(MODULES) else list(_by_order(kernels))


def _by_path(kernels: list[Layer]) -> Iterator[_Module]:
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


def _by_order(kernels: list[Layer]) -> Iterator[_Module]:
    for start in range(len(kernels)):
        for size in (7, 6):
            if module := _as_module(kernels[start : start + size]):
                yield module


def _as_module(group: Sequence[Layer]) -> _Module | None:
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
    return _Module(first, tuple(_doubts(first, second)))


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
    closer = shared(reduce.path, three.path) > shared(one.path, three.path)
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
    return min(
        fitting,
        key=lambda layer: (
            -shared(layer.path, wide.path),
            layer.place > wide.place,
            abs(layer.place - wide.place),
        ),
        default=None,
    )


def _chained(candidates: list[_Module], kernels: list[Layer]) -> tuple[list[_Module], bool]:
    """The nine modules one behind the other, and whether that is the file's order.

    Raises CheckpointError if they don't make a chain.
    """
    candidates = sorted(candidates, key=lambda module: module.place)
    for orders, in_order in (
        (_following(candidates, in_order=True), True),
        (_like_the_paper(candidates), False),
        (_following(candidates, in_order=False), False),
    ):
        if (order := next(orders, None)) is None:
            continue
        if not in_order and (other := next(orders, None)) is not None and other != order:
            names = " and ".join(name for name, a, b in zip(MODULES, order, other, strict=True) if a is not b)
            raise _indistinct(names)
        return order, in_order
    raise _no_googlenet(_count_text(candidates, kernels))


def _like_the_paper(modules: list[_Module]) -> Iterator[list[_Module]]:
    """The modules in the order of a known table, if each of its rows is there once."""
    by_widths: dict[tuple[int, ...], list[_Module]] = {}
    for module in modules:
        by_widths.setdefault((module.inputs, *module.widths), []).append(module)
    for table in _TABLES:
        rows = [_row(table.modules[name]) for name in MODULES]
        inputs = [table.trunk["conv3"], *(one + three + five + pool for one, _, three, _, five, pool in rows)]
        found = [by_widths.get((count, *row), []) for count, row in zip(inputs, rows, strict=False)]
        if all(len(fitting) == 1 for fitting in found):
            yield [fitting[0] for fitting in found]


def _following(modules: list[_Module], *, in_order: bool) -> Iterator[list[_Module]]:
    """Chains of nine disjoint modules that read what the one before gives; at most a few tries.

    Modules whose parts lie as in most others are tried first: beside a head's 1×1 a
    window of six may be shifted by one.
    """
    patterns = Counter(module.pattern for module in modules)
    modules = sorted(modules, key=lambda module: (-patterns[module.pattern], module.place))
    tries = 0
    waiting: list[list[_Module]] = [[]]
    while waiting and tries < _MOST_TRIES:
        tries += 1
        chain = waiting.pop()
        if len(chain) == len(MODULES):
            yield chain
            continue
        last = chain[-1] if chain else None
        fitting = [
            module
            for module in modules
            if last is None
            or (
                last.outputs == module.inputs
                and (
                    module.place > last.end
                    if in_order
                    else all(module.layers.isdisjoint(one.layers) for one in chain)
                )
            )
        ]
        waiting += [[*chain, module] for module in reversed(fitting)]


def _count_text(modules: list[_Module], kernels: list[Layer]) -> str:
    shapes = Counter(layer.shape for layer in kernels)
    ones = sum(count for shape, count in shapes.items() if shape[2] == 1)
    if not kernels:
        return "It has no convolutions."
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


def _indistinct(which: str) -> CheckpointError:
    return CheckpointError(
        "Its weights cannot be put in order.",
        f"It has a GoogLeNet's structure, but neither its names nor its order tell {which} apart.",
        "Save it with the names of its layers, and open that.",
    )


def _no_googlenet(why: str) -> CheckpointError:
    return CheckpointError("This is no GoogLeNet.", why, "Open a checkpoint of a GoogLeNet (Inception v1).")


# Before and behind


def _keep_stem(found: Structure, rest: list[Layer], channels: int) -> None:
    """Convolutions that lead from the picture to 3a: one, or a wide one and a 3×3, or three."""
    firsts = [layer for layer in rest if layer.inputs in (1, 3)]
    if not firsts:
        raise _no_googlenet("None of its convolutions reads a picture.")
    first = firsts[0]
    if first.outputs == channels:
        chain = {"conv1": first}
    else:
        lasts = [
            layer for layer in rest if layer.kernel == 3 and layer.outputs == channels and layer is not first
        ]
        middle, last = _between(first, lasts, rest)
        chain = {"conv1": first, **({"conv2": middle} if middle else {}), "conv3": last}
    for name, layer in chain.items():
        found.names[name] = layer.names
        rest.remove(layer)


def _between(first: Layer, lasts: list[Layer], rest: Iterable[Layer]) -> tuple[Layer | None, Layer]:
    """conv2, if there is one, and conv3."""
    for last in lasts:
        for middle in rest:
            fits = middle.inputs == first.outputs and middle.outputs == last.inputs
            if fits and middle is not last and middle is not first:
                return middle, last
        if last.inputs == first.outputs:
            return None, last
    shape = shape_text(first.shape)
    raise _no_googlenet(f"Nothing leads from its first convolution ({shape}) to its modules.")


def _keep_head(found: Structure, head: str, rest: list[Layer], matrices: list[Layer], channels: int) -> None:
    """A 1×1 that reads a module's output, and two matrices behind it."""
    for convolution in [layer for layer in rest if layer.kernel == 1 and layer.inputs == channels]:
        hidden = _nearest(
            convolution,
            [
                layer
                for layer in matrices
                if layer.inputs > 0
                and layer.inputs % convolution.outputs == 0
                and _is_square(layer.inputs // convolution.outputs)
            ],
        )
        last = (
            _nearest(hidden, [layer for layer in matrices if layer.inputs == hidden.outputs])
            if hidden
            else None
        )
        if hidden is None or last is None:
            continue
        for part, layer in (("conv", convolution), ("fc1", hidden), ("fc2", last)):
            found.names[f"{head}/{part}"] = layer.names
        rest.remove(convolution)
        matrices.remove(hidden)
        matrices.remove(last)
        return


def _is_square(count: int) -> bool:
    return count > 1 and round(count**0.5) ** 2 == count


def _nearest(layer: Layer, others: list[Layer]) -> Layer | None:
    """The one that is next to a layer by its path, else behind it in the file."""
    return min(
        (other for other in others if other is not layer),
        key=lambda other: (
            -shared(layer.path, other.path),
            other.place < layer.place,
            abs(other.place - layer.place),
        ),
        default=None,
    )


def _keep_classifier(found: Structure, rest: list[Layer], matrices: list[Layer], channels: int) -> None:
    """Perhaps a 3×3 behind 5b, then matrices one behind the other."""
    further = next((layer for layer in rest if layer.kernel == 3 and layer.inputs == channels), None)
    if further is not None:
        found.names["conv4"] = further.names
        channels = further.outputs
    chain: list[Layer] = []
    left = sorted(matrices, key=lambda layer: layer.place)
    while (layer := next((layer for layer in left if layer.inputs == channels), None)) and len(chain) < 4:
        chain.append(layer)
        left.remove(layer)
        channels = layer.outputs
    final = [
        layer for layer in rest if layer.kernel == 1 and layer.inputs == channels and layer is not further
    ]
    chain += final[:1] if not chain else []
    for number, layer in enumerate(chain[:-1], 1):
        found.names[f"fc_{number}"] = layer.names
    if chain:
        found.names["fc"] = chain[-1].names
