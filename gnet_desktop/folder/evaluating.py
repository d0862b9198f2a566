"""A folder's kept answers against its truth: everything that a report of it says."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.folder import figures
from gnet_desktop.folder.figures import HeadFigures
from gnet_desktop.folder.store import Store
from gnet_desktop.folder.truth import Truth
from gnet_desktop.network.architecture import HEADS

DEPTH = tuple(reversed(HEADS))
"""The heads from shallow to deep."""


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
    says at which head pictures become right (None: at none). ``temperatures`` are those
    that would fit this folder best.
    """

    pictures: int
    heads: Mapping[str, HeadFigures]
    first_right: Mapping[str | None, int]
    temperatures: Mapping[str, float]
    mistakes: tuple[Mistake, ...]
    truth: Truth
    without_truth: tuple[str, ...]
    failed: Mapping[str, str]


def evaluate(checkpoint: Checkpoint, store: Store, truth: Truth) -> Evaluation:
    """All figures of what is kept; ``mistakes`` of the main head, the surest first."""
    heads: dict[str, HeadFigures] = {}
    first: dict[str, figures.Ints] = {}
    temperatures: dict[str, float] = {}
    mistakes: tuple[Mistake, ...] = ()
    pictures = 0
    without: tuple[str, ...] = ()
    shown = np.empty(0, np.int64)
    for head in (head for head in HEADS if head in store.heads()):
        paths, logits = store.logits(head)
        known = [(place, truth.of(path)) for place, path in enumerate(paths)]
        places = np.array([place for place, index in known if index is not None], np.int64)
        shown = np.array([index for _, index in known if index is not None], np.int64)
        logits = logits[places]
        temperature = checkpoint.heads[head].temperature
        heads[head] = figures.head_figures(logits, shown, temperature)
        first[head] = figures.first_answers(logits)
        if len(shown):
            temperatures[head] = figures.fitted_temperature(logits, shown)
        if head == "main":
            pictures = len(places)
            without = tuple(paths[place] for place, index in known if index is None)
            mistakes = _mistakes([paths[place] for place in places], logits, shown, temperature)
    return Evaluation(
        pictures,
        heads,
        figures.first_right(first, shown, DEPTH),
        temperatures,
        mistakes,
        truth,
        without,
        store.failed(),
    )


def _mistakes(
    paths: list[str], logits: figures.Logits, truth: figures.Ints, temperature: float
) -> tuple[Mistake, ...]:
    logarithms = figures.log_softmax(logits, temperature)
    first = figures.first_answers(logits)
    wrong = np.flatnonzero(first != truth)
    found = [
        Mistake(
            paths[place],
            int(truth[place]),
            int(first[place]),
            float(np.exp(logarithms[place, first[place]])),
            float(np.exp(logarithms[place, truth[place]])),
        )
        for place in wrong
    ]
    return tuple(sorted(found, key=lambda one: (-one.probability, one.path)))
