"""The arithmetic of one cell of one unit, in the numbers themselves: window, kernel, products, sum."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.inspection.contributions import Doubles
from gnet_desktop.inspection.tracing import Cell, winner
from gnet_desktop.network.architecture import Activation, Convolution, Pool
from gnet_desktop.network.record import Array
from gnet_desktop.network.sizes import padding_of

_LARGEST: Final = {"relu": np.inf, "relu6": 6.0}


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """``window`` times ``kernel``, each (channels, k, k), summed, and ``bias``; then the rectifier.

    ``window`` is NaN where it hangs over the edge, which counts as 0. Batch norm is in kernel
    and bias.
    """

    window: Doubles
    kernel: Doubles
    bias: float
    activation: Activation

    @property
    def products(self) -> Doubles:
        """(channels, k, k); 0 over the edge."""
        return np.nan_to_num(self.window) * self.kernel

    @property
    def sums(self) -> Doubles:
        """What each channel adds, (channels,)."""
        sums: Doubles = self.products.sum((1, 2))
        return sums

    @property
    def linear(self) -> float:
        """The value before the rectifier."""
        return float(self.sums.sum()) + self.bias

    @property
    def value(self) -> float:
        """The value after it."""
        most = _LARGEST.get(self.activation)
        return self.linear if most is None else min(max(self.linear, 0.0), most)

    def strongest(self, count: int) -> list[int]:
        """The channels that count most, by the size of what they add; none that add nothing."""
        sums = self.sums
        order = np.argsort(-np.abs(sums), kind="stable")[:count]
        return [int(channel) for channel in order if sums[channel] != 0]


@dataclass(frozen=True, slots=True, eq=False)
class Won:
    """What a maximum pool sees at a cell: ``window`` (k, k), NaN over the edge; ``place`` (column, row).

    ``cell`` is the winner's (column, row) in the map that is read.
    """

    window: Doubles
    place: Cell
    cell: Cell

    @property
    def value(self) -> float:
        """The largest."""
        return float(self.window[self.place[1], self.place[0]])


def formula(layer: Convolution, read: Array, kernel: Array, bias: float, cell: Cell) -> Formula:
    """The arithmetic of a unit at a (column, row).

    ``read`` are the maps that the layer reads, (channels, rows, columns); ``kernel`` is (channels, k, k).
    """
    return Formula(window_at(layer, read, cell), kernel.astype(np.float64), float(bias), layer.activation)


def won(layer: Pool, read: Array, cell: Cell) -> Won:
    """Which cell of a map (rows, columns) wins a pool's window at ``cell``."""
    best = winner(layer, read, cell)
    first = [
        at * layer.stride - padding_of(layer, side)[0]
        for at, side in zip(cell, read.shape[::-1], strict=True)
    ]
    return Won(window_at(layer, read[None], cell)[0], (best[0] - first[0], best[1] - first[1]), best)


def window_at(layer: Convolution | Pool, read: Array, cell: Cell) -> Doubles:
    """What a layer reads at a (column, row): (channels, k, k), NaN over the edge."""
    height, width = read.shape[1:]
    window = np.full((len(read), layer.kernel, layer.kernel), np.nan)
    rows, columns = (
        at * layer.stride - padding_of(layer, side)[0] + np.arange(layer.kernel)
        for at, side in ((cell[1], height), (cell[0], width))
    )
    inside = np.ix_(_within(rows, height), _within(columns, width))
    there = np.ix_(rows[_within(rows, height)], columns[_within(columns, width)])
    window[:, inside[0], inside[1]] = read[:, there[0], there[1]]
    return window


def _within(places: NDArray[np.intp], side: int) -> NDArray[np.bool_]:
    return (places >= 0) & (places < side)
