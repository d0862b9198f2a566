"""The workspace: what is open and chosen, and the work under way. No Qt.

Panels read its properties, change it through its methods and subscribe to its signals;
nobody keeps a second copy. Everything here runs on one thread (the window's); workers
hand results over through ``post``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import Cancelled, GNetError
from gnet_desktop.network.changes import Change
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.bugs import describe_bug
from gnet_desktop.workspace.choices import Choices
from gnet_desktop.workspace.engine import BACKGROUND, NORMAL, URGENT, Request, Worker, Works
from gnet_desktop.workspace.judging import Judge
from gnet_desktop.workspace.lag import Lag
from gnet_desktop.workspace.opening import Opening, Post
from gnet_desktop.workspace.picture_list import PictureList, Source
from gnet_desktop.workspace.runs import Job, Runs
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import Bug, Entry, Loading, Outcome, Reference, Result, RunKey

T = TypeVar("T")
Peaks = Mapping[str, NDArray[np.float32]]

# A waiting decode for a picture that the person browsed past is worthless; one
# ahead makes the next Page Down instant.
PREFETCH: Final = 1

# The purposes of runs.
THIS: Final = "this"
REFERENCE: Final = "reference"
NEXT: Final = "next"
OTHERS: Final = "others"


class Workspace(Choices):
    """Everything that a person opened; what they chose is in `Choices`.

    Signals, all called on the owner's thread:
      checkpoint_changed()        another checkpoint, convention, labels or device is in use
      loading_changed()           `loading` changed (None: nothing is being opened)
      pictures_changed()          pictures came, went or moved
      entry_changed(id)           one picture's thumbnail, answer or error changed
      current_changed()           another picture is current; `stale` tells if the result lags
      result_changed()            `result` is new, or has been `stale` for a while
      reference_result_changed()  `reference_result` is new, or there is none now
      failed(error)               a `GNetError` to show; what was open stays open
      bug(bug)                    an unforeseen error to show with its report
    """

    def __init__(self, post: Post, *, engine: Works | None = None, reader: Works | None = None) -> None:
        super().__init__()
        self.checkpoint_changed, self.current_changed = Signal(), Signal()
        self.result_changed, self.reference_result_changed = Signal(), Signal()
        self.failed, self.bug = Signal(), Signal()

        self._engine: Works = engine or Worker("gnet-engine", post)
        self._reader: Works = reader or Worker("gnet-reader", post)
        self._list = PictureList(self._reader, self._as_error)
        self._opening = Opening("checkpoint", self._engine, post, self.use, self._complain)
        self._second = Opening("reference", self._engine, post, self._compare_network, self._complain)
        self._runs = Runs(
            self._engine, self._reader, self._wanted, self._computed, self._not_computed, self._compute
        )
        self._lag = Lag(post, self.result_changed.emit)
        self._judge = Judge()

        self._network: tasks.LoadedNetwork | None = None
        self._reference_network: tasks.LoadedNetwork | None = None
        self._convention: Convention | None = None
        self._device = "cpu"
        self._result: Result | None = None
        self._reference_result: Result | None = None
        self._peaks: dict[int, Peaks] = {}

        self.pictures_changed, self.entry_changed = self._list.changed, self._list.entry_changed
        self.loading_changed = Signal()
        for opening in (self._opening, self._second):
            opening.changed.subscribe(self.loading_changed.emit)
        self.pictures_changed.subscribe(self._forget_pictures)  # before any panel hears of it
        self.changes_changed.subscribe(self._refresh)
        self.reference_changed.subscribe(self._compare)

    # What is open

    @property
    def network(self) -> tasks.LoadedNetwork | None:
        """The network in use; its methods only from the engine's thread (see `compute`)."""
        return self._network

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint in use."""
        return self._network.checkpoint if self._network is not None else None

    @property
    def reference_network(self) -> tasks.LoadedNetwork | None:
        """The network of the reference, where that is of another checkpoint."""
        return self._reference_network

    @property
    def convention(self) -> Convention | None:
        """The input convention in use."""
        return self._convention

    @property
    def device(self) -> str:
        """Where the network runs, or the next one will."""
        return self._device

    @property
    def loading(self) -> Loading | None:
        """The checkpoint that is being opened."""
        return self._opening.loading or self._second.loading

    @property
    def pictures(self) -> Mapping[int, Entry]:
        """The list of pictures by id, in its order."""
        return self._list.entries

    @property
    def current(self) -> int | None:
        """The id of the picture that is looked at."""
        return self._list.current

    @property
    def peaks(self) -> Mapping[int, Peaks]:
        """{picture's id: {module: largest value of each unit}} of those that were answered."""
        return MappingProxyType(self._peaks)

    # Checkpoints

    def open_checkpoint(
        self, path: Path, labels: Path | None = None, assume: Mapping[str, str] | None = None
    ) -> None:
        """Open a checkpoint in the background; what is open stays until it is complete.

        ``labels`` and ``assume`` as in `checkpoints.reading.open_checkpoint`.
        """
        self._opening.open(path, labels, assume, device=self._device)

    def open_reference(self, path: Path) -> None:
        """Open another checkpoint in the background, and compare with what it says."""
        self._second.open(path, device=self._device)

    def cancel_opening(self) -> None:
        """Stop opening a checkpoint; what was open stays."""
        self._opening.cancel()
        self._second.cancel()

    def use(self, network: tasks.LoadedNetwork) -> None:
        """Take a network that is loaded into use, with its own convention."""
        self._network, self._device = network, network.device
        self._convention = network.checkpoint.convention
        architecture = network.checkpoint.architecture
        self.keep_units(lambda unit: tasks.unit_exists(architecture, unit))
        self.keep_changes(lambda change: tasks.change_is_possible(architecture, change))
        self.explain(None)  # the number means another class now
        self._start_anew()

    def set_convention(self, convention: Convention) -> None:
        """Use another input convention; every answer is computed anew."""
        if convention != self._convention:
            self._convention = convention
            self._start_anew()

    def swap_labels(self) -> None:
        """Take the class names in their other order (`Labels.alternative`)."""
        network = self._network
        if network is None or not network.checkpoint.labels.alternative:
            return
        checkpoint = replace(network.checkpoint, labels=network.checkpoint.labels.swapped())
        self._network = replace(network, checkpoint=checkpoint)
        self._start_anew()

    def set_device(self, device: str) -> None:
        """Move the network; on failure the old device stays and `failed` says why."""
        network = self._network
        if network is None:
            self._device = device
            self.checkpoint_changed.emit()
            return

        def moved(new: tasks.LoadedNetwork) -> None:
            self._network, self._device = new, new.device
            self._start_anew()

        self._engine.ask(
            Request("device", lambda: tasks.move_network(network, device), moved, self._complain, URGENT)
        )

    def _compare_network(self, network: tasks.LoadedNetwork) -> None:
        self._reference_network = network
        self.compare_with(Reference(checkpoint=network.name, convention=network.checkpoint.convention))

    def _start_anew(self) -> None:
        """The network or its input is another: what was found about the list counts no more."""
        self._runs.abandon()
        self._runs.keep(lambda key: self._network_of(key) is not None)
        self._peaks.clear()
        self._judge.forget()
        self._list.forget_answers()
        for picture in self.pictures:
            self._learn(self._kept(self._key_of(picture)))
        self.checkpoint_changed.emit()
        self.pictures_changed.emit()
        self._refresh()

    # Pictures

    def add_pictures(self, sources: Iterable[Source], *, show: bool = True) -> list[int]:
        """Add pictures at the end of the list, in order; the first one becomes current.

        A source is a path, or a name and the bytes of a picture. Returns their ids.
        """
        added = self._list.add(sources)
        if added and show:
            self.choose_picture(added[0])
        self._list.make_thumbnails(added)
        self._compute()
        return added

    def remove_picture(self, picture: int) -> None:
        """Take a picture off the list; its neighbour becomes current."""
        if picture not in self.pictures:
            return
        neighbour = self._list.remove(picture)
        if picture == self.current:
            self._list.current = None
            if neighbour is not None:
                self.choose_picture(neighbour)
            else:
                self._show_nothing()

    def remove_all_pictures(self) -> None:
        """Empty the list."""
        self._list.clear()
        self._show_nothing()

    def sort_pictures(self, order: str) -> None:
        """Put the list into one of `ORDERS` once; what comes later is added at its end."""
        self._list.sort(order)

    def choose_picture(self, picture: int) -> None:
        """Make a picture current; its result follows, the old one stays, marked stale."""
        if picture == self.current or picture not in self.pictures:
            return
        self._list.current = picture
        self._compute()  # the reader may begin while the panels are told
        self.current_changed.emit()
        self.clear_pins()
        self._refresh()

    def step_picture(self, step: int) -> None:
        """Choose the picture ``step`` places further down the list."""
        picture = self._list.behind(self.current, step) if self.current is not None else None
        if picture is not None:
            self.choose_picture(picture)

    def retry_picture(self, picture: int) -> None:
        """Read a picture that failed once more."""
        self._list.change(picture, error=None)
        if picture == self.current:
            self._refresh()

    def preview(self, source: Path | bytes, done: Callable[[NDArray[np.uint8]], None]) -> None:
        """Hand over the thumbnail of a picture that isn't in the list; nothing if it cannot be read."""
        self._list.preview(source, done)

    def _forget_pictures(self) -> None:
        """What was kept of pictures that are no longer in the list goes."""
        self._runs.keep(lambda key: key.picture in self.pictures)
        self._peaks = {picture: peaks for picture, peaks in self._peaks.items() if picture in self.pictures}
        compared = self.reference.picture if self.reference is not None else None
        if compared is not None and compared not in self.pictures:
            self.compare_with(None)

    def _show_nothing(self) -> None:
        self.current_changed.emit()
        self._refresh()

    # Runs

    @property
    def key(self) -> RunKey | None:
        """The run that is looked at; `result` lags behind while it is computed."""
        return self._key_of(self.current, self.changes)

    @property
    def reference_key(self) -> RunKey | None:
        """The run that it is compared with."""
        return self._reference_of(self.key)

    @property
    def result(self) -> Result | None:
        """What is shown: the latest result of the current run, or an older one (`stale`)."""
        return self._result

    @property
    def stale(self) -> bool:
        """Whether `result` is that of another run than the one that is looked at."""
        return self._result is not None and self._result.key != self.key

    @property
    def reference_result(self) -> Result | None:
        """The result to compare `result` with; None while it is computed, or without a reference."""
        return self._reference_result

    def accept(self, outcome: Outcome) -> None:
        """Take what a run gave, wherever it was computed: keep it, and show it if it is looked at."""
        self._runs.put(outcome)
        self._computed(outcome)
        self._compute()

    def trained(self, head: str) -> bool | None:
        """Whether a head was trained, as far as the file or its answers so far tell."""
        return self._judge.trained(self.checkpoint, head)

    def _key_of(self, picture: int | None, changes: tuple[Change, ...] = ()) -> RunKey | None:
        if self._network is None or self._convention is None or picture is None:
            return None
        return RunKey(self._network.name, self._convention, picture, changes)

    def _reference_of(self, key: RunKey | None) -> RunKey | None:
        return self.reference.key(key) if self.reference is not None and key is not None else None

    def _wanted(self, key: RunKey) -> bool:
        """Whether a run is looked at, compared with, or an answer of the list."""
        if key.picture not in self.pictures:
            return False
        return key in (self.key, self.reference_key, self._key_of(key.picture))

    def _wants(self) -> Iterator[tuple[str, RunKey | None, int]]:
        """(purpose, run, priority) of all that should be there, the most urgent first."""
        yield THIS, self.key, URGENT
        yield REFERENCE, self.reference_key, NORMAL
        if self.current is not None:
            yield NEXT, self._key_of(self._list.behind(self.current, PREFETCH)), NORMAL
        # One after the other: the reader is quicker than the network, and decoded photos
        # that wait for it would fill the memory.
        if not self._runs.has(OTHERS):
            others = (one.id for one in self._list if one.id not in self._peaks and one.id != self.current)
            yield OTHERS, self._key_of(next((one for one in others if self._readable(one)), None)), BACKGROUND

    def _readable(self, picture: int) -> bool:
        return self.pictures[picture].error is None

    def _compute(self) -> None:
        """Ask for what is wanted and isn't there."""
        for purpose, key, priority in self._wants():
            if key is None or not self._readable(key.picture) or self._runs.get(key) is not None:
                continue
            network, entry = self._network_of(key), self.pictures[key.picture]
            if network is not None:
                self._runs.ask(Job(purpose, key, network, entry.source, entry.name, priority))

    def _network_of(self, key: RunKey) -> tasks.LoadedNetwork | None:
        networks = (self._network, self._reference_network)
        return next((one for one in networks if one is not None and one.name == key.checkpoint), None)

    def _computed(self, outcome: Outcome) -> None:
        """A wanted run is there."""
        result = outcome.result
        self._learn(outcome)
        if result.key == self.key:
            self._show(result)
        else:
            self._compare()

    def _learn(self, outcome: Outcome | None) -> None:
        """Note what a run says of its picture, if it is the one that the list tells of."""
        if outcome is None or outcome.result.key != self._key_of(outcome.result.key.picture):
            return
        picture = outcome.result.key.picture
        self._peaks[picture] = outcome.peaks
        self._judge.hear(picture, outcome.result.record)
        self._list.change(picture, best=outcome.best, error=None)

    def _not_computed(self, key: RunKey, error: BaseException) -> None:
        """A wanted run failed."""
        if key == self._key_of(key.picture):
            self._list.change(key.picture, error=self._as_error(error))
            if key.picture == self.current:
                self._show(None)
            return
        self._complain(error)
        if key.changes:
            self.reset_changes()
        else:
            self.compare_with(None)

    def _refresh(self) -> None:
        """Another run is looked at: show it if it is there, else ask for it."""
        key, kept = self.key, self._kept(self.key)
        if kept is not None:
            self._show(kept.result)
        elif key is None or not self._readable(key.picture) or self._result is None:
            self._show(None)
        else:
            self._lag.begin()
        self._compute()

    def _show(self, result: Result | None) -> None:
        self._lag.end()
        self._result = result
        old, self._reference_result = self._reference_result, self._compared_with(result)
        self.result_changed.emit()
        if old is not self._reference_result:
            self.reference_result_changed.emit()

    def _compare(self) -> None:
        """Compare what is shown with what it is compared with now."""
        if self.reference is None or self.reference.checkpoint is None:
            self._reference_network = None
        old, self._reference_result = self._reference_result, self._compared_with(self._result)
        if old is not self._reference_result:
            self.reference_result_changed.emit()
        self._compute()

    def _compared_with(self, result: Result | None) -> Result | None:
        kept = self._kept(self._reference_of(result.key)) if result is not None else None
        return kept.result if kept is not None else None

    def _kept(self, key: RunKey | None) -> Outcome | None:
        return self._runs.get(key) if key is not None else None

    # Asking for other work, failures, the end

    def compute(self, purpose: str, run: Callable[[], T], done: Callable[[T], None]) -> None:
        """Run anything that needs torch on the engine's thread; failures go to `failed`."""
        self._engine.ask(Request(f"task {purpose}", run, done, self._complain))

    @property
    def idle(self) -> bool:
        """Whether both workers have nothing to do; what they found may still be on its way."""
        return self._engine.idle and self._reader.idle

    def close(self) -> bool:
        """End both workers; waits for what is running only. False if one hangs."""
        self.cancel_opening()
        self._lag.end()
        return all([self._engine.close(), self._reader.close()])

    def _complain(self, error: BaseException) -> None:
        if isinstance(error, Cancelled):
            return
        if isinstance(error, GNetError):
            self.failed.emit(error)
        else:
            self.bug.emit(describe_bug(error))

    def _as_error(self, error: BaseException) -> GNetError:
        if isinstance(error, GNetError):
            return error
        bug: Bug = describe_bug(error)
        self.bug.emit(bug)
        return GNetError(bug.title)
