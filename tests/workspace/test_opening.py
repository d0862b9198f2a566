"""Checkpoints, conventions and devices, with workers that work when they are told to."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.errors import MachineError, UsageError
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.values import Loading
from tests.workspace.desk import Desk, photo


@pytest.mark.usefixtures("opening")
def test_opening_tells_how_far_it_is_and_answers_everything_anew(looked: Desk) -> None:
    workspace, seen = looked.workspace, list[Loading | None]()
    workspace.loading_changed.subscribe(lambda: seen.append(workspace.loading))
    workspace.choose_unit(Unit("aux1", "conv", 3))
    workspace.open_checkpoint(Path("new"))
    assert workspace.checkpoint is not None
    assert workspace.checkpoint.provenance.sha256 == "0" * 64
    looked.settle()
    assert workspace.checkpoint.provenance.sha256 == "1" * 64
    stages = ["Reading the container", "Checking the file", "Building the network", None]
    assert [one.stage if one else None for one in seen] == stages
    assert workspace.result is not None
    assert workspace.result.checkpoint is workspace.checkpoint
    assert set(workspace.peaks) == set(workspace.pictures)
    assert workspace.selection.unit is None  # this file has no aux1


@pytest.mark.usefixtures("opening")
def test_a_file_that_is_refused_leaves_all_as_it_was(looked: Desk) -> None:
    workspace = looked.workspace
    before = workspace.result
    workspace.open_checkpoint(Path("bad"))
    looked.settle()
    assert [error.what for error in looked.refusals] == ["bad is damaged."]
    assert workspace.loading is None
    assert workspace.result is before


@pytest.mark.usefixtures("opening")
def test_an_opening_that_was_cancelled_or_replaced_changes_nothing(looked: Desk) -> None:
    workspace = looked.workspace
    workspace.open_checkpoint(Path("bad"))
    deliver = looked.opener.begin()
    workspace.cancel_opening()
    assert workspace.loading is None
    deliver()
    assert looked.errors == []
    workspace.open_checkpoint(Path("bad"))
    workspace.open_checkpoint(Path("new"))
    looked.settle()
    assert looked.errors == []
    assert workspace.checkpoint is not None
    assert workspace.checkpoint.provenance.sha256 == "1" * 64


@pytest.mark.usefixtures("opening")
def test_an_opening_that_is_cancelled_between_reading_and_building_builds_nothing(looked: Desk) -> None:
    looked.workspace.open_checkpoint(Path("new"))
    deliver = looked.opener.begin()
    looked.workspace.cancel_opening()
    deliver()
    looked.engine.done.clear()
    looked.settle()
    assert "checkpoint" not in looked.engine.done
    assert looked.workspace.loading is None


@pytest.mark.usefixtures("opening")
def test_a_pass_of_the_old_network_is_dropped(desk: Desk) -> None:
    workspace = desk.workspace
    workspace.add_pictures([photo(1)])
    desk.reader.step()
    late = desk.engine.begin()
    workspace.open_checkpoint(Path("new"))
    desk.opener.step()
    desk.engine.step()
    late()
    assert workspace.result is None
    assert dict(workspace.peaks) == {}
    desk.settle()
    assert workspace.result is not None
    assert workspace.result.checkpoint is workspace.checkpoint


def test_another_convention_asks_anew_and_the_old_one_is_still_there(looked: Desk) -> None:
    workspace = looked.workspace
    old, first = workspace.convention, workspace.result
    assert old is not None
    assert first is not None
    workspace.set_convention(CONVENTIONS["inception"].changed(size=146, crop=128))
    assert workspace.stale
    assert all(entry.best is None for entry in workspace.pictures.values())
    looked.settle()
    assert workspace.result is not None
    assert not np.array_equal(workspace.result.record["4a"], first.record["4a"])
    workspace.set_convention(old)
    assert workspace.result is first
    assert workspace.pictures[first.key.picture].best is not None
    looked.settle()
    assert set(workspace.peaks) == set(workspace.pictures)


def test_a_convention_that_the_network_cannot_take_is_told_of_once_and_not_used(looked: Desk) -> None:
    workspace = looked.workspace
    before, result = workspace.convention, workspace.result
    for impossible in (CONVENTIONS["d2l"], CONVENTIONS["torchvision"].changed(size=20, crop=8)):
        workspace.set_convention(impossible)
        looked.settle()
        assert len(looked.errors) == 1
        assert isinstance(looked.errors.pop(), UsageError)
        assert workspace.convention is before
        assert workspace.result is result
        assert all(entry.error is None and entry.best for entry in workspace.pictures.values())


def test_pictures_that_another_convention_can_take_are_tried_again(desk: Desk) -> None:
    """Without a fixed size it depends on the picture whether the network can take it."""
    workspace, old = desk.workspace, desk.workspace.convention
    assert old is not None
    small = BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 30)).save(small, "PNG")
    workspace.set_convention(old.changed(resize="none", crop=None))
    workspace.add_pictures([("small.png", small.getvalue())])
    desk.settle()
    assert workspace.pictures[1].error is not None
    assert workspace.result is None
    workspace.set_convention(old)
    desk.settle()
    assert workspace.pictures[1].error is None
    assert workspace.pictures[1].best is not None
    assert workspace.result is not None


def test_answers_stand_though_the_file_goes_away_before_its_thumbnail_is_made(
    desk: Desk, tmp_path: Path
) -> None:
    (path := tmp_path / "photo.png").write_bytes(photo(1)[1])
    workspace = desk.workspace
    workspace.add_pictures([path])
    assert desk.reader.step()  # it is read for its answers first
    path.unlink()
    desk.settle()
    assert workspace.result is not None
    assert workspace.pictures[1].error is None
    assert workspace.pictures[1].best is not None
    assert workspace.pictures[1].thumbnail is None


def test_a_picture_that_cannot_be_read_has_no_result_not_even_an_older_one(
    looked: Desk, tmp_path: Path
) -> None:
    workspace = looked.workspace
    [picture] = workspace.add_pictures([tmp_path / "gone.png"])
    assert workspace.stale
    looked.settle()
    assert workspace.pictures[picture].error is not None
    assert workspace.result is None


def test_class_names_in_their_other_order_give_other_answers(desk: Desk, loaded: tasks.LoadedNetwork) -> None:
    checkpoint = loaded.checkpoint
    names = checkpoint.labels.names
    labels = replace(checkpoint.labels, alternative=tuple(reversed(names)))
    workspace = desk.workspace
    workspace.use(replace(loaded, checkpoint=replace(checkpoint, labels=labels)))
    workspace.add_pictures([photo(1)])
    desk.settle()
    best = workspace.pictures[1].best
    workspace.swap_labels()
    desk.settle()
    swapped = workspace.pictures[1].best
    assert best is not None
    assert swapped == (names[len(names) - 1 - names.index(best[0])], best[1])


def test_a_device_that_is_not_there_leaves_the_old_one(looked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise MachineError("cuda cannot be used.", "No CUDA device was found.", "Choose CPU.")

    monkeypatch.setattr(tasks, "move_network", refuse)
    looked.workspace.set_device("cuda")
    looked.settle()
    assert looked.workspace.device == "cpu"
    assert [error.what for error in looked.refusals] == ["cuda cannot be used."]


def test_another_device_computes_anew(looked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "move_network", lambda loaded, device: replace(loaded, device=device))
    looked.workspace.set_device("other")
    looked.settle()
    assert looked.workspace.device == "other"
    assert "pass this" in looked.passes()
    assert not looked.workspace.stale
