"""Tuning curves of a part's units or of directions in it, worked out in the background, and held."""

from collections.abc import Iterator, Mapping

import numpy as np

from gnet_desktop.convention import Convention
from gnet_desktop.inspection.tuning import Responses, tuned
from gnet_desktop.network.changes import Values
from gnet_desktop.workspace.engine import BACKGROUND
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.state import Workspace

Key = tuple[str, Convention, str, str]


class Tuned:
    """``changed()`` tells that there is more of the curves that were asked for last."""

    def __init__(self, workspace: Workspace) -> None:
        self.changed = Signal()
        self._workspace = workspace
        self._known: dict[Key, Mapping[str, Responses]] = {}
        self._wanted: Key | None = None

    def get(self, part: str, direction: Values | None = None) -> Mapping[str, Responses]:
        """The responses of a part's units, or of one direction, by kind of stimuli, as far as known."""
        network, convention = self._workspace.network, self._workspace.convention
        if network is None or convention is None:
            return {}
        key = network.name, convention, part, "" if direction is None else direction.digest
        if key != self._wanted:
            self._wanted = key
            if key not in self._known:
                along = None if direction is None else np.asarray(direction.array, np.float32)[None]
                self._step(key, tuned(network.network, convention, part, along=along))
        return self._known.get(key, {})

    def close(self) -> None:
        """Nothing is wanted any more."""
        self._wanted = None

    def _step(self, key: Key, steps: Iterator[tuple[float, Mapping[str, Responses]]]) -> None:
        self._workspace.compute(
            "tuning", lambda: next(steps, None), lambda found: self._take(key, steps, found), BACKGROUND
        )

    def _take(
        self,
        key: Key,
        steps: Iterator[tuple[float, Mapping[str, Responses]]],
        found: tuple[float, Mapping[str, Responses]] | None,
    ) -> None:
        if found is None or key != self._wanted:
            return
        share, responses = found
        if share >= 1:
            self._known[key] = responses
            self.changed.emit()
        else:
            self._step(key, steps)
