"""The workspace: what is open and chosen, and the work under way. No Qt.

Panels read its attributes, change it through its methods and subscribe to its
signals; nobody keeps a second copy. Everything here runs on one thread (the
window's); workers hand results over through ``post``.
"""

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import Cancelled, GNetError
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.bugs import describe_bug
from gnet_desktop.workspace.choices import Choices
from gnet_desktop.workspace.engine import BACKGROUND, NORMAL, URGENT, Request, Worker
from gnet_desktop.workspace.judging import Judge
from gnet_desktop.workspace.ordering import in_order
from gnet_desktop.workspace.results import Results
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import Bug, Entry, Loading, Result

Post = Callable[[Callable[[], None]], None]

# A waiting decode for a picture that the person browsed past is worthless; one
# ahead makes the next Page Down instant.
PREFETCH: Final = 1

LAG: Final = 0.15
"""Seconds before panels are told of a result that lags: a usual pass is over sooner, and painting
everything as old would only flicker, and slow the pass."""

# The purpose of answers in the background.
OTHERS: Final = "others"


class Workspace(Choices):
    """Everything that a person opened; what they chose is in `Choices`.

    ``peaks`` has the largest value of every unit for each picture that was answered:
    {picture's id: {module: (channels,)}}. Signals, all called on the owner's thread:
      checkpoint_changed()   another checkpoint, convention, labels or device is in use
      loading_changed()      `loading` changed (None: nothing is being opened)
      pictures_changed()     pictures came, went or moved
      entry_changed(id)      one picture's thumbnail, answer or error changed
      current_changed()      another picture is current; `stale` tells if the result lags
      result_changed()       `result` is new, or has been `stale` for a while
      failed(error)          a `GNetError` to show; what was open stays open
      bug(bug)               an unforeseen error to show with its report
    """

    def __init__(self, post: Post) -> None:
        super().__init__()
        self.checkpoint: Checkpoint | None = None
        self.convention: Convention | None = None
        self.device = "cpu"
        self.loading: Loading | None = None
        self.pictures: dict[int, Entry] = {}
        self.current: int | None = None
        self.result: Result | None = None
        self.stale = False
        self.peaks: dict[int, dict[str, NDArray[np.float32]]] = {}

        self.checkpoint_changed, self.loading_changed = Signal(), Signal()
        self.pictures_changed, self.entry_changed, self.current_changed = Signal(), Signal(), Signal()
        self.result_changed, self.failed, self.bug = Signal(), Signal(), Signal()

        self._post = post
        self._engine = Worker("gnet-engine", post)
        self._reader = Worker("gnet-reader", post)
        self._ids = itertools.count(1)
        self._results = Results()
        self._network: tasks.LoadedNetwork | None = None
        self._cancel: tasks.CancelFlag | None = None
        self._generation = 0
        self._answering = False
        self._judge = Judge()
        self._lag: threading.Timer | None = None

    # Checkpoints

    def open_checkpoint(
        self, path: Path, labels: Path | None = None, assume: Mapping[str, str] | None = None
    ) -> None:
        """Open a checkpoint in the background; what is open stays until it is complete.

        ``labels`` and ``assume`` as in `checkpoints.reading.open_checkpoint`.
        """
        self.cancel_opening()
        flag = self._cancel = tasks.CancelFlag()

        def progress(stage: str, share: float) -> None:
            self._post(lambda: self._set_loading(flag, Loading(path, stage, share)))

        self._set_loading(flag, Loading(path, "Read the container", 0.0))
        device = self.device
        self._engine.ask(
            Request(
                "checkpoint",
                lambda: tasks.load_checkpoint(path, labels, device, progress, flag, assume),
                lambda loaded: self._opened(flag, loaded),
                lambda error: self._not_opened(flag, error),
                URGENT,
            )
        )

    def cancel_opening(self) -> None:
        """Stop opening a checkpoint; what was open stays."""
        if self._cancel is not None:
            self._cancel.set()
            self._set_loading(self._cancel, None)
            self._cancel = None

    def set_convention(self, convention: Convention) -> None:
        """Use another input convention; every answer is computed anew."""
        if convention != self.convention:
            self.convention = convention
            self._start_anew()

    def swap_labels(self) -> None:
        """Take the class names in their other order (`Labels.alternative`)."""
        network = self._network
        if network is None or not network.checkpoint.labels.alternative:
            return
        checkpoint = replace(network.checkpoint, labels=network.checkpoint.labels.swapped())
        self._network, self.checkpoint = replace(network, checkpoint=checkpoint), checkpoint
        self._start_anew()

    def set_device(self, device: str) -> None:
        """Move the network; on failure the old device stays and `failed` says why."""
        network = self._network
        if network is None:
            self.device = device
            self.checkpoint_changed.emit()
            return

        def moved(new: tasks.LoadedNetwork) -> None:
            self._network, self.device = new, new.device
            self._start_anew()

        self._engine.ask(
            Request("device", lambda: tasks.move_network(network, device), moved, self._complain, URGENT)
        )

    def _set_loading(self, flag: tasks.CancelFlag, loading: Loading | None) -> None:
        if flag is self._cancel:
            self.loading = loading
            self.loading_changed.emit()

    def _opened(self, flag: tasks.CancelFlag, network: tasks.LoadedNetwork) -> None:
        if flag is not self._cancel:
            return
        self._set_loading(flag, None)
        self._cancel = None
        self._network, self.device = network, network.device
        self.checkpoint, self.convention = network.checkpoint, network.checkpoint.convention
        self._keep_selection_valid()
        self._start_anew()

    def _not_opened(self, flag: tasks.CancelFlag, error: BaseException) -> None:
        self._set_loading(flag, None)
        if flag is self._cancel:
            self._cancel = None
            self._complain(error)

    def _keep_selection_valid(self) -> None:
        assert self.checkpoint is not None
        architecture = self.checkpoint.architecture
        self.keep_units(lambda unit: tasks.unit_exists(architecture, unit))
        self.explain(None)  # the number means another class now

    def _start_anew(self) -> None:
        """The network or its input changed: nothing computed before counts any more."""
        self._generation += 1
        self._results.clear()
        self.peaks.clear()
        self._judge.forget()
        for entry in self.pictures.values():
            self.pictures[entry.id] = replace(entry, best=None)
        self._answering = False
        self._engine.drop("pass")
        self._reader.drop("read")
        self.checkpoint_changed.emit()
        self.pictures_changed.emit()
        self._compute_current()
        self._compute_others()

    # Pictures

    def add_pictures(self, sources: Iterable[Path | tuple[str, bytes]], *, show: bool = True) -> list[int]:
        """Add pictures at the end of the list, in order; the first one becomes current.

        A source is a path, or a name and the bytes of a picture. Returns their ids.
        """
        added = []
        for source in sources:
            name, data = (source.name, source) if isinstance(source, Path) else source
            entry = Entry(next(self._ids), data, name)
            self.pictures[entry.id] = entry
            added.append(entry.id)
        if added:
            self.pictures_changed.emit()
            if show:
                self.choose_picture(added[0])
            for entry_id in added:
                self._make_thumbnail(self.pictures[entry_id])
            self._compute_others()
        return added

    def remove_picture(self, entry_id: int) -> None:
        """Take a picture off the list; its neighbour becomes current."""
        order = list(self.pictures)
        if entry_id not in self.pictures:
            return
        place = order.index(entry_id)
        del self.pictures[entry_id]
        self._results.drop(entry_id)
        self.peaks.pop(entry_id, None)
        self.pictures_changed.emit()
        if entry_id == self.current:
            order.remove(entry_id)
            self.current = None
            if order:
                self.choose_picture(order[min(place, len(order) - 1)])
            else:
                self.result, self.stale = None, False
                self.current_changed.emit()
                self.result_changed.emit()

    def remove_all_pictures(self) -> None:
        """Empty the list."""
        self.pictures.clear()
        self.peaks.clear()
        self._results.clear()
        self.current, self.result, self.stale = None, None, False
        self.pictures_changed.emit()
        self.current_changed.emit()
        self.result_changed.emit()

    def sort_pictures(self, order: str) -> None:
        """Put the list into one of `ORDERS` once; what comes later is added at its end."""
        self.pictures = {entry.id: entry for entry in in_order(self.pictures.values(), order)}
        self.pictures_changed.emit()

    def choose_picture(self, entry_id: int) -> None:
        """Make a picture current; its result follows, the old one stays, marked stale."""
        if entry_id == self.current or entry_id not in self.pictures:
            return
        self.current = entry_id
        kept = self._results.get(entry_id)
        if kept is None:
            self._compute_current()  # the reader may begin while the panels are told
        self.current_changed.emit()
        self.clear_pins()
        if kept is not None:
            self._show(kept)
        # the one that was left may have been dropped before it was answered
        self._compute_others()

    def step_picture(self, step: int) -> None:
        """Choose the picture ``step`` places further down the list."""
        order = list(self.pictures)
        if self.current in self.pictures:
            place = order.index(self.current) + step
            if 0 <= place < len(order):
                self.choose_picture(order[place])

    def retry_picture(self, entry_id: int) -> None:
        """Read a picture that failed once more."""
        self._change_entry(entry_id, error=None)
        if entry_id == self.current:
            self._compute_current()

    def _change_entry(self, entry_id: int, **fields: object) -> None:
        if entry_id in self.pictures:
            self.pictures[entry_id] = replace(self.pictures[entry_id], **fields)  # type: ignore[arg-type]
            self.entry_changed.emit(entry_id)

    def _make_thumbnail(self, entry: Entry) -> None:
        self._reader.ask(
            Request(
                f"thumbnail {entry.id}",
                lambda: tasks.make_thumbnail(entry.source),
                lambda pixels: self._change_entry(entry.id, thumbnail=pixels),
                lambda error: self._change_entry(entry.id, error=self._as_error(error)),
                BACKGROUND,
            )
        )

    def preview(self, source: Path | bytes, done: Callable[[NDArray[np.uint8]], None]) -> None:
        """Hand over the thumbnail of a picture that isn't in the list; nothing if it cannot be read."""
        self._reader.ask(
            Request(
                f"preview {source!r:.200}",
                lambda: tasks.make_thumbnail(source),
                done,
                lambda error: None,
                URGENT,
            )
        )

    # Passes

    def _compute_current(self) -> None:
        """Bring `result` up to date with the current picture."""
        entry = self.pictures.get(self.current) if self.current is not None else None
        if entry is None:
            return
        kept = self._results.get(entry.id)
        if kept is not None:
            self._show(kept)
            return
        if entry.error is not None:
            self.result = None
        self.stale = self.result is not None
        if self._network is not None and entry.error is None:
            self._compute(entry, "current", URGENT)
            self._prefetch(entry)
        if self.stale:
            self._announce_lag()
        else:
            self.result_changed.emit()

    def _announce_lag(self) -> None:
        """Say that the result lags, if nothing newer is shown for a while."""
        if self._lag is not None:
            return

        def announce() -> None:
            if self._lag is timer:
                self._lag = None
                self.result_changed.emit()

        timer = self._lag = threading.Timer(LAG, lambda: self._post(announce))
        timer.daemon = True
        timer.start()

    def _forget_lag(self) -> None:
        if self._lag is not None:
            self._lag.cancel()
            self._lag = None

    def _prefetch(self, entry: Entry) -> None:
        order = list(self.pictures)
        place = order.index(entry.id) + PREFETCH
        if place < len(order) and self._results.get(order[place]) is None:
            self._compute(self.pictures[order[place]], "next", NORMAL)

    def _compute_others(self) -> None:
        """Answer the pictures of the list in the background, for their rows and peaks.

        One after the other: the reader is quicker than the network, and decoded photos
        that wait for it would fill the memory.
        """
        if self._network is None or self._answering:
            return
        for entry in self.pictures.values():
            if entry.best is None and entry.error is None and entry.id != self.current:
                self._answering = True
                self._compute(entry, OTHERS, BACKGROUND)
                return

    def _ended(self, purpose: str, generation: int) -> None:
        """A background answer is there, or isn't wanted any more: on to the next."""
        if purpose == OTHERS and generation == self._generation:
            self._answering = False
            self._compute_others()

    def _compute(self, entry: Entry, purpose: str, priority: int) -> None:
        network, convention, generation = self._network, self.convention, self._generation
        assert network is not None
        assert convention is not None

        def run_pass(read: tasks.Read) -> None:
            if generation != self._generation or not self._still_wanted(entry.id, purpose):
                self._ended(purpose, generation)
                return
            self._engine.ask(
                Request(
                    f"pass {purpose}",
                    lambda: tasks.run_pass(network, read, entry.id),
                    computed,
                    failed,
                    priority,
                )
            )

        def computed(passed: tasks.Passed) -> None:
            self._computed(passed, generation, keep=priority < BACKGROUND)
            self._ended(purpose, generation)

        def failed(error: BaseException) -> None:
            self._not_computed(entry.id, error, generation)
            self._ended(purpose, generation)

        self._reader.ask(
            Request(
                f"read {purpose}",
                lambda: tasks.read_and_prepare(entry.source, entry.name, convention),
                run_pass,
                failed,
                priority,
            )
        )

    def _still_wanted(self, entry_id: int, purpose: str) -> bool:
        return entry_id in self.pictures and (purpose != "current" or entry_id == self.current)

    def _computed(self, passed: tasks.Passed, generation: int, *, keep: bool) -> None:
        result = passed.result
        if generation != self._generation or result.entry_id not in self.pictures:
            return
        if keep or result.entry_id == self.current:
            self._results.put(result)
        self.peaks[result.entry_id] = passed.peaks
        self._judge.hear(result.entry_id, result.record)
        self._change_entry(result.entry_id, best=passed.best, error=None)
        if result.entry_id == self.current:
            self._show(result)

    def trained(self, head: str) -> bool | None:
        """Whether a head was trained, as far as the file or its answers so far tell."""
        return self._judge.trained(self.checkpoint, head)

    def _not_computed(self, entry_id: int, error: BaseException, generation: int) -> None:
        if generation != self._generation:
            return
        self._change_entry(entry_id, error=self._as_error(error))
        if entry_id == self.current:
            self.result, self.stale = None, False
            self.result_changed.emit()

    def _show(self, result: Result) -> None:
        self._forget_lag()
        self.result, self.stale = result, False
        self.result_changed.emit()

    # Asking for other work, failures, the end

    def compute(self, purpose: str, run: Callable[[], object], done: Callable[[object], None]) -> None:
        """Run anything that needs torch on the engine's thread; failures go to `failed`."""
        self._engine.ask(Request(f"task {purpose}", run, done, self._complain))

    @property
    def network(self) -> "tasks.LoadedNetwork | None":
        """The network in use; its methods only from the engine's thread (see `compute`)."""
        return self._network

    @property
    def idle(self) -> bool:
        """Whether both workers have nothing to do; what they found may still be on its way."""
        return self._engine.idle and self._reader.idle

    def close(self) -> bool:
        """End both workers; waits for what is running only. False if one hangs."""
        self.cancel_opening()
        self._forget_lag()
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
