"""What the workers run."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.errors import Cancelled, CheckpointError, MachineError, PictureError
from gnet_desktop.network.changes import Change, Values
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace import tasks
from tests.gui.answering import make_result, with_record
from tests.gui.made import World, make_checkpoint, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(1, heads=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.new("RGB", (300, 200), (200, 30, 30)).save(path)
    return path


# Opening


def test_a_file_is_opened_in_stages_and_can_be_used(bundled: Path) -> None:
    stages: list[tuple[str, float]] = []

    def progress(*stage: Any) -> None:
        stages.append(stage)

    checkpoint = tasks.read_checkpoint(bundled, None, progress, threading.Event())
    loaded = tasks.load_network(checkpoint, None, "cpu", threading.Event())
    assert loaded.device == "cpu"
    assert stages[-1] == ("Building the network", 1.0)
    assert [share for _, share in stages] == sorted(share for _, share in stages)
    assert loaded.network.architecture == loaded.checkpoint.architecture


def test_an_opening_that_is_cancelled_gives_no_network(bundled: Path) -> None:
    cancelled = threading.Event()
    checkpoint = tasks.read_checkpoint(bundled, None, lambda *_: None, cancelled)
    cancelled.set()
    with pytest.raises(Cancelled):
        tasks.load_network(checkpoint, None, "cpu", cancelled)


def test_a_file_that_is_none_is_refused(file: Path) -> None:
    with pytest.raises(CheckpointError):
        tasks.read_checkpoint(file, None, lambda *_: None, threading.Event())


# Devices


@pytest.mark.parametrize(("wanted", "found"), [("cpu", "cpu"), ("auto", "cpu")])
def test_without_a_gpu_the_cpu_is_used(wanted: str, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert tasks.choose_device(wanted) == found


def test_a_gpu_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert tasks.choose_device("auto") == "cuda"
    assert tasks.choose_device("cuda:1") == "cuda:1"
    with pytest.raises(MachineError, match="2 CUDA device"):
        tasks.choose_device("cuda:2")


def test_a_gpu_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(MachineError, match="cuda cannot be used"):
        tasks.move_network(world.loaded, "cuda")


def test_a_moved_network_is_another_one_of_the_same_file(world: World) -> None:
    moved = tasks.move_network(world.loaded, "cpu")
    assert moved.network is not world.loaded.network
    assert moved.name == world.loaded.name
    assert tasks.devices()[0][0] == "cpu"


# Pictures and passes


def test_a_thumbnail_fits_into_its_square(file: Path) -> None:
    pixels = tasks.make_thumbnail(file)
    height, width, _ = pixels.shape
    assert width == 128
    assert abs(height - 128 * 200 / 300) < 1
    assert (pixels[40, 60] == (200, 30, 30)).all()


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_text("a text")
    with pytest.raises(PictureError):
        tasks.read_and_prepare(path, "photo.jpg", CONVENTIONS["torchvision"])


def test_a_pass_is_named_by_all_that_it_depends_on(world: World, file: Path) -> None:
    convention = world.loaded.checkpoint.convention
    read = tasks.read_and_prepare(file, "red", convention)
    outcome = tasks.run_pass(world.loaded, read, 7)
    key = outcome.result.key
    assert (key.checkpoint, key.convention, key.picture, key.changes) == (
        world.loaded.name,
        convention,
        7,
        (),
    )
    assert outcome.result.picture.source == "red"


def test_a_resumed_pass_says_what_changed(world: World) -> None:
    first = world.results[0]
    key = replace(first.key, changes=(Change("5b"),))
    outcome = tasks.resume_pass(world.loaded, first, key)
    assert outcome.result.key == key
    assert not outcome.peaks["5b"].any()
    assert np.array_equal(outcome.peaks["4e"], first.record["4e"].max(axis=(1, 2)))
    assert outcome.result.picture is first.picture
    # a linear classifier without input says its bias
    bias = world.loaded.checkpoint.tensors["fc.bias"].numpy()
    assert np.allclose(outcome.result.record.answers["main"].logits, bias, atol=1e-6)


def test_the_best_answer_is_the_most_probable_of_the_main_head() -> None:
    assert tasks.best_answer(make_result()) == ("Egyptian cat", pytest.approx(0.79))


def test_there_is_no_best_answer_without_numbers_or_without_a_head() -> None:
    result = make_result()
    broken = replace(result.record.answers["main"], logits=np.full(8, np.nan, np.float32))
    assert tasks.best_answer(with_record(result, answers={"main": broken})) is None
    assert tasks.best_answer(with_record(result, answers={})) is None


@pytest.mark.parametrize(
    ("unit", "there"),
    [
        (Unit("4a", "5x5", 47), True),
        (Unit("4a", "5x5", 48), False),
        (Unit("aux1", "conv", 3), False),
    ],
)
def test_units_that_a_network_has(unit: Unit, there: bool) -> None:
    assert tasks.unit_exists(make_checkpoint().architecture, unit) is there


@pytest.mark.parametrize(
    ("change", "possible"),
    [
        (Change("4a/5x5"), True),
        (Change("4a/5x5", channels=(47,)), True),
        (Change("4a/5x5", channels=(48,)), False),
        (Change("aux1/conv"), False),
        (Change("4a/5x5", "usual", values=Values(np.zeros(48, np.float32))), False),
    ],
)
def test_changes_that_another_network_can_make(change: Change, possible: bool) -> None:
    assert tasks.change_is_possible(make_checkpoint().architecture, change) is possible


def test_threads_are_those_of_this_process() -> None:
    assert tasks.cpu_threads() >= 1
