"""Pictures of the indexed folder once more, for what the index has not counted, in the background.

One thing at a time: whoever asks for another one takes the place of what was under way.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from gnet_desktop.folder.recounting import maps_of
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.units.indexed import Ended, Indexed, IndexingOnEngine

if TYPE_CHECKING:
    from torch import Tensor

    from gnet_desktop.folder.strongest import Index
    from gnet_desktop.workspace.tasks import LoadedNetwork

HELD: Final = 24
"""Results that are held."""


class Gathers(Protocol):
    """What takes maps a batch at a time, and says in the end what came of them."""

    def add(self, paths: Sequence[str], maps: "Tensor", /) -> None:
        """Maps of some pictures."""

    def found(self) -> Any:
        """What came of all."""


@dataclass(frozen=True, slots=True)
class Recount:
    """A part's maps of some pictures of an index; ``finish`` makes of what was gathered what is wanted."""

    part: str
    paths: Callable[["Index"], Sequence[str]]
    gathering: Callable[["Index"], Gathers]
    finish: Callable[[Any], Any] = lambda found: found


class Recounts:
    """``changed()`` tells of a result or of how far it is: `share`, 0…1 while something is under way."""

    def __init__(self, workspace: Workspace, indexed: Indexed) -> None:
        self.changed = Signal()
        self.share: float | None = None
        self._workspace, self._indexed = workspace, indexed
        self._known: OrderedDict[Hashable, Any] = OrderedDict()
        self._failed: set[Hashable] = set()
        self._job: _Job | None = None

    def get(self, key: Hashable, recount: Recount) -> Any:
        """What came of it; None while it is under way, or without an index."""
        state, network = self._indexed.state, self._workspace.network
        index = state.index if state is not None else None
        if state is None or index is None or index.pictures is None or network is None:
            return None
        whole = network.name, index.place, index.spectrum.pictures, key
        if whole in self._known:
            self._known.move_to_end(whole)
            return self._known[whole]
        if whole not in self._failed and (self._job is None or self._job.key != whole):
            self.stop()
            self.share = 0.0
            self._job = _Job(self, whole, recount, index, network)
            threading.Thread(target=self._job.run, name="gnet-recount", daemon=True).start()
        return None

    def known(self, key: Hashable) -> Any:
        """What came of it, where somebody has asked before; else None."""
        state, network = self._indexed.state, self._workspace.network
        if state is None or state.index is None or network is None:
            return None
        return self._known.get((network.name, state.index.place, state.index.spectrum.pictures, key))

    def stop(self) -> None:
        """Nothing is wanted any more."""
        if self._job is not None:
            self._job.ended.set()
        self._job = self.share = None

    def tell(self, job: "_Job", share: float) -> None:
        """How far a job is; called from its thread."""

        def told() -> None:
            if job is self._job:
                self.share = share
                self.changed.emit()

        self._workspace.post(told)

    def take(self, job: "_Job", found: Any) -> None:
        """What came of a job, or what was in its way; called from its thread."""

        def told() -> None:
            if job is not self._job:
                return
            self._job = self.share = None
            if isinstance(found, BaseException):
                self._failed.add(job.key)
                self._workspace.tell_failure(found)
            else:
                self._known[job.key] = found
                while len(self._known) > HELD:
                    self._known.popitem(last=False)
            self.changed.emit()

        self._workspace.post(told)

    @property
    def indexed(self) -> Indexed:
        """Whose folder it is."""
        return self._indexed


class _Job:
    """One recount, on its own thread."""

    def __init__(
        self, owner: Recounts, key: Hashable, recount: Recount, index: "Index", network: "LoadedNetwork"
    ) -> None:
        self.key, self.network, self.ended = key, network, threading.Event()
        self._owner, self._recount, self._index = owner, recount, index

    def run(self) -> None:
        """The thread's work."""
        try:
            found = self._run()
        except Ended:
            return
        except BaseException as error:  # the thread's end: the owner shows it
            found = error
        self._owner.take(self, found)

    def _run(self) -> Any:
        index, recount = self._index, self._recount
        assert index.pictures is not None
        paths, gathering, done = recount.paths(index), recount.gathering(index), 0
        through = IndexingOnEngine(self._owner.indexed, self)
        for names, maps in maps_of(index.pictures, paths, through, index.convention, recount.part):
            if self.ended.is_set():
                raise Ended
            gathering.add(names, maps)
            done += len(names)
            self._owner.tell(self, done / len(paths))
        return recount.finish(gathering.found())
