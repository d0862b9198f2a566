"""TensorFlow Lite's models in floats, halves and bytes."""

import struct
from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints.samples import assert_same_numbers, sample

pytest.importorskip("flatbuffers")
from tests.checkpoints.tflite_files import slim


def test_a_model_in_floats_gives_the_definitions_numbers(tmp_path: Path) -> None:
    expected = sample("slim")
    (path := tmp_path / "inception_v1.tflite").write_bytes(slim(expected.model))
    found = open_checkpoint(path)
    assert found.provenance.container == "TensorFlow Lite model"
    assert found.provenance.family == "slim"
    assert found.provenance.left_over == ()
    assert found.provenance.assumed == {}
    assert_same_numbers(found, expected)


@pytest.mark.parametrize(("form", "kind"), [("half", "float16"), ("bytes", "int8")])
def test_halves_and_bytes_are_near_and_said(form: str, kind: str, tmp_path: Path) -> None:
    network = sample("slim").model
    (floats := tmp_path / "floats.tflite").write_bytes(slim(network))
    (path := tmp_path / "net.tflite").write_bytes(slim(network, form))
    wanted, found = open_checkpoint(floats).tensors, open_checkpoint(path)
    for name in ("conv1.weight", "4a/3x3.weight", "fc.weight"):
        largest = np.abs(wanted[name].numpy()).max()
        apart = np.abs(found.tensors[name].numpy() - wanted[name].numpy()).max()
        assert apart <= largest * (1e-3 if form == "half" else 0.5 / 127 + 1e-5)
    assert any(kind in line for line in found.provenance.converted)
    assert any("quantised" in note for note in found.provenance.notes) == (form == "bytes")


LYING = {
    "nothing but its mark": b"\x1c\0\0\0TFL3" + bytes(90),
    "a table far outside": struct.pack("<I", 0xFFFFFFF0) + b"TFL3" + bytes(90),
    "fields before the file": struct.pack("<I", 8) + b"TFL3" + struct.pack("<i", 1 << 30) + bytes(90),
    "cut short": b"\x08\0\0\0TFL3",
}


@pytest.mark.parametrize("kind", LYING)
def test_what_is_no_whole_model_is_damaged(kind: str, tmp_path: Path) -> None:
    (path := tmp_path / "net.tflite").write_bytes(LYING[kind])
    with pytest.raises(CheckpointError, match=r"damaged|incomplete"):
        open_checkpoint(path)


def test_a_cut_model_is_damaged(tmp_path: Path) -> None:
    data = slim(sample("slim").model)
    (path := tmp_path / "net.tflite").write_bytes(data[: len(data) // 2])
    with pytest.raises(CheckpointError, match=r"damaged|incomplete"):
        open_checkpoint(path)
