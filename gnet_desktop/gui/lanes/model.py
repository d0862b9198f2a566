"""What the lanes show, worked out from a record: no Qt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.inspection.ranking import order
from gnet_desktop.inspection.scaling import Limits, Scaling, limits_of
from gnet_desktop.inspection.statistics import UnitStatistics
from gnet_desktop.network.architecture import Branch, Convolution, Module
from gnet_desktop.network.naming import Unit, unit_of

Array = NDArray[np.float32]
Channels = NDArray[np.intp]

TITLES: Final[Mapping[str, str]] = {
    "1x1": "1×1",
    "3x3_reduce": "3×3 reduce",
    "3x3": "3×3",
    "5x5_reduce": "5×5 reduce",
    "5x5": "5×5",
    "pool": "max pool",
    "pool_proj": "pool",
}
"""How a part of a module is called in its lane."""


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One part of a module with all its maps, (channels, height, width).

    ``part`` is its canonical name; ``path`` its true kernels, ``1×1 → 96 → 3×3``;
    ``share`` its energy's share of the module's, None for what isn't one of the four
    branches; ``offset`` where its channel 0 stands in the concatenation, or None.
    ``made`` says what a change made of the channels that it set to 0; ``between`` two runs,
    the maps are what differs.
    """

    part: str
    maps: Array
    units: UnitStatistics
    path: str
    share: float | None
    offset: int | None
    made: Mapping[int, str] = field(default_factory=dict)
    between: bool = False

    @property
    def branch(self) -> str:
        """The part after the slash."""
        return self.part.partition("/")[2]

    @property
    def title(self) -> str:
        """What the lane is called on screen."""
        return TITLES.get(self.branch, self.branch)

    @property
    def cells(self) -> tuple[int, int]:
        """(width, height) of a map."""
        return self.maps.shape[2], self.maps.shape[1]

    @property
    def zeros(self) -> int:
        """How many channels the picture leaves at zero everywhere."""
        return int(self.units.zero.sum()) - len(self.made)

    @property
    def broken(self) -> int:
        """How many channels hold a value that is no number."""
        return int((self.units.non_finite > 0).sum())

    def unit(self, channel: int) -> Unit:
        """A channel as a unit."""
        return unit_of(self.part, channel)

    def __len__(self) -> int:
        return len(self.maps)


def lanes_of(
    record: Mapping[str, Array],
    module: Module,
    measured: Callable[[str], UnitStatistics],
    *,
    reductions: bool = False,
) -> list[Lane]:
    """The module's four branches in order; with ``reductions`` each behind what it is made from.

    What isn't in the record has no lane: between two runs, what differs in size.
    ``measured`` gives the statistics of a part by name.
    """
    last = [f"{module.name}/{branch.name}" for branch in module.branches]
    energies = {part: float(measured(part).energy.sum()) for part in last if part in record}
    total = sum(energies.values())
    lanes = []
    for branch in module.branches:
        layers = branch.layers if reductions else branch.layers[-1:]
        for layer in [one for one in layers if one.name in record]:
            final = layer.name in energies
            share = (energies[layer.name] / total if total > 0 else 0.0) if final else None
            offset = module.offset(branch.name) if final else None
            path = kernel_path(branch, layer.name)
            lanes.append(Lane(layer.name, record[layer.name], measured(layer.name), path, share, offset))
    return lanes


def kernel_path(branch: Branch, until: str | None = None) -> str:
    """The true kernels on the way, with the channels between: ``1×1 → 16 → 5×5``.

    ``until`` names the last layer to count.
    """
    steps: list[str] = []
    for layer in branch.layers:
        kernel = f"{layer.kernel}×{layer.kernel}"
        steps.append(kernel if isinstance(layer, Convolution) else f"{kernel} {layer.kind}")
        if layer.name == until or layer is branch.layers[-1]:
            break
        if isinstance(layer, Convolution):
            steps.append(str(layer.outputs))
    return f"kernel {steps[0]}" if len(steps) == 1 and "1" in steps[0] else " → ".join(steps)


@dataclass(frozen=True, slots=True, eq=False)
class LaneScale:
    """How a lane's values become levels: one pair of ends for all its channels, or one for each."""

    limits: tuple[Limits, ...]
    gamma: float
    signed: bool


def scales_of(lanes: Sequence[Lane], scaling: Scaling) -> list[LaneScale]:
    """Each lane's scale; the scope ``module`` spans all the lanes given."""
    if scaling.scope == "map":
        ends = [_each(lane, scaling) for lane in lanes]
    elif scaling.scope == "branch":
        ends = [(_common([lane], scaling),) for lane in lanes]
    else:
        ends = [(_common(lanes, scaling),)] * len(lanes)
    return [LaneScale(one, scaling.gamma, scaling.signed) for one in ends]


def _each(lane: Lane, scaling: Scaling) -> tuple[Limits, ...]:
    if scaling.clip < 100 or scaling.signed:
        return tuple(limits_of(one, scaling) for one in lane.maps)
    low, high = np.minimum(lane.units.minimum, 0).tolist(), np.maximum(lane.units.maximum, 0).tolist()
    return tuple(Limits(*ends) for ends in zip(low, high, strict=True))


def _common(lanes: Sequence[Lane], scaling: Scaling) -> Limits:
    if scaling.clip < 100:
        return limits_of(np.concatenate([np.ravel(lane.maps) for lane in lanes]), scaling)
    low = min(float(lane.units.minimum.min(initial=0)) for lane in lanes)
    high = max(float(lane.units.maximum.max(initial=0)) for lane in lanes)
    reach = max(-low, high)
    return Limits(-reach, reach) if scaling.signed else Limits(low, high)


def shown_order(
    lane: Lane, sort: str, channels: Channels, values: NDArray[np.floating[Any]] | None = None
) -> Channels:
    """The lane's channels in an order, those of ``channels`` only."""
    whole = order(lane.units, sort, values=values)
    if len(channels) == len(lane):
        return whole
    wanted = np.zeros(len(lane), np.bool_)
    wanted[channels] = True
    return whole[wanted[whole]]


def columns_for(counts: Sequence[int], room: int, *, least: int = 3) -> list[int]:
    """Columns of tiles for lanes of so many channels, ``room`` in all, so that none is much longer.

    Each gets ``least`` if that fits, else an equal part, at least one even where there
    is no room (then the lanes scroll sideways).
    """
    columns = [max(1, min(least, room // max(1, len(counts))))] * len(counts)
    for _ in range(room - sum(columns)):
        longest = max(range(len(counts)), key=lambda lane: counts[lane] / columns[lane])
        if counts[longest] <= columns[longest]:
            break
        columns[longest] += 1
    return columns
