"""The faults that people report of tools like this one, row by row.

What is behind a row in full stands in the other files; here each row is tried once as
the person met it.
"""

import argparse
import json
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.describing.card import make_card, to_text
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError, LabelsError
from gnet_desktop.network.googlenet import GoogLeNet
from tests.checkpoints import hostile, writing
from tests.checkpoints.samples import assert_same_numbers, assert_same_tensors, observed, sample
from tests.oracles import ORACLES


def opened(saved: object, folder: Path, name: str = "weights.pth", **options: object) -> Checkpoint:
    torch.save(saved, path := folder / name)
    return open_checkpoint(path, **options)  # type: ignore[arg-type]


def refusal(data: bytes, folder: Path, name: str = "weights.pth") -> CheckpointError:
    (path := folder / name).write_bytes(data)
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(path)
    return caught.value


def test_row_1_a_training_checkpoint_and_a_file_without_counters(tmp_path: Path) -> None:
    expected = sample("torchvision")
    old = {name: value for name, value in expected.state.items() if "num_batches" not in name}
    found = opened({"epoch": 5, "best": 0.7, "net": {"state": old}, "optimizer": {}}, tmp_path)
    assert found.provenance.wrappers == ("net", "state")
    assert "305 of 305 tensors used" in to_text(make_card(found))
    assert_same_numbers(found, expected)
    del old["inception3b.branch1.bn.running_mean"]
    with pytest.raises(CheckpointError, match=r"3b/1x1 \(norm mean\)"):
        opened(old, tmp_path)


def test_row_2_a_prefix_of_several_gpus_is_taken_off_only_where_it_is(tmp_path: Path) -> None:
    state = sample("tutorial").state
    plain = opened(state, tmp_path)
    prefixed = opened({f"module.{name}": value for name, value in state.items()}, tmp_path)
    assert_same_tensors(plain, prefixed)
    assert any("module" in note for note in make_card(prefixed).notes)
    assert not any("Taken off" in note for note in make_card(plain).notes)


def test_row_3_heads_in_the_file_decide(tmp_path: Path) -> None:
    expected = sample("torchvision")
    answers = []
    for gone in ((), ("aux1", "aux2"), ("aux1",)):
        state = {name: value for name, value in expected.state.items() if not name.startswith(gone or "-")}
        found = opened(state, tmp_path)
        assert {name for name in ("aux1", "aux2") if found.heads[name].present} == {"aux1", "aux2"} - set(
            gone
        )
        answers.append(GoogLeNet.from_checkpoint(found)(expected.picture)["logits"])
    assert all(np.array_equal(answers[0], other) for other in answers)


def test_row_4_a_whole_object_of_a_program_that_is_not_here(tmp_path: Path) -> None:
    expected = sample("tutorial")
    torch.save(expected.model, path := tmp_path / "whole.pth")
    data = path.read_bytes()
    name = b"tests.oracles.tutorial"
    assert name in data
    path.write_bytes(data.replace(name, b"somebodys.own.training"[: len(name)]))
    found = open_checkpoint(path)
    assert "somebodys.own.training" in found.provenance.container
    assert_same_numbers(found, expected)
    trace = tmp_path / "trace"
    refusal(hostile.torch_zip(hostile.runs_a_command(trace)), tmp_path)
    assert not trace.exists()


def test_row_5_a_harmless_extra_is_ignored_and_named(tmp_path: Path) -> None:
    saved = {"model": sample("tutorial").state, "args": argparse.Namespace(lr=1), "acc": np.float64(3)}
    notes = " ".join(opened(saved, tmp_path).provenance.notes)
    assert "args (argparse.Namespace)" in notes
    assert "acc (numpy" in notes


def test_row_6_a_cut_file_and_a_bare_pickle_are_told_apart(tmp_path: Path) -> None:
    torch.save(sample("tutorial").state, path := tmp_path / "whole.pth")
    data = path.read_bytes()
    cut = refusal(data[: len(data) // 2], tmp_path)
    bare = refusal(pickle.dumps({"a": [1, 2]}), tmp_path)
    nothing = refusal(b"", tmp_path)
    assert f"{len(data) // 2:,} bytes".replace(",", "\u2009") in cut.why
    assert "incomplete" in cut.what
    assert "again" in cut.todo
    assert "plain pickle" in bare.what
    assert "0 bytes" in nothing.why
    assert len({str(cut), str(bare), str(nothing)}) == 3


@pytest.mark.parametrize("name", ["a.pth", "a.onnx", "a.caffemodel"])
def test_row_7_a_web_page(name: str, tmp_path: Path) -> None:
    page = "\ufeff  <!DOCTYPE html><html><head><title>Quota exceeded</title>".encode()
    error = refusal(page, tmp_path, name)
    assert "a web page, not a weights file (title: Quota exceeded)" in error.what


def test_row_8_a_pointer_of_git_lfs(tmp_path: Path) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 49731000\n"
    error = refusal(pointer.encode(), tmp_path)
    assert "Git LFS pointer, the real file has 49\u2009731\u2009000 bytes" in error.what
    assert "git lfs pull" in error.todo


def test_row_9_a_file_of_a_gpu_that_is_not_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.serialization, "location_tag", lambda storage: "cuda:3")
    expected = sample("tutorial")
    found = opened(expected.state, tmp_path)
    assert "saved on cuda:3, read to the CPU" in found.provenance.converted
    assert_same_numbers(found, expected)


@pytest.mark.parametrize("classes", [3, 21])
def test_row_10_any_number_of_classes(classes: int, tmp_path: Path) -> None:
    found = opened(ORACLES["torchvision"].make(0, classes=classes).state_dict(), tmp_path)
    assert found.architecture.classes == classes
    assert [found.heads[name].classes for name in ("aux1", "aux2")] == [classes] * 2
    assert found.labels.names == tuple(f"class {index}" for index in range(classes))


@pytest.mark.parametrize("form", ["current", "V1"])
def test_row_11_old_caffe_files(form: str, tmp_path: Path) -> None:
    expected = sample("caffe")
    data = writing.caffemodel(expected.state, form=form, shape=writing.legacy_shape)
    (path := tmp_path / "bvlc_googlenet.caffemodel").write_bytes(data)
    found = open_checkpoint(path)
    assert found.architecture.module("3a").branch("5x5").kernel == 5
    assert make_card(found).local_response_norm
    assert_same_numbers(found, expected)


def test_row_13_the_hidden_input_transform_is_told(tmp_path: Path) -> None:
    found = opened(sample("torchvision").state, tmp_path)
    assert "Input transform: off." in make_card(found).notes
    found = opened(sample("torchvision").state, tmp_path, assume={"transform_input": "on"})
    assert "Input transform: on." in make_card(found).notes


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_row_14_half_and_double_precision(dtype: torch.dtype, tmp_path: Path) -> None:
    oracle, model = ORACLES["tutorial"], ORACLES["tutorial"].make(0, classes=3).to(dtype)
    found = opened(model.state_dict(), tmp_path)
    assert "to float32" in found.provenance.converted[0]
    assert_same_numbers(found, observed(oracle, model.float()))


def test_row_15_nothing_is_initialised_at_random_and_no_library_warns(tmp_path: Path) -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        GoogLeNet.from_checkpoint(opened(sample("torchvision").state, tmp_path))
    assert torch.equal(before, torch.get_rng_state())


def test_row_16_heads_that_were_never_trained(tmp_path: Path) -> None:
    state = sample("torchvision").state
    for name, value in state.items():
        if name.startswith("aux") and "running" in name:
            value.fill_(float(name.endswith("var")))
    untrained = opened(state, tmp_path)
    assert untrained.heads["aux1"].trained is False
    assert untrained.heads["aux1"].present
    assert "untrained" in to_text(make_card(untrained))
    assert opened(sample("torchvision").state, tmp_path).heads["aux1"].trained


def test_row_28_class_folders_in_the_order_of_training(tmp_path: Path) -> None:
    for index in range(12):
        (tmp_path / "train" / str(index)).mkdir(parents=True)
    state = ORACLES["tutorial"].make(0, classes=12).state_dict()
    labels = opened(state, tmp_path, labels=tmp_path / "train").labels
    assert labels.names[:4] == ("0", "1", "10", "11")
    assert labels.alternative[:4] == ("0", "1", "2", "3")


def test_row_29_a_background_class(tmp_path: Path) -> None:
    state = ORACLES["tutorial"].make(0, classes=1001).state_dict()
    found = opened(state, tmp_path)
    assert found.labels.names[1] == "tench"
    assert any("background" in note for note in found.provenance.notes)
    (own := tmp_path / "own.json").write_text(json.dumps([f"n{index}" for index in range(1001)]))
    assert opened(state, tmp_path, labels=own).labels.names[1] == "n1"
    own.write_text(json.dumps([f"n{index}" for index in range(1000)]))
    with pytest.raises(LabelsError, match="1000 names"):
        opened(state, tmp_path, labels=own)


@pytest.mark.parametrize(("family", "kernel"), [("torchvision", 3), ("caffe", 5)])
def test_row_70_the_true_kernel_is_read_from_the_weights(family: str, kernel: int, tmp_path: Path) -> None:
    expected = sample(family)
    found = opened(expected.state, tmp_path)
    assert {module.branch("5x5").kernel for module in found.architecture.modules} == {kernel}
    assert f"true kernel {kernel}×{kernel}" in to_text(make_card(found))
    assert_same_numbers(found, expected)
