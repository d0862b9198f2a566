"""Pictures of what units want, made in the background: those on the screen first, a slice at a time.

The network works on the engine's thread like every pass, a few steps a turn and behind
everything else, so that what a person does in the window goes first. What was finished
before is read from the disk by a thread of its own, also while the making is paused.
"""

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError
from gnet_desktop.workspace.engine import BACKGROUND, Request, Worker, Works
from gnet_desktop.workspace.failures import describe_bug
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.state import Workspace

if TYPE_CHECKING:
    from gnet_desktop.inspection.visualisation.recipe import Made, Recipe
    from gnet_desktop.inspection.visualisation.store import Kept
    from gnet_desktop.inspection.visualisation.wanted import Wanted
    from gnet_desktop.workspace.tasks import LoadedNetwork

SLICE: Final = 0.08
"""Seconds after which the engine is free for others."""
EVERY: Final = 4
"""Steps between two looks at a picture that grows."""
MEMORY: Final = 512
"""Pictures that are held; the rest is on the disk."""
BEGUN: Final = 16
"""Pictures that stay half made when others are wanted first."""


@dataclass(frozen=True, slots=True)
class Job:
    """A picture to be made."""

    wanted: "Wanted"
    recipe: "Recipe"


class Wanting:
    """Works through pictures of the network in use.

    ``grown(job)`` tells that there is more of a picture than before, ``changed()`` that
    `made`, `paused` or `current` did. Everything here is called on the owner's thread.
    """

    def __init__(self, workspace: Workspace, kept: "Kept", reader: Works | None = None) -> None:
        self.grown, self.changed = Signal(), Signal()
        self.kept = kept
        self.paused = False
        self.current: Job | None = None
        self.seconds = 0.0
        """How long the latest finished picture took, in all its slices."""
        self._workspace = workspace
        self._reader: Works = reader or Worker("gnet-wants", workspace.post)
        self._all: Sequence[Job] = ()
        self._first: Sequence[Job] = ()
        self._todo: dict[Job, None] = {}
        self._done: set[Job] = set()
        self._failed: dict[Job, str] = {}
        self._asked: set[Job] = set()
        self._memory: OrderedDict[Job, Made] = OrderedDict()
        self._begun: OrderedDict[Job, _Growth] = OrderedDict()
        self._subject: tuple[LoadedNetwork, Convention] | None = None
        self._working = self._closed = False
        self._end = workspace.checkpoint_changed.subscribe(self._follow)
        self._follow()

    # What is wanted

    def want(self, jobs: Sequence[Job]) -> None:
        """Make these, in this order, and nothing else."""
        self._all = jobs
        self._todo = dict.fromkeys(job for job in jobs if self._is_open(job))
        self.changed.emit()
        self._next()

    def look_at(self, jobs: Sequence[Job]) -> None:
        """These are on the screen: they come first."""
        if list(jobs) != list(self._first):
            self._first = jobs
            self._reader.drop("kept")
            self._asked.clear()
            self._next()

    def get(self, job: Job) -> "Made | None":
        """What there is of a picture; what was finished before comes from the disk a moment later."""
        if job in self._memory:
            self._memory.move_to_end(job)
            return self._memory[job]
        subject = self._subject
        if subject is not None and job not in self._asked and job not in self._failed:
            self._asked.add(job)
            loaded, convention = subject
            sha256 = loaded.checkpoint.provenance.sha256
            self._reader.ask(
                Request(
                    f"kept {id(job)}",
                    lambda: self.kept.get(sha256, convention, job.wanted, job.recipe),
                    lambda made: self._read(subject, job, made),
                    self._bug,
                )
            )
        return None

    def failure(self, job: Job) -> str:
        """Why a picture cannot be made; empty where it can."""
        return self._failed.get(job, "")

    @property
    def made(self) -> tuple[int, int]:
        """How many of all that are wanted are finished, and how many are wanted."""
        return len(self._all) - len(self._todo), len(self._all)

    @property
    def settled(self) -> bool:
        """Whether everything on the screen is finished or cannot be made."""
        return all((job in self._done and job in self._memory) or job in self._failed for job in self._first)

    def pause(self) -> None:
        """Make nothing until `go_on`; what is half made stays so."""
        self.paused = True
        self.changed.emit()

    def go_on(self) -> None:
        """Continue after a pause."""
        self.paused = False
        self.changed.emit()
        self._next()

    def forget(self) -> None:
        """The pictures on the disk were emptied: all are to be made again."""
        self._done.clear()
        self._memory.clear()
        self._asked.clear()
        self.want(self._all)

    def close(self) -> None:
        """End the work; what was finished is kept."""
        self._closed = True
        self._end()
        self._reader.close()

    # The work

    def _follow(self) -> None:
        """Another network, convention or device: nothing that is half made fits."""
        network, convention = self._workspace.network, self._workspace.convention
        subject = None if network is None or convention is None else (network, convention)
        before, self._subject = self._subject, subject
        self._begun.clear()
        if before is None or subject is None or _what(before) != _what(subject):
            self._all = self._first = ()
            self._todo = {}
            for held in (self._done, self._failed, self._asked, self._memory):
                held.clear()
            self.changed.emit()

    def _next(self) -> None:
        subject = self._subject
        if self.paused or self._closed or self._working or subject is None:
            return
        job = next((one for one in self._first if self._is_open(one)), next(iter(self._todo), None))
        if job != self.current:
            self.current = job
            self.changed.emit()
        if job is None:
            return
        growth = self._begun.pop(job, None) or _Growth(job, *subject, self.kept)
        self._begun[job] = growth
        while len(self._begun) > BEGUN:
            self._begun.popitem(last=False)
        self._working = True
        self._workspace.compute("wanted", growth.slice, lambda made: self._grew(growth, made), BACKGROUND)

    def _is_open(self, job: Job) -> bool:
        return job not in self._done and job not in self._failed

    def _grew(self, growth: "_Growth", found: "Made | GNetError | BaseException") -> None:
        self._working = False
        current = growth is self._begun.get(growth.job)
        if isinstance(found, GNetError):
            self._failed[growth.job] = str(found)
            self._todo.pop(growth.job, None)
            self._begun.pop(growth.job, None)
            self.grown.emit(growth.job)
        elif isinstance(found, BaseException):
            self._bug(found)
            self.paused = True
        elif current and self._subject is not None:
            if found.done:
                self.seconds = growth.seconds or self.seconds
                del self._begun[growth.job]
            self._take(self._subject, growth.job, found)
        self._next()

    def _read(self, subject: "tuple[LoadedNetwork, Convention]", job: Job, made: "Made | None") -> None:
        """What the disk had; a finished picture that it did not or no longer keeps is made anew."""
        if made is not None:
            self._take(subject, job, made)
        elif job in self._done:
            self._done.discard(job)
            self._todo[job] = None
            self._next()

    def _take(self, subject: "tuple[LoadedNetwork, Convention]", job: Job, made: "Made") -> None:
        if self._subject is None or _what(subject) != _what(self._subject):
            return
        self._memory[job] = made
        self._memory.move_to_end(job)
        while len(self._memory) > MEMORY:
            old, _ = self._memory.popitem(last=False)
            self._asked.discard(old)
        if made.done and job not in self._done:
            self._done.add(job)
            self._todo.pop(job, None)
            self.changed.emit()
        self.grown.emit(job)

    def _bug(self, error: BaseException) -> None:
        self._workspace.bug.emit(describe_bug(error))


class _Growth:
    """One picture under way; `slice` is called on the engine's thread."""

    def __init__(self, job: Job, network: "LoadedNetwork", convention: Convention, kept: "Kept") -> None:
        self.job, self.seconds = job, 0.0
        self._network, self._convention, self._kept = network, convention, kept
        self._steps: Iterator[Made] | None = None

    def slice(self) -> "Made | BaseException":
        """Some more steps, and what there is then; or what is in their way."""
        try:
            return self._slice()
        except Exception as error:
            return error

    def _slice(self) -> "Made":
        from gnet_desktop.inspection.visualisation.making import grow

        sha256, job = self._network.checkpoint.provenance.sha256, self.job
        if self._steps is None:
            made = self._kept.get(sha256, self._convention, job.wanted, job.recipe)
            if made is not None:
                return made
            self._steps = grow(self._network.network, self._convention, job.wanted, job.recipe, every=EVERY)
        began = time.monotonic()
        made = next(self._steps)
        while not made.done and time.monotonic() - began < SLICE:
            made = next(self._steps)
        if made.done:
            self._kept.put(sha256, self._convention, made)
        self.seconds += time.monotonic() - began
        return made


def _what(subject: "tuple[LoadedNetwork, Convention]") -> tuple[str, Convention]:
    """What pictures depend on."""
    return subject[0].checkpoint.provenance.sha256, subject[1]
