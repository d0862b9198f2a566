"""Which units come first: sort orders, filters, and the strongest at a place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.statistics import UnitStatistics

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SortOrder:
    """An order of units: the largest first, ties by number.

    ``key`` gives (channels,) from the statistics; None where the order needs values of its
    own. ``silent_last`` puts units that are zero everywhere behind all others.
    """

    key: Callable[[UnitStatistics], NDArray[Any]] | None = None
    silent_last: bool = True


SORTS: Final[Mapping[str, SortOrder]] = MappingProxyType(
    {
        "mean": SortOrder(lambda units: units.mean),
        "maximum": SortOrder(lambda units: units.maximum),
        "nonzero": SortOrder(lambda units: units.nonzero),
        "energy": SortOrder(lambda units: units.energy),
        "index": SortOrder(lambda units: -np.arange(len(units)), silent_last=False),
        "similarity": SortOrder(),
        "contribution": SortOrder(),
        "effect": SortOrder(),
    }
)
"""The sort orders by name, in the order of the menu."""


class UnitAt(NamedTuple):
    """A unit and its value: the branch's name, the channel within the branch."""

    branch: str
    channel: int
    value: float


def order(
    units: UnitStatistics, sort: str = "index", *, values: NDArray[Any] | None = None
) -> NDArray[np.intp]:
    """Channel numbers, the largest first and ties by number: (channels,).

    Channels without a finite value come last, and in every order but ``index`` those that
    are zero everywhere. ``similarity``, ``contribution`` and ``effect`` order by ``values``,
    (channels,), from the functions of that name.
    """
    wanted = SORTS.get(sort)
    if wanted is None or (wanted.key is None and values is None):
        raise UsageError(f"Units cannot be sorted by {sort}.", "", f"Choose one of {', '.join(SORTS)}.")
    found = values if wanted.key is None else wanted.key(units)
    assert found is not None
    keys = np.where(np.isfinite(found), found, -np.inf).astype(np.float64)
    return np.lexsort((-keys, units.zero & wanted.silent_last))


def similarity(maps: Array, reference: Array) -> Doubles:
    """Cosine of the angle between each map and a reference map of the same size: −1…1.

    0 where either is zero everywhere; values that are no number count as 0.
    """
    if maps.shape[1:] != reference.shape:
        raise ValueError(f"maps of {maps.shape[1:]} cannot be compared with one of {reference.shape}")
    rows, one = _sound(maps).reshape(len(maps), -1), _sound(reference).ravel()
    squares = np.einsum("ij,ij->i", rows, rows, dtype=np.float64) * float(np.einsum("i,i", one, one))
    result = np.zeros(len(rows))
    np.divide(np.einsum("ij,j->i", rows, one), np.sqrt(squares), out=result, where=squares > 0)
    return result


def gradient_contributions(maps: Array, gradient: Array) -> Doubles:
    """First-order contribution of each channel to a logit: (channels,).

    The sum over cells of activation times the logit's ``gradient`` with respect to it, which
    has the shape of ``maps``. Exact only as far as the rest of the network is linear.
    """
    sums: Doubles = np.einsum("chw,chw->c", maps, gradient, dtype=np.float64)
    return sums


def parse_channels(
    text: str, count: int, *, resolve: Callable[[str], int | None] | None = None
) -> NDArray[np.intp]:
    """The channels that a filter names, ascending and once each; all for an empty text.

    Numbers and ranges, parted by commas or blanks: ``0-15, 20``. Ranges may be open
    (``100-``) and are cut at ``count``. ``resolve`` turns any other word (a unit's name) into
    a channel. Raises `UsageError` for what is neither, and for numbers beyond the last.
    """
    wanted: set[int] = set()
    for word in re.sub(r"\s*[-–…]\s*", "-", text.strip()).replace(",", " ").split():
        wanted.update(_span(word, count, resolve))
    return np.array(sorted(wanted), np.intp) if text.strip() else np.arange(count)


def _span(word: str, count: int, resolve: Callable[[str], int | None] | None) -> range:
    match = re.fullmatch(r"(\d{1,9})(-(\d{1,9})?)?", word)
    if match is None:
        channel = resolve(word) if resolve else None
        if channel is None:
            raise UsageError(f"“{word}” names no unit.", "", "Give numbers or ranges such as 0-15, 20.")
        return range(channel, channel + 1)
    first = int(match[1])
    last = first if match[2] is None else int(match[3] or count - 1)
    if first >= count:
        raise UsageError(f"There is no unit {first}.", f"The units are numbered 0 to {count - 1}.")
    return range(first, min(last, count - 1) + 1)


def strongest_at(
    branches: Mapping[str, Array], column: int, row: int, *, count: int = 10, between: bool = False
) -> list[UnitAt]:
    """The units with the largest `strength` at one cell, over all branches, the strongest first.

    Units that have none there, or no number, are left out; ties keep the order of the
    concatenation. Empty outside the map.
    """
    found = [
        UnitAt(name, int(channel), float(maps[channel, row, column]))
        for name, maps in branches.items()
        if 0 <= row < maps.shape[1] and 0 <= column < maps.shape[2]
        for channel in _largest(maps[:, row, column], count, between=between)
    ]
    return sorted(found, key=lambda unit: -abs(unit.value))[:count]


def strength(values: Array, *, between: bool = False) -> Array:
    """How strong values are: as large as they are; ``between`` two passes, as far from 0."""
    return np.abs(values) if between else values


def _largest(values: Array, count: int, *, between: bool) -> NDArray[np.intp]:
    keys = np.where(np.isfinite(values), strength(values, between=between), 0)
    leading = np.argsort(-keys, kind="stable")[:count]
    return leading[keys[leading] > 0]


def peak(values: Array, *, between: bool = False) -> tuple[int, int]:
    """(column, row) of a map's strongest value that is a number (see `strength`), the first of equals."""
    keys = np.where(np.isfinite(values), strength(values, between=between), -np.inf)
    row, column = divmod(int(np.argmax(keys)), values.shape[1])
    return column, row


def _sound(values: Array) -> Array:
    finite = np.isfinite(values)
    return values if finite.all() else np.where(finite, values, np.float32(0))
