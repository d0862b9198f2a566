"""A folder that is answered in the background, and what is known of it so far.

One thread reads, keeps and counts; the network works on the engine's thread like every
pass, a batch at a time, so that what a person does in the window goes first.
"""

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError
from gnet_desktop.folder import answering, evaluating, scanning
from gnet_desktop.folder.evaluating import Evaluation
from gnet_desktop.folder.rows import Rows, rows_of
from gnet_desktop.folder.store import Answered, Recipe, Stamp, Store
from gnet_desktop.folder.truth import Truth, from_folders, from_table, match
from gnet_desktop.network.record import Array
from gnet_desktop.workspace.failures import describe_bug
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from torch import Tensor

    from gnet_desktop.workspace.tasks import LoadedNetwork

SHOW_EVERY: Final = 1.0
"""Seconds after which what is new is shown, at least; more where counting takes longer."""
CORRECTIONS: Final = "corrections.json"


@dataclass(frozen=True, slots=True, eq=False)
class FolderState:
    """What is known of a folder at a moment; a value.

    ``state`` is ``scanning``, ``running``, ``paused`` or ``done``; ``rate`` pictures a second.
    """

    folder: Path
    state: str = "scanning"
    done: int = 0
    total: int = 0
    rate: float = 0.0
    rows: Rows | None = None
    evaluation: Evaluation | None = None
    names: tuple[str, ...] = ()
    convention: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)


class FolderRun:
    """Answers a folder with the open checkpoint; goes on where it was stopped, also by the program's end.

    ``changed()`` tells of a new `state`. Everything here is called on the owner's thread.
    """

    def __init__(self, workspace: Workspace, cache: Path) -> None:
        self._workspace, self._post, self._cache = workspace, workspace.post, cache
        self.state: FolderState | None = None
        self.changed = Signal()
        self._job: _Job | None = None
        self._truth_file: Path | None = None
        self._wanted: Path | None = None
        workspace.checkpoint_changed.subscribe(self._again)

    def open(self, folder: Path, truth: Path | None = None) -> None:
        """Begin with a folder, or go on with one that was begun; ``truth`` is a table of classes."""
        self._truth_file, self._wanted = truth, folder
        self._start(folder)

    def pause(self) -> None:
        """Stop after the batch that is being computed; what was answered is kept."""
        if self._job is not None:
            self._job.paused.set()
            self._show(state="paused")

    def go_on(self) -> None:
        """Continue after a pause."""
        if self.state is not None and self.state.state == "paused":
            self._start(self.state.folder)

    def correct(self, name: str, index: int | None) -> None:
        """Say which class a folder's or table's name means; None: none. Remembered with the folder."""
        if self.state is None:
            return
        place = self._place(self.state.folder)
        known = _read_corrections(place)
        known = {key: value for key, value in known.items() if key != name}
        place.mkdir(parents=True, exist_ok=True)
        corrected = known | ({name: index} if index is not None else {})
        (place / CORRECTIONS).write_text(json.dumps(corrected), "utf-8")
        self._start(self.state.folder)

    def close(self) -> None:
        """End the work; what was answered is kept."""
        if self._job is not None:
            self._job.ended.set()
            self._job.paused.set()
            self._job = None

    def _again(self) -> None:
        """Another checkpoint or convention: other answers; or the first one that was waited for."""
        paused = self.state is not None and self.state.state == "paused"
        if self._wanted is not None and not paused:
            self._start(self._wanted)

    def _start(self, folder: Path) -> None:
        self.close()
        network = self._workspace.network
        convention = self._workspace.convention
        if network is None or convention is None:
            return
        names = network.checkpoint.labels.names
        kept = self.state if self.state is not None and self.state.folder == folder else None
        fresh = FolderState(folder, names=names, convention=convention.name)
        self.state = replace(kept, state="scanning", names=names) if kept and kept.names == names else fresh
        text = json.dumps(convention.facts(), sort_keys=True)
        recipe = Recipe(network.checkpoint.provenance.sha256, text, len(names))
        place = self._place(folder)
        job = self._job = _Job(self, folder, self._truth_file, network, convention, recipe, place)
        threading.Thread(target=job.run, name="gnet-folder", daemon=True).start()
        self.changed.emit()

    def _place(self, folder: Path) -> Path:
        """Where this folder's answers are kept."""
        name = str(folder.resolve()).encode("utf-8", "surrogateescape")
        return self._cache / hashlib.sha256(name).hexdigest()[:24]

    def _show(self, **fields: Any) -> None:
        if self.state is not None:
            self.state = replace(self.state, **fields)
            self.changed.emit()

    def tell(self, job: "_Job", **fields: Any) -> None:
        """What a job found out, told on the owner's thread if it is still wanted."""
        self._post(lambda: self._show(**fields) if job is self._job else None)

    def fail(self, job: "_Job", error: BaseException) -> None:
        """A job could not go on."""

        def told() -> None:
            if job is self._job:
                self._job = None
                self.state = self._wanted = None
                if isinstance(error, GNetError):
                    self._workspace.failed.emit(error)
                else:
                    self._workspace.bug.emit(describe_bug(error))
                self.changed.emit()

        self._post(told)

    def on_engine(self, job: "_Job", batch: "Tensor") -> dict[str, Array]:
        """A batch's logits by head, computed on the engine's thread; called from the job's."""
        result: Future[dict[str, Array]] = Future()

        def run() -> None:
            try:
                result.set_result(job.network.network.answers(batch))
            except BaseException as error:
                result.set_exception(error)

        self._post(lambda: self._workspace.compute("folder", run, lambda _: None))
        while not job.ended.is_set():
            try:
                return result.result(timeout=0.2)
            except TimeoutError:
                continue
        raise _Ended


class _Ended(Exception):
    """The job isn't wanted any more."""


class _Job:
    """One run over a folder, on its own thread."""

    def __init__(
        self,
        owner: FolderRun,
        folder: Path,
        truth: Path | None,
        network: "LoadedNetwork",
        convention: Convention,
        recipe: Recipe,
        place: Path,
    ) -> None:
        self.owner, self.folder, self.truth_file = owner, folder, truth
        self.network, self.convention, self.recipe, self.place = network, convention, recipe, place
        self.paused, self.ended = threading.Event(), threading.Event()
        self._next_show = 0.0

    def run(self) -> None:
        """The thread's work; failures go to the owner."""
        try:
            self._run()
        except _Ended:
            pass
        except BaseException as error:  # the thread's end: the owner shows it
            self.owner.fail(self, error)

    def _run(self) -> None:
        found = scanning.scan(self.folder)
        truth = self._truth(found)
        name = hashlib.sha256(f"{self.recipe.sha256} {self.recipe.convention}".encode()).hexdigest()[:24]
        temperatures = self.network.network.temperatures
        store = Store(self.place / f"{name}.sqlite", self.recipe, temperatures)
        try:
            changes = scanning.compare(found, store.stamps())
            store.forget(changes.vanished)
            todo = {path: found[path] for path in changes.to_answer}
            done = len(found) - len(todo)
            self._show(store, truth, state="running", done=done, total=len(found))
            self._answer(store, truth, todo, done, len(found))
        finally:
            store.close()

    def _truth(self, found: Mapping[str, Stamp]) -> Truth:
        given = from_table(self.truth_file) if self.truth_file else from_folders(found)
        source = self.truth_file.name if self.truth_file else "class folders"
        labels = self.network.checkpoint.labels.names
        return match(given, labels, source, _read_corrections(self.place))

    def _answer(self, store: Store, truth: Truth, todo: dict[str, Stamp], done: int, total: int) -> None:
        began, before = time.monotonic(), done
        pending: list[Answered] = []
        through = _OnEngine(self)
        try:
            for one in answering.answer(self.folder, todo, answering.Pass(through, self.convention)):
                pending.append(one)
                done += 1
                if self.paused.is_set():
                    break
                if time.monotonic() >= self._next_show:
                    store.put(pending)
                    pending = []
                    rate = (done - before) / max(time.monotonic() - began, 1e-3)
                    self._show(store, truth, state="running", done=done, total=total, rate=rate)
        finally:
            store.put(pending)
        state = "paused" if self.paused.is_set() and done < total else "done"
        self._show(store, truth, state=state, done=done, total=total)

    def _show(self, store: Store, truth: Truth, **fields: Any) -> None:
        if self.ended.is_set():
            raise _Ended
        began = time.monotonic()
        evaluation = evaluating.evaluate(self.network.checkpoint, store, truth)
        rows = rows_of(store, truth, self.network.network.temperatures)
        self.owner.tell(self, rows=rows, evaluation=evaluation, **fields)
        now = time.monotonic()
        self._next_show = now + max(SHOW_EVERY, 10 * (now - began))


class _OnEngine:
    """The network as `answering` wants it, with its work done on the engine's thread."""

    def __init__(self, job: _Job) -> None:
        self._job = job

    def answers(self, batch: "Tensor", /) -> dict[str, Array]:
        """Logits by head."""
        return self._job.owner.on_engine(self._job, batch)


def _read_corrections(place: Path) -> dict[str, int]:
    try:
        known = json.loads((place / CORRECTIONS).read_text("utf-8"))
        return {str(name): int(index) for name, index in known.items()}
    except (OSError, ValueError, AttributeError):
        return {}
