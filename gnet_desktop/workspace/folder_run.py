"""A folder that is answered in the background, and what is known of it so far.

One thread reads, keeps and counts; the network works on the engine's thread like every
pass, a batch at a time, so that what a person does in the window goes first.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gnet_desktop.checkpoints.checkpoint import Calibration
from gnet_desktop.convention import Convention
from gnet_desktop.errors import ExportError
from gnet_desktop.folder import evaluating
from gnet_desktop.folder.conventions import (
    TriedConvention,
)
from gnet_desktop.folder.evaluating import Evaluation, Fit
from gnet_desktop.folder.exporting import JudgedFolder
from gnet_desktop.folder.lookalikes import Lookalikes, alike
from gnet_desktop.folder.rows import Rows
from gnet_desktop.folder.store import AnsweringRecipe, Store
from gnet_desktop.folder.truth import from_table
from gnet_desktop.network.record import Described
from gnet_desktop.shown import name_of
from gnet_desktop.workspace.folder_jobs import (
    Ended,
    FolderJob,
    Trial,
    keep_corrections,
    keep_table,
    opened_store,
    read_corrections,
    read_table,
)
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from torch import Tensor

ALIKE: Final = 60
"""Pictures that are shown beside one that they are like."""


@dataclass(frozen=True, slots=True, eq=False)
class FolderState:
    """What is known of a folder at a moment; a value.

    ``state`` is ``scanning``, ``running``, ``paused`` or ``done``; ``rate`` pictures a second.
    ``calibration`` is a person's own that is in use, ``fit`` one that was fitted to this folder.
    ``tried`` are the conventions that were compared, the best first; ``trying`` is how far a
    comparison is, (answers, of how many), while there is one. ``alike`` are the pictures most
    like one of them, where a person asked for that.
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
    sha256: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    calibration: Calibration | None = None
    fit: Fit | None = None
    tried: tuple[TriedConvention, ...] = ()
    trying: tuple[int, int] | None = None
    alike: Lookalikes | None = None


class FolderRun:
    """Answers a folder with the open checkpoint; goes on where it was stopped, also by the program's end.

    ``changed()`` tells of a new `state`. Everything here is called on the owner's thread.
    """

    def __init__(self, workspace: Workspace, cache: Path) -> None:
        self._workspace, self._post, self._cache = workspace, workspace.post, cache
        self.state: FolderState | None = None
        self.changed = Signal()
        self._job: FolderJob | None = None
        self._trial: Trial | None = None
        self._recipe: AnsweringRecipe | None = None
        self._truth_file: Path | None = None
        self._wanted: Path | None = None
        workspace.checkpoint_changed.subscribe(self._again)

    def open(self, folder: Path, truth: Path | None = None) -> None:
        """Begin with a folder, or go on with one that was begun.

        ``truth`` is a table of classes, kept with the folder; without one it is the last that was kept.
        """
        if truth is not None:
            self._is_kept(partial(keep_table, self._place(folder), truth))
        self._truth_file, self._wanted = truth or read_table(self._place(folder)), folder
        self._start(folder)

    def judge_by(self, table: Path | None) -> None:
        """Judge the folder that is open by a table of classes; None: by the folders its pictures lie in.

        A table that cannot be read is told of, and what was shown stays.
        """
        if table is None:
            self._judge_by(None)
        else:
            self._workspace.compute("table", lambda: from_table(table), lambda _: self._judge_by(table))

    def _judge_by(self, table: Path | None) -> None:
        if self._wanted is not None:
            self._is_kept(partial(keep_table, self._place(self._wanted), table))
            self._truth_file = table
            self._start(self._wanted)

    @property
    def folder(self) -> Path | None:
        """The folder that is open, or will be when there is a checkpoint."""
        return self._wanted

    @property
    def table(self) -> Path | None:
        """The table of classes that the folder is judged by."""
        return self._truth_file

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
        known = read_corrections(place)
        known = {key: value for key, value in known.items() if key != name}
        corrected = known | ({name: index} if index is not None else {})
        if self._is_kept(partial(keep_corrections, place, corrected)):
            self._start(self.state.folder)

    def _is_kept(self, keep: Callable[[], None]) -> bool:
        """Whether something is remembered with the folder from now on; why not is told."""
        try:
            keep()
        except ExportError as error:
            self._workspace.failed.emit(error)
            return False
        return True

    def try_conventions(self) -> None:
        """Answer a sample of the judged pictures under the usual conventions, side by side."""
        network, convention = self._workspace.network, self._workspace.convention
        state = self.state
        if network is None or convention is None or state is None or state.evaluation is None:
            return
        self.stop_trying()
        trial = self._trial = Trial(self, state.folder, state.evaluation.truth, network, convention)
        threading.Thread(target=trial.run, name="gnet-conventions", daemon=True).start()

    def stop_trying(self) -> None:
        """End a comparison of conventions; what it found is dropped."""
        if self._trial is not None:
            self._trial.ended.set()
            self._trial = None
            self._show(trying=None)

    def told_of_trial(self, trial: Trial, **fields: Any) -> None:
        """What a comparison found out, told on the owner's thread if it is still wanted."""

        def told() -> None:
            if trial is self._trial:
                self._trial = self._trial if fields.get("trying") else None
                self._show(**fields)

        self._post(told)

    def fit(self) -> None:
        """Find the temperatures and the threshold that would fit the judged pictures; see `state.fit`."""
        state, network = self.state, self._workspace.network
        if state is None or state.evaluation is None or network is None:
            return
        truth, source = state.evaluation.truth, name_of(state.folder)
        self._ask_store(
            "fit", lambda store: {"fit": evaluating.fit(network.checkpoint, store, truth, source)}
        )

    def find_alike(self, path: str) -> None:
        """Find the pictures most like one of the folder, by its relative path; "" shows all again."""
        if not path:
            self.forget_alike()
            return
        self._ask_store("alike", lambda store: {"alike": alike(store, path, ALIKE)})

    def forget_alike(self) -> None:
        """Show all pictures again."""
        if self.state is not None and self.state.alike is not None:
            self._show(alike=None)

    def _ask_store(self, purpose: str, ask: Callable[[Store], dict[str, Any]]) -> None:
        """Ask what is kept, on a thread of its own, and show the answer if it is still wanted."""
        state, network, recipe = self.state, self._workspace.network, self._recipe
        if state is None or network is None or recipe is None:
            return
        place, wanted = self._place(state.folder), self._job

        def work() -> None:
            try:
                store = opened_store(place, recipe, network)
                try:
                    found = ask(store)
                finally:
                    store.close()
            except BaseException as error:  # the thread's end
                self.tell_of(error)
            else:
                self._post(lambda: self._show(**found) if wanted is self._job else None)

        threading.Thread(target=work, name=f"gnet-{purpose}", daemon=True).start()

    def keep_fit(self) -> None:
        """Use what `fit` found from now on, and keep it with the checkpoint."""
        if self.state is not None and self.state.fit is not None:
            self._workspace.calibrate(self.state.fit.calibration)

    def forget_fit(self) -> None:
        """Back to the file's own temperatures and threshold."""
        self._workspace.calibrate(None)

    @property
    def judged(self) -> JudgedFolder | None:
        """Everything that is known of the folder, to be written; None before there is anything."""
        state, network, convention = self.state, self._workspace.network, self._workspace.convention
        if state is None or network is None or convention is None:
            return None
        if state.rows is None or state.evaluation is None:
            return None
        return JudgedFolder(state.folder, network.checkpoint, convention, state.evaluation, state.rows)

    def use_convention(self, convention: Convention) -> None:
        """Put pictures in under another convention from now on; the folder is answered anew."""
        self._workspace.set_convention(convention)

    def close(self) -> None:
        """End the work; what was answered is kept."""
        if self._trial is not None:
            self._trial.ended.set()
            self._trial = None
        self._end_job()

    def _end_job(self) -> None:
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
        self._end_job()
        network = self._workspace.network
        convention = self._workspace.convention
        if network is None or convention is None:
            return
        names = network.checkpoint.labels.names
        kept = self.state if self.state is not None and self.state.folder == folder else None
        fresh = FolderState(
            folder, names=names, convention=convention.name, sha256=network.checkpoint.provenance.sha256
        )
        if kept is not None and kept.sha256 != network.checkpoint.provenance.sha256:
            self.stop_trying()
            kept = None
        self.state = (
            replace(kept, state="scanning", names=names, convention=convention.name)
            if kept and kept.names == names
            else fresh
        )
        self.state = replace(self.state, calibration=network.checkpoint.calibration, fit=None, alike=None)
        text = json.dumps(convention.facts(), sort_keys=True)
        recipe = self._recipe = AnsweringRecipe(network.checkpoint.provenance.sha256, text, len(names))
        place = self._place(folder)
        job = self._job = FolderJob(self, folder, self._truth_file, network, convention, recipe, place)
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

    def tell(self, job: FolderJob, **fields: Any) -> None:
        """What a job found out, told on the owner's thread if it is still wanted."""
        self._post(lambda: self._show(**fields) if job is self._job else None)

    def fail(self, job: FolderJob, error: BaseException) -> None:
        """A job could not go on."""

        def told() -> None:
            if job is self._job:
                self._job = None
                self.state = self._wanted = None
                self._workspace.tell_failure(error)
                self.changed.emit()

        self._post(told)

    def tell_of(self, error: BaseException) -> None:
        """What beside the run went wrong is told on the owner's thread; what is shown stays."""
        self._post(lambda: self._workspace.tell_failure(error))

    def on_engine(self, job: FolderJob | Trial, batch: "Tensor") -> Described:
        """What the network says of a batch, computed on the engine's thread; called from the job's."""
        result: Future[Described] = Future()

        def run() -> None:
            try:
                result.set_result(job.network.network.described(batch))
            except BaseException as error:
                result.set_exception(error)

        self._post(lambda: self._workspace.compute(job.purpose, run, lambda _: None))
        while not job.ended.is_set():
            try:
                return result.result(timeout=0.2)
            except TimeoutError:
                continue
        raise Ended
