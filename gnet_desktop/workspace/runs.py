"""Runs under way, and those that are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.engine import BACKGROUND, Request, Works
from gnet_desktop.workspace.results import Results
from gnet_desktop.workspace.values import Outcome, RunKey


@dataclass(frozen=True, slots=True)
class RunJob:
    """A run to compute, and what for.

    For one purpose only the latest counts. What is computed in the background is handed
    over and not kept.
    """

    purpose: str
    key: RunKey
    network: tasks.LoadedNetwork
    source: Path | bytes
    name: str
    priority: int


class Runs:
    """Computes runs on the workers: the reader decodes, the engine passes.

    A run with changes goes on from the unchanged one's record, which is computed first
    where it isn't kept. ``decoded`` hears of each picture before its pass.
    ``wanted`` tells whether anyone still wants a run: what nobody
    wants is dropped at each step. ``done`` and ``failed`` get the rest; after each, and
    after what was dropped, comes ``free``, which may `ask` for more.
    """

    def __init__(
        self,
        engine: Works,
        reader: Works,
        wanted: Callable[[RunKey], bool],
        done: Callable[[Outcome], None],
        failed: Callable[[RunKey, BaseException], None],
        free: Callable[[], None],
        decoded: Callable[[RunKey, tasks.Read], None] = lambda _key, _read: None,
    ) -> None:
        self._engine = engine
        self._reader = reader
        self._wanted = wanted
        self._done = done
        self._failed = failed
        self._free = free
        self._decoded = decoded
        self._results = Results()
        self._under_way: dict[str, RunJob] = {}

    def get(self, key: RunKey) -> Outcome | None:
        """What a run gave, if it is kept."""
        return self._results.get(key)

    def kept(self) -> list[Outcome]:
        """Everything that is kept, the longest unused first."""
        return self._results.all()

    def put(self, outcome: Outcome) -> None:
        """Keep what a run gave."""
        self._results.put(outcome)

    def keep(self, wanted: Callable[[RunKey], bool]) -> None:
        """Forget the runs that were kept and are not wanted."""
        self._results.keep(wanted)

    def abandon(self) -> None:
        """Forget what waits to be computed."""
        self._engine.drop("pass ")
        self._reader.drop("read ")
        self._under_way.clear()

    def has(self, purpose: str) -> bool:
        """Whether anything is under way for that purpose."""
        return purpose in self._under_way

    def ask(self, job: RunJob) -> None:
        """Compute a run, or first the unchanged run that it begins with, unless that is under way."""
        unchanged = self._results.get(job.key.unchanged) if job.key.changes else None
        step = job.key if unchanged is not None else job.key.unchanged
        if any(one.key == step and one.priority <= job.priority for one in self._under_way.values()):
            return
        job = RunJob(job.purpose, step, job.network, job.source, job.name, job.priority)
        self._under_way[job.purpose] = job
        if unchanged is not None:
            result = unchanged.result
            self._pass(job, lambda: tasks.resume_pass(job.network, result, step))
        else:
            self._read(job)

    def _read(self, job: RunJob) -> None:
        def have(read: tasks.Read) -> None:
            self._decoded(job.key, read)
            heir = self._most_urgent(job.key)
            if heir is None or not self._wanted(job.key) or self._results.get(job.key) is not None:
                self._end(job)
                return
            self._reader.drop(f"read {heir.purpose}")
            self._pass(heir, lambda: tasks.run_pass(heir.network, read, heir.key.picture))

        self._reader.ask(
            Request(
                f"read {job.purpose}",
                lambda: tasks.read_and_prepare(job.source, job.name, job.key.convention),
                have,
                lambda error: self._not_computed(job, error),
                job.priority,
                job.name,
            )
        )

    def _most_urgent(self, key: RunKey) -> RunJob | None:
        """The job under way for that run whose purpose is the most urgent."""
        jobs = [job for job in self._under_way.values() if job.key == key]
        return min(jobs, key=lambda job: job.priority, default=None)

    def _pass(self, job: RunJob, run: Callable[[], Outcome]) -> None:
        self._engine.ask(
            Request(
                f"pass {job.purpose}",
                run,
                lambda outcome: self._computed(job, outcome),
                lambda error: self._not_computed(job, error),
                job.priority,
            )
        )

    def _computed(self, job: RunJob, outcome: Outcome) -> None:
        if self._wanted(job.key):
            if job.priority < BACKGROUND:
                self._results.put(outcome)
            self._done(outcome)
        self._end(job)

    def _not_computed(self, job: RunJob, error: BaseException) -> None:
        if self._wanted(job.key):
            self._failed(job.key, error)
        self._end(job)

    def _end(self, job: RunJob) -> None:
        if self._under_way.get(job.purpose) is job:
            del self._under_way[job.purpose]
        self._free()
