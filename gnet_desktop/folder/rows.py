"""A folder's pictures as columns: what each shows, what was answered, and which to look at first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.folder.figures import Floats, Ints
from gnet_desktop.folder.lookalikes import Lookalikes
from gnet_desktop.folder.store import Store
from gnet_desktop.folder.truth import Truth
from gnet_desktop.inspection.answers import DEPTH

UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Pictures in order of their paths; every array is (pictures,) and not to be written.

    ``answer`` is the main head's first answer and ``confidence`` its probability, ``truth``
    the true class (−1: not known), ``loss`` −log of its probability (NaN: not known).
    ``agree`` tells whether all heads answer alike.
    """

    paths: tuple[str, ...]
    answer: Ints
    confidence: NDArray[np.float64]
    truth: Ints
    loss: NDArray[np.float64]
    agree: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Where the truth is known and isn't the first answer."""
        wrong: NDArray[np.bool_] = (self.truth != UNKNOWN) & (self.truth != self.answer)
        return wrong

    def is_wrong(self, place: int) -> bool:
        """The same of one picture, without looking at the others."""
        return bool(self.truth[place] not in (UNKNOWN, self.answer[place]))


def rows_of(store: Store, truth: Truth, loss: Floats | None = None) -> Rows:
    """The columns of what is kept; ``loss`` are those of the pictures whose class is known, by path."""
    heads = [head for head in DEPTH if head in store.heads()]
    if not heads:
        nothing = np.empty(0, np.int64)
        return Rows((), nothing, np.empty(0), nothing, np.empty(0), np.empty(0, bool))
    leading = "main" if "main" in heads else heads[-1]
    paths, (answer, confidence) = store.paths(), store.firsts(leading)
    agree = np.ones(len(paths), bool)
    for head in heads:
        if head != leading:
            agree &= store.firsts(head)[0] == answer
    known = np.fromiter(
        (UNKNOWN if (index := truth.of(path)) is None else index for path in paths), np.int64, len(paths)
    )
    losses = np.full(len(paths), np.nan)
    if loss is not None:
        losses[known != UNKNOWN] = loss
    return Rows(tuple(paths), answer, confidence, known, losses, agree)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which pictures are shown; None: whatever it is."""

    truth: int | None = None
    answer: int | None = None
    right: bool | None = None
    agree: bool | None = None
    outside: bool = False

    def chosen(self, rows: Rows) -> NDArray[np.bool_]:
        """Which rows pass. ``outside``: only answers that are no class of the truth."""
        passes = np.ones(len(rows), bool)
        if self.truth is not None:
            passes &= rows.truth == self.truth
        if self.answer is not None:
            passes &= rows.answer == self.answer
        if self.right is not None:
            passes &= (rows.truth != UNKNOWN) & (rows.wrong != self.right)
        if self.agree is not None:
            passes &= rows.agree == self.agree
        if self.outside:
            passes &= ~np.isin(rows.answer, rows.truth[rows.truth != UNKNOWN])
        return passes


ORDERS: Final[Mapping[str, Callable[[Rows], NDArray[np.float64]]]] = {
    "sure": lambda rows: -rows.confidence,
    "unsure": lambda rows: rows.confidence,
    "loss": lambda rows: np.where(np.isnan(rows.loss), -np.inf, rows.loss) * -1,
    "answer": lambda rows: rows.answer.astype(float),
    "truth": lambda rows: rows.truth.astype(float),
    "name": lambda rows: np.arange(len(rows), dtype=float),
}
"""By which number, ascending, each order sorts; equal ones stay in the order of their paths."""


def arranged(rows: Rows, wanted: Filter, order: str) -> Ints:
    """Places of the rows that are shown, in their order."""
    places = np.flatnonzero(wanted.chosen(rows))
    keys = ORDERS[order](rows)[places]
    found: Ints = places[np.argsort(keys, kind="stable")]
    return found


def like_places(rows: Rows, found: Lookalikes) -> tuple[Ints, dict[int, float]]:
    """The places of a picture and of those most like it, the nearest first, and how much each is."""
    place_of = {path: place for place, path in enumerate(rows.paths)}
    likeness = {place_of[one.path]: one.likeness for one in found.near if one.path in place_of}
    own = [place_of[found.path]] if found.path in place_of else []
    return np.array([*own, *likeness], np.int64), likeness
