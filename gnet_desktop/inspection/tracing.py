"""From a class or a unit's cell back to the picture, one exact step at a time.

A step splits a value before its rectifier over what its module read (`contributions`): each unit
there with what it adds and the cell from which most of that came; through a maximum pool the
cell that won, through a norm the same cell. What is left is the biases'. A class begins with
the module that its head reads; the first layer ends at the pixels of the input.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.attribution.attribution import (
    Progress,
    Target,
    check_target,
    report,
    unwatched,
)
from gnet_desktop.inspection.contributions import Decomposition, Share, shares_by_branch, split
from gnet_desktop.inspection.sources import PICTURE, LayerInput, source_at, source_of
from gnet_desktop.network.architecture import Architecture, Convolution, Pool, ResponseNorm
from gnet_desktop.network.changes import Change, behind, place_of
from gnet_desktop.network.naming import Unit
from gnet_desktop.network.record import Array, Record
from gnet_desktop.network.sizes import padding_of

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

Cell = tuple[int, int]
COUNT: Final = 8
"""Inputs that a step names; the others are summed up."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A unit at a cell, (column, row). In the picture: a colour at a pixel of the input."""

    unit: Unit
    cell: Cell


def spot_words(spot: Spot) -> str:
    """``4a/5x5:11 at 3, 4``."""
    return f"{spot.unit.name} at {spot.cell[0]}, {spot.cell[1]}"


@dataclass(frozen=True, slots=True)
class Inflow:
    """What one unit adds (or takes away) from all its cells, and the cell that gives most of it."""

    spot: Spot
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A value before its rectifier is the ``inflows``, the largest sizes first, ``rest`` and ``bias``.

    ``others`` units make up ``rest``. ``shares`` sums all by branch of the module that is read.
    """

    start: Spot | Target
    value: float
    bias: float
    source: LayerInput
    inflows: Sequence[Inflow]
    rest: float
    others: int
    shares: Mapping[str, Share]

    @property
    def passed_on(self) -> bool:
        """Whether a pool or a norm handed on one value: then there is no sum, and no bias."""
        return len(self.inflows) == 1 and not self.others and not self.bias

    @property
    def in_picture(self) -> bool:
        """Whether this step ends in the picture."""
        return self.source.part == PICTURE


def step_back(
    network: "GoogLeNet",
    record: Record,
    start: Spot | Target,
    changes: Sequence[Change] = (),
    *,
    count: int = COUNT,
) -> Step:
    """Where the value of a class, or of any map's cell, comes from; ``changes`` are the record's.

    Only from the thread that owns the network. Raises UsageError for what doesn't exist.
    """
    architecture = network.architecture
    place: tuple[int, ...] = ()
    if isinstance(start, Spot):
        _check_spot(record, start)
        if not _convolves(architecture, start.unit.part):
            return _passed_on(architecture, record, start)
        source, name = _read_by(architecture, start.unit.part), f"{start.unit.part}/linear"
        place = (start.unit.channel, start.cell[1], start.cell[0])
    else:
        check_target(start, record)
        source, name = _read_by_head(architecture, start.head), start.name
    maps = _maps(record, source.part)
    rest = changes if source.part == PICTURE else behind(architecture, changes, source.part)
    found = _decomposed(network, maps, source.part, name, start, place, rest)
    return _step(architecture, record, start, source, found, count)


def way_back(
    network: "GoogLeNet",
    record: Record,
    start: Spot | Target,
    changes: Sequence[Change] = (),
    *,
    progress: Progress = unwatched,
) -> list[Step]:
    """The steps from ``start`` to the picture, each at the input that adds most to the one before.

    It ends earlier where nothing adds to a value. Raises as `step_back` does, and Cancelled
    once ``progress`` says no.
    """
    names = [layer.name for layer in network.architecture.trunk]
    steps = [step_back(network, record, start, changes)]
    while not steps[-1].in_picture:
        adding = [one for one in steps[-1].inflows if one.value > 0]
        if not adding:
            break
        report(progress, 1 - names.index(steps[-1].source.name) / len(names))
        steps.append(step_back(network, record, adding[0].spot, changes))
    return steps


def _decomposed(
    network: "GoogLeNet",
    maps: Array,
    part: str,
    name: str,
    start: Spot | Target,
    place: tuple[int, ...],
    changes: Sequence[Change],
) -> Decomposition:
    import torch

    read = torch.from_numpy(maps.copy())[None].requires_grad_()
    value = network.outputs(read, (name,), after=part, changes=changes, differentiable=True)[name]
    one = value[0][place] if isinstance(start, Spot) else start.of(value)[0]
    return split(one, read, start.cell if isinstance(start, Spot) else (0, 0))


def _step(
    architecture: Architecture,
    record: Record,
    start: Spot | Target,
    source: LayerInput,
    found: Decomposition,
    count: int,
) -> Step:
    order = np.argsort(-np.abs(found.inputs), kind="stable")
    order = order[found.inputs[order] != 0]
    inflows = [
        Inflow(
            Spot(source.unit(architecture, int(i)), _through(architecture, record, source, int(i), found)),
            float(found.inputs[i]),
        )
        for i in order[:count]
    ]
    rest = float(found.inputs[order[count:]].sum())
    shares = shares_by_branch(found.inputs, source.widths(len(found.inputs)))
    return Step(start, found.value, found.bias, source, inflows, rest, len(order[count:]), shares)


# What is read


def _read_by(architecture: Architecture, part: str) -> LayerInput:
    """What the module, head or layer reads in which a part lies."""
    place = place_of(architecture, part)
    head = architecture.head(place)
    return source_at(architecture, head.source) if head else source_of(architecture, place)


def _read_by_head(architecture: Architecture, name: str) -> LayerInput:
    head = architecture.head(name)
    return source_at(architecture, head.source if head else architecture.trunk[-1].name)


def _maps(record: Record, part: str) -> Array:
    if part != PICTURE:
        return record[part]
    assert record.input is not None
    return record.input


def _convolves(architecture: Architecture, part: str) -> bool:
    """Whether weights lie between a map and what its module reads, or the average of a head's pool."""
    averages = any(part == f"{head.name}/pool" for head in architecture.heads)
    return averages or isinstance(architecture.layer(part), Convolution)


def _check_spot(record: Record, spot: Spot) -> None:
    maps = record.get(spot.unit.part)
    if maps is None or maps.ndim != 3 or not 0 <= spot.unit.channel < len(maps):
        raise UsageError(f"There is no map of {spot.unit.name}.", "", "Choose a unit like 4a/5x5:11.")
    height, width = maps.shape[1:]
    if not (0 <= spot.cell[0] < width and 0 <= spot.cell[1] < height):
        column, row = spot.cell
        raise UsageError(
            f"{spot.unit.part} has no cell {column}, {row}.",
            f"Its map is {width} cells wide and {height} high.",
        )


# Through pools and norms, which have no weights of their own


def _passed_on(architecture: Architecture, record: Record, start: Spot) -> Step:
    """A pool or norm hands on what one cell before it has."""
    unit, cell, channel = start.unit, start.cell, start.unit.channel
    source = _read_by(architecture, unit.part)
    layer = architecture.layer(unit.part)
    if isinstance(layer, Pool):
        cell = winner(layer, _maps(record, source.part)[channel], cell)
    elif not isinstance(layer, ResponseNorm):
        raise UsageError(f"{unit.name} cannot be followed back.", "", "Choose a unit of a branch.")
    spot = Spot(source.unit(architecture, channel), _before(architecture, record, source, channel, cell))
    value = float(record[unit.part][channel, start.cell[1], start.cell[0]])
    inputs = np.zeros(len(_maps(record, source.part)))
    inputs[channel] = value
    shares = shares_by_branch(inputs, source.widths(len(inputs)))
    return Step(start, value, 0.0, source, [Inflow(spot, value)], 0.0, 0, shares)


def _through(
    architecture: Architecture, record: Record, source: LayerInput, channel: int, found: Decomposition
) -> Cell:
    column, row = found.cells[channel]
    return _before(architecture, record, source, channel, (int(column), int(row)))


def _before(architecture: Architecture, record: Record, source: LayerInput, channel: int, cell: Cell) -> Cell:
    """The cell of the source's own unit behind a cell of what is read, through pools and norms."""
    names = [layer.name for layer in architecture.trunk]
    if source.part == PICTURE:
        return cell
    place = names.index(source.part)
    while names[place] != source.name:
        layer = architecture.trunk[place]
        if isinstance(layer, Pool):
            cell = winner(layer, record[names[place - 1]][channel], cell)
        place -= 1
    return cell


def winner(layer: Pool, values: Array, cell: Cell) -> Cell:
    """The (column, row) in a pool's window at ``cell`` whose value is the largest, the first of equals."""
    (left, right), (top, bottom) = (
        _window(layer, at, side) for at, side in zip(cell, values.shape[::-1], strict=True)
    )
    inside = np.nan_to_num(values[top:bottom, left:right], nan=-np.inf)
    row, column = np.unravel_index(int(inside.argmax()), inside.shape)
    return left + int(column), top + int(row)


def _window(layer: Pool | Convolution, at: int, side: int) -> tuple[int, int]:
    """The cells of one axis that a layer reads at ``at``, cut at the edges: first, one past the last."""
    first = at * layer.stride - padding_of(layer, side)[0]
    return max(first, 0), min(first + layer.kernel, side)
