"""The work over a folder on threads of its own; whatever the network does goes to the engine's thread."""

import hashlib
import json
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from gnet_desktop.convention import Convention
from gnet_desktop.errors import ExportError, GNetError
from gnet_desktop.files import is_file, why_unwritten, write_whole
from gnet_desktop.folder import answering, evaluating, scanning
from gnet_desktop.folder.conventions import (
    SAMPLE,
    TriedConvention,
    best_first,
    candidates,
    sample_of,
    try_convention,
)
from gnet_desktop.folder.rows import rows_of
from gnet_desktop.folder.store import Answered, AnsweringRecipe, Stamp, Store
from gnet_desktop.folder.truth import Truth, from_folders, from_table, match
from gnet_desktop.network.record import Described

if TYPE_CHECKING:
    from torch import Tensor

    from gnet_desktop.workspace.tasks import LoadedNetwork

SHOW_EVERY: Final = 1.0
"""Seconds after which what is new is shown, at least; more where counting takes longer."""
CORRECTIONS: Final = "corrections.json"
TABLE: Final = "table.json"
"""Where the table lies that a folder is judged by."""


class Owner(Protocol):
    """What a job tells, from its own thread."""

    def tell(self, job: "FolderJob", **fields: Any) -> None:
        """What a run over the folder found out."""

    def told_of_trial(self, trial: "Trial", **fields: Any) -> None:
        """What a comparison of conventions found out."""

    def fail(self, job: "FolderJob", error: BaseException, /) -> None:
        """A run could not go on."""

    def tell_of(self, error: BaseException, /) -> None:
        """Something beside the run went wrong."""

    def on_engine(self, job: "FolderJob | Trial", batch: "Tensor", /) -> Described:
        """What the network says of a batch."""


class Ended(Exception):
    """The job isn't wanted any more."""


class FolderJob:
    """One run over a folder, on its own thread."""

    purpose: Final = "folder"

    def __init__(
        self,
        owner: Owner,
        folder: Path,
        truth: Path | None,
        network: "LoadedNetwork",
        convention: Convention,
        recipe: AnsweringRecipe,
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
        except Ended:
            pass
        except BaseException as error:  # the thread's end: the owner shows it
            self.owner.fail(self, error)

    def _run(self) -> None:
        store = opened_store(self.place, self.recipe, self.network)
        try:
            self._show_kept(store)
            found = scanning.scan(self.folder)
            truth = self._truth(found)
            changes = scanning.compare(found, store.stamps())
            store.forget(changes.vanished)
            todo = {path: found[path] for path in changes.to_answer}
            done = len(found) - len(todo)
            self._show(store, truth, state="running", done=done, total=len(found))
            self._answer(store, truth, todo, done, len(found))
        finally:
            store.close()

    def _show_kept(self, store: Store) -> None:
        """What is kept at once, before the folder is looked through and everything is judged."""
        if kept := store.paths():
            truth = self._truth(kept)
            rows = rows_of(store, truth)
            self.owner.tell(self, rows=rows, done=len(kept), total=len(kept))

    def _truth(self, found: Iterable[str]) -> Truth:
        given = from_table(self.truth_file) if self.truth_file else from_folders(found)
        source = self.truth_file.name if self.truth_file else "class folders"
        labels = self.network.checkpoint.labels.names
        return match(given, labels, source, read_corrections(self.place))

    def _answer(self, store: Store, truth: Truth, todo: dict[str, Stamp], done: int, total: int) -> None:
        began, before = time.monotonic(), done
        pending: list[Answered] = []
        through = AnsweringOnEngine(self)
        try:
            for one in answering.answer(self.folder, todo, answering.AnsweringPass(through, self.convention)):
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
            raise Ended
        began = time.monotonic()
        evaluation = evaluating.evaluate(self.network.checkpoint, store, truth)
        rows = rows_of(store, truth, evaluation.loss)
        self.owner.tell(self, rows=rows, evaluation=evaluation, **fields)
        now = time.monotonic()
        self._next_show = now + max(SHOW_EVERY, 10 * (now - began))


class Trial:
    """A comparison of conventions, on its own thread."""

    purpose: Final = "conventions of a folder"

    def __init__(
        self,
        owner: Owner,
        folder: Path,
        truth: Truth,
        network: "LoadedNetwork",
        convention: Convention,
    ) -> None:
        self.owner, self.folder, self.truth = owner, folder, truth
        self.network, self.convention = network, convention
        self.ended = threading.Event()
        self._seen, self._total = 0, 0

    def run(self) -> None:
        """The thread's work; a folder that went away ends it, as does a fault, which is told."""
        try:
            self._run()
        except (Ended, GNetError):
            self.owner.told_of_trial(self, trying=None)
        except BaseException as error:  # the thread's end
            self.owner.told_of_trial(self, trying=None)
            self.owner.tell_of(error)

    def _run(self) -> None:
        pictures = sample_of(scanning.scan(self.folder), self.truth, SAMPLE)
        wanted = candidates(self.convention)
        self._total = len(pictures) * len(wanted)
        through, temperature = AnsweringOnEngine(self), self.network.network.temperatures.get("main", 1.0)
        tried: list[TriedConvention] = []
        for one in wanted:
            passed = answering.AnsweringPass(through, one)
            tried.append(
                try_convention(self.folder, pictures, passed, self.truth, temperature, self._one_more)
            )
            self._tell(tried, trying=(self._seen, self._total))
        self._tell(tried, trying=None)

    def _one_more(self) -> None:
        if self.ended.is_set():
            raise Ended
        self._seen += 1
        if self._seen % 10 == 0:
            self.owner.told_of_trial(self, trying=(self._seen, self._total))

    def _tell(self, tried: list[TriedConvention], **fields: Any) -> None:
        self.owner.told_of_trial(self, tried=tuple(best_first(tried)), **fields)


class AnsweringOnEngine:
    """The network as `answering` wants it, with its work done on the engine's thread."""

    def __init__(self, job: "FolderJob | Trial") -> None:
        self._job = job

    def described(self, batch: "Tensor", /) -> Described:
        """Logits and pooled vectors."""
        return self._job.owner.on_engine(self._job, batch)


def opened_store(place: Path, recipe: AnsweringRecipe, network: "LoadedNetwork") -> Store:
    """The store of a folder's answers by this network under this convention."""
    name = hashlib.sha256(f"{recipe.sha256} {recipe.convention}".encode()).hexdigest()[:24]
    return Store(place / f"{name}.sqlite", recipe, network.network.temperatures)


def read_table(place: Path) -> Path | None:
    """The table of classes that a person gave for the folder; None if there is none any more."""
    try:
        table = Path(json.loads((place / TABLE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return table if is_file(table) else None


def keep_table(place: Path, table: Path | None) -> None:
    """Remember the table with the folder; None: its classes come from its folders again.

    Raises ExportError where nothing can be written.
    """
    _keep(place / TABLE, None if table is None else str(table.absolute()))


def read_corrections(place: Path) -> dict[str, int]:
    """The class numbers that a person gave to names; empty if there are none."""
    try:
        known = json.loads((place / CORRECTIONS).read_text("utf-8"))
        return {str(name): int(index) for name, index in known.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def keep_corrections(place: Path, corrections: Mapping[str, int]) -> None:
    """Remember them with the folder; raises ExportError where nothing can be written."""
    _keep(place / CORRECTIONS, dict(corrections))


def _keep(file: Path, value: object) -> None:
    """Write what is remembered, whole or not at all; None: forget it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if value is None:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise ExportError(f"{file.name} was not written.", *why_unwritten(error)) from error
    if value is not None:
        write_whole(file, json.dumps(value).encode())
