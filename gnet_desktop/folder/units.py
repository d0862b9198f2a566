"""Which units an index counts, in one row: those of the nine modules, then of the heads' hidden layers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gnet_desktop.folder.spectrum import Peaks
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.naming import Unit

if TYPE_CHECKING:
    from torch import Tensor

    from gnet_desktop.network.architecture import Head


class Counted(Protocol):
    """What counting needs of a network: the network itself, or one whose passes another thread makes."""

    @property
    def architecture(self) -> Architecture:
        """What it is built of."""

    @property
    def temperatures(self) -> Mapping[str, float]:
        """What its heads' logits are divided by."""

    def check(self, tensor: "Tensor", /) -> None:
        """Raise PictureError for an input that it cannot take."""

    def fitting_heads(self, size: tuple[int, int], /) -> "list[Head]":
        """The auxiliary heads that can take an input of this (height, width)."""

    def outputs(self, value: "Tensor", wanted: Sequence[str], /) -> Mapping[str, "Tensor"]:
        """The parts of a batch by name."""


def counted_parts(architecture: Architecture) -> dict[str, int]:
    """{part: units}: modules by their output, then ``aux1/fc1`` and ``aux2/fc1`` where there are heads."""
    parts = {module.name: module.outputs for module in architecture.modules}
    for head in sorted(architecture.heads, key=lambda head: head.name):
        if len(head.layers) > 1:
            parts[head.layers[0].name] = head.layers[0].outputs
    return parts


def unit_count(architecture: Architecture) -> int:
    """How many units an index counts."""
    return sum(counted_parts(architecture).values())


def row_of(architecture: Architecture, unit: Unit) -> int | None:
    """The unit's place in an index; None for units that it doesn't count."""
    start = 0
    for part, count in counted_parts(architecture).items():
        if unit.part == part:
            return start + unit.channel
        if unit.module == part and unit.branch:
            branches = {branch.name for branch in architecture.module(part).branches}
            if unit.branch in branches:
                return start + architecture.module(part).offset(unit.branch) + unit.channel
        start += count
    return None


def wanted_parts(architecture: Architecture) -> tuple[str, ...]:
    """What a pass must give for `peaks`: the parts, and their convolutions before the rectifier."""
    linear = (
        f"{module.name}/{branch.name}/linear" for module in architecture.modules for branch in module.branches
    )
    return (*counted_parts(architecture), *linear)


def peaks(
    network: Counted, found: Mapping[str, "Tensor"], paths: Sequence[str], classes: Sequence[int]
) -> Peaks:
    """The largest value of every unit for a batch, whose parts `wanted_parts` are ``found``.

    A head that took no picture of this size gives values that are no numbers.
    """
    count = len(paths)
    values, cells, lowest = [], [], []
    for part, units in counted_parts(network.architecture).items():
        if part not in found:
            values.append(np.full((count, units), np.nan, np.float32))
            cells.append(np.zeros((count, units, 2), np.uint16))
        else:
            largest, places = _largest(found[part][:count])
            values.append(largest)
            cells.append(places)
        lowest.append(_lowest(network.architecture, part, found, count, units))
    return Peaks(
        tuple(paths),
        np.concatenate(values, 1),
        np.concatenate(cells, 1),
        np.concatenate(lowest, 1),
        np.asarray(classes, np.int64),
    )


def _largest(value: "Tensor") -> tuple["np.ndarray", "np.ndarray"]:
    """Largest value of each map, and its (row, column); the first one of equals."""
    if value.ndim == 2:
        return value.cpu().numpy(), np.zeros((*value.shape, 2), np.uint16)
    largest, places = value.flatten(2).max(2)
    rows, columns = np.divmod(places.cpu().numpy(), value.shape[3])
    return largest.cpu().numpy(), np.stack([rows, columns], 2).astype(np.uint16)


def _lowest(
    architecture: Architecture, part: str, found: Mapping[str, "Tensor"], count: int, units: int
) -> "np.ndarray":
    """Smallest value before the rectifier of each unit of a module; of other parts no number."""
    if part not in {module.name for module in architecture.modules}:
        return np.full((count, units), np.nan, np.float32)
    names = [f"{part}/{branch.name}/linear" for branch in architecture.module(part).branches]
    return np.concatenate([found[name][:count].amin((2, 3)).cpu().numpy() for name in names], 1)
