"""How often each value occurs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts of values in equal bins.

    ``edges`` are (bins + 1,), ascending; ``counts`` (bins,), without the ``zeros`` (after a
    rectifier they outnumber all the rest) and without the ``non_finite``.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    zeros: int
    non_finite: int

    @property
    def total(self) -> int:
        """Number of all values."""
        return int(self.counts.sum()) + self.zeros + self.non_finite


def histogram(values: Array, *, bins: int = 40) -> Histogram:
    """The histogram of all finite values other than 0; bins span their extremes and 0."""
    flat = np.ravel(values)
    finite = flat[np.isfinite(flat)]
    some = finite[finite != 0]
    low, high = min(0.0, float(some.min(initial=0.0))), max(0.0, float(some.max(initial=0.0)))
    if low == high:
        high = low + 1.0
    counts, edges = np.histogram(some.astype(np.float64), bins=bins, range=(low, high))
    return Histogram(edges, counts.astype(np.int64), len(finite) - len(some), len(flat) - len(finite))
