"""MATLAB's files are the network that the family's own definition is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.io

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints import matlab_files as matlab
from tests.checkpoints.samples import CLASSES, Sample, assert_same_numbers, sample

EDITIONS: dict[str, Callable[[Path, Any], None]] = {
    "version 5, packed": matlab.version5,
    "version 5": lambda path, variables: matlab.version5(path, variables, packed=False),
    "version 7.3": matlab.version73,
}
NAMES = [f"n{number:08}" for number in range(CLASSES)]


def _red_first(expected: Sample) -> Sample:
    """The same network and picture, where the network reads red first."""
    return Sample(expected.oracle, expected.model, expected.picture.flip(1), expected.outputs)


@pytest.mark.parametrize("heads", [True, False])
@pytest.mark.parametrize("edition", EDITIONS)
def test_matconvnets_network(edition: str, heads: bool, tmp_path: Path) -> None:
    """Layers, class names and the mean come from its structs."""
    expected = sample("caffe", heads=heads)
    EDITIONS[edition](path := tmp_path / "imagenet-googlenet-dag.mat", matlab.network(expected.state, NAMES))
    found = open_checkpoint(path)
    assert found.provenance.container.startswith("MatConvNet's network, MATLAB")
    assert found.provenance.family == "caffe"
    assert found.convention.order == "rgb"
    assert found.convention.mean == (122.5, 116.75, 104.25)
    assert found.convention.side == 224
    assert list(found.labels.names) == [f"{name}, or so" for name in NAMES]
    assert not found.provenance.open
    assert not found.provenance.warnings
    assert_same_numbers(found, _red_first(expected))


@pytest.mark.parametrize("edition", EDITIONS)
def test_matlabs_own_layers(edition: str, tmp_path: Path) -> None:
    """Structs of Name, Weights and Bias, as a network's Layers have them."""
    expected = sample("caffe", heads=False)
    layers: dict[str, dict[str, Any]] = {}
    for name, value in expected.state.items():
        layer, _, role = name.rpartition(".")
        array = value.numpy() if value.dim() == 2 else matlab.as_matlab(value)
        if layer != "loss3/classifier" and role == "bias":
            array = array.reshape(1, 1, -1)
        entry = layers.setdefault(layer, {"Name": layer.replace("/", "-")})
        entry["Weights" if role == "weight" else "Bias"] = array
    layers["conv1/7x7_s2"]["Weights"] = layers["conv1/7x7_s2"]["Weights"][:, :, ::-1]
    EDITIONS[edition](path := tmp_path / "googlenet.mat", {"layers": list(layers.values())})
    found = open_checkpoint(path)
    assert found.convention.order == "rgb"
    assert_same_numbers(found, _red_first(expected))


def test_caffes_blobs_that_scipy_wrote(tmp_path: Path) -> None:
    """A variable a layer, its bias beside it, kernels outputs first."""
    expected = sample("caffe")
    variables = {
        name.replace(".weight", "").replace(".bias", "_bias"): value.numpy()
        for name, value in expected.state.items()
    }
    scipy.io.savemat(path := tmp_path / "from_caffe.mat", variables)
    found = open_checkpoint(path)
    assert found.convention.order == "bgr"
    assert_same_numbers(found, expected)


def test_what_holds_no_weights_is_told(tmp_path: Path) -> None:
    matlab.version5(path := tmp_path / "a.mat", {"net": "a text", "empty": np.zeros((0, 0))})
    with pytest.raises(CheckpointError, match=r"MATLAB file of objects.*exportONNXNetwork"):
        open_checkpoint(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 9])
    with pytest.raises(CheckpointError, match=r"incomplete|damaged"):
        open_checkpoint(path)
