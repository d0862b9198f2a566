"""Units that say the same as others, and units that say several things, by what they do over pictures.

Two units say nearly the same where their largest values go together over the pictures. A
unit says several things where its strongest pictures fall into groups: each is described by
what all other units of the module do at the cell where this one is strongest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.inspection.comparing.matching import correlations

if TYPE_CHECKING:
    from torch import Tensor

SAME: Final = 0.9
"""Correlation from which on two units say nearly the same."""
ACTIVE: Final = 8
"""Pictures on which both must be active: few prove nothing."""
STRONGEST: Final = 12
"""Pictures of a unit that are sorted into groups."""
FEWEST: Final = 3
"""Pictures of the smallest group."""
MOST_GROUPS: Final = 3
APART: Final = 0.2
"""Mean silhouette from which on groups are groups."""

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grouped:
    """A unit's strongest pictures in groups, (path, value) the strongest first; how far apart, −1…1."""

    groups: tuple[tuple[tuple[str, float], ...], ...]
    silhouette: float


@dataclass(frozen=True, slots=True)
class AlikeUnits:
    """What is known of a module's units over ``pictures`` pictures.

    ``same`` are {channel: ((other channel, correlation), …)}, the most alike first;
    ``several`` {channel: its groups} of those units whose strongest pictures fall into some.
    """

    pictures: int
    same: dict[int, tuple[tuple[int, float], ...]] = field(default_factory=dict)
    several: dict[int, Grouped] = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[int, int, float]]:
        """Every two units that say nearly the same, once, the most alike first."""
        found = [(a, b, r) for a, others in self.same.items() for b, r in others if a < b]
        return sorted(found, key=lambda pair: -pair[2])


class Gathering:
    """What a module does on pictures, gathered a batch at a time; memory does not grow with their number
    but for one number a unit.
    """

    def __init__(self, channels: int) -> None:
        self._values: list[Floats] = []
        self._paths: list[str] = []
        self._best = np.zeros((channels, 0), np.float32)
        self._picture = np.zeros((channels, 0), np.intp)
        self._beside = np.zeros((channels, 0, channels), np.float16)

    def add(self, paths: Sequence[str], maps: "Tensor") -> None:
        """Maps (pictures, channels, height, width) of some pictures."""
        for path, whole in zip(paths, maps, strict=True):
            flat = whole.flatten(1).cpu().numpy()
            cells = flat.argmax(1)
            peaks = np.take_along_axis(flat, cells[:, None], 1)[:, 0]
            self._keep(len(self._paths), peaks, flat, cells)
            self._paths.append(path)
            self._values.append(peaks)

    def _keep(self, picture: int, peaks: Floats, flat: Floats, cells: NDArray[np.intp]) -> None:
        """The strongest pictures of each unit so far, and what all units do at its cell there."""
        if self._best.shape[1] < STRONGEST:
            grown = [
                np.concatenate([old, np.zeros_like(old, shape=(len(old), 1, *old.shape[2:]))], 1)
                for old in (self._best, self._picture, self._beside)
            ]
            self._best, self._picture, self._beside = grown
            self._best[:, -1] = -1
        weakest = self._best.argmin(1)
        better = np.flatnonzero(peaks > np.maximum(self._best[np.arange(len(peaks)), weakest], 0))
        place = weakest[better]
        self._best[better, place] = peaks[better]
        self._picture[better, place] = picture
        columns = flat[:, cells[better]].T
        length = np.linalg.norm(columns, axis=1, keepdims=True)
        self._beside[better, place] = columns / np.maximum(length, 1e-12)

    def found(self) -> AlikeUnits:
        """What they say."""
        if not self._values:
            return AlikeUnits(0)
        several = {unit: found for unit in range(len(self._best)) if (found := self._groups(unit))}
        return AlikeUnits(len(self._paths), self._same(), several)

    def _same(self) -> dict[int, tuple[tuple[int, float], ...]]:
        values = np.stack(self._values)
        active = (values > 0).astype(np.float32)
        enough = active.T @ active >= ACTIVE
        found = np.where(enough, correlations(values, values), 0)
        np.fill_diagonal(found, 0)
        rows = {}
        for unit in np.flatnonzero((found >= SAME).any(1)):
            others = np.flatnonzero(found[unit] >= SAME)
            others = others[np.argsort(-found[unit, others], kind="stable")]
            rows[int(unit)] = tuple((int(one), min(1.0, float(found[unit, one]))) for one in others)
        return rows

    def _groups(self, unit: int) -> Grouped | None:
        order = np.argsort(-self._best[unit], kind="stable")
        order = order[self._best[unit, order] > 0]
        if len(order) < STRONGEST:
            return None
        beside = self._beside[unit, order].astype(np.float64)
        beside[:, unit] = 0
        labels, silhouette = groups_of(beside)
        if silhouette < APART:
            return None
        entries = [(self._paths[self._picture[unit, one]], float(self._best[unit, one])) for one in order]
        kinds = dict.fromkeys(labels.tolist())
        groups = (
            tuple(entry for entry, label in zip(entries, labels, strict=True) if label == kind)
            for kind in kinds
        )
        return Grouped(tuple(groups), silhouette)


def groups_of(vectors: Matrix) -> tuple[NDArray[np.intp], float]:
    """Two or three groups of vectors (things, numbers) by their angles: labels, and the mean silhouette.

    Of the ways to cut the tree of averages, that with the largest silhouette whose groups
    all have `FEWEST` things or more; one group and −1 where there is none.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.maximum(lengths, 1e-12)
    distances = np.clip(1 - unit @ unit.T, 0, 2)
    np.fill_diagonal(distances, 0)
    best, labels = -1.0, np.zeros(len(vectors), np.intp)
    for cut in _tree(distances):
        if np.bincount(cut).min() < FEWEST:
            continue
        value = silhouette(distances, cut)
        if value > best:
            best, labels = value, cut
    return labels, best


def silhouette(distances: Matrix, labels: NDArray[np.intp]) -> float:
    """Mean of (nearest other group − own group) / the larger of both, over all things; −1…1."""
    kinds = np.unique(labels)
    own = labels[:, None] == kinds
    sums, counts = distances @ own, own.sum(0)
    within = (sums * own).sum(1) / np.maximum(counts[own.argmax(1)] - 1, 1)
    between = np.where(own, np.inf, sums / counts).min(1)
    return float(((between - within) / np.maximum(np.maximum(between, within), 1e-12)).mean())


def _tree(distances: Matrix) -> list[NDArray[np.intp]]:
    """The groups of average linkage, from `MOST_GROUPS` down to two."""
    members = [[one] for one in range(len(distances))]
    cuts = []
    while len(members) > 2:
        pairs = [(a, b) for a in range(len(members)) for b in range(a)]
        a, b = min(pairs, key=lambda pair: distances[np.ix_(members[pair[0]], members[pair[1]])].mean())
        members[b] += members.pop(a)
        if len(members) <= MOST_GROUPS:
            labels = np.zeros(len(distances), np.intp)
            for kind, group in enumerate(members):
                labels[group] = kind
            cuts.append(labels)
    return cuts
