"""Caffe's snapshots: batch norms in layers of their own, and what the layers say of themselves."""

from itertools import product
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
import torch

from gnet_desktop.checkpoints.describing.card import make_card
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import ResponseNorm
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints import writing
from tests.checkpoints.samples import Sample, assert_same_numbers, sample
from tests.checkpoints.snapshots import Snapshot
from tests.checkpoints.writing import message, text

NAMES = {
    "a path behind": lambda name: (f"{name}/bn", f"{name}/bn/sc"),
    "a word before": lambda name: (f"bn_{name}", f"scale_{name}"),
    "numbers": lambda name: (f"layer_{crc32(name.encode())}", f"other_{crc32(name.encode())}"),
}


def written(expected: Sample, path: Path, **options: object) -> Path:
    path.write_bytes(Snapshot(expected.state, **options).bytes())  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize(("norms", "wired"), [*product(("scale", "nvidia", "whole"), (True, False))])
def test_batch_norms_in_layers_of_their_own(norms: str, wired: bool, names: str, tmp_path: Path) -> None:
    """The statistics are divided by the factor beside them, whatever the layers are called."""
    expected = sample("caffe", norms=True)
    path = written(expected, tmp_path / "x.caffemodel", norms=norms, wired=wired, norm_names=NAMES[names])
    found = open_checkpoint(path)
    assert found.provenance.family == "caffe"
    assert found.provenance.left_over == ()
    assert make_card(found).batch_norm
    assert found.provenance.open == (() if wired else ("response_norm",))
    assert_same_numbers(found, expected)


@pytest.mark.parametrize("wired", [True, False])
def test_batch_norms_in_the_place_of_response_norms(wired: bool, tmp_path: Path) -> None:
    expected = sample("caffe", norms=True, response_norms=False)
    path = written(expected, tmp_path / "x.caffemodel", norms="scale", wired=wired, response_norms=False)
    found = open_checkpoint(path, assume={} if wired else {"response_norm": "none"})
    assert not any(isinstance(layer, ResponseNorm) for layer in found.architecture.trunk)
    assert_same_numbers(found, expected)


def test_other_statistics_give_other_answers(tmp_path: Path) -> None:
    """As they must, and did not when only convolutions were read."""
    expected = sample("caffe", norms=True)
    wider = {name: value * 3 if "running_var" in name else value for name, value in expected.state.items()}
    answers = []
    for state in (expected.state, wider):
        (path := tmp_path / "x.caffemodel").write_bytes(Snapshot(state, norms="scale").bytes())
        answers.append(GoogLeNet.from_checkpoint(open_checkpoint(path)).answers(expected.picture)["main"])
    assert np.abs(answers[0] - answers[1]).max() > 0.01 * np.abs(answers[0]).max()


def test_the_epsilon_of_a_norm_is_the_files_own(tmp_path: Path) -> None:
    expected = sample("caffe", norms=True)
    found = open_checkpoint(written(expected, tmp_path / "x.caffemodel", norms="scale", epsilon=0.25))
    assert {layer.norm_epsilon for layer in found.architecture.convolutions()} == {0.25}


@pytest.mark.parametrize(("form", "training"), [*product(("current", "V1"), (True, False))])
def test_a_snapshot_with_all_its_layers(form: str, training: bool, tmp_path: Path) -> None:
    expected = sample("caffe")
    found = open_checkpoint(written(expected, tmp_path / "x.caffemodel", form=form, training=training))
    assert found.provenance.recognised_by == "names"
    assert found.provenance.assumed == {}
    assert found.provenance.warnings == ()
    assert_same_numbers(found, expected)


RENAMED = {f"loss{number}/classifier": f"categories_loss{number}/classifier" for number in (1, 2, 3)}
ALL = {name: f"my_{name}" for name in (*RENAMED, "loss1/conv", "loss1/fc", "loss2/conv", "loss2/fc")}


@pytest.mark.parametrize("renamed", [RENAMED, ALL], ids=["classifiers", "whole heads"])
@pytest.mark.parametrize("wired", [True, False])
def test_renamed_heads_in_a_snapshot(wired: bool, renamed: dict[str, str], tmp_path: Path) -> None:
    expected = sample("caffe")
    found = open_checkpoint(written(expected, tmp_path / "x.caffemodel", wired=wired, renamed=renamed))
    assert found.provenance.left_over == found.provenance.missing == ()
    assert_same_numbers(found, expected)


def test_merged_norms_leave_an_ordinary_network(tmp_path: Path) -> None:
    """Folded into the convolutions, as deploying scripts do, with the layers still there to tell."""
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    expected = sample("caffe", norms=True, response_norms=False)
    model, state = expected.model, dict(expected.state)
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Conv2d):
            merged = fuse_conv_bn_eval(module, getattr(model, f"{name}/bn"))
            assert merged.bias is not None
            state |= {f"{name}.weight": merged.weight.detach(), f"{name}.bias": merged.bias.detach()}
    (path := tmp_path / "x.caffemodel").write_bytes(Snapshot(state, response_norms=False).bytes())
    found = open_checkpoint(path)
    assert found.provenance.family == found.convention.name == "caffe"
    assert found.provenance.open == ()
    assert_same_numbers(found, expected)


def test_a_norm_that_no_convolution_is_before_is_never_passed_over(tmp_path: Path) -> None:
    state = sample("caffe").state
    data = writing.caffemodel(state)
    blobs = b"".join(
        message(7, writing.new_shape(blob.shape) + writing.packed_floats(blob.numpy()))
        for blob in (torch.rand(64), torch.rand(64), torch.ones(1))
    )
    head, tail = data[:11], data[11:]
    extra = message(100, text(1, "odd") + text(2, "BatchNorm") + blobs)
    (path := tmp_path / "x.caffemodel").write_bytes(head + extra + tail)
    with pytest.raises(CheckpointError, match=r"batch norm"):
        open_checkpoint(path)
