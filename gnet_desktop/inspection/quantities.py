"""What the thickness of the map's parts shows, as numbers by part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from gnet_desktop.inspection.statistics import energy_shares, nonzero_share
from gnet_desktop.network.architecture import Architecture, Module
from gnet_desktop.network.arithmetic import Cost, costs
from gnet_desktop.network.record import Array, Record
from gnet_desktop.network.sizes import Size


@dataclass(frozen=True, slots=True)
class Quantity:
    """One of `QUANTITIES` over a whole network.

    ``layers`` has the value of each convolution by its name (what is absent has none
    and is drawn at the least thickness); ``stripes`` that of each branch in its
    module's concatenation, under the branch's name. Energy is a share of its module's,
    ``nonzero`` a share of cells, ``difference`` |a − b| / (|a| + |b|) of the lengths over all
    cells of this run and the reference: all 0…1. A stripe of these two is the branch's share
    times its share of the channels, so that a module's stripes add up to its own share.
    ``effect`` is the size of what a logit loses with a branch off. ``written`` is what is
    written where it isn't the thickness.
    """

    name: str
    layers: Mapping[str, float]
    stripes: Mapping[str, float]
    kind: Literal["count", "share", "logit"] = "count"
    written: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasuredNetwork:
    """What quantities are taken from: a network, an input of (height, width), perhaps runs.

    ``effects`` is the change of a logit with a branch off, by branch.
    """

    architecture: Architecture
    size: Size
    record: Record | None = None
    reference: Record | None = None
    effects: Mapping[str, float] | None = None


def measure(name: str, source: MeasuredNetwork) -> Quantity | None:
    """A quantity of a network; None for one that is taken from what the source hasn't."""
    return QUANTITIES[name](source)


def _channels(source: MeasuredNetwork) -> Quantity:
    layers = {layer.name: float(layer.outputs) for layer in source.architecture.convolutions()}
    return Quantity("channels", layers, _by_branch(source.architecture, lambda part: layers[part]))


def _macs(source: MeasuredNetwork) -> Quantity:
    return _cost(source, "macs", lambda cost: cost.macs)


def _parameters(source: MeasuredNetwork) -> Quantity:
    return _cost(source, "parameters", lambda cost: cost.parameters)


def _cost(source: MeasuredNetwork, name: str, of: Callable[[Cost], int]) -> Quantity:
    found = costs(source.architecture, source.size)
    layers = {part: float(of(cost)) for part, cost in found.layers.items()}
    return Quantity(name, layers, {part: float(of(cost)) for part, cost in found.branches.items()})


def _energy(source: MeasuredNetwork) -> Quantity | None:
    if source.record is None:
        return None
    shares: dict[str, float] = {}
    for module in source.architecture.modules:
        shares.update(energy_shares({part: source.record[part] for part in branches_of(module)}))
    return Quantity("energy", shares, shares, "share")


def _nonzero(source: MeasuredNetwork) -> Quantity | None:
    record = source.record
    if record is None:
        return None
    names = [layer.name for layer in source.architecture.convolutions() if layer.name in record]
    layers = {name: nonzero_share(record[name]) for name in names}
    return Quantity("nonzero", layers, _by_channels(source.architecture, layers), "share")


def _difference(source: MeasuredNetwork) -> Quantity | None:
    record, reference = source.record, source.reference
    if record is None or reference is None:
        return None
    layers = {}
    for layer in source.architecture.convolutions():
        this, other = record.get(layer.name), reference.get(layer.name)
        if this is not None and other is not None and this.shape == other.shape:
            layers[layer.name] = difference_share(this, other)
    return Quantity("difference", layers, _by_channels(source.architecture, layers), "share")


def _effect(source: MeasuredNetwork) -> Quantity | None:
    if source.effects is None:
        return None
    sizes = {part: abs(value) for part, value in source.effects.items()}
    return Quantity("effect", sizes, sizes, "logit", source.effects)


def difference_share(this: Array, other: Array) -> float:
    """|a − b| / (|a| + |b|), lengths over all values: 0 the same, 1 nothing in common; 0 if both are 0."""
    apart, one, two = (float(np.linalg.norm(values)) for values in (this - other, this, other))
    return min(1.0, apart / (one + two)) if np.isfinite(apart) and one + two > 0 else 0.0


def _by_channels(architecture: Architecture, layers: Mapping[str, float]) -> dict[str, float]:
    """Of each branch its value times its share of its module's channels."""
    return {
        part: layers.get(part, 0.0) * branch.outputs / module.outputs
        for module in architecture.modules
        for part, branch in zip(branches_of(module), module.branches, strict=True)
    }


QUANTITIES: Final[Mapping[str, Callable[[MeasuredNetwork], Quantity | None]]] = {
    "channels": _channels,
    "macs": _macs,
    "parameters": _parameters,
    "energy": _energy,
    "nonzero": _nonzero,
    "difference": _difference,
    "effect": _effect,
}
"""How each quantity is worked out, in the order of the choice."""


def branches_of(module: Module) -> list[str]:
    """Canonical names of a module's branches."""
    return [f"{module.name}/{branch.name}" for branch in module.branches]


def _by_branch(architecture: Architecture, value: Callable[[str], float]) -> dict[str, float]:
    return {part: value(part) for module in architecture.modules for part in branches_of(module)}
