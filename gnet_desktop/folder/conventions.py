"""Which input convention fits: the same pictures under several, side by side.

The commonest reason why a network of one's own seems bad is that its pictures are put in
otherwise than it was trained with.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from gnet_desktop.convention import CONVENTIONS, Convention
from gnet_desktop.folder import figures
from gnet_desktop.folder.answering import Answering, AnsweringPass, answer
from gnet_desktop.folder.figures import HeadFigures
from gnet_desktop.folder.store import Stamp
from gnet_desktop.folder.truth import Truth

USUAL: Final = ("torchvision", "caffe", "caffe-short-side", "inception", "wzmiaomiao", "fit", "lucid")
"""The conventions that a stranger's network may have been trained with."""
SAMPLE: Final = 200
"""So many pictures tell conventions apart that differ by a few per cent."""


@dataclass(frozen=True, slots=True)
class TriedConvention:
    """What the main head is worth under a convention, on ``figures.top1.total`` pictures."""

    convention: Convention
    figures: HeadFigures


def candidates(own: Convention) -> tuple[Convention, ...]:
    """``own`` first, then the usual ones with as many channels, at the input size of ``own``."""
    found = [own]
    for name in USUAL:
        one = _at_side(CONVENTIONS[name], own.side)
        if one.channels == own.channels and all(_alike(one) != _alike(other) for other in found):
            found.append(one)
    return tuple(found)


def _at_side(convention: Convention, side: int | None) -> Convention:
    """The convention for an input of another size, its margins in proportion."""
    was = convention.side
    if side is None or was is None or side == was:
        return convention
    size = round(convention.size * side / was)
    name = f"{convention.name} at {side} px"
    return replace(convention, size=size, crop=side if convention.crop else None, name=name)


def _alike(convention: Convention) -> Convention:
    return replace(convention, name="")


def sample_of(found: Mapping[str, Stamp], truth: Truth, count: int) -> dict[str, Stamp]:
    """At most ``count`` pictures whose class is known, from everywhere in the folder alike."""
    known = [path for path in found if truth.of(path) is not None]
    if len(known) <= count:
        return {path: found[path] for path in known}
    places = np.linspace(0, len(known) - 1, count).round().astype(int)
    return {known[place]: found[known[place]] for place in places}


def try_convention(
    folder: Path,
    pictures: dict[str, Stamp],
    through: AnsweringPass,
    truth: Truth,
    temperature: float = 1.0,
    seen: Callable[[], object] = lambda: None,
) -> TriedConvention:
    """Answer the pictures under one convention; ``seen`` is called for each."""
    logits, classes = [], []
    for one in answer(folder, pictures, through):
        seen()
        index = truth.of(one.path)
        if one.logits and "main" in one.logits and index is not None:
            logits.append(one.logits["main"])
            classes.append(index)
    known = np.array(classes, np.int64)
    rows = np.stack(logits) if logits else np.empty((0, 1), np.float32)
    judged = figures.judged(rows, known, temperature) if logits else figures.together([])
    return TriedConvention(through.convention, figures.head_figures(judged))


def try_all(
    folder: Path,
    pictures: dict[str, Stamp],
    network: Answering,
    conventions: Iterable[Convention],
    truth: Truth,
    temperature: float = 1.0,
    seen: Callable[[], object] = lambda: None,
) -> list[TriedConvention]:
    """All of them, the best first."""
    return best_first(
        [
            try_convention(folder, pictures, AnsweringPass(network, one), truth, temperature, seen)
            for one in conventions
        ]
    )


def best_first(tried: Sequence[TriedConvention]) -> list[TriedConvention]:
    """In the order of right first answers, of equal ones by the log loss."""
    return sorted(tried, key=lambda one: (-one.figures.top1.count, one.figures.log_loss))
