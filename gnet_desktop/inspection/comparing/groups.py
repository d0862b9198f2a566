"""Which units tell two groups of pictures apart."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Apart:
    """A channel of a part, with its mean over each group.

    ``effect`` is their difference over the pooled standard deviation (Cohen's d), first less
    second; infinite where neither group varies.
    """

    part: str
    channel: int
    first: float
    second: float
    effect: float


def telling_apart(
    first: Mapping[str, NDArray[np.floating]], second: Mapping[str, NDArray[np.floating]], most: int = 20
) -> list[Apart]:
    """The units of largest effect, either sign, the largest first; those without any are left out.

    Values are {part: (pictures, channels)}; parts that one group lacks are left out, and
    everything where a group has fewer than two pictures.
    """
    found = [one for part in first if part in second for one in _of_part(part, first[part], second[part])]
    return sorted(found, key=lambda one: -abs(one.effect))[:most]


def _of_part(part: str, first: NDArray[np.floating], second: NDArray[np.floating]) -> list[Apart]:
    if min(len(first), len(second)) < 2 or first.shape[1] != second.shape[1]:
        return []
    left, right = np.asarray(first, np.float64), np.asarray(second, np.float64)
    squares = ((left - left.mean(0)) ** 2).sum(0) + ((right - right.mean(0)) ** 2).sum(0)
    deviation = np.sqrt(squares / (len(left) + len(right) - 2))
    difference = left.mean(0) - right.mean(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = difference / deviation
    return [
        Apart(part, int(channel), float(left.mean(0)[channel]), float(right.mean(0)[channel]), value)
        for channel, value in enumerate(map(float, effect))
        if difference[channel] and not np.isnan(value)
    ]
