"""Networks without weights worth telling, a workspace, and one with three pictures."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.tasks import Progress
from tests.gui.made import make_checkpoint
from tests.workspace.desk import Desk, photo


@pytest.fixture(scope="module")
def loaded() -> tasks.LoadedNetwork:
    checkpoint = make_checkpoint(heads=True)
    return tasks.LoadedNetwork(checkpoint, GoogLeNet.from_checkpoint(checkpoint), "cpu")


@pytest.fixture(scope="module")
def other() -> tasks.LoadedNetwork:
    """Another file of the same kind, without auxiliary heads."""
    checkpoint = make_checkpoint()
    checkpoint = replace(checkpoint, provenance=replace(checkpoint.provenance, sha256="1" * 64))
    return tasks.LoadedNetwork(checkpoint, GoogLeNet.from_checkpoint(checkpoint), "cpu")


@pytest.fixture
def desk(loaded: tasks.LoadedNetwork) -> Iterator[Desk]:
    one = Desk()
    one.workspace.use(loaded)
    yield one
    one.workspace.close()


@pytest.fixture
def looked(desk: Desk) -> Desk:
    """Three pictures, all answered, the first one shown."""
    desk.workspace.add_pictures([photo(1), photo(2), photo(3)])
    desk.settle()
    desk.passes()
    desk.heard.clear()
    return desk


@pytest.fixture
def opening(monkeypatch: pytest.MonkeyPatch, other: tasks.LoadedNetwork) -> None:
    """Opening a file gives the other network, unless it is called ``bad``."""

    def read(path: Path, labels: object, progress: Progress, cancelled: object, assume: object) -> Checkpoint:
        progress("Checking the file", 0.4)
        if path.name == "bad":
            raise CheckpointError("bad is damaged.", "It ends too soon.", "Fetch it again.")
        return other.checkpoint

    def load(checkpoint: Checkpoint, labels: object, device: str, cancelled: object) -> tasks.LoadedNetwork:
        return other

    monkeypatch.setattr(tasks, "read_checkpoint", read)
    monkeypatch.setattr(tasks, "load_network", load)
