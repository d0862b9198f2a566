"""A mean picture beside a Caffe model is what is subtracted, and that is said."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gnet_desktop.checkpoints.describing.card import make_card, to_text
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.preparation import prepare
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


def test_its_channel_means_are_subtracted_and_named(model: Path) -> None:
    (model.parent / "mean.binaryproto").write_bytes(mean_picture(90, 100, 110))
    found = open_checkpoint(model)
    assert found.convention.mean == pytest.approx((90, 100, 110), abs=1e-3)
    assert "mean.binaryproto" in found.convention_source
    assert "The means 90, 100, 110 are those of mean.binaryproto" in to_text(make_card(found))
    Image.new("RGB", (300, 300), (200, 40, 10)).save(photo := model.parent / "red.png")
    prepared = prepare(read_picture(photo), found.convention).array
    assert prepared[:, 112, 112] == pytest.approx((10 - 90, 40 - 100, 200 - 110), abs=1e-3)


def test_without_one_caffes_usual_means_are_taken(model: Path) -> None:
    assert open_checkpoint(model).convention == CONVENTIONS["caffe"]


def test_its_size_is_that_of_the_training_pictures(model: Path) -> None:
    (model.parent / "imagenet_mean.binaryproto").write_bytes(mean_picture(90, 100, 110, side=240))
    assert open_checkpoint(model).convention.size == 240


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (mean_picture(90), "no mean picture of 3 channels"),
        (mean_picture(1, 2, 3)[:-9], "bytes"),
        (mean_picture(float("nan"), 2, 3), "no numbers"),
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
