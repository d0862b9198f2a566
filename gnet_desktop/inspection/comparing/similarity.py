"""How alike two sets of units see the same pictures, whatever their order, sign and scale."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

FEWEST: Final = 5
"""Pictures below which nothing can be told."""
ENOUGH: Final = 50
"""Pictures below which it is a rough guess."""

Matrix = NDArray[np.float64]


def cka(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Linear centred kernel alignment of (pictures, units) and (pictures, other units).

    1 for what differs by a rotation and a scale alone, about 0 for what has nothing to do with
    each other: by the unbiased estimator, which may fall below 0. NaN for fewer than `FEWEST`
    pictures, and where one of them doesn't vary.
    """
    if len(first) < FEWEST:
        return float("nan")
    left, right = _kernel(first), _kernel(second)
    size = _dependence(left, left) * _dependence(right, right)
    return float(_dependence(left, right) / np.sqrt(size)) if size > 0 else float("nan")


def _kernel(values: NDArray[np.floating]) -> Matrix:
    """Products of each two pictures, (pictures, pictures), of centred columns, with a zero diagonal."""
    centred = np.asarray(values, np.float64)
    centred = centred - centred.mean(0)
    scale = np.abs(centred).max(initial=0)
    kernel = np.asarray((centred / scale) @ (centred / scale).T if scale else np.zeros((len(values),) * 2))
    np.fill_diagonal(kernel, 0)
    return kernel


def _dependence(left: Matrix, right: Matrix) -> float:
    """The unbiased estimate of the Hilbert-Schmidt independence criterion of two such kernels."""
    count = len(left)
    together = (left * right).sum()
    totals = left.sum() * right.sum() / ((count - 1) * (count - 2))
    crossed = 2 * (left.sum(0) @ right.sum(0)) / (count - 2)
    return float((together + totals - crossed) / (count * (count - 3)))
