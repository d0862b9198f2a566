"""How alike two sets of units see the same pictures, whatever their order, sign and scale."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

FEWEST: Final = 5
"""Pictures below which nothing can be told."""
ENOUGH: Final = 50
"""Pictures below which two networks aren't compared: chance would look like likeness."""

Matrix = NDArray[np.float64]


def alignments(firsts: Sequence[NDArray[np.floating]], seconds: Sequence[NDArray[np.floating]]) -> Matrix:
    """Linear centred kernel alignment of each of the first with each of the second: (firsts, seconds).

    The values are (pictures, units) and (pictures, other units). 1 for what differs by a rotation
    and a scale alone, about 0 for what has nothing to do with each other: by the unbiased
    estimator, which may fall below 0. NaN for fewer than `FEWEST` pictures, and where one of them
    doesn't vary.
    """
    left, right = ([_kernel(one) for one in values] for values in (firsts, seconds))
    own = [[_dependence(one, one) for one in kernels] for kernels in (left, right)]
    found = np.full((len(left), len(right)), np.nan)
    for row, kernel in enumerate(left):
        for column, other in enumerate(right):
            size = own[0][row] * own[1][column]
            if len(kernel) >= FEWEST and size > 0:
                found[row, column] = _dependence(kernel, other) / np.sqrt(size)
    return found


def _kernel(values: NDArray[np.floating]) -> Matrix:
    """Products of each two pictures, (pictures, pictures), of centred columns, with a zero diagonal."""
    if len(values) < FEWEST:
        return np.zeros((len(values),) * 2)
    centred = np.asarray(values, np.float64)
    centred = centred - centred.mean(0)
    scale = np.abs(centred).max(initial=0)
    kernel = np.asarray((centred / scale) @ (centred / scale).T if scale else np.zeros((len(values),) * 2))
    np.fill_diagonal(kernel, 0)
    return kernel


def _dependence(left: Matrix, right: Matrix) -> float:
    """The unbiased estimate of the Hilbert-Schmidt independence criterion of two such kernels."""
    count = len(left)
    if count < FEWEST:
        return 0.0
    together = (left * right).sum()
    totals = left.sum() * right.sum() / ((count - 1) * (count - 2))
    crossed = 2 * (left.sum(0) @ right.sum(0)) / (count - 2)
    return float((together + totals - crossed) / (count * (count - 3)))
