"""NCNN's and Caffe2's networks: two files each, that open by either."""

from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints.layer_files import caffe2, ncnn
from tests.checkpoints.samples import assert_same_numbers, sample
from tests.checkpoints.walking import Operation, operations
from tests.checkpoints.writing import message, number, text


def _steps() -> list[Operation]:
    return operations(sample("caffe", heads=False).state)


def _ncnn(folder: Path, description: str, data: bytes) -> Path:
    (folder / "googlenet.bin").write_bytes(data)
    (path := folder / "googlenet.param").write_text(description)
    return path


@pytest.mark.parametrize("joined", [False, True])
def test_ncnn_by_either_file(joined: bool, tmp_path: Path) -> None:
    path = _ncnn(tmp_path, *ncnn(_steps(), joined=joined))
    for one in (path, path.with_suffix(".bin")):
        found = open_checkpoint(one)
        assert found.provenance.container == "NCNN network in 2 files"
        assert (found.provenance.family, found.provenance.recognised_by) == ("caffe", "names")
        assert found.provenance.left_over == ()
        assert_same_numbers(found, sample("caffe", heads=False))


@pytest.mark.parametrize(("form", "words"), [("half", "float16"), ("bytes", "int8")])
def test_ncnns_halves_and_bytes(form: str, words: str, tmp_path: Path) -> None:
    found = open_checkpoint(_ncnn(tmp_path, *ncnn(_steps(), form=form)))
    kernel = sample("caffe", heads=False).state["conv2/3x3.weight"].numpy()
    largest = np.abs(kernel).max(axis=(1, 2, 3), keepdims=True)
    apart = np.abs(found.tensors["conv3.weight"].numpy() - kernel)
    assert (apart <= largest * (1e-3 if form == "half" else 0.5 / 127 + 1e-5)).all()
    assert any(words in line for line in found.provenance.converted)


LINES = {
    "no layer": ("7767517\n1 1\nConvolution conv1\n", b"", "says no layer"),
    "no number": ("7767517\n1 1\nConvolution c 1 1 a b 0=x\n", b"", "says no layer"),
    "no shape": ("7767517\n1 1\nConvolution c 1 1 a b 0=3 1=7 6=10\n", b"", "has no shape"),
    "endless": ("7767517\n1 1\nInnerProduct c 1 1 a b 0=1 2=99999999999\n", bytes(9), "incomplete"),
    "more than anything": (
        f"7767517\n1 1\nInnerProduct c 1 1 a b 0=1 2={10**30}\n",
        bytes(9),
        "says no layer",
    ),
    "a fraction": ("7767517\n1 1\nInnerProduct c 1 1 a b 0=1.5 2=3\n", bytes(9), "whole number is due"),
    "left over": ("7767517\n1 1\nReLU c 1 1 a b\n", bytes(9), "9 bytes that no layer reads"),
    "a table": ("7767517\n1 1\nInnerProduct c 1 1 a b 0=1 2=3\n", b"abcd" + bytes(12), "with a table"),
}


@pytest.mark.parametrize("kind", LINES)
def test_ncnn_files_that_do_not_fit_are_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    description, data, words = LINES[kind]
    with pytest.raises(CheckpointError, match=words):
        open_checkpoint(_ncnn(tmp_path, description, data))


def test_ncnns_other_file_is_asked_for_and_its_binary_description_is_named(tmp_path: Path) -> None:
    (path := tmp_path / "googlenet.param").write_text(ncnn(_steps())[0])
    with pytest.raises(CheckpointError, match=r"googlenet\.bin, which is not there"):
        open_checkpoint(path)
    path.write_bytes((7767517).to_bytes(4, "little") + bytes(20))
    (tmp_path / "googlenet.bin").write_bytes(bytes(9))
    with pytest.raises(CheckpointError, match="binary form"):
        open_checkpoint(path)


def test_caffe2_by_either_file_and_by_its_weights_alone(tmp_path: Path) -> None:
    init, predict = caffe2(_steps())
    (weights := tmp_path / "init_net.pb").write_bytes(init)
    alone = open_checkpoint(weights)
    assert (alone.provenance.container, alone.provenance.family) == ("Caffe2 network", "caffe")
    assert_same_numbers(alone, sample("caffe", heads=False))
    (graph := tmp_path / "predict_net.pb").write_bytes(predict)
    for path in (weights, graph):
        found = open_checkpoint(path)
        assert found.provenance.container == "Caffe2 network in 2 files"
        assert (found.provenance.family, found.provenance.recognised_by) == ("caffe", "names")
        assert found.provenance.left_over == ()
        assert found.provenance.assumed == {}
        assert_same_numbers(found, sample("caffe", heads=False))


def _fill(shape: bytes, values: bytes) -> bytes:
    arguments = message(5, text(1, "shape") + shape) + message(5, text(1, "values") + values)
    return text(1, "init") + message(2, text(2, "a") + text(4, "GivenTensorFill") + arguments)


CAFFE2 = {
    "no weights": (caffe2([Operation("relu", "a", ("b",))])[1], "holds no weights"),
    "too few": (_fill(number(6, 9), message(5, bytes(8))), "not what its shape takes"),
    "no shape": (_fill(number(6, -1), message(5, bytes(8))), "not what its shape takes"),
    "sides beyond all": (_fill(number(6, 1 << 60), message(5, bytes(8))), "damaged"),
}


@pytest.mark.parametrize("kind", CAFFE2)
def test_caffe2_files_that_do_not_fit_are_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    data, words = CAFFE2[kind]
    (path := tmp_path / "net.pb").write_bytes(data)
    with pytest.raises(CheckpointError, match=words):
        open_checkpoint(path)


def test_a_network_of_caffe2_with_its_channels_last_is_refused(tmp_path: Path) -> None:
    init, predict = caffe2(_steps())
    (tmp_path / "init_net.pb").write_bytes(init)
    (path := tmp_path / "predict_net.pb").write_bytes(predict.replace(b"NCHW", b"NHWC"))
    with pytest.raises(CheckpointError, match="channels last"):
        open_checkpoint(path)
