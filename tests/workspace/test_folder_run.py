"""A folder is answered, paused, gone on with, and what goes wrong is told: without a window."""

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from gnet_desktop.errors import GNetError
from gnet_desktop.network.record import Described
from gnet_desktop.workspace import folder_jobs, folder_run
from gnet_desktop.workspace.folder_run import FolderRun
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork
from tests.gui.made import there
from tests.workspace.workers import Stepping

COUNT = 40


class Folder:
    """A folder's run beside an engine that works when it is told to."""

    def __init__(self, loaded: LoadedNetwork, cache: Path) -> None:
        self.calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.engine = Stepping()
        self.workspace = Workspace(self.calls.put, engine=self.engine, reader=Stepping(), opener=Stepping())
        self.workspace.use(loaded)
        self.run = FolderRun(self.workspace, cache)
        self.failed: list[GNetError] = []
        self.bugs: list[object] = []
        self.workspace.failed.subscribe(self.failed.append)
        self.workspace.bug.subscribe(self.bugs.append)

    def until(self, true: Callable[[], object], *, passes: int = 1_000) -> None:
        """Deliver what is posted, and let the engine make so many passes, until something is so."""
        end = time.monotonic() + 60
        while not true():
            assert time.monotonic() < end, "it did not come"
            try:
                self.calls.get(timeout=0.01)()
            except queue.Empty:
                if passes and self.engine.step():
                    passes -= 1

    @property
    def standing(self) -> str:
        return self.run.state.state if self.run.state is not None else ""


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    (place := tmp_path / "pictures").mkdir()
    for number in range(COUNT):
        Image.new("RGB", (32, 24), (6 * number, 40, 90)).save(place / f"{number:02d}.png")
    return place


@pytest.fixture
def seen(loaded: LoadedNetwork, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures each pass had."""
    counts: list[int] = []
    described = loaded.network.described

    def counted(batch: object) -> Described:
        counts.append(len(batch))  # type: ignore[arg-type]
        return described(batch)  # type: ignore[arg-type]

    monkeypatch.setattr(loaded.network, "described", counted)
    return counts


@pytest.fixture
def folder(loaded: LoadedNetwork, tmp_path: Path) -> Iterator[Folder]:
    one = Folder(loaded, tmp_path / "cache")
    yield one
    one.run.close()
    one.workspace.close()


def test_after_a_pause_only_what_is_left_is_answered(folder: Folder, pictures: Path, seen: list[int]) -> None:
    run = folder.run
    run.open(pictures)
    folder.until(lambda: seen, passes=1)
    run.pause()
    assert folder.standing == "paused"
    folder.until(lambda: folder.standing == "paused" and there(run.state).done > 0)
    done = there(run.state).done
    assert 0 < done < COUNT
    run.go_on()
    folder.until(lambda: folder.standing == "done")
    assert (there(run.state).done, there(run.state).total) == (COUNT, COUNT)
    assert len(there(there(run.state).rows)) == COUNT
    # Only what one pass had is answered once more, less the picture at which the pause was noticed. That
    # pass is the first, or the second if it was asked for before the pause; the first ones may be small.
    assert COUNT <= sum(seen) < COUNT + max(seen[:2])


def test_a_folder_that_is_gone_is_told_of_and_nothing_is_shown(folder: Folder, tmp_path: Path) -> None:
    folder.run.open(tmp_path / "gone")
    folder.until(lambda: folder.failed)
    assert (folder.run.state, folder.run.folder) == (None, None)
    assert "gone" in str(folder.failed[0])


def broken(*_: object, **__: object) -> object:
    raise ZeroDivisionError("a fault")


def test_a_fault_beside_the_run_is_told_and_what_is_shown_stays(
    folder: Folder, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = folder.run
    run.open(pictures)
    folder.until(lambda: folder.standing == "done")
    monkeypatch.setattr(folder_run, "alike", broken)
    run.find_alike("00.png")
    folder.until(lambda: folder.bugs)
    assert "a fault" in str(folder.bugs[0])
    monkeypatch.setattr(folder_jobs, "try_convention", broken)
    run.try_conventions()
    folder.until(lambda: len(folder.bugs) == 2)
    assert there(run.state).trying is None
    assert (folder.standing, there(run.state).done) == ("done", COUNT)
