"""All kernels of a branch at a glance: what they read, as three colours."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.inspection.contributions import Weights, expanded_weights
from gnet_desktop.network.architecture import Branch

COLOURS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class KernelColours:
    """``pictures`` is uint8 (units, k, k, 3): how much of each of three groups of inputs a place reads.

    ``order`` are the units so that alike ones lie side by side; ``explained`` is the share of
    the kernels' squares that the three groups explain, 0…1: where it is small, the colours
    tell little. ``groups`` are the groups' directions in the input channels, (3, channels).
    """

    pictures: NDArray[np.uint8]
    order: NDArray[np.intp]
    explained: float
    groups: NDArray[np.float32]


def kernel_colours(branch: Branch, weights: Weights, *, seed: int = 0) -> KernelColours:
    """The kernels of all units of a branch, through its reduction, as pictures.

    Each picture is as bright as its own largest place.
    """
    # torch, which it works with, comes after the first window
    from gnet_desktop.inspection.factors import one_sided_factors

    kernels = np.stack([expanded_weights(branch, weights, unit) for unit in range(branch.outputs)])
    units, channels, side, _ = kernels.shape
    places = kernels.transpose(0, 2, 3, 1).reshape(-1, channels).astype(np.float32)
    found = one_sided_factors(places, COLOURS, seed=seed)
    amounts = found.amounts.reshape(units, side, side, COLOURS)
    largest = amounts.max(axis=(1, 2, 3), keepdims=True)
    pictures = np.rint(255 * amounts / np.maximum(largest, 1e-12)).astype(np.uint8)
    return KernelColours(pictures, _by_likeness(amounts), found.explained, found.directions)


def _by_likeness(amounts: NDArray[np.float32]) -> NDArray[np.intp]:
    """By the main group, then by how much of the second there is beside it."""
    totals = amounts.sum(axis=(1, 2))
    shares = totals / np.maximum(totals.sum(1, keepdims=True), 1e-12)
    main = shares.argmax(1)
    second = np.take_along_axis(shares, (main[:, None] + 1) % COLOURS, 1)[:, 0]
    return np.lexsort((second, main))
