"""What goes wrong on the threads that count and cut for the Units page is told, and the page goes on."""

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from gnet_desktop.errors import ExportError
from gnet_desktop.folder.strongest import Index
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork
from gnet_desktop.workspace.units import cropping
from gnet_desktop.workspace.units.cropping import Cropping
from gnet_desktop.workspace.units.indexed import Indexed
from tests.workspace.workers import Stepping


class Told:
    """A workspace whose calls a test delivers, and what it was told of."""

    def __init__(self, loaded: LoadedNetwork) -> None:
        self.calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.workspace = Workspace(self.calls.put, engine=Stepping(), reader=Stepping(), opener=Stepping())
        self.workspace.use(loaded)
        self.failed: list[str] = []
        self.bugs: list[str] = []
        self.workspace.failed.subscribe(lambda error: self.failed.append(str(error)))
        self.workspace.bug.subscribe(lambda bug: self.bugs.append(bug.title))

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + 30
        while not true():
            assert time.monotonic() < end, "it did not come"
            try:
                self.calls.get(timeout=0.01)()
            except queue.Empty:
                continue


@pytest.fixture
def told(loaded: LoadedNetwork) -> Iterator[Told]:
    one = Told(loaded)
    yield one
    one.workspace.close()


@pytest.mark.parametrize(
    ("error", "failed", "bugs"),
    [
        (ExportError("crops.csv was not written.", "The disk is full.", "Make room."), 1, 0),
        (ZeroDivisionError("a fault"), 0, 1),
    ],
    ids=["a full disk", "a fault"],
)
def test_crops_that_cannot_be_written_are_told_of_and_others_can_be_asked_for(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, failed: int, bugs: int
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise error

    made = Cropping(told.workspace)
    monkeypatch.setattr(cropping, "write_crops", broken)
    # it is handed on to `write_crops` alone
    made.start(cast(Index, None), [Unit("4a", "1x1", 0)], tmp_path)
    assert made.share == 0
    told.until(lambda: made.share is None)
    assert (len(told.failed), len(told.bugs)) == (failed, bugs)
    written: list[int] = []
    made.written.subscribe(lambda number, _: written.append(number))
    monkeypatch.setattr(cropping, "write_crops", lambda *_, **__: 3)
    made.start(cast(Index, None), [Unit("4a", "1x1", 0)], tmp_path)
    told.until(lambda: written)
    assert written == [3]


def test_a_folder_that_is_gone_has_no_index_and_says_so(told: Told, tmp_path: Path) -> None:
    indexed = Indexed(told.workspace, tmp_path / "cache", Stepping())
    indexed.open(tmp_path / "gone")
    assert not indexed.settled
    told.until(lambda: told.failed)
    assert "gone" in told.failed[0]
    assert (indexed.state, indexed.settled) == (None, True)
    indexed.close()
