"""A folder's kept answers against its truth: everything that a report of it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gnet_desktop.checkpoints.checkpoint import Calibration, Checkpoint
from gnet_desktop.folder import figures
from gnet_desktop.folder.figures import Floats, HeadFigures, JudgedHead
from gnet_desktop.folder.store import Store
from gnet_desktop.folder.truth import Truth
from gnet_desktop.inspection.answers import DEPTH
from gnet_desktop.network.architecture import HEADS


@dataclass(frozen=True, slots=True)
class Mistake:
    """A picture whose first answer is wrong: how sure the head was, and how probable the truth."""

    path: str
    truth: int
    answer: int
    probability: float
    of_truth: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a folder says about a checkpoint.

    ``pictures`` counts those that were answered and whose class is known; ``heads`` has
    the figures of each head that answered, as the file calibrates them. ``first_right``
    says at which head pictures become right (None: at none). ``incomplete`` are pictures that
    were answered though only a part of them could be read, with how much. ``loss`` is −log of
    the true class's probability by the main head, of the ``pictures`` in order of their paths.
    """

    pictures: int
    heads: Mapping[str, HeadFigures]
    first_right: Mapping[str | None, int]
    mistakes: tuple[Mistake, ...]
    truth: Truth
    without_truth: tuple[str, ...]
    failed: Mapping[str, str]
    incomplete: Mapping[str, str]
    loss: Floats


def evaluate(checkpoint: Checkpoint, store: Store, truth: Truth) -> Evaluation:
    """All figures of what is kept; ``mistakes`` of the main head, the surest first."""
    found: dict[str, tuple[list[str], JudgedHead]] = {}
    kept = store.heads()
    for head in (head for head in HEADS if head in kept):
        found[head] = judge(store, head, truth, checkpoint.temperatures[head])
    leading = next(iter(found.values()), ([], figures.together([])))
    paths, answers = leading
    return Evaluation(
        len(paths),
        {head: figures.head_figures(one) for head, (_, one) in found.items()},
        figures.first_right({head: one.first for head, (_, one) in found.items()}, answers.truth, DEPTH),
        _mistakes(paths, answers),
        truth,
        tuple(path for path in store.paths() if truth.of(path) is None),
        store.failed(),
        store.incomplete(),
        answers.loss,
    )


def judge(store: Store, head: str, truth: Truth, temperature: float) -> tuple[list[str], JudgedHead]:
    """Paths of the pictures whose class is known, and a head's answers to them judged."""
    known: list[str] = []
    parts = [figures.together([])]
    for paths, logits in store.logits(head):
        classes = [
            (place, index) for place, path in enumerate(paths) if (index := truth.of(path)) is not None
        ]
        places = np.array([place for place, _ in classes], np.int64)
        known += [paths[place] for place in places]
        parts.append(
            figures.judged(logits[places], np.array([index for _, index in classes], np.int64), temperature)
        )
    return known, figures.together(parts)


@dataclass(frozen=True, slots=True)
class Fit:
    """What a labelled folder would make of a checkpoint's calibration.

    ``errors`` are the main head's expected calibration errors now and with it, 0…1, on the
    same ``pictures``.
    """

    calibration: Calibration
    errors: tuple[float, float]
    pictures: int

    @property
    def few(self) -> bool:
        """Whether another folder would likely give other numbers."""
        return self.pictures < figures.FEW


def fit(checkpoint: Checkpoint, store: Store, truth: Truth, source: str) -> Fit | None:
    """Temperatures that fit the folder best, and below which probability nothing fits.

    The threshold hides a twentieth of the right answers. None where the main head is right on
    no picture whose class is known. Takes all logits into memory.
    """
    found = temperatures(store, truth)
    if "main" not in found:
        return None
    before, after = (
        judge(store, "main", truth, temperature)[1]
        for temperature in (checkpoint.temperatures["main"], found["main"])
    )
    if not after.right.any():
        return None
    rounded = {head: round(value, 4) for head, value in found.items()}
    threshold = round(figures.doubt_threshold(after.confidence, after.right), 4)
    calibration = Calibration(rounded, threshold, source)
    return Fit(calibration, (_error(before), _error(after)), len(after.truth))


def _error(answers: JudgedHead) -> float:
    return figures.calibration_error(figures.reliability(answers.confidence, answers.right))


def temperatures(store: Store, truth: Truth) -> dict[str, float]:
    """{head: the temperature that would fit this folder best}; takes all logits into memory."""
    found = {}
    for head in store.heads():
        kept = [
            (row, index)
            for paths, logits in store.logits(head)
            for path, row in zip(paths, logits, strict=True)
            if (index := truth.of(path)) is not None
        ]
        if kept:
            logits = np.stack([row for row, _ in kept])
            found[head] = figures.fitted_temperature(logits, np.array([index for _, index in kept], np.int64))
    return found


def _mistakes(paths: Sequence[str], answers: JudgedHead) -> tuple[Mistake, ...]:
    wrong = np.flatnonzero(~answers.right)
    order = sorted(wrong.tolist(), key=lambda place: (-answers.confidence[place], paths[place]))
    return tuple(
        Mistake(
            paths[place],
            int(answers.truth[place]),
            int(answers.first[place]),
            float(answers.confidence[place]),
            float(np.exp(-answers.loss[place])),
        )
        for place in order
    )
