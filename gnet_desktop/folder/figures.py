"""How right a network is on pictures whose classes are known: figures of one head.

All functions are pure and take plain arrays: ``logits`` (pictures, classes) float,
``truth`` (pictures,) int. The definitions are the usual ones (those of scikit-learn);
intervals are Wilson's (1927), calibration is that of Guo and others (2017).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Logits = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

BINS: Final = 15
TOP: Final = 5
FEW: Final = 100
"""Pictures below which calibration says little, measured or fitted: a bin has seven of them, and a
twentieth of the right answers are fewer than five."""
_95: Final = 1.959963984540054
"""The quantile of the normal distribution for an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``total``, with the interval that holds the true share in 95 % of samples."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """The share in 0…1; NaN of nothing."""
        return self.count / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval in 0…1; everything where nothing was counted."""
        if not self.total:
            return 0.0, 1.0
        n, p, z = self.total, self.value, _95
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: how many show it (``support``), and how well it is told.

    ``precision``, ``recall`` and ``f1`` in 0…1; 0 where nothing was answered or shown.
    """

    index: int
    support: int
    answered: int
    right: int
    precision: float
    recall: float
    f1: float

    @property
    def share(self) -> Share:
        """Those of its pictures that were told right."""
        return Share(self.right, self.support)


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a reliability diagram: mean confidence against the share that is right, both 0…1."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """One head over all pictures whose class is known and that it answered.

    ``log_loss`` is the mean negative log-likelihood in nats; ``calibration_error`` the
    expected one over 15 equal bins, in 0…1. ``confusion`` counts {(truth, first answer):
    pictures}; what isn't in it is 0.
    """

    top1: Share
    top5: Share
    log_loss: float
    calibration_error: float
    reliability: tuple[Bin, ...]
    per_class: tuple[ClassFigures, ...]
    confusion: Mapping[tuple[int, int], int]

    @property
    def few(self) -> bool:
        """Whether another folder would likely give another calibration error."""
        return self.top1.total < FEW

    def mistakes(self) -> list[tuple[int, int, int]]:
        """(truth, answer, pictures) of wrong first answers, the most frequent first."""
        wrong = [(truth, answer, n) for (truth, answer), n in self.confusion.items() if truth != answer]
        return sorted(wrong, key=lambda one: (-one[2], one[0], one[1]))


@dataclass(frozen=True, slots=True, eq=False)
class JudgedHead:
    """One head's answers against the truth, picture by picture; each array is (pictures,).

    ``first`` is the first answer, ``confidence`` its probability; ``rank`` counts the
    classes before the true one and ``loss`` is −log of the true one's probability, in nats.
    """

    truth: Ints
    first: Ints
    rank: Ints
    confidence: Floats
    loss: Floats

    @property
    def right(self) -> NDArray[np.bool_]:
        """Where the first answer is the true class."""
        right: NDArray[np.bool_] = self.first == self.truth
        return right


def judged(logits: Logits, truth: Ints, temperature: float = 1.0) -> JudgedHead:
    """Answers judged; probabilities are softmax(logits / temperature)."""
    logarithms = log_softmax(logits, temperature)
    return JudgedHead(
        truth,
        first_answers(logits),
        rank_of(logits, truth),
        np.exp(logarithms.max(1, initial=-np.inf)) if len(truth) else np.empty(0),
        -logarithms[np.arange(len(truth)), truth],
    )


def together(parts: Sequence[JudgedHead]) -> JudgedHead:
    """Several judged sets as one."""
    nothing = JudgedHead(*(np.empty(0, kind) for kind in (int, int, int, float, float)))
    names = ("truth", "first", "rank", "confidence", "loss")
    return JudgedHead(
        *(np.concatenate([getattr(part, name) for part in (nothing, *parts)]) for name in names)
    )


def head_figures(answers: JudgedHead) -> HeadFigures:
    """All figures of one head."""
    right = answers.right
    bins = reliability(answers.confidence, right)
    return HeadFigures(
        top1=Share(int(right.sum()), len(right)),
        top5=Share(int((answers.rank < TOP).sum()), len(right)),
        log_loss=float(answers.loss.mean()) if len(right) else math.nan,
        calibration_error=calibration_error(bins),
        reliability=bins,
        per_class=class_figures(answers.first, answers.truth),
        confusion=confusion(answers.first, answers.truth),
    )


def log_softmax(logits: Logits, temperature: float = 1.0) -> Floats:
    """Logarithms of the probabilities, (pictures, classes), in float64 and without overflow."""
    scaled = np.asarray(logits, np.float64) / temperature
    scaled = scaled - scaled.max(1, keepdims=True, initial=-np.inf)
    values: Floats = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
    return values


def first_answers(logits: Logits) -> Ints:
    """Each picture's most probable class; of equal ones the lower number."""
    return np.asarray(logits).argmax(1).astype(np.int64) if len(logits) else np.empty(0, np.int64)


def rank_of(logits: Logits, truth: Ints) -> Ints:
    """How many classes stand before the true one, (pictures,); of equal ones the lower number first."""
    if not len(truth):
        return np.empty(0, np.int64)
    of_truth = np.take_along_axis(logits, truth[:, None], 1)
    before = (logits > of_truth) | ((logits == of_truth) & (np.arange(logits.shape[1]) < truth[:, None]))
    ranks: Ints = before.sum(1)
    return ranks


def confusion(first: Ints, truth: Ints) -> dict[tuple[int, int], int]:
    """{(truth, first answer): pictures}."""
    pairs, counts = np.unique(np.stack([truth, first], 1), axis=0, return_counts=True)
    return {(int(t), int(a)): int(n) for (t, a), n in zip(pairs, counts, strict=True)}


def class_figures(first: Ints, truth: Ints) -> tuple[ClassFigures, ...]:
    """Precision, recall and F1 of every class that is shown, by number."""
    return tuple(_class(int(index), first, truth) for index in np.unique(truth))


def _class(index: int, first: Ints, truth: Ints) -> ClassFigures:
    support, answered = int((truth == index).sum()), int((first == index).sum())
    right = int(((truth == index) & (first == index)).sum())
    precision = right / answered if answered else 0.0
    recall = right / support if support else 0.0
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return ClassFigures(index, support, answered, right, precision, recall, f1)


def reliability(confidence: Floats, right: NDArray[np.bool_], bins: int = BINS) -> tuple[Bin, ...]:
    """The bins of a reliability diagram, of equal width; empty ones are left out.

    A bin holds what is above its lower edge and up to its upper one.
    """
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    found = []
    for index in range(bins):
        inside = place == index
        if count := int(inside.sum()):
            mean, share = float(confidence[inside].mean()), float(right[inside].mean())
            found.append(Bin(index / bins, (index + 1) / bins, count, mean, share))
    return tuple(found)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error, 0…1: the gaps weighted by how many pictures are in each bin."""
    total = sum(one.count for one in bins)
    gaps = sum(one.count * abs(one.confidence - one.accuracy) for one in bins)
    return gaps / total if total else math.nan


def first_right(first: Mapping[str, Ints], truth: Ints, order: Sequence[str]) -> dict[str | None, int]:
    """At which head each picture is right for the first time, from shallow to deep: {head: pictures}.

    None counts those that no head tells right. Heads that are absent are left out.
    """
    open_ = np.ones(len(truth), bool)
    counts: dict[str | None, int] = {}
    for head in order:
        if head in first:
            now = open_ & (first[head] == truth)
            counts[head] = int(now.sum())
            open_ &= ~now
    return counts | {None: int(open_.sum())}


def fitted_temperature(logits: Logits, truth: Ints) -> float:
    """The temperature that makes the known answers most probable (Guo and others 2017), 0.1…10.

    The log-likelihood is concave in the inverse temperature, so a search by thirds finds it,
    here to a ten-thousandth.
    """

    def loss(inverse: float) -> float:
        return float(-log_softmax(logits, 1 / inverse)[np.arange(len(truth)), truth].mean())

    low, high = 0.1, 10.0
    while high / low > 1.0001:
        third = (high - low) / 3
        low, high = (low, high - third) if loss(low + third) < loss(high - third) else (low + third, high)
    return 2 / (low + high)


def doubt_threshold(confidence: Floats, right: NDArray[np.bool_], most_hidden: float = 0.05) -> float:
    """The highest probability below which to say "nothing fits", so that few right answers are hidden.

    ``most_hidden`` is their largest share, 0…1. Raises ValueError if nothing is right.
    """
    if not right.any():
        raise ValueError("no picture is answered right")
    return float(np.quantile(confidence[right], most_hidden))
