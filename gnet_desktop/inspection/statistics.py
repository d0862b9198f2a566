"""Numbers about every unit of a map, a branch or a whole pass.

Arrays are float32 (channels, height, width) or (values,), never written to. Values
that are not finite are counted and left out of everything else, so one of them
doesn't hide what the rest says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UnitNumbers:
    """One unit's map in numbers; NaN where it has no finite cell, which ``non_finite`` tells."""

    mean: float
    maximum: float
    minimum: float
    nonzero: float
    energy: float
    non_finite: int


@dataclass(frozen=True, slots=True, eq=False)
class UnitStatistics:
    """One number per channel: arrays of (channels,).

    ``cells`` are how many each has; ``nonzero`` is the share of cells other than 0;
    ``energy`` the sum of squares; ``non_finite`` how many cells are NaN or infinite
    (all others leave them out; a channel with no finite cell has 0 everywhere, so that
    it sums and sorts; ``of`` says NaN). ``zero`` and ``constant`` say that all cells are
    finite and 0, or equal.
    """

    mean: Doubles
    maximum: Array
    minimum: Array
    nonzero: Doubles
    energy: Doubles
    non_finite: NDArray[np.int64]
    cells: int

    def of(self, channel: int) -> UnitNumbers:
        """One channel's numbers, as every panel, file and text has them."""
        broken = int(self.non_finite[channel])
        known = 1.0 if broken < self.cells else float("nan")
        return UnitNumbers(
            mean=float(self.mean[channel]) * known,
            maximum=float(self.maximum[channel]) * known,
            minimum=float(self.minimum[channel]) * known,
            nonzero=float(self.nonzero[channel]) * known,
            energy=float(self.energy[channel]) * known,
            non_finite=broken,
        )

    @property
    def zero(self) -> NDArray[np.bool_]:
        """Which channels are 0 everywhere."""
        silent: NDArray[np.bool_] = self.constant & (self.maximum == 0)
        return silent

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Which channels have one value everywhere (zero ones among them)."""
        same: NDArray[np.bool_] = (self.maximum == self.minimum) & (self.non_finite == 0)
        return same

    def __len__(self) -> int:
        return len(self.mean)


@dataclass(frozen=True, slots=True)
class BranchSummary:
    """A branch in four numbers: mean, maximum, share of non-zero cells, strongest channels.

    ``strongest`` are (channel within the branch, mean), the largest mean first;
    ``non_finite`` counts cells that are no numbers (left out of the others).
    """

    mean: float
    maximum: float
    nonzero: float
    strongest: tuple[tuple[int, float], ...]
    non_finite: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The fields as the command line writes them."""
        strongest = [[channel, mean] for channel, mean in self.strongest]
        return {"mean": self.mean, "max": self.maximum, "nonzero": self.nonzero, "strongest": strongest}


@dataclass(frozen=True, slots=True)
class NonFinite:
    """Where values first stop being numbers: the activation's name, how many cells of how many."""

    name: str
    count: int
    total: int


def unit_statistics(maps: Array) -> UnitStatistics:
    """Statistics of each channel of (channels, height, width); vectors count as 1×1 maps."""
    cells = np.ascontiguousarray(maps, np.float32).reshape(maps.shape[0], -1)
    maximum, minimum = cells.max(axis=1), cells.min(axis=1)
    # NaN and infinity show in the extremes, so that sound maps need no extra pass
    if np.isfinite(maximum).all() and np.isfinite(minimum).all():
        counts = np.full(len(cells), cells.shape[1])
        return _statistics(cells, maximum, minimum, counts)
    finite = np.isfinite(cells)
    counts = finite.sum(axis=1)
    some = counts > 0
    maximum = np.where(some, np.where(finite, cells, -np.inf).max(axis=1), 0).astype(np.float32)
    minimum = np.where(some, np.where(finite, cells, np.inf).min(axis=1), 0).astype(np.float32)
    return _statistics(np.where(finite, cells, np.float32(0)), maximum, minimum, counts)


def _statistics(cells: Array, maximum: Array, minimum: Array, counts: NDArray[np.int64]) -> UnitStatistics:
    known = np.maximum(counts, 1)
    return UnitStatistics(
        mean=cells.sum(axis=1, dtype=np.float64) / known,
        maximum=maximum,
        minimum=minimum,
        nonzero=np.count_nonzero(cells, axis=1) / known,
        energy=np.einsum("ij,ij->i", cells, cells, dtype=np.float64, casting="same_kind"),
        non_finite=cells.shape[1] - counts,
        cells=cells.shape[1],
    )


def branch_summary(maps: Array, *, strongest: int = 5) -> BranchSummary:
    """The summary of a branch, with its ``strongest`` channels by mean (ties by number)."""
    units = unit_statistics(maps)
    counts = units.cells - units.non_finite
    known, some = max(1, int(counts.sum())), counts > 0
    order = np.argsort(-units.mean, kind="stable")[:strongest]
    return BranchSummary(
        mean=float((units.mean * counts).sum() / known),
        maximum=float(units.maximum[some].max()) if some.any() else 0.0,
        nonzero=float((units.nonzero * counts).sum() / known),
        strongest=tuple((int(channel), float(units.mean[channel])) for channel in order),
        non_finite=int(units.non_finite.sum()),
    )


def energy_shares(branches: Mapping[str, Array]) -> dict[str, float]:
    """Each branch's share of the module's energy (sum of squares), 0…1; all 0 for a silent module."""
    energies = {name: _energy(maps) for name, maps in branches.items()}
    total = sum(energies.values())
    return {name: energy / total if total > 0 else 0.0 for name, energy in energies.items()}


def _energy(maps: Array) -> float:
    # einsum and not a product of BLAS, whose threads would fight with torch's
    cells = np.ravel(maps)
    energy = float(np.einsum("i,i", cells, cells))
    if np.isfinite(energy):
        return energy
    exact = cells[np.isfinite(cells)].astype(np.float64)
    return float(np.einsum("i,i", exact, exact))


def non_finite_count(values: Array) -> int:
    """How many values are NaN or infinite."""
    # a finite sum has only finite terms: one quick pass; a sum that overflows is looked at again
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(values.sum()):
            return 0
    return int(values.size - np.count_nonzero(np.isfinite(values)))


def nonzero_share(values: Array) -> float:
    """Share of cells other than 0 among those that are numbers; 0 where none is."""
    broken = non_finite_count(values)
    known = values.size - broken
    return (int(np.count_nonzero(values)) - broken) / known if known else 0.0


def first_non_finite(activations: Mapping[str, Array] | Iterable[tuple[str, Array]]) -> NonFinite | None:
    """The first activation, in the order of the pass, with a value that is no number; None if all are."""
    items = activations.items() if isinstance(activations, Mapping) else activations
    for name, values in items:
        count = non_finite_count(values)
        if count:
            return NonFinite(name, count, values.size)
    return None
