"""What is usual, and what another run has: against passes of each picture by itself."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.errors import UsageError
from gnet_desktop.network.changes import Change
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.taking import from_another, take_usual, usual_values
from gnet_desktop.workspace.values import Reference
from tests.gui.made import make_checkpoint
from tests.workspace.workers import Stepping, settle

CHECKPOINT = make_checkpoint(heads=True)
LOADED = tasks.LoadedNetwork(CHECKPOINT, GoogLeNet.from_checkpoint(CHECKPOINT), "cpu")


def photo(seed: int) -> bytes:
    rough = Image.fromarray(np.random.default_rng(seed).integers(0, 255, (6, 8, 3), np.uint8))
    stream = BytesIO()
    rough.resize((160, 130)).save(stream, "PNG")
    return stream.getvalue()


PHOTOS = [photo(seed) for seed in range(3)]


def record_of(source: bytes) -> Record:
    read = tasks.read_and_prepare(source, "", CHECKPOINT.convention)
    return LOADED.network(read.prepared.tensor())


class Settling(Workspace):
    """A workspace that comes to rest when it is told to."""

    def __init__(self) -> None:
        self._taking_turns = [Stepping(), Stepping(), Stepping()]
        engine, reader, opener = self._taking_turns
        super().__init__(lambda call: call(), engine=engine, reader=reader, opener=opener)

    def settle(self) -> None:
        settle(*self._taking_turns)


@pytest.fixture
def workspace() -> Iterator[Settling]:
    made = Settling()
    made.use(LOADED)
    made.add_pictures([(f"{number}.png", one) for number, one in enumerate(PHOTOS)])
    made.settle()
    yield made
    made.close()


@pytest.mark.parametrize("part", ["4a/5x5", "4a/5x5_reduce", "4b", "conv2", "aux1/fc1", "global_pool"])
def test_usual_is_the_mean_over_cells_and_pictures(part: str) -> None:
    values = usual_values(LOADED.network, (part,), [*PHOTOS, b"no picture"], CHECKPOINT.convention)[part]
    alone = [record_of(one)[part] for one in PHOTOS]
    expected = np.mean([one.reshape(len(one), -1).mean(1) for one in alone], 0)
    np.testing.assert_allclose(values.array, expected, rtol=1e-4, atol=1e-6)
    assert values.source == "the mean of 3 pictures"
    assert values.pictures == ()  # bytes have no file to be made from again


def test_files_are_named_so_that_the_values_can_be_made_again(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    path.write_bytes(PHOTOS[0])
    assert usual_values(LOADED.network, ("4a",), [path], CHECKPOINT.convention)["4a"].pictures == (str(path),)


def test_files_are_named_so_that_they_are_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.png").write_bytes(PHOTOS[0])
    monkeypatch.chdir(tmp_path)
    values = usual_values(LOADED.network, ("4a",), [Path("one.png")], CHECKPOINT.convention)
    assert values["4a"].pictures == (str(tmp_path / "one.png"),)


def test_where_no_picture_can_be_read_there_is_no_usual() -> None:
    with pytest.raises(UsageError, match="no usual value"):
        usual_values(LOADED.network, ("4a",), [b"no picture"], CHECKPOINT.convention)


def test_a_unit_becomes_usual_and_is_taken_back(workspace: Settling) -> None:
    take_usual(workspace, (Change("4a/5x5", "off", (3,)),))
    workspace.settle()
    [change] = workspace.changes
    assert (change.part, change.kind, change.channels) == ("4a/5x5", "usual", (3,))
    assert workspace.result is not None
    changed = workspace.result.record["4a/5x5"][3]
    expected = np.mean([record_of(one)["4a/5x5"][3].mean() for one in PHOTOS])
    np.testing.assert_allclose(changed, expected, rtol=1e-4, atol=1e-6)
    take_usual(workspace, (Change("4a/5x5", "off", (3,)),))
    assert workspace.changes == ()


def test_what_is_usual_under_an_older_convention_is_not_taken(workspace: Settling) -> None:
    take_usual(workspace, (Change("4a"),))
    workspace.set_convention(CONVENTIONS["inception"].changed(size=146, crop=128))
    workspace.settle()
    assert workspace.changes == ()
    assert not workspace.stale


def test_a_branch_takes_what_the_reference_has_there(workspace: Settling) -> None:
    _, second, _ = workspace.pictures
    assert from_another(workspace, (Change("4a/5x5"),)) == ()
    workspace.compare_with(Reference(picture=second))
    workspace.settle()
    (change,) = from_another(workspace, (Change("4a/5x5"),))
    assert change is not None
    assert change.values is not None
    assert change.values.source == "1.png"
    workspace.add_change(change)
    workspace.settle()
    expected = record_of(PHOTOS[1])["4a/5x5"]
    assert workspace.result is not None
    np.testing.assert_allclose(workspace.result.record["4a/5x5"], expected, rtol=1e-4, atol=1e-5)


def test_the_same_picture_unchanged_is_no_other_run(workspace: Settling) -> None:
    workspace.add_change(Change("4a"))
    workspace.settle()
    assert workspace.reference_result is not None
    assert from_another(workspace, (Change("4b"),)) == ()


def test_another_size_of_the_input_has_nothing_to_take_but_what_has_no_cells(workspace: Settling) -> None:
    workspace.compare_with(Reference(convention=CONVENTIONS["torchvision"].changed(size=110, crop=96)))
    workspace.settle()
    assert workspace.reference_result is not None
    assert from_another(workspace, (Change("4a"),)) == ()
    assert from_another(workspace, (Change("global_pool"),))
