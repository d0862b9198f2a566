"""How far the weights of one checkpoint are from another's: what a fine-tuner asks first."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet


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
    left, right = ([np.ravel(part) for part in network.weights(name)] for network in (first, second))
    if [one.shape for one in left] != [one.shape for one in right]:
        return Move(name, None, same=False)
    before, after = (np.concatenate(parts).astype(np.float64) for parts in (left, right))
    size = float(np.linalg.norm(before))
    distance = float(np.linalg.norm(after - before))
    return Move(name, distance / size if size else float(distance > 0), same=bool((before == after).all()))
