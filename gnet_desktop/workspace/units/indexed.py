"""What every unit does over a folder of pictures, counted in the background, and crops of its strongest ones.

One thread reads and counts, the network works on the engine's thread behind everything
else; a second thread decodes the pictures of which crops are on the screen.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.convention import Convention
from gnet_desktop.folder import strongest, truth
from gnet_desktop.folder.indexing import IndexingPass, index_folder
from gnet_desktop.folder.scanning import scan
from gnet_desktop.folder.spectrum import Spectrum
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.engine import BACKGROUND, PATIENCE, Request, Worker, Works
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from torch import Tensor

    from gnet_desktop.workspace.tasks import LoadedNetwork

CROPS: Final = 6
"""Strongest pictures of a unit that are shown."""
SIDE: Final = 96
"""Longer side of a crop, in pixels."""
MEMORY: Final = 1200
"""Units whose crops are held."""
TOLD_EVERY: Final = 16


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop of a strong picture: uint8 (height, width, 3), and where it comes from."""

    pixels: NDArray[np.uint8]
    strong: strongest.Strong


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose crops, where it isn't simply a unit: with a ``row``, a direction's in the unit's part.

    ``pictures`` are those that are wanted, by path; none: the strongest.
    """

    unit: Unit
    row: int | None = None
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexState:
    """How an index stands: ``state`` is ``running``, ``done`` or ``stopped``."""

    folder: Path
    state: str = "running"
    done: int = 0
    total: int = 0
    index: strongest.Index | None = None


class Indexed:
    """The index of one folder for the network in use, made or read from where it is kept.

    ``changed()`` tells of a new `state`, ``cropped(subject)`` that crops have come.
    Everything here is called on the owner's thread.
    """

    def __init__(self, workspace: Workspace, cache: Path, reader: Works | None = None) -> None:
        self.changed, self.cropped = Signal(), Signal()
        self.state: IndexState | None = None
        self._workspace, self._cache = workspace, cache
        self._reader: Works = reader or Worker("gnet-crops", workspace.post, patience=PATIENCE)
        self.along: Spectrum | None = None
        """What the directions do that the page shows."""
        self._crops: OrderedDict[Unit | Subject, Sequence[Crop]] = OrderedDict()
        self._asked: set[Unit | Subject] = set()
        self._job: _Job | None = None
        self._wanted: Path | None = None
        self._end = workspace.checkpoint_changed.subscribe(self._again)

    def open(self, folder: Path) -> None:
        """Begin with a folder, or go on with one that was begun."""
        self._wanted = folder
        self._again()

    def stop(self) -> None:
        """Stop counting; what was counted is kept, and shown."""
        if self._job is not None:
            self._job.wanted.clear()

    def show_along(self, spectrum: "Spectrum | None") -> None:
        """Directions were counted over the folder: crops of a `Subject` with a row are theirs."""
        if spectrum is not self.along:
            self.along = spectrum
            self._asked = {one for one in self._asked if _row(one) is None}
            for subject in [one for one in self._crops if _row(one) is not None]:
                del self._crops[subject]

    def crops(self, subject: Unit | Subject) -> Sequence[Crop] | None:
        """Its crops, the strongest first; None while they are cut, or without an index."""
        index = self.state.index if self.state is not None else None
        if subject in self._crops:
            self._crops.move_to_end(subject)
            return self._crops[subject]
        if _row(subject) is not None:
            index = replace(index, spectrum=self.along) if index is not None and self.along else None
        if index is not None and subject not in self._asked:
            self._asked.add(subject)
            spectrum = index.spectrum
            self._reader.ask(
                Request(
                    f"crops {subject}",
                    lambda: _crops(index, subject),
                    lambda found: self._take(spectrum, subject, found),
                    lambda _error: self._take(spectrum, subject, ()),
                )
            )
        return None

    def look_at(self, subjects: Collection[Unit | Subject]) -> None:
        """Only these are on the screen: what was asked for others isn't wanted any more."""
        self._reader.drop("crops")
        self._asked.clear()
        for subject in subjects:
            self.crops(subject)

    @property
    def settled(self) -> bool:
        """Whether nothing is being counted or cut."""
        counting = self.state is not None and self.state.state == "running"
        return not counting and self._asked <= self._crops.keys()

    def close(self) -> None:
        """End the work; what was counted is kept."""
        self._end()
        if self._job is not None:
            self._job.end()
        self._reader.close()

    def _again(self) -> None:
        network, convention = self._workspace.network, self._workspace.convention
        if self._wanted is None or network is None or convention is None:
            return
        if self._job is not None:
            self._job.end()
        self._crops.clear()
        self._asked.clear()
        self.state = IndexState(self._wanted)
        place = self._place(self._wanted, network.checkpoint.provenance.sha256, convention)
        self._job = _Job(self, self._wanted, place, network, convention)
        threading.Thread(target=self._job.run, name="gnet-index", daemon=True).start()
        self.changed.emit()

    def _place(self, folder: Path, sha256: str, convention: Convention) -> Path:
        what = [str(folder.resolve()), sha256, json.dumps(convention.facts(), sort_keys=True)]
        name = "\0".join(what).encode("utf-8", "surrogateescape")
        return self._cache / hashlib.sha256(name).hexdigest()[:24]

    def _take(self, spectrum: Spectrum, subject: Unit | Subject, found: Sequence[Crop]) -> None:
        index = self.state.index if self.state is not None else None
        if index is None or spectrum not in (index.spectrum, self.along):
            return
        self._crops[subject] = found
        while len(self._crops) > MEMORY:
            old, _ = self._crops.popitem(last=False)
            self._asked.discard(old)
        self.cropped.emit(subject)

    def tell(self, job: "_Job", **fields: Any) -> None:
        """What a job found out, told on the owner's thread if it is still wanted."""

        def told() -> None:
            if job is self._job and self.state is not None:
                self.state = replace(self.state, **fields)
                self.changed.emit()

        self._workspace.post(told)

    def fail(self, job: "_Job", error: BaseException) -> None:
        """A job could not go on."""

        def told() -> None:
            if job is self._job:
                self._job = self.state = self._wanted = None
                self._workspace.tell_failure(error)
                self.changed.emit()

        self._workspace.post(told)

    def on_engine(self, job: "Job", work: Callable[[], Mapping[str, "Tensor"]]) -> Mapping[str, "Tensor"]:
        """What ``work`` gives on the engine's thread; called from the job's."""
        result: Future[Mapping[str, Tensor]] = Future()

        def run() -> None:
            try:
                result.set_result(work())
            except BaseException as error:
                result.set_exception(error)

        self._workspace.post(lambda: self._workspace.compute("index", run, lambda _: None, BACKGROUND))
        while not job.ended.is_set():
            try:
                return result.result(timeout=0.2)
            except TimeoutError:
                continue
        raise Ended


class Ended(Exception):
    """The job isn't wanted any more."""


class Job(Protocol):
    """Work on a thread of its own that may end early."""

    @property
    def network(self) -> "LoadedNetwork":
        """Whose passes it wants."""

    @property
    def ended(self) -> threading.Event:
        """Set once nobody wants it any more."""


class _Job:
    """One count over a folder, on its own thread."""

    def __init__(
        self, owner: Indexed, folder: Path, place: Path, network: "LoadedNetwork", convention: Convention
    ) -> None:
        self.owner, self.folder, self.place = owner, folder, place
        self.network, self.convention = network, convention
        self.wanted, self.ended = threading.Event(), threading.Event()
        self.wanted.set()
        self._told = 0

    def end(self) -> None:
        """Nobody wants it any more."""
        self.wanted.clear()
        self.ended.set()

    def run(self) -> None:
        """The thread's work; failures go to the owner."""
        try:
            self._run()
        except Ended:
            pass
        except BaseException as error:  # the thread's end: the owner shows it
            self.owner.fail(self, error)

    def _run(self) -> None:
        checkpoint = self.network.checkpoint
        matched = truth.match(truth.from_folders(scan(self.folder)), checkpoint.labels.names, "")
        through = IndexingPass(checkpoint, IndexingOnEngine(self.owner, self), self.convention)
        index_folder(
            self.folder,
            self.place,
            through,
            truth=matched.of,
            progress=self._progress,
            wanted=self.wanted.is_set,
        )
        state = "done" if self.wanted.is_set() else "stopped"
        self.owner.tell(self, state=state, index=strongest.opened(self.place, checkpoint, self.folder))

    def _progress(self, done: int, total: int) -> None:
        if done == total or done - self._told >= TOLD_EVERY:
            self._told = done
            self.owner.tell(self, done=done, total=total)


class IndexingOnEngine:
    """The network as `indexing` wants it, with its passes made on the engine's thread."""

    def __init__(self, owner: Indexed, job: Job) -> None:
        self._owner, self._job, self._network = owner, job, job.network.network
        self.architecture, self.temperatures = self._network.architecture, self._network.temperatures
        self.check, self.fitting_heads = self._network.check, self._network.fitting_heads

    def outputs(self, batch: "Tensor", wanted: Sequence[str]) -> Mapping[str, "Tensor"]:
        """The parts of a batch by name."""
        return self._owner.on_engine(self._job, lambda: self._network.outputs(batch, wanted))


def _row(subject: Unit | Subject) -> int | None:
    return subject.row if isinstance(subject, Subject) else None


def _crops(index: strongest.Index, subject: Unit | Subject) -> Sequence[Crop]:
    subject = Subject(subject) if isinstance(subject, Unit) else subject
    if subject.pictures:
        found = {one.picture: one for one in strongest.strongest(index, subject.unit)}
        wanted = [found[picture] for picture in subject.pictures if picture in found]
        return [Crop(np.asarray(strongest.crop_of(index, one, SIDE)), one) for one in wanted]
    return [
        Crop(np.asarray(image.convert("RGB")), strong)
        for strong, image in strongest.crops(index, subject.unit, CROPS, SIDE, row=subject.row)
    ]
