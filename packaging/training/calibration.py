"""Probabilities that mean what they say: a temperature a head, and when to say that nothing fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

BINS: Final = 15
TEMPERATURES: Final = (0.1, 10.0)


def fitted_temperature(logits: Tensor, classes: Tensor) -> float:
    """The temperature whose probabilities give the least negative log-likelihood (Guo et al. 2017).

    That is convex in the inverse temperature, so a search by thirds finds it, here to a thousandth.
    """
    low, high = 1 / TEMPERATURES[1], 1 / TEMPERATURES[0]
    while high / low > 1.001:
        third = (high - low) / 3
        left, right = (float(F.cross_entropy(logits * b, classes)) for b in (low + third, high - third))
        low, high = (low, high - third) if left < right else (low + third, high)
    return round(2 / (low + high), 4)


def calibration_error(probabilities: Tensor, classes: Tensor) -> float:
    """Expected calibration error of the first answers, in per cent, over 15 bins of equal width."""
    confidence, answer = probabilities.max(1)
    right = (answer == classes).float()
    place = (confidence * BINS).long().clamp(max=BINS - 1)
    error = torch.zeros(())
    for index in range(BINS):
        inside = place == index
        if not inside.any():
            continue
        gap = (confidence[inside].mean() - right[inside].mean()).abs()
        error = error + gap * inside.float().mean()
    return round(100 * float(error), 2)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Below ``value`` of ``measure`` nothing fits.

    ``strangers`` is the share of pictures of no class below it, ``lost`` that of pictures of a class,
    ``lost_right`` that of those which were answered rightly; all in per cent.
    """

    measure: str
    value: float
    strangers: float
    lost: float
    lost_right: float
    area: float  # under the curve: the chance that a picture of a class scores above a stranger


def certainty(probabilities: Tensor, measure: str) -> Tensor:
    """A number a row that is high where an answer stands out: max probability, or negative entropy."""
    if measure == "max_probability":
        return probabilities.max(1).values
    return (probabilities * probabilities.clamp(min=1e-12).log()).sum(1)


def area_under_curve(known: Tensor, strangers: Tensor) -> float:
    """The chance in per cent that one of ``known`` exceeds one of ``strangers``, ties counting half."""
    difference = known[:, None] - strangers[None, :]
    return round(100 * float((difference > 0).float().mean() + 0.5 * (difference == 0).float().mean()), 1)


def threshold(
    known: Tensor, right: Tensor, strangers: Tensor, *, measure: str, most_lost_right: float = 5.0
) -> Threshold:
    """The highest threshold that hides at most so many per cent of the right answers.

    ``known`` and ``strangers`` are probabilities (n, classes); ``right`` says which rows of ``known`` were
    answered rightly. A hint that comes at right answers is soon ignored, so those decide.
    """
    inside, outside = certainty(known, measure), certainty(strangers, measure)
    if measure == "max_probability":  # in whole per cent, of which the highest that keeps the promise
        sorted_right = inside[right].sort().values
        values = torch.arange(101) / 100
        hidden = torch.searchsorted(sorted_right, values)
        value = round(float(values[100 * hidden <= most_lost_right * len(sorted_right)].max()), 2)
    else:
        value = float(inside[right].quantile(most_lost_right / 100))

    def below(scores: Tensor) -> float:
        return round(100 * float((scores < value).float().mean()), 1)

    area = area_under_curve(inside, outside)
    return Threshold(measure, value, below(outside), below(inside), below(inside[right]), area)
