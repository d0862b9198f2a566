"""All that is said about one unit, worked out from a result. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.gui.controls.changing import changes_of
from gnet_desktop.inspection.contributions import (
    Decomposition,
    Share,
    decompose,
    expanded_weights,
    shares_by_branch,
)
from gnet_desktop.inspection.histogram import Histogram, histogram
from gnet_desktop.inspection.ranking import UnitAt, peak, strength, strongest_at
from gnet_desktop.inspection.sources import LayerInput, source_of
from gnet_desktop.inspection.statistics import UnitNumbers, UnitStatistics
from gnet_desktop.network.architecture import MODULES, Architecture, Branch, Convolution, Module
from gnet_desktop.network.changes import Changes
from gnet_desktop.network.naming import Unit, channel_in_module
from gnet_desktop.network.record import Record
from gnet_desktop.workspace.values import Result

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

Array = NDArray[np.float32]
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class UnitFacts:
    """A unit under one result.

    ``values`` is its map, (rows, columns); ``position`` its place in the module's
    concatenation, or None; ``kernel`` the layer that makes it, None for a pool's;
    ``rank`` counts from 1, by the value at the peak, among the ``siblings`` of its layer.
    ``between`` two passes the map is a difference, whose peak is its largest change.
    ``changes`` are those of the pass that set its values.
    """

    unit: Unit
    values: Array
    position: int | None
    kernel: int | None
    stride: int
    numbers: UnitNumbers
    rank: int
    siblings: int
    peak: Cell
    counts: Histogram
    between: bool = False
    changes: Changes = ()

    @property
    def strongest(self) -> float:
        """The value at the peak."""
        return self.value(self.peak) if self.numbers.non_finite < self.values.size else self.numbers.maximum

    @property
    def cells(self) -> tuple[int, int]:
        """(width, height) of the map."""
        return self.values.shape[1], self.values.shape[0]

    @property
    def zero(self) -> bool:
        """Whether it is 0 everywhere."""
        numbers = self.numbers
        return numbers.non_finite == 0 and numbers.maximum == numbers.minimum == 0

    @property
    def stated(self) -> bool:
        """Whether it is said what it is instead of drawn: a change makes it 0 everywhere, or two runs
        don't differ in it.
        """
        return self.zero and (self.between or bool(self.changes))

    def cell_or_peak(self, cell: Cell | None) -> Cell:
        """A chosen (column, row) of this map, or the peak where there is none."""
        width, height = self.cells
        return cell if cell is not None and cell[0] < width and cell[1] < height else self.peak

    def value(self, cell: Cell) -> float:
        """The value of a (column, row)."""
        return float(self.values[cell[1], cell[0]])


def facts_of(result: Result, unit: Unit, statistics: UnitStatistics) -> UnitFacts:
    """The facts of a unit that the result has; ``statistics`` are those of its layer."""
    values, channel = result.record[unit.part][unit.channel], unit.channel
    layer = layer_of(result.checkpoint.architecture, unit.part)
    between = result.record.between
    highest = strongest_of(statistics, between=between)
    return UnitFacts(
        unit=unit,
        values=values,
        position=channel_in_module(result.checkpoint.architecture, unit),
        kernel=layer.kernel if layer else None,
        stride=layer.stride if layer else 1,
        numbers=statistics.of(channel),
        rank=1 + int((highest > highest[channel]).sum()),
        siblings=len(statistics),
        peak=peak(values, between=between),
        counts=histogram(values),
        between=between,
        changes=changes_of(result, unit),
    )


def strongest_of(statistics: UnitStatistics, *, between: bool) -> Array:
    """What each unit reaches at its peak, as `strength` counts it: (channels,)."""
    if not between:
        return statistics.maximum
    ends = (strength(end, between=True) for end in (statistics.minimum, statistics.maximum))
    return np.maximum(*ends)


def has_unit(record: Record, unit: Unit | None) -> bool:
    """Whether a pass recorded a map of that unit."""
    if unit is None or unit.part not in record:
        return False
    maps = record[unit.part]
    return maps.ndim == 3 and unit.channel < len(maps)


def layer_of(architecture: Architecture, part: str) -> Convolution | None:
    """The convolution of that name, or None."""
    return next((layer for layer in architecture.convolutions() if layer.name == part), None)


def path_to(architecture: Architecture, unit: Unit) -> Branch | None:
    """The layers from what a module, or a layer of the stem, reads to a unit.

    None for what doesn't convolve, for a layer that strides, and for heads.
    """
    if unit.module in MODULES:
        for branch in architecture.module(unit.module).branches:
            names = [layer.name for layer in branch.layers]
            if unit.part in names:
                layers = branch.layers[: names.index(unit.part) + 1]
                return Branch(layers) if isinstance(layers[-1], Convolution) else None
    for layer in architecture.stem[1:]:
        if layer.name == unit.part and isinstance(layer, Convolution) and layer.stride == 1:
            return Branch((layer,))
    return None


class Part(NamedTuple):
    """What one input channel adds to a unit's value: the unit that the channel is, and how much."""

    unit: Unit
    channel: int
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Expanded:
    """What a unit's weights could gather: the input units of largest weight, each with its kernel (k, k).

    ``left_out`` says what between input and unit these weights pass over.
    """

    source: LayerInput
    kernels: Sequence[tuple[Unit, NDArray[np.float64]]]
    left_out: Literal["nothing", "rectifiers", "maximum"]


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """Where a unit's value at a cell comes from, and what its weights could gather.

    For each branch of the module before: ``shares`` what it adds and takes away,
    ``strongest`` the channels that add most.
    """

    unit: Unit
    source: LayerInput
    parts: Decomposition
    shares: Mapping[str, Share]
    strongest: Mapping[str, Sequence[Part]]
    expanded: Expanded

    def share(self, group: str) -> float:
        """A branch's part of all that is added, 0…1."""
        total = sum(share.positive for share in self.shares.values())
        return self.shares[group].positive / total if total > 0 else 0.0


def origins_of(
    network: "GoogLeNet", record: Record, unit: Unit, cell: Cell, *, each: int = 4
) -> Origins | None:
    """The origins of a unit at a cell; None where there is no path as `path_to` gives.

    Only from the thread that owns the network.
    """
    architecture = network.architecture
    branch = path_to(architecture, unit)
    if branch is None:
        return None
    source = source_of(architecture, unit.module)
    parts = decompose(network, record, unit.part, unit.channel, cell)
    widths = source.widths(len(parts.inputs))
    strongest: dict[str, list[Part]] = {}
    first = 0
    for name, width in widths.items():
        own = parts.inputs[first : first + width]
        order = np.argsort(-own, kind="stable")[: each if len(widths) > 1 else 4 * each]
        strongest[name] = [
            Part(source.unit(architecture, first + int(i)), first + int(i), float(own[i]))
            for i in order
            if own[i] > 0
        ]
        first += width
    shares = shares_by_branch(parts.inputs, widths)
    return Origins(unit, source, parts, shares, strongest, _expanded(network, branch, unit))


def expanded_of(network: "GoogLeNet", unit: Unit) -> Expanded | None:
    """The same weights without a picture; None where there is no path as `path_to` gives."""
    branch = path_to(network.architecture, unit)
    return None if branch is None else _expanded(network, branch, unit)


def _expanded(network: "GoogLeNet", branch: Branch, unit: Unit) -> Expanded:
    source = source_of(network.architecture, unit.module)
    weights = {layer.name: network.weights(layer.name) for layer in branch.convolutions}
    kernels = expanded_weights(branch, weights, unit.channel)
    sizes = np.sqrt((kernels**2).sum(axis=(1, 2)))
    leading = np.argsort(-sizes, kind="stable")[:10]
    found = [(source.unit(network.architecture, int(i)), kernels[i]) for i in leading]
    return Expanded(source, found, _left_out(branch))


def _left_out(branch: Branch) -> Literal["nothing", "rectifiers", "maximum"]:
    if len(branch.convolutions) < len(branch.layers):
        return "maximum"
    return "rectifiers" if len(branch.layers) > 1 else "nothing"


def strongest_pictures(
    peaks: Mapping[int, Mapping[str, Array]], position: int, module: str, *, count: int = 6
) -> list[tuple[int, float]]:
    """(picture's id, largest value there) of a module's channel, the strongest first."""
    found = [(entry, float(values[module][position])) for entry, values in peaks.items() if module in values]
    sound = [(entry, value) for entry, value in found if np.isfinite(value)]
    return sorted(sound, key=lambda pair: -pair[1])[:count]


def strongest_units_at(record: Record, module: Module, cell: Cell, *, count: int = 10) -> list[UnitAt]:
    """The units of a module with the largest values at a cell."""
    parts = {branch.name: f"{module.name}/{branch.name}" for branch in module.branches}
    branches = {name: record[part] for name, part in parts.items() if part in record}
    return strongest_at(branches, *cell, count=count, between=record.between)
