"""What the 1×1 reductions save, in numbers: module by module, and step by step in one.

Counted as in docs/formats.md#costs: the same outputs, the reductions taken out, so that 3×3
and 5×5 read the module's whole input; 1×1 and pool stay as they are on both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gnet_desktop.network.architecture import Architecture, Branch, Convolution, Pool
from gnet_desktop.network.arithmetic import Cost, costs, shapes, unreduced
from gnet_desktop.network.sizes import Size

What = Literal["macs", "weights"]


@dataclass(frozen=True, slots=True)
class Saving:
    """A module's cost by branch as it is built, and without reductions.

    ``running`` is the cost as built of everything up to and with this module, the stem
    included.
    """

    name: str
    built: Mapping[str, int]
    without: Mapping[str, int]
    running: int

    @property
    def total(self) -> int:
        """The module as built."""
        return sum(self.built.values())

    @property
    def total_without(self) -> int:
        """The module without reductions."""
        return sum(self.without.values())

    @property
    def ratio(self) -> float:
        """How many times more it would cost."""
        return self.total_without / max(self.total, 1)


@dataclass(frozen=True, slots=True)
class Savings:
    """All modules of a network; ``whole`` is the cost of the whole pass without the heads."""

    what: What
    modules: tuple[Saving, ...]
    whole: int

    @property
    def total(self) -> int:
        """All modules as built."""
        return sum(module.total for module in self.modules)

    @property
    def total_without(self) -> int:
        """All modules without reductions."""
        return sum(module.total_without for module in self.modules)

    @property
    def ratio(self) -> float:
        """How many times more they would cost."""
        return self.total_without / max(self.total, 1)

    def module(self, name: str) -> Saving:
        """The saving of one module; KeyError if there is none."""
        for saving in self.modules:
            if saving.name == name:
                return saving
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class LayerCost:
    """A layer of a branch: its kernel and kind, what it costs, and the channels behind it."""

    layer: Convolution | Pool
    macs: int
    channels: int


@dataclass(frozen=True, slots=True)
class Path:
    """A branch step by step. ``without`` is its cost without its reduction, None if it has none."""

    branch: Branch
    inputs: int
    steps: tuple[LayerCost, ...]
    macs: int
    without: int | None


def savings(architecture: Architecture, size: Size, what: What = "macs") -> Savings:
    """What the reductions save in every module, for an input of (height, width) pixels."""
    found, bare = costs(architecture, size), costs(unreduced(architecture), size)

    def value(cost: Cost) -> int:
        return cost.macs if what == "macs" else cost.weights

    modules, running, names = [], 0, {module.name for module in architecture.modules}
    for layer in architecture.trunk:
        if layer.name not in names:
            running += value(found.layers.get(layer.name, Cost()))
            continue
        branches = [branch.name for branch in architecture.module(layer.name).branches]
        built = {name: value(found.branches[f"{layer.name}/{name}"]) for name in branches}
        without = {name: value(bare.branches[f"{layer.name}/{name}"]) for name in branches}
        running += sum(built.values())
        modules.append(Saving(layer.name, built, without, running))
    return Savings(what, tuple(modules), value(found.total))


def paths(architecture: Architecture, module: str, size: Size) -> list[Path]:
    """The branches of a module that have more than one layer, step by step."""
    found, bare, maps = (
        costs(architecture, size),
        costs(unreduced(architecture), size),
        shapes(architecture, size),
    )
    chosen = architecture.module(module)
    result = []
    for branch in chosen.branches:
        if len(branch.layers) < 2:
            continue
        steps = tuple(
            LayerCost(
                layer, found.layers[layer.name].macs if layer.name in found.layers else 0, maps[layer.name][0]
            )
            for layer in branch.layers
        )
        name = f"{module}/{branch.name}"
        reduced = isinstance(branch.layers[0], Convolution)
        without = bare.branches[name].macs if reduced else None
        result.append(Path(branch, chosen.inputs, steps, found.branches[name].macs, without))
    return result
