"""A layer's map on the input's pixels: cells lie where the arithmetic of the network puts them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.network.record import Array

STRONGEST: Final = 0.1
"""The share of the pixels that counts as the strongest."""


def least_of_strongest(values: Array, share: float = STRONGEST) -> float:
    """From which value on a pixel is of the strongest ``share``; infinite where none speaks for the class."""
    positive = values[values > 0]
    if not positive.size:
        return float("inf")
    return max(float(np.quantile(values, 1 - share, method="higher")), float(positive.min()))


def on_input(architecture: Architecture, part: str, values: Array, size: tuple[int, int]) -> Array:
    """A map (rows, columns) of a part on an input of ``size`` (height, width), float32.

    Linear between the centres of the cells, flat beyond the outermost ones.
    """
    field = receptive_field(architecture, part, size)
    down = _weights(size[0], values.shape[0], field.centre[1], field.jump)
    across = _weights(size[1], values.shape[1], field.centre[0], field.jump)
    return np.asarray(down @ values @ across.T, np.float32)


def _weights(pixels: int, cells: int, centre: float, jump: int) -> NDArray[np.float64]:
    """How much of each cell every pixel takes: (pixels, cells), rows sum to 1."""
    position = np.clip((np.arange(pixels) - centre) / jump, 0, cells - 1)
    before = np.minimum(position.astype(int), max(cells - 2, 0))
    weights = np.zeros((pixels, cells))
    rows = np.arange(pixels)
    weights[rows, before] = 1 - (position - before)
    if cells > 1:
        weights[rows, before + 1] += position - before
    return weights
