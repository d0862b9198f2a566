"""Answers at every depth: readouts of all modules over the pictures of the list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from gnet_desktop.convention import Convention
from gnet_desktop.gui.heads.courses import Course
from gnet_desktop.gui.why.growing import Growing
from gnet_desktop.inspection.attribution.attribution import Progress
from gnet_desktop.inspection.readout import FEWEST, Readout, fit
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.workspace.pooling import pool_modules
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork
from gnet_desktop.workspace.values import Result

MOST: Final = 500
"""Pictures that are taken of a longer list."""


@dataclass(frozen=True, slots=True)
class _Over:
    """Of which network, under which convention, over which pictures."""

    checkpoint: str
    convention: Convention
    pictures: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """{module: its readout}, and the pictures that they were fitted on; none where they were too few."""

    readouts: Mapping[str, Readout]
    pictures: tuple[int, ...]

    @property
    def agreement(self) -> dict[str, float]:
        """{module: how often it agrees with main, 0…1}."""
        return {module: one.agreement for module, one in self.readouts.items()}


class Readouts:
    """Fitted when a person asks for it; forgotten for another network or another list."""

    def __init__(self, workspace: Workspace, changed: Callable[[], None]) -> None:
        self._workspace = workspace
        self._wanted: _Over | None = None
        self.found: Growing[_Over, Fitted] = Growing(workspace, "readouts", changed)

    @property
    def pictures(self) -> int:
        """How many pictures there are to fit on."""
        return min(MOST, len(self._workspace.pictures))

    @property
    def possible(self) -> bool:
        """Whether they are enough."""
        return self.pictures >= FEWEST

    def toggle(self, result: Result) -> None:
        """Fit them, or leave them out again."""
        self._wanted = None if self._wanted is not None else self._over(result)
        if self._wanted is None:
            self.found.stop()

    def of(self, result: Result) -> Fitted | None:
        """The readouts for what is shown; None while nobody wants them, or they are on their way."""
        loaded = self._workspace.network_of(result)
        if self._wanted is None or loaded is None or self._wanted != self._over(result):
            self._wanted = None
            self.found.stop()
            return None
        over = self._wanted
        entries = self._workspace.pictures
        sources = [entries[picture].source for picture in over.pictures]
        return self.found.get(over, lambda progress: _fit(loaded, over, sources, progress))

    def _over(self, result: Result) -> _Over:
        pictures = tuple(self._workspace.pictures)[:MOST]
        return _Over(result.key.checkpoint, result.convention, pictures)


def _fit(loaded: LoadedNetwork, over: _Over, sources: Sequence[Path | bytes], progress: Progress) -> Fitted:
    pooled = pool_modules(loaded, sources, over.convention, lambda share: progress(share, None))
    pictures = tuple(over.pictures[place] for place in pooled.places)
    if len(pictures) < FEWEST:
        return Fitted({}, pictures)
    return Fitted({module: fit(pooled.modules[module], pooled.logits) for module in MODULES}, pictures)


def read_out(courses: Sequence[Course], fitted: Fitted, result: Result, *, logits: bool) -> list[Course]:
    """The courses with what the readouts say of the same classes, in per cent or logits.

    A picture that they were fitted on is read out by those fitted without it.
    """
    picture, temperature = result.key.picture, result.checkpoint.temperatures["main"]
    among = fitted.pictures.index(picture) if picture in fitted.pictures else None
    said: dict[str, np.ndarray] = {}
    for module, readout in fitted.readouts.items():
        if among is not None and not result.key.changes:
            values = readout.left_out[among]
        else:
            values = readout(result.record[module].mean((1, 2), dtype=np.float64))
        said[module] = values if logits else 100 * _softmax(values / temperature)
    return [
        replace(one, readout=tuple((module, float(values[one.index])) for module, values in said.items()))
        for one in courses
    ]


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum())
