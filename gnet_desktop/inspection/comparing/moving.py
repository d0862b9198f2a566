"""How far the weights of one checkpoint are from another's: what a fine-tuner asks first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gnet_desktop.network.record import Array

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

Weights = tuple[Array, Array]


@dataclass(frozen=True, slots=True)
class Move:
    """How far a layer moved: ‖W′ − W‖ / ‖W‖ over its kernel and biases, norms folded in.

    ``same`` tells that every number is equal; ``distance`` None that the shapes differ.
    """

    layer: str
    distance: float | None
    same: bool


def moves(first: "GoogLeNet", second: "GoogLeNet") -> list[Move]:
    """Every layer with weights that both networks have, in the order of the pass."""
    others = set(_names(second))
    return [_move(name, first, second) for name in _names(first) if name in others]


def _names(network: "GoogLeNet") -> list[str]:
    architecture = network.architecture
    return [
        *(layer.name for layer in architecture.convolutions()),
        *(layer.name for layer in architecture.linears()),
    ]


def _move(name: str, first: "GoogLeNet", second: "GoogLeNet") -> Move:
    return _distance(name, [first.weights(name)], [second.weights(name)])


def _distance(name: str, left: Sequence[Weights], right: Sequence[Weights]) -> Move:
    """Of the numbers of some layers, kernel and bias of each."""
    if [[one.shape for one in layer] for layer in left] != [[one.shape for one in layer] for layer in right]:
        return Move(name, None, same=False)
    before, after = (
        np.concatenate([np.ravel(one) for layer in layers for one in layer]).astype(np.float64)
        for layers in (left, right)
    )
    size = float(np.linalg.norm(before))
    distance = float(np.linalg.norm(after - before))
    return Move(name, distance / size if size else float(distance > 0), same=bool((before == after).all()))


@dataclass(frozen=True, slots=True)
class PartMove:
    """How far a part moved: a layer, a branch with its reduction, a whole module or head.

    ``distance`` and ``same`` as in `Move`, over all of its layers; ``partner`` tells whether
    the other network has such a part. ``within`` is the module or head that it belongs to,
    empty for what stands alone.
    """

    part: str
    distance: float | None
    same: bool
    partner: bool
    within: str = ""


def part_moves(first: "GoogLeNet", second: "GoogLeNet") -> list[PartMove]:
    """Every part with weights that either network has, in the first's order; each module's branches
    follow it.
    """
    ours, theirs = _parts(first), _parts(second)
    names = [*ours, *(name for name in theirs if name not in ours)]
    return [_part_move(name, first, second, ours, theirs) for name in names]


def _parts(network: "GoogLeNet") -> dict[str, tuple[str, list[str]]]:
    """{part: (what it lies in, its layers with weights)}."""
    architecture, found = network.architecture, dict[str, tuple[str, list[str]]]()
    layers = _names(network)
    modules = {module.name: module for module in architecture.modules}
    heads = {head.name for head in architecture.heads}
    for name in layers:
        first = name.partition("/")[0]
        if first in modules and first not in found:
            own = [layer for layer in layers if layer.startswith(f"{first}/")]
            found[first] = ("", own)
            for branch in modules[first].branches:
                within = [one.name for one in branch.convolutions]
                if within:
                    found[f"{first}/{branch.name}"] = (first, within)
        elif first in heads:
            found.setdefault(first, ("", []))[1].append(name)
            found[name] = (first, [name])
        elif first not in modules:
            found[name] = ("", [name])
    return found


def _part_move(
    name: str,
    first: "GoogLeNet",
    second: "GoogLeNet",
    ours: dict[str, tuple[str, list[str]]],
    theirs: dict[str, tuple[str, list[str]]],
) -> PartMove:
    within, layers = ours.get(name) or theirs[name]
    if name not in ours or name not in theirs:
        return PartMove(name, None, same=False, partner=False, within=within)
    if layers != theirs[name][1]:
        return PartMove(name, None, same=False, partner=True, within=within)
    move = _distance(name, *([network.weights(one) for one in layers] for network in (first, second)))
    return PartMove(name, move.distance, move.same, partner=True, within=within)
