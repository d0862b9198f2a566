"""Lasagne's lists of parameters are Caffe's network, as the recipe's own order says."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints.lasagne_files import arrays, python2
from tests.checkpoints.samples import CLASSES, assert_same_numbers, sample


@pytest.mark.parametrize("writer", ["Python 2", "Python 3", "an npz of a list"])
@pytest.mark.parametrize("dense", [True, False])
def test_the_recipes_file(writer: str, dense: bool, tmp_path: Path) -> None:
    expected = sample("caffe", heads=False)
    names = [f"class {number}" for number in range(CLASSES)]
    values = arrays(expected.state, dense=dense)
    path = tmp_path / "blvc_googlenet.pkl"
    if writer == "Python 2":
        path.write_bytes(b"\x80\2" + python2({"param values": values, "synset words": names}) + b".")
    elif writer == "Python 3":
        path.write_bytes(pickle.dumps({"param values": values, "synset words": names}))
    else:
        np.savez(path.open("wb"), *values)
    found = open_checkpoint(path)
    assert found.provenance.family == "caffe"
    assert found.convention.order == "bgr"
    assert not found.provenance.left_over
    if writer != "an npz of a list":
        assert list(found.labels.names) == names
    assert_same_numbers(found, expected)


def test_a_mean_beside_the_list_is_no_part_of_it(tmp_path: Path) -> None:
    """The recipes' files of some networks keep the mean that they were trained with."""
    expected = sample("caffe", heads=False)
    value = {"mean value": np.array([104, 117, 123], np.float32), "param values": arrays(expected.state)}
    (path := tmp_path / "blvc_googlenet.pkl").write_bytes(b"\x80\2" + python2(value) + b".")
    found = open_checkpoint(path)
    assert found.provenance.family == "caffe"
    assert found.provenance.left_over == ()
    assert [note for note in found.provenance.notes if "mean" in note]
    assert_same_numbers(found, expected)


def test_a_bare_list(tmp_path: Path) -> None:
    expected = sample("caffe", heads=False)
    (path := tmp_path / "googlenet.pkl").write_bytes(b"\x80\2" + python2(arrays(expected.state)) + b".")
    assert_same_numbers(open_checkpoint(path), expected)


def test_another_list_is_not_taken_for_it(tmp_path: Path) -> None:
    """Where two arrays have changed places only structure can tell; a cut list is no network."""
    values = arrays(sample("caffe", heads=False).state)
    values[0], values[2] = values[2], values[0]
    (path := tmp_path / "other.pkl").write_bytes(pickle.dumps({"param values": values}))
    assert "Lasagne" not in open_checkpoint(path).provenance.container
    (path := tmp_path / "cut.pkl").write_bytes(pickle.dumps({"param values": values[:60]}))
    with pytest.raises(CheckpointError):
        open_checkpoint(path)
