"""HDF5 files of Keras and Caffe are the network that the family's own definition is."""

import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from gnet_desktop.checkpoints.containers import read_container
from gnet_desktop.checkpoints.containers.source import FileSource
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints import keras_files as keras
from tests.checkpoints import keras_models as models
from tests.checkpoints.samples import assert_same_numbers, sample

# as Keras versions wrote the same network: style, backend, order of the channels
EDITIONS = {
    "the gist's, Keras 1 on Theano": ("keras 1", "", False),
    "Keras 1 that says Theano": ("keras 1", "theano", False),
    "Keras 1 on TensorFlow in Theano's order": ("keras 1", "tensorflow", False),
    "Keras 1 in TensorFlow's order": ("keras 1", "tensorflow", True),
    "Keras 2": ("keras 2", "tensorflow", True),
    "Keras 2 on Theano": ("keras 2", "theano", True),
}


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_public_keras_port_of_caffes_network(edition: str, tmp_path: Path) -> None:
    style, backend, last = EDITIONS[edition]
    expected = sample("caffe")
    flipped = backend == "theano" or (style == "keras 1" and not backend)
    weights = keras.layers(expected.model, last=last, flipped=flipped)
    keras.by_layer(path := tmp_path / "googlenet_weights.h5", weights, style=style, backend=backend)
    found = open_checkpoint(path)
    assert found.provenance.family == "caffe"
    assert found.provenance.recognised_by == "names"
    assert not found.provenance.left_over
    assert any("half a turn" in line for line in found.provenance.converted) == flipped
    assert_same_numbers(found, expected)


@pytest.mark.parametrize("order", ["channels_last", "channels_first"])
def test_a_whole_model_says_how_it_flattens_maps(order: str, tmp_path: Path) -> None:
    expected = sample("caffe")
    weights = keras.layers(expected.model)
    if order == "channels_first":
        plain = keras.layers(expected.model, last=False)
        weights |= {name: plain[name] for name in ("loss1/fc", "loss2/fc")}
    config = keras.description(expected.model, order=order)
    keras.by_layer(path := tmp_path / "net.h5", weights, backend="tensorflow", config=config)
    found = open_checkpoint(path)
    assert found.provenance.container == "Keras 2 model (HDF5)"
    assert_same_numbers(found, expected)


@pytest.mark.parametrize("edition", [2, 3])
@pytest.mark.parametrize("family", ["caffe", "slim"])
def test_a_whole_model_is_followed_by_its_description(family: str, edition: int, tmp_path: Path) -> None:
    """Strides, pools, norms and heads are the file's own, whatever its layers are called."""
    expected = sample(family)
    weights = keras.layers(expected.model)
    if family == "caffe":
        config = models.port(edition)
    else:
        config, weights = models.slim(edition, weights)
    path = tmp_path / "net.keras"
    if edition == 2:
        keras.by_layer(path, weights, backend="tensorflow", config=config)
    else:
        kinds = {layer["name"]: layer["class_name"] for layer in config["config"]["layers"]}
        in_order = {name: weights[name] for name in kinds if name in weights}
        keras.archive(path, keras.by_variable(in_order, kinds, named=False), config)
    found = open_checkpoint(path)
    assert found.provenance.family == family
    assert found.provenance.recognised_by == ("names" if family == "caffe" else "structure")
    assert not found.provenance.warnings
    assert not found.provenance.left_over
    assert_same_numbers(found, expected)


def test_layers_packed_by_gzip_and_shuffled(tmp_path: Path) -> None:
    expected = sample("caffe", heads=False)
    weights = keras.layers(expected.model)
    options: dict[str, Any] = {"compression": "gzip", "compression_opts": 1, "shuffle": True, "chunks": True}
    keras.by_layer(path := tmp_path / "net.h5", weights, fletcher32=True, **options)
    assert_same_numbers(open_checkpoint(path), expected)


@pytest.mark.parametrize("way", ["named", "described", "packed"])
def test_keras_3(way: str, tmp_path: Path) -> None:
    """Layers' names are in the weights, or follow from the description."""
    expected = sample("caffe")
    data = keras.by_variable(keras.layers(expected.model), keras.kinds(expected.model), named=way == "named")
    method = zipfile.ZIP_DEFLATED if way == "packed" else zipfile.ZIP_STORED
    keras.archive(path := tmp_path / "net.keras", data, keras.description(expected.model), method=method)
    found = open_checkpoint(path)
    assert found.provenance.container == "Keras 3 model"
    assert found.provenance.recognised_by == "names"
    assert_same_numbers(found, expected)


def test_keras_3_weights_alone_with_batch_norms(tmp_path: Path) -> None:
    """Without any names the order of the layers tells which is which."""
    expected = sample("torchvision")
    data = keras.by_variable(keras.layers(expected.model), keras.kinds(expected.model), named=False)
    (path := tmp_path / "model.weights.h5").write_bytes(data)
    found = open_checkpoint(path)
    assert found.provenance.recognised_by == "structure"
    assert_same_numbers(found, expected)


@pytest.mark.parametrize("separator", ["/", "_"])
def test_caffes_blobs(separator: str, tmp_path: Path) -> None:
    expected = sample("caffe")
    keras.caffe(path := tmp_path / "bvlc.caffemodel.h5", expected.state, separator=separator)
    found = open_checkpoint(path)
    assert found.provenance.container == "Caffe's blobs (HDF5)"
    assert_same_numbers(found, expected)


def test_any_file_of_named_arrays(tmp_path: Path) -> None:
    expected = sample("torchvision")
    with h5py.File(path := tmp_path / "net.h5", "w", userblock_size=512) as file:
        for name, value in expected.state.items():
            file.create_dataset(name.replace(".", "/"), data=value.numpy())
    assert_same_numbers(open_checkpoint(path), expected)


def test_what_is_not_read_is_told_in_one_sentence(tmp_path: Path) -> None:
    kernel = np.zeros((64, 64), np.float32)
    with h5py.File(path := tmp_path / "lzf.h5", "w") as file:
        file.create_dataset("a", data=kernel, compression="lzf")
    with pytest.raises(CheckpointError, match=r"packed in a way that is not read.*lzf.*h5repack"):
        open_checkpoint(path)
    with h5py.File(path := tmp_path / "new.h5", "w", libver="latest") as file:
        for number in range(40):
            file[f"{number}"] = kernel
    with pytest.raises(CheckpointError, match=r"HDF5 file of a newer form.*h5repack"):
        open_checkpoint(path)
    with h5py.File(path := tmp_path / "empty.h5", "w") as file:
        file.attrs["a"] = "b"
    with pytest.raises(CheckpointError, match="HDF5 file without weights"):
        open_checkpoint(path)


def test_a_file_that_leads_back_or_claims_far_too_much_ends(tmp_path: Path) -> None:
    with h5py.File(path := tmp_path / "round.h5", "w") as file:
        group = file.create_group("a")
        group["self"], group["root"] = group, file["/"]
    with pytest.raises(CheckpointError, match="HDF5 file without weights"):
        open_checkpoint(path)
    with h5py.File(path := tmp_path / "huge.h5", "w") as file:
        weights = keras.layers(sample("caffe", heads=False).model)
        for name, (kernel, bias) in weights.items():
            sides = (1 << 14, 1 << 14, 64, 64) if name.startswith("conv1") else kernel.shape
            file.create_dataset(f"{name}.weight", sides, np.float32, chunks=(1,) * len(sides))
            file[f"{name}.bias"] = bias
    with pytest.raises(CheckpointError):
        open_checkpoint(path)


def test_every_damage_to_a_small_file_ends_in_a_sentence(tmp_path: Path) -> None:
    """Cut at any place, a file is incomplete, and never called damaged where its beginning is whole."""
    data = keras.by_variable({"a": [np.ones((3, 3), np.float32)]}, {"a": "Dense"})
    path = tmp_path / "cut.h5"
    for end in range(0, len(data), 97):
        path.write_bytes(data[:end])
        with pytest.raises(
            CheckpointError, match=r"incomplete.*Download" if end > 96 else "cannot be opened"
        ):
            open_checkpoint(path)


@pytest.mark.parametrize(("style", "edition"), [("keras 1", 1), ("keras 2", 2)])
def test_a_file_that_notes_no_version_is_told_by_its_names(style: str, edition: int, tmp_path: Path) -> None:
    weights = {"conv1": [np.ones((3, 3, 3, 8), np.float32), np.ones(8, np.float32)]}
    keras.by_layer(path := tmp_path / "a.h5", weights, style=style)
    with h5py.File(path) as file:
        assert "keras_version" not in file.attrs
    with FileSource(path) as source:
        assert read_container(source).container == f"Keras {edition} weights (HDF5)"


def _resnet(stages: tuple[int, ...], parts: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """Names of Keras's applications: stage, block, part."""
    return {
        f"conv{stage}_block{block}_{part}_conv": (1, 1, 8, 8)
        for stage, count in enumerate(stages, 2)
        for block in range(1, count + 1)
        for part in parts
    }


APPLICATIONS: dict[str, dict[str, tuple[int, ...]]] = {
    "a ResNet-50": _resnet((3, 4, 6, 3), (0, 1, 2, 3)),
    "a ResNet-152": _resnet((3, 8, 36, 3), (1, 2, 3)),
    "a ResNet-101 v2": _resnet((3, 4, 23, 3), (1, 2, 3)) | {"conv2_block1_preact_bn": (8,)},
    "a DenseNet-121": _resnet((6, 12, 24, 16), (1, 2)),
    "a VGG-16": {
        f"block{block}_conv{number}": (3, 3, 8, 8)
        for block in range(1, 6)
        for number in range(1, 3 + (block > 2))
    },
    "Xception": {"block1_conv1": (3, 3, 3, 32), "block2_sepconv1": (3, 3, 32, 1)},
    "Inception v3": {
        f"conv2d_{number}" if number else "conv2d": ((1, 7), (7, 1), (3, 3))[number % 3] + (8, 8)
        for number in range(94)
    },
    "EfficientNet": {"stem_conv": (3, 3, 3, 32), "block1a_dwconv": (3, 3, 32, 1)},
}


@pytest.mark.parametrize("title", APPLICATIONS)
def test_other_networks_of_keras_are_called_by_their_names(title: str, tmp_path: Path) -> None:
    weights = {name: [np.zeros(shape, np.float32)] for name, shape in APPLICATIONS[title].items()}
    keras.by_layer(path := tmp_path / "other.h5", weights, backend="tensorflow")
    with pytest.raises(CheckpointError, match=f"this is {title}, not a GoogLeNet"):
        open_checkpoint(path)
