"""Tuning curves of a part's units, worked out in the background a batch at a time, and held."""

from collections.abc import Iterator, Mapping

from gnet_desktop.convention import Convention
from gnet_desktop.inspection.tuning import Responses, tuned
from gnet_desktop.workspace.engine import BACKGROUND
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.state import Workspace


class Tuned:
    """``changed()`` tells that there is more of the curves that were asked for last."""

    def __init__(self, workspace: Workspace) -> None:
        self.changed = Signal()
        self._workspace = workspace
        self._known: dict[tuple[str, Convention, str], Mapping[str, Responses]] = {}
        self._wanted: tuple[str, Convention, str] | None = None

    def get(self, part: str) -> Mapping[str, Responses]:
        """The responses of a part's units by kind of stimuli, as far as they are known."""
        network, convention = self._workspace.network, self._workspace.convention
        if network is None or convention is None:
            return {}
        key = network.name, convention, part
        if key != self._wanted:
            self._wanted = key
            if key not in self._known:
                self._step(key, tuned(network.network, convention, part))
        return self._known.get(key, {})

    def close(self) -> None:
        """Nothing is wanted any more."""
        self._wanted = None

    def _step(
        self, key: tuple[str, Convention, str], steps: Iterator[tuple[float, Mapping[str, Responses]]]
    ) -> None:
        self._workspace.compute(
            "tuning", lambda: next(steps, None), lambda found: self._take(key, steps, found), BACKGROUND
        )

    def _take(
        self,
        key: tuple[str, Convention, str],
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
