"""What the heads say, as rows, a verdict and a timeline; no sentence is put together here.

The heads in the order of the pass are aux1, aux2, main: what they say is how the
answer develops with depth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.network.architecture import HEAD_PLACES, HEADS

Array = NDArray[np.float32]

DEPTH: Final = tuple(HEAD_PLACES)
"""The heads from shallow to deep."""

_EVEN: Final = 0.9
_FEW: Final = 3


class HeadAnswers(Protocol):
    """`network.record.Answers`: logits and probabilities, each (classes,)."""

    @property
    def logits(self) -> Array:
        """One a class."""

    @property
    def probabilities(self) -> Array:
        """One a class, 0 to 1."""

    def top(self, count: int, /) -> list[tuple[int, float]]:
        """The most probable classes with their probabilities."""


@dataclass(frozen=True, slots=True)
class Row:
    """A class in the answers panel: its probability by each head that is there.

    ``first_of`` are the heads whose first answer it is.
    """

    index: int
    probabilities: Mapping[str, float]
    first_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Others:
    """The classes without a row: how many, and by each head how probable together."""

    count: int
    probabilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Neighbouring heads that give the same first answer, from shallow to deep."""

    heads: tuple[str, ...]
    index: int
    probability: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the first answer develops: one entry for each change.

    ``changed_by`` is the module after which the final answer first stands (``4d``), or
    None where all heads agree or there is only one.
    """

    agreements: tuple[Agreement, ...]
    changed_by: str | None

    @property
    def agree(self) -> bool:
        """Whether all heads give the same first answer."""
        return len(self.agreements) == 1


@dataclass(frozen=True, slots=True)
class Line:
    """A class's probability with depth: (head, probability) from shallow to deep."""

    index: int
    points: tuple[tuple[str, float], ...]


def valid(answers: HeadAnswers) -> bool:
    """Whether the answers are numbers: otherwise none may be shown."""
    return bool(np.isfinite(answers.logits).all() and np.isfinite(answers.probabilities).all())


def answer_rows(answers: Mapping[str, HeadAnswers], *, top: int = 5, limit: int = 10) -> list[Row]:
    """One order of rows for all heads: main's first ``top``, then what the others add.

    Heads whose answers are no numbers are left out. At most ``limit`` rows, but each head's
    first answer is always among them.
    """
    sound = {head: answers[head] for head in HEADS if head in answers and valid(answers[head])}
    leading = {head: one.top(top) for head, one in sound.items()}
    wanted = list(dict.fromkeys(index for tops in leading.values() for index, _ in tops))
    firsts = [tops[0][0] for tops in leading.values() if tops]
    kept = [index for place, index in enumerate(wanted) if place < limit or index in firsts]
    return [_row(index, sound, leading) for index in _shortened(kept, firsts, limit)]


def _shortened(indices: list[int], firsts: list[int], limit: int) -> list[int]:
    """Drop the last rows that are nobody's first answer until ``limit`` is kept."""
    spare = [index for index in indices if index not in firsts]
    excess = max(0, len(indices) - limit)
    dropped = set(spare[len(spare) - excess :]) if excess else set()
    return [index for index in indices if index not in dropped]


def _row(index: int, heads: Mapping[str, HeadAnswers], leading: Mapping[str, list[tuple[int, float]]]) -> Row:
    probabilities = {
        head: float(one.probabilities[index]) for head, one in heads.items() if index < len(one.probabilities)
    }
    return Row(index, probabilities, tuple(head for head, tops in leading.items() if tops[0][0] == index))


def verdict(answers: Mapping[str, HeadAnswers], *, leave_out: Sequence[str] = ()) -> Verdict | None:
    """Who says what. ``leave_out`` names heads that don't count (untrained ones); None if none are left."""
    groups: list[Agreement] = []
    for head in DEPTH:
        if head not in answers or head in leave_out or not valid(answers[head]):
            continue
        index, probability = answers[head].top(1)[0]
        if groups and groups[-1].index == index:
            groups[-1] = Agreement((*groups[-1].heads, head), index, probability)
        else:
            groups.append(Agreement((head,), index, probability))
    if not groups:
        return None
    return Verdict(tuple(groups), HEAD_PLACES[groups[-1].heads[0]] if len(groups) > 1 else None)


def timeline(
    answers: Mapping[str, HeadAnswers], *, top: int = 3, leave_out: Sequence[str] = ()
) -> list[Line]:
    """How the probability of each head's ``top`` classes develops with depth, main's classes first."""
    counted = {head: one for head, one in answers.items() if head not in leave_out}
    depth = {head: place for place, head in enumerate(DEPTH)}
    return [
        Line(row.index, tuple(sorted(row.probabilities.items(), key=lambda point: depth[point[0]])))
        for row in answer_rows(counted, top=top, limit=len(DEPTH) * top)
    ]


def others(rows: Sequence[Row], answers: Mapping[str, HeadAnswers]) -> Others:
    """What the rows leave out: how many classes (of main, or the deepest head), and their sum per head."""
    sound = {head: answers[head] for head in HEADS if head in answers and valid(answers[head])}
    classes = next((len(one.probabilities) for one in sound.values()), 0)
    rest = {head: max(0.0, 1.0 - sum(row.probabilities.get(head, 0.0) for row in rows)) for head in sound}
    return Others(max(0, classes - len(rows)), rest)


def percent(probability: float, *, digits: int = 1) -> str:
    """A probability in per cent without the sign: ``97.6``, ``<0.1``, ``>99`` where rounding would claim 100.

    With ``digits`` 0: ``98``, ``<1``, ``>99``.
    """
    if not np.isfinite(probability):
        return "–"
    value, least = 100 * probability, 10.0**-digits
    if 0 < value < least:
        return f"<{least:g}"
    shown = f"{value:.{digits}f}"
    return ">99" if value < 100 and float(shown) >= 100 else shown


def entropy(probabilities: Array) -> float:
    """How undecided a head is, 0…1: 0 for certainty, 1 for even answers; 0 for a single class."""
    known = np.asarray(probabilities, np.float64)
    known = known[known > 0]
    if len(probabilities) < 2 or not np.isfinite(known).all():
        return 0.0
    return float(-(known * np.log(known)).sum() / np.log(len(probabilities)))


def looks_untrained(probabilities: Sequence[Array]) -> bool | None:
    """Whether a head gives near-even answers on every picture; None before three pictures.

    ``probabilities`` are one head's on different pictures. Near-even: entropy above 0.9 of the
    largest possible. A trained head is surer on some picture.
    """
    if len(probabilities) < _FEW:
        return None
    return all(entropy(one) > _EVEN for one in probabilities)
