"""Which channels of a module's input make one unit's value, exactly.

Before its rectifier a unit is a sum over inputs: through a reduction whose rectifier is
open the weights multiply, through a closed one nothing comes, and a maximum passes the one
value that won. So at a given picture and cell the value splits without remainder into a
part for each input channel and one for the biases (FIELD 5d.1). Without a picture the
rectifiers are left out (`expanded_weights`, FIELD 5d.2), which is no longer exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import Branch, Convolution, Pool

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]
Weights = Mapping[str, tuple[Array, Array]]
"""Per convolution its weight (out, in, k, k) and bias (out,), batch norm folded in."""

_CEILINGS: Final = {"relu": np.inf, "relu6": 6.0}


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """A unit's value at a cell before its rectifier: ``inputs``.sum() + ``bias``.

    ``inputs`` is (input channels,), signed; ``cell`` is (column, row).
    """

    value: float
    bias: float
    inputs: Doubles
    cell: tuple[int, int]

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


@dataclass(frozen=True, slots=True)
class _Region:
    """Rows and columns [top, bottom) × [left, right) of a map; may stick out of it."""

    top: int
    bottom: int
    left: int
    right: int

    def before(self, kernel: int, padding: int) -> "_Region":
        """What a layer of stride 1 reads to make this region."""
        grow = kernel - 1 - padding
        return _Region(self.top - padding, self.bottom + grow, self.left - padding, self.right + grow)

    def inside(self, height: int, width: int) -> NDArray[np.bool_]:
        """Which positions lie on a map of that size: bool (rows, columns)."""
        rows, columns = np.arange(self.top, self.bottom), np.arange(self.left, self.right)
        return ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))[None]

    def cut(self, maps: Array) -> Doubles:
        """These positions of (channels, height, width), 0 outside it."""
        part = np.zeros((maps.shape[0], self.bottom - self.top, self.right - self.left))
        inside = self.inside(*maps.shape[1:])
        rows = slice(max(0, self.top), max(0, self.bottom))
        columns = slice(max(0, self.left), max(0, self.right))
        part[:, inside] = maps[:, rows, columns].reshape(maps.shape[0], -1)
        return part


def decompose(
    branch: Branch, weights: Weights, inputs: Array, channel: int, cell: tuple[int, int]
) -> Decomposition:
    """Split one unit's value at ``cell``, (column, row), over the channels of the module's input.

    ``inputs`` is what the module reads, (channels, height, width). Raises `UsageError` for a
    unit or a cell that doesn't exist.
    """
    last = branch.convolutions[-1]
    if not 0 <= channel < last.outputs:
        why = f"The branch has {last.outputs}."
        raise UsageError(f"{last.name} has no unit {channel}.", why)
    if not (0 <= cell[0] < inputs.shape[2] and 0 <= cell[1] < inputs.shape[1]):
        raise UsageError(
            f"{last.name} has no cell {cell}.", f"Its map is {inputs.shape[2]} × {inputs.shape[1]}."
        )
    kernel, bias_of = weights[last.name]
    only = {last.name: (kernel[channel : channel + 1], bias_of[channel : channel + 1])}
    steps = _forward(branch, {**weights, **only}, inputs, cell)
    gradient, bias = np.ones_like(steps[-1].after), 0.0
    for step in reversed(steps):
        gradient, constant = step.back(gradient)
        bias += constant
    read = steps[0].before  # infinite beside the map where a maximum reads it
    parts = np.einsum("chw,chw->c", gradient, np.where(np.isfinite(read), read, 0))
    return Decomposition(steps[-1].after.item(), bias, parts, cell)


def expanded_weights(branch: Branch, weights: Weights, channel: int) -> Doubles:
    """Weights from the module's input channels straight to a unit: (input channels, k, k).

    The product of the branch's convolutions as if no rectifier lay between them, and an average
    in place of a maximum pool; k is the branch's true kernel. Says what a unit *could* gather:
    excitation and inhibition through different reductions may cancel here and not in a picture.
    """
    gradient = np.zeros((branch.outputs, 1, 1))
    gradient[channel] = 1
    for layer in reversed(branch.layers):
        if isinstance(layer, Convolution):
            gradient = _transposed(weights[layer.name][0], gradient)
        else:
            gradient = _averaged(gradient, layer.kernel)
    return gradient


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


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """A layer at work on the region that the cell asks for: ``after`` = activation(layer(``before``)).

    ``inside`` tells the positions of ``after`` that lie on the map; the others are the next
    layer's padding.
    """

    kernel: Doubles | None
    bias: Doubles
    ceiling: float | None
    before: Doubles
    after: Doubles
    inside: NDArray[np.bool_]

    def back(self, gradient: Doubles) -> tuple[Doubles, float]:
        """The gradient at ``before``, and what this layer's constants add."""
        gradient = gradient * self.inside
        constant = 0.0
        if self.ceiling is not None:
            full = self.after >= self.ceiling
            constant = float((gradient * full).sum()) * (self.ceiling if full.any() else 0.0)
            gradient = gradient * ((self.after > 0) & ~full)
        if self.kernel is None:
            return self._back_through_maximum(gradient), constant
        constant += float(np.einsum("chw,c->", gradient, self.bias))
        return _transposed(self.kernel, gradient), constant

    def _back_through_maximum(self, gradient: Doubles) -> Doubles:
        side = self.before.shape[1] - self.after.shape[1] + 1
        result = np.zeros_like(self.before)
        windows = _windows(np.where(np.isfinite(self.before), self.before, -np.inf), side)
        winners = windows.reshape(*windows.shape[:3], -1).argmax(axis=3)
        channels, rows, columns = np.indices(winners.shape)
        np.add.at(result, (channels, rows + winners // side, columns + winners % side), gradient)
        return result


def _forward(branch: Branch, weights: Weights, inputs: Array, cell: tuple[int, int]) -> list[_Step]:
    regions = [_Region(cell[1], cell[1] + 1, cell[0], cell[0] + 1)]
    for layer in reversed(branch.layers):
        regions.insert(0, regions[0].before(layer.kernel, _padding(layer)))
    height, width = inputs.shape[1:]
    values, inside = regions[0].cut(inputs), regions[0].inside(height, width)
    steps: list[_Step] = []
    for layer, region in zip(branch.layers, regions[1:], strict=True):
        change = 2 * _padding(layer) - layer.kernel + 1
        height, width = height + change, width + change
        on_map = region.inside(height, width)
        steps.append(_step(layer, weights, values, inside, on_map, last=layer is branch.layers[-1]))
        values, inside = steps[-1].after, on_map
    return steps


def _step(
    layer: Convolution | Pool,
    weights: Weights,
    values: Doubles,
    inside: NDArray[np.bool_],
    on_map: NDArray[np.bool_],
    *,
    last: bool,
) -> _Step:
    if isinstance(layer, Pool):
        values = np.where(inside, values, -np.inf)
        after = _windows(values, layer.kernel).max(axis=(3, 4))
        return _Step(None, np.zeros(0), None, values, np.where(on_map, after, 0), on_map)
    kernel, bias = (np.asarray(part, np.float64) for part in weights[layer.name])
    after = np.einsum("ihwkl,oikl->ohw", _windows(values, layer.kernel), kernel) + bias[:, None, None]
    ceiling = None if last else _CEILINGS.get(layer.activation)
    if ceiling is not None:
        after = np.clip(after, 0, ceiling)
    return _Step(kernel, bias, ceiling, values, np.where(on_map, after, 0), on_map)


def _padding(layer: Convolution | Pool) -> int:
    if layer.stride != 1:
        raise ValueError(f"{layer.name} strides; inside a module nothing does")
    return (layer.kernel - 1) // 2 if layer.padding == "same" else layer.padding


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
