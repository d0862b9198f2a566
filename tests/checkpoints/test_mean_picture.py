"""A mean picture beside a Caffe model is what is subtracted, and that is said."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.describing.card import make_card, to_text
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.convention import CONVENTIONS, describe, parse_convention
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.preparation import baseline, prepare
from tests.checkpoints import writing
from tests.checkpoints.samples import sample


def mean_picture(*means: float, side: int = 256) -> bytes:
    """Caffe's BlobProto: a gradient around each channel's mean, blue first."""
    slope = np.linspace(-20, 20, side, dtype="<f4")
    values = np.stack([np.broadcast_to(mean + slope, (side, side)) for mean in means])
    return writing.legacy_shape(values.shape) + writing.packed_floats(values)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (path := tmp_path / "snapshot_iter_500.caffemodel").write_bytes(writing.caffemodel(sample("caffe").state))
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    noise = np.random.default_rng(3).integers(0, 256, (300, 420, 3), np.uint8)
    Image.fromarray(noise).save(path := tmp_path / "noise.png")
    return path


def opened_with(data: bytes, model: Path) -> Checkpoint:
    (model.parent / "mean.binaryproto").write_bytes(data)
    return open_checkpoint(model)


def caffes_own(photo: Path, mean: np.ndarray, crop: int = 224) -> np.ndarray:
    """What Caffe does: the squeezed picture, blue first, minus the mean picture, then the middle of it."""
    side = mean.shape[1]
    squeezed = Image.open(photo).resize((side, side), Image.Resampling.BILINEAR)
    values = np.asarray(squeezed, np.float64)[:, :, ::-1].transpose(2, 0, 1) - mean
    edge = (side - crop) // 2
    return values[:, edge : edge + crop, edge : edge + crop]


@pytest.mark.parametrize("side", [224, 240, 256])
def test_it_is_subtracted_place_by_place_as_caffe_does(side: int, model: Path, photo: Path) -> None:
    found = opened_with(mean_picture(90.123456, 100, 110, side=side), model)
    slope = np.linspace(-20, 20, side)
    mean = np.stack([np.broadcast_to(value + slope, (side, side)) for value in (90.123456, 100, 110)])
    prepared = prepare(read_picture(photo), found.convention)
    assert np.abs(prepared.array - caffes_own(photo, mean)).max() < 1e-3
    edge = (side - 224) // 2
    seen = mean[:, edge : edge + 224, edge : edge + 224]
    assert np.abs(baseline(prepared, "black") + seen).max() < 1e-3
    assert not baseline(prepared, "mean").any()


def test_what_is_subtracted_is_said(model: Path) -> None:
    found = opened_with(mean_picture(90, 100, 110), model)
    assert found.convention.mean == (90, 100, 110)
    assert found.convention_source == "usual for BVLC Caffe, with mean.binaryproto"
    text = to_text(make_card(found))
    assert "From each pixel the value at its place in mean.binaryproto" in text
    assert "mean picture of 256 × 256 (means 90, 100, 110)" in text
    assert ("mean picture", "256 × 256") in describe(found.convention)


def test_of_one_that_is_not_square_the_means_are_subtracted(model: Path, photo: Path) -> None:
    wide = np.stack([np.full((200, 300), value, "<f4") for value in (90, 100, 110)])
    found = opened_with(writing.legacy_shape(wide.shape) + writing.packed_floats(wide), model)
    assert found.convention.places is None
    assert "its places are not subtracted one by one" in to_text(make_card(found))
    prepared = prepare(read_picture(photo), found.convention)
    means = np.stack([np.full((256, 256), value) for value in (90, 100, 110)])
    assert np.abs(prepared.array - caffes_own(photo, means)).max() < 1e-3


CHANGES = {
    "order=rgb": False,
    "mean=104:117:123": False,
    "resize=300": False,
    "mode=short-side": False,
    "crop=200": True,
    "std=2": True,
    "interpolation=nearest": True,
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_stays_only_as_long_as_it_fits(change: str, model: Path) -> None:
    found = opened_with(mean_picture(90, 100, 110), model)
    assert (parse_convention(change, found.convention).places is not None) == CHANGES[change]


def test_another_mean_picture_is_another_convention(model: Path) -> None:
    first = opened_with(mean_picture(90, 100, 110), model).convention
    tilted = np.full((3, 256, 256), 100, "<f4") + np.array([-10, 0, 10], "<f4")[:, None, None]
    second = opened_with(writing.legacy_shape(tilted.shape) + writing.packed_floats(tilted), model).convention
    assert first.mean == second.mean
    assert first != second
    assert json.dumps(first.facts()) != json.dumps(second.facts())
    assert first == opened_with(mean_picture(90, 100, 110), model).convention


def test_without_one_caffes_usual_means_are_taken(model: Path) -> None:
    assert open_checkpoint(model).convention == CONVENTIONS["caffe"]


def test_its_size_is_that_of_the_training_pictures(model: Path) -> None:
    (model.parent / "imagenet_mean.binaryproto").write_bytes(mean_picture(90, 100, 110, side=240))
    assert open_checkpoint(model).convention.size == 240


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (mean_picture(90), "not a mean picture of 3 channels"),
        (mean_picture(1, 2, 3)[:-9], "bytes"),
        (mean_picture(float("nan"), 2, 3), "not numbers"),
        (b"", "0 numbers"),
        (b"\xff\xff\xff", "ends at byte"),
    ],
)
def test_one_that_cannot_be_used_is_named(data: bytes, words: str, model: Path) -> None:
    (model.parent / "mean.binaryproto").write_bytes(data)
    found = open_checkpoint(model)
    assert found.convention == CONVENTIONS["caffe"]
    [note] = [note for note in found.provenance.notes if "binaryproto" in note]
    assert note.startswith("mean.binaryproto beside it is not used, but 104, 117, 123")
    assert words in note


def test_it_is_for_caffes_own_files_only(tmp_path: Path) -> None:
    (tmp_path / "mean.binaryproto").write_bytes(mean_picture(90, 100, 110))
    torch.save(sample("caffe").state, path := tmp_path / "net.pth")
    assert open_checkpoint(path).convention == CONVENTIONS["caffe"]
