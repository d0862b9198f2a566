"""Two checkpoints over the same pictures, and two groups of pictures in one network.

For the engine's thread; the window and the command line have their numbers from here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from gnet_desktop.convention import Convention
from gnet_desktop.errors import Cancelled, UsageError
from gnet_desktop.files import exists
from gnet_desktop.folder.truth import match
from gnet_desktop.inspection.comparing.groups import Apart, telling_apart
from gnet_desktop.inspection.comparing.likeness import Likeness, likeness
from gnet_desktop.inspection.comparing.rightness import Rightness
from gnet_desktop.inspection.comparing.similarity import ENOUGH
from gnet_desktop.network.changes import branch_spans
from gnet_desktop.network.record import LOGITS, Array
from gnet_desktop.shown import counted
from gnet_desktop.workspace.pooling import Source, pool

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet

MOST: Final = 1000
"""Pictures that are taken of a longer list, evenly spread."""
_PASSES: Final = 0.95
"""The passes' share of the work; the rest is for the units' partners."""

T = TypeVar("T")
Wanted = Callable[[float], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of two networks: how it is fed, and what it calls its classes."""

    network: "GoogLeNet"
    convention: Convention
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Two networks over pictures that both could read; ``changed`` has those of which the main heads'
    first answers differ, as (place among the sources, the first's, the second's). ``right`` says which
    of them answers rightly; None where no picture lies in a folder that is called like a class of both.
    """

    likeness: Likeness
    places: tuple[int, ...]
    changed: tuple[tuple[int, str, str], ...]
    right: Rightness | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ToldApart:
    """The units that tell two groups of so many readable pictures apart, the clearest first."""

    counts: tuple[int, int]
    units: tuple[Apart, ...]


def pictures_under(paths: Sequence[Path]) -> list[Path]:
    """The pictures that files, folders and indexes stand for; of more than `MOST` so many, evenly."""
    from gnet_desktop.folder.indexing import ANSWERS, indexed_folder
    from gnet_desktop.folder.recounting import some_pictures
    from gnet_desktop.pictures.finding import find_pictures

    found = list[Path]()
    for path in paths:
        folder = indexed_folder(path) if exists(path / ANSWERS) else None
        if folder is not None:
            found += [folder / name for name in some_pictures(path, MOST)]
        else:
            found += find_pictures([path])
    return spread(found)


def spread(found: Sequence[T]) -> list[T]:
    """At most `MOST` of them, evenly spread, in their order."""
    places = np.linspace(0, len(found) - 1, min(MOST, len(found))).round().astype(int)
    return [found[place] for place in places]


def compare_over(
    first: Side, second: Side, sources: Sequence[Source], wanted: Wanted = lambda _share: True
) -> Compared:
    """Both networks over the same pictures, each under its own convention.

    ``wanted`` is told the share that is done, 0…1. Raises UsageError for fewer than `ENOUGH`
    pictures that both can read, Cancelled once ``wanted`` says no.
    """
    check_enough(len(sources))
    half = _PASSES / 2
    passes = (
        _pooled(first, sources, lambda share: wanted(half * share)),
        _pooled(second, sources, lambda share: wanted(half + half * share)),
    )
    places = tuple(place for place in passes[0][1] if place in set(passes[1][1]))
    check_enough(len(places))
    rows = [[own.index(place) for place in places] for _, own in passes]
    left, right = (
        {name: value[row] for name, value in values.items()}
        for (values, _), row in zip(passes, rows, strict=True)
    )
    answers = [[int(one) for one in values.pop(LOGITS["main"]).argmax(1)] for values in (left, right)]
    said = [
        [side.names[index] for index in indexes]
        for side, indexes in zip((first, second), answers, strict=True)
    ]

    def step() -> None:
        if not wanted(_PASSES):
            raise Cancelled

    changed = tuple(row for row in zip(places, *said, strict=True) if row[1] != row[2])
    judged = _judged((first, second), sources, places, answers)
    return Compared(likeness(left, right, step), places, changed, judged)


def _judged(
    sides: tuple[Side, Side],
    sources: Sequence[Source],
    places: Sequence[int],
    answers: Sequence[Sequence[int]],
) -> Rightness | None:
    """Who is right about the pictures whose folder is called like a class of both."""
    given = {str(one): source.parent.name for one in places if isinstance(source := sources[one], Path)}
    truths = [match(given, side.names, "class folders") for side in sides]
    judged, both = 0, 0
    alone: tuple[list[int], list[int]] = [], []
    for row, place in enumerate(places):
        known = [truth.of(str(place)) for truth in truths]
        if None in known:
            continue
        judged += 1
        right = [indexes[row] == index for indexes, index in zip(answers, known, strict=True)]
        if all(right):
            both += 1
        elif any(right):
            alone[right.index(True)].append(place)
    return Rightness(judged, both, tuple(alone[0]), tuple(alone[1])) if judged else None


def check_enough(count: int) -> None:
    """Raise UsageError where the pictures are too few to compare two networks over."""
    if count < ENOUGH:
        raise UsageError(
            f"Units cannot be compared over {counted(count, 'picture')}.",
            f"Below {ENOUGH}, chance looks like likeness.",
            f"Take {ENOUGH} or more that can be read.",
        )


def _pooled(
    side: Side, sources: Sequence[Source], wanted: Wanted
) -> tuple[dict[str, Array], tuple[int, ...]]:
    modules = [module.name for module in side.network.architecture.modules]
    values, places = pool(side.network, [*modules, LOGITS["main"]], sources, side.convention, wanted)
    return dict(values), places


def tell_groups_apart(
    network: "GoogLeNet",
    groups: tuple[Sequence[Source], Sequence[Source]],
    convention: Convention,
    most: int = 20,
    wanted: Wanted = lambda _share: True,
) -> ToldApart:
    """The units of all branches whose means over the cells differ most between two groups of pictures.

    Raises UsageError where a group has fewer than two pictures that can be read, Cancelled once
    ``wanted`` says no.
    """
    modules = [module.name for module in network.architecture.modules]
    pooled, places = pool(network, modules, [*groups[0], *groups[1]], convention, wanted)
    inside = np.array([place < len(groups[0]) for place in places], bool)
    counts = int(inside.sum()), int((~inside).sum())
    if min(counts) < 2:
        raise UsageError(
            "These are not two groups of pictures.",
            f"{counts[0]} and {counts[1]} of them can be read, and one picture has no spread.",
            "Put two or more into each.",
        )
    spans = branch_spans(network.architecture).items()
    first, second = (
        {branch: pooled[module][rows, span] for branch, (module, span) in spans} for rows in (inside, ~inside)
    )
    return ToldApart(counts, tuple(telling_apart(first, second, most)))
