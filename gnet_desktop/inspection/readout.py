"""Readouts: what a linear map from a module's pooled values to the main head's logits would answer there.

The auxiliary heads are trained readouts after 4a and 4d; for the other modules ridge regression
(Hoerl and Kennard, 1970) fits one on pictures at hand. How often it agrees with the main head is
counted on pictures that it was not fitted on: each is left out once, which ridge regression gives
in closed form (Allen's PRESS, 1974).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

FEWEST: Final = 20
"""Pictures below which nothing is fitted: the agreement would be chance."""
PENALTIES: Final = tuple(10.0**power for power in range(-4, 4))
"""Penalties that are tried, in units of the pooled values' mean variance times the number of pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Readout:
    """Logits from pooled values: ``pooled @ matrix + bias``.

    ``matrix`` is (channels, classes), ``bias`` (classes,). ``left_out`` are the logits of each
    picture by the readout fitted without it, (pictures, classes); ``agreement`` is the share of
    them with the main head's first answer.
    """

    matrix: Matrix
    bias: Matrix
    left_out: Matrix
    agreement: float

    def __call__(self, pooled: NDArray[np.floating]) -> Matrix:
        """Logits (classes,) or (pictures, classes) for (channels,) or (pictures, channels)."""
        logits: Matrix = pooled @ self.matrix + self.bias
        return logits


def fit(pooled: NDArray[np.floating], logits: NDArray[np.floating]) -> Readout:
    """The readout of a module from its pooled values (pictures, channels) and main's logits
    (pictures, classes), both finite.

    The penalty is the one whose left-out predictions have the least squared error. Raises
    ValueError for fewer than `FEWEST` pictures.
    """
    count = len(pooled)
    if count < FEWEST:
        raise ValueError(f"{count} pictures are too few to fit a readout: it takes {FEWEST}.")
    centre, middle = pooled.mean(0, dtype=np.float64), logits.mean(0, dtype=np.float64)
    values, wanted = pooled - centre, logits - middle
    # (XXᵀ + λ1)⁻¹ from one decomposition for all penalties: pictures are fewer than channels, mostly
    sizes, vectors = np.linalg.eigh(values @ values.T)
    sizes = np.clip(sizes, 0, None)
    turned = vectors.T @ wanted
    unit = float(sizes.sum()) / max(1, values.shape[1]) or 1.0  # a silent module has nothing to scale by
    tried = [_left_out(sizes, vectors, turned, wanted, unit * penalty) for penalty in PENALTIES]
    best = int(np.argmin([np.square(residuals).sum() for residuals in tried]))
    predicted = logits - tried[best]
    inverse = vectors @ (turned / (sizes + unit * PENALTIES[best])[:, None])
    matrix = np.asarray(values.T @ inverse, np.float64)
    agreement = float((predicted.argmax(1) == logits.argmax(1)).mean())
    return Readout(matrix, middle - centre @ matrix, predicted, agreement)


def _left_out(sizes: Matrix, vectors: Matrix, turned: Matrix, wanted: Matrix, penalty: float) -> Matrix:
    """The error of each picture's prediction by the fit without it: residual / (1 − leverage)."""
    kept = sizes / (sizes + penalty)
    residuals = wanted - vectors @ (kept[:, None] * turned)
    leverage = np.square(vectors) @ kept + 1 / len(sizes)  # the mean takes its share, too
    return np.asarray(residuals / np.maximum(1 - leverage, 1e-9)[:, None], np.float64)
