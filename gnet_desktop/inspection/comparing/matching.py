"""Which unit of one network does what a unit of another does: partners by correlation over pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """For each unit of the first its partner among the second's, -1 for none, and their correlation.

    Each unit of the second is the partner of one unit at most.
    """

    partner: NDArray[np.intp]
    correlation: Matrix


def correlations(first: NDArray[np.floating], second: NDArray[np.floating]) -> Matrix:
    """Pearson's, (units, other units), of values (pictures, units); 0 for units that don't vary."""
    left, right = (_standard(np.asarray(values, np.float64)) for values in (first, second))
    return np.asarray(left.T @ right)


def match(first: NDArray[np.floating], second: NDArray[np.floating]) -> Match:
    """The partners with the largest sum of correlations, one to one; values are (pictures, units)."""
    found = correlations(first, second)
    turned = found.shape[0] > found.shape[1]
    chosen = _assigned(-found.T if turned else -found)
    partner = np.full(found.shape[0], -1, np.intp)
    if turned:
        partner[chosen] = np.arange(len(chosen))
    else:
        partner[:] = chosen
    value = np.where(partner >= 0, found[np.arange(len(partner)), partner], 0.0)
    return Match(partner, value)


def _standard(values: Matrix) -> Matrix:
    """Columns of mean 0 and length 1; zeros where a column doesn't vary."""
    centred = values - values.mean(0)
    length = np.linalg.norm(centred, axis=0)
    varies = length > 1e-12 * np.abs(values).max(0, initial=0) * np.sqrt(len(values))
    return np.asarray(np.where(varies, centred / np.where(varies, length, 1), 0))


def _assigned(cost: Matrix) -> NDArray[np.intp]:
    """For each row its column, all different, with the least sum: shortest augmenting paths.

    ``cost`` has no more rows than columns.
    """
    rows, columns = cost.shape
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1, np.intp)
    for start in range(rows):
        least = np.full(columns, np.inf)
        came = np.full(columns, -1, np.intp)  # the column before, on the way; -1: from the start
        seen = np.zeros(columns, bool)
        row, before, far = start, -1, 0.0
        while True:
            step = far + cost[row] - row_price[row] - column_price
            nearer = ~seen & (step < least)
            least[nearer], came[nearer] = step[nearer], before
            before = int(np.where(seen, np.inf, least).argmin())
            far, seen[before] = float(least[before]), True
            if owner[before] < 0:
                break
            row = int(owner[before])
        passed = seen.copy()
        passed[before] = False
        row_price[start] += far
        row_price[owner[passed]] += far - least[passed]
        column_price[passed] -= far - least[passed]
        while before >= 0:
            last = int(came[before])
            owner[before] = owner[last] if last >= 0 else start
            before = last
    found = np.empty(rows, np.intp)
    found[owner[owner >= 0]] = np.flatnonzero(owner >= 0)
    return found
