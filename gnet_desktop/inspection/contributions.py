"""Which channels of a module's input make one unit's value, exactly.

Before its rectifier a unit is a sum over inputs: through a reduction whose rectifier is
open the weights multiply, through a closed one nothing comes, and a maximum passes the one
value that won. So at a given picture and cell the value splits without remainder into a
part for each input channel, which is that input times the value's derivative by it, and
one for the biases. Without a picture the rectifiers are left out (`expanded_weights`),
which is no longer exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import Architecture, Branch, Convolution
from gnet_desktop.network.changes import place_of
from gnet_desktop.network.record import Record

if TYPE_CHECKING:
    from torch import Tensor

    from gnet_desktop.network.googlenet import GoogLeNet

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]
Weights = Mapping[str, tuple[Array, Array]]
"""Per convolution its weight (out, in, k, k) and bias (out,), batch norm folded in."""


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """A unit's value at a cell before its rectifier: ``inputs``.sum() + ``bias``.

    ``inputs`` is (input channels,), signed; ``cell`` is (column, row). ``cells`` is (input
    channels, 2): the (column, row) of each channel's map that gives most of its part.
    """

    value: float
    bias: float
    inputs: Doubles
    cell: tuple[int, int]
    cells: NDArray[np.intp]

    def strongest(self, count: int = 10) -> list[tuple[int, float]]:
        """(input channel, part), the largest size first; parts of exactly 0 are left out."""
        order = np.argsort(-np.abs(self.inputs), kind="stable")[:count]
        return [(int(i), float(self.inputs[i])) for i in order if self.inputs[i] != 0]


@dataclass(frozen=True, slots=True)
class Share:
    """What the channels of one branch add (``positive``) and take away (``negative``, ≤ 0).

    ``fraction`` is this branch's share 0…1 of all that is added.
    """

    positive: float
    negative: float
    fraction: float


def decompose(
    network: "GoogLeNet", record: Record, part: str, channel: int, cell: tuple[int, int]
) -> Decomposition:
    """Split one unit's value at ``cell``, (column, row), over the channels that its module reads.

    ``part`` is a convolution of a module or of the stem, but not the first layer; ``record``
    is of a pass of ``network``, and the thread the one that owns it. Raises `UsageError` for
    a unit or a cell that doesn't exist.
    """
    import torch

    before = layer_before(network.architecture, part)
    start = torch.from_numpy(record[before].copy())[None].requires_grad_()
    name = f"{part}/linear"
    maps = network.outputs(start, (name,), after=before, differentiable=True)[name][0]
    _check_place(part, channel, cell, maps.shape)
    return split(maps[channel, cell[1], cell[0]], start, cell)


def split(value: "Tensor", read: "Tensor", cell: tuple[int, int]) -> Decomposition:
    """Split a value over the maps (1, channels, height, width) that it was made from, with derivatives.

    Exact as far as only sums, rectifiers and maxima lie between.
    """
    import torch

    # a part that is switched off gives numbers on which nothing depends
    gradient = torch.autograd.grad(value, read)[0] if value.requires_grad else torch.zeros_like(read)
    finite = torch.where(torch.isfinite(read.detach()), read.detach(), 0)
    parts = (gradient * finite)[0].double().cpu()
    sums = parts.sum((1, 2))
    leading = (parts * sums.sign()[:, None, None]).flatten(1).argmax(1).numpy()
    cells = np.stack([leading % parts.shape[2], leading // parts.shape[2]], axis=1)
    return Decomposition(value.item(), value.item() - float(sums.sum()), sums.numpy(), cell, cells)


def layer_before(architecture: Architecture, part: str) -> str:
    """The layer of the trunk that the part's module, or the part itself in the stem, reads."""
    names = [layer.name for layer in architecture.trunk]
    place = names.index(place_of(architecture, part))
    if not place:
        raise UsageError(f"{part} reads the picture itself.", "", "Choose a layer behind it.")
    return names[place - 1]


def _check_place(part: str, channel: int, cell: tuple[int, int], shape: Sequence[int]) -> None:
    units, height, width = shape
    if not 0 <= channel < units:
        raise UsageError(f"{part} has no unit {channel}.", f"It has {units}.")
    if not (0 <= cell[0] < width and 0 <= cell[1] < height):
        raise UsageError(f"{part} has no cell {cell}.", f"Its map is {width} × {height}.")


def expanded_weights(branch: Branch, weights: Weights, channel: "int | Doubles") -> Doubles:
    """Weights from the module's input channels straight to a unit: (input channels, k, k).

    The product of the branch's convolutions as if no rectifier lay between them, and an average
    in place of a maximum pool; k is the branch's true kernel. Says what a unit *could* gather:
    excitation and inhibition through different reductions may cancel here and not in a picture.
    ``channel`` is a unit's, or a direction in all of the branch's outputs.
    """
    gradient = _one_or_all(channel, branch.outputs)
    for layer in reversed(branch.layers):
        if isinstance(layer, Convolution):
            gradient = _transposed(weights[layer.name][0], gradient)
        else:
            gradient = _averaged(gradient, layer.kernel)
    return gradient


def weights_onward(branch: Branch, weights: Weights, channel: "int | Doubles") -> Doubles:
    """Weights from one of the module's input channels, or a direction in them, to all units: (outputs, k, k).

    The same numbers as `expanded_weights` has of each unit, with the same words of caution:
    which units of the next module read a unit, and with which sign.
    """
    kernels = _one_or_all(channel, _inputs(branch))
    for layer in branch.layers:
        if isinstance(layer, Convolution):
            kernels = _transposed(weights[layer.name][0].transpose(1, 0, 2, 3)[..., ::-1, ::-1], kernels)
        else:
            kernels = _averaged(kernels, layer.kernel)
    return kernels[:, ::-1, ::-1]


def _one_or_all(channel: "int | Doubles", count: int) -> Doubles:
    """1 for one channel and 0 for the others, or a number for each: (channels, 1, 1)."""
    values = np.zeros(count)
    if isinstance(channel, int):
        values[channel] = 1
    else:
        values[:] = channel
    return values[:, None, None]


def _inputs(branch: Branch) -> int:
    """Channels that a branch reads: those of its first convolution, since a pool keeps them."""
    return branch.convolutions[0].inputs


def shares_by_branch(parts: Doubles, widths: Mapping[str, int]) -> dict[str, Share]:
    """Sums of positive and of negative parts per branch of the module before.

    ``widths`` gives the branches' channels in the order of the concatenation.
    """
    pieces = np.split(parts, np.cumsum(list(widths.values()))[:-1])
    added = float(parts[parts > 0].sum())
    shares = {}
    for name, piece in zip(widths, pieces, strict=True):
        positive = float(piece[piece > 0].sum())
        fraction = positive / added if added > 0 else 0.0
        shares[name] = Share(positive, float(piece[piece < 0].sum()), fraction)
    return shares


def _averaged(gradient: Doubles, side: int) -> Doubles:
    """The gradient at the input of an average over side × side, channel by channel."""
    padded = np.pad(gradient, ((0, 0), (side - 1, side - 1), (side - 1, side - 1)))
    averaged: Doubles = _windows(padded, side).mean(axis=(3, 4))
    return averaged


def _transposed(kernel: NDArray[Any], gradient: Doubles) -> Doubles:
    """The gradient at a convolution's input: (in, rows + k − 1, columns + k − 1)."""
    side = kernel.shape[2]
    rows, columns = gradient.shape[1:]
    result = np.zeros((kernel.shape[1], rows + side - 1, columns + side - 1))
    for y in range(side):
        for x in range(side):
            # einsum, since BLAS would wake threads that fight with torch's
            part = np.einsum("oi,ohw->ihw", kernel[:, :, y, x], gradient)
            result[:, y : y + rows, x : x + columns] += part
    return result


def _windows(values: Doubles, side: int) -> Doubles:
    """All windows: (channels, rows, columns, side, side)."""
    return np.lib.stride_tricks.sliding_window_view(values, (side, side), axis=(1, 2))
