"""What the thickness of the map's parts shows, as numbers by part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gnet_desktop.inspection.statistics import energy_shares, nonzero_share
from gnet_desktop.network.architecture import Architecture, Module
from gnet_desktop.network.arithmetic import Cost, costs
from gnet_desktop.network.record import Record
from gnet_desktop.network.sizes import Size


@dataclass(frozen=True, slots=True)
class Quantity:
    """One of `QUANTITIES` over a whole network.

    ``layers`` has the value of each convolution by its name (what is absent has none
    and is drawn at the least thickness); ``stripes`` that of each branch in its
    module's concatenation, under the branch's name. Energy is a share of its module's,
    ``nonzero`` a share of cells: both 0…1. A stripe of ``nonzero`` is the branch's share
    times its share of the channels, so that a module's stripes add up to its own share.
    """

    name: str
    layers: Mapping[str, float]
    stripes: Mapping[str, float]
    is_share: bool = False


def measure(architecture: Architecture, name: str, size: Size, record: Record | None) -> Quantity | None:
    """A quantity of a network for an input of (height, width) pixels.

    None for one that is taken from a pass, without a pass.
    """
    return QUANTITIES[name](architecture, size, record)


def _channels(architecture: Architecture, _size: Size, _record: Record | None) -> Quantity:
    layers = {layer.name: float(layer.outputs) for layer in architecture.convolutions()}
    return Quantity("channels", layers, _by_branch(architecture, lambda part: layers[part]))


def _macs(architecture: Architecture, size: Size, _record: Record | None) -> Quantity:
    return _cost(architecture, size, "macs", lambda cost: cost.macs)


def _parameters(architecture: Architecture, size: Size, _record: Record | None) -> Quantity:
    return _cost(architecture, size, "parameters", lambda cost: cost.parameters)


def _cost(architecture: Architecture, size: Size, name: str, of: Callable[[Cost], int]) -> Quantity:
    found = costs(architecture, size)
    layers = {part: float(of(cost)) for part, cost in found.layers.items()}
    return Quantity(name, layers, {part: float(of(cost)) for part, cost in found.branches.items()})


def _energy(architecture: Architecture, _size: Size, record: Record | None) -> Quantity | None:
    if record is None:
        return None
    shares: dict[str, float] = {}
    for module in architecture.modules:
        shares.update(energy_shares({part: record[part] for part in branches_of(module)}))
    return Quantity("energy", shares, shares, is_share=True)


def _nonzero(architecture: Architecture, _size: Size, record: Record | None) -> Quantity | None:
    if record is None:
        return None
    layers = {
        layer.name: nonzero_share(record[layer.name])
        for layer in architecture.convolutions()
        if layer.name in record
    }
    stripes = {
        part: layers[part] * branch.outputs / module.outputs
        for module in architecture.modules
        for part, branch in zip(branches_of(module), module.branches, strict=True)
    }
    return Quantity("nonzero", layers, stripes, is_share=True)


QUANTITIES: Final[Mapping[str, Callable[[Architecture, Size, Record | None], Quantity | None]]] = {
    "channels": _channels,
    "macs": _macs,
    "parameters": _parameters,
    "energy": _energy,
    "nonzero": _nonzero,
}
"""How each quantity is worked out, in the order of the choice."""


def branches_of(module: Module) -> list[str]:
    """Canonical names of a module's branches."""
    return [f"{module.name}/{branch.name}" for branch in module.branches]


def _by_branch(architecture: Architecture, value: Callable[[str], float]) -> dict[str, float]:
    return {part: value(part) for module in architecture.modules for part in branches_of(module)}
