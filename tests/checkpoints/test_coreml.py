"""Core ML's neural networks, written from the published messages."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints.coreml_files import mlmodel, plain
from tests.checkpoints.samples import CLASSES, assert_same_numbers, sample
from tests.checkpoints.walking import Array, operations
from tests.checkpoints.writing import message, number, text

NAMES = tuple(f"place {index}" for index in range(CLASSES))


def test_a_classifier_with_its_preparation_and_names(tmp_path: Path) -> None:
    expected = sample("caffe", heads=False)
    (path := tmp_path / "GoogLeNetPlaces.mlmodel").write_bytes(
        mlmodel(operations(expected.state), labels=NAMES, biases=(-104.0, -117.0, -123.0), colour=30)
    )
    found = open_checkpoint(path)
    assert found.provenance.container == "Core ML neural network"
    assert (found.provenance.family, found.provenance.recognised_by) == ("caffe", "names")
    assert found.provenance.left_over == ()
    assert found.labels.names == NAMES
    convention = found.convention
    assert (convention.order, convention.range, convention.side) == ("bgr", 255.0, 224)
    assert convention.mean == (104.0, 117.0, 123.0)
    assert_same_numbers(found, expected)


def test_values_from_minus_one_to_one(tmp_path: Path) -> None:
    data = mlmodel(
        operations(sample("caffe", heads=False).state), biases=(-1.0,) * 3, scale=2 / 255, colour=20
    )
    (path := tmp_path / "Inceptionv1.mlmodel").write_bytes(data)
    convention = open_checkpoint(path).convention
    assert convention.order == "rgb"
    assert convention.mean == pytest.approx((127.5,) * 3)
    assert convention.std == pytest.approx((127.5,) * 3)


def _half(array: Array) -> tuple[bytes, Array]:
    half = array.astype("<f2")
    return message(2, half.tobytes()), half.astype("<f4")


def _linear(array: Array) -> tuple[bytes, Array]:
    """Bytes with a scale and a bias for each channel."""
    flat = array.reshape(len(array), -1)
    low = flat.min(1)
    scale = np.maximum((flat.max(1) - low) / 255, 1e-9).astype("<f4")
    whole = np.round((flat - low[:, None]) / scale[:, None]).astype("u1")
    told = message(101, message(1, scale.tobytes()) + message(2, low.astype("<f4").tobytes()))
    values = whole * scale[:, None] + low[:, None]
    return message(30, whole.tobytes()) + message(40, number(1, 8) + told), values.reshape(array.shape)


def _table(array: Array) -> tuple[bytes, Array]:
    table = np.linspace(array.min(), array.max(), 256).astype("<f4")
    whole = (
        np.abs(array.reshape(-1, 1) - table).argmin(1).astype("u1")
        if array.size < 4096
        else np.zeros(array.size, "u1")
    )
    told = number(1, 8) + message(102, message(1, table.tobytes()))
    return message(30, whole.tobytes()) + message(40, told), table[whole].reshape(array.shape)


@pytest.mark.parametrize("form", [_half, _linear, _table])
def test_weights_in_half_precision_and_in_bytes(
    form: Callable[[Array], tuple[bytes, Array]], tmp_path: Path
) -> None:
    state = sample("caffe", heads=False).state
    data = mlmodel(
        operations(state), weights=lambda array: form(array)[0] if array.ndim > 1 else plain(array)
    )
    (path := tmp_path / "net.mlmodel").write_bytes(data)
    found = open_checkpoint(path)
    for ours, theirs in (("conv1", "conv1/7x7_s2"), ("3a/5x5_reduce", "inception_3a/5x5_reduce")):
        wanted = form(state[f"{theirs}.weight"].numpy())[1]
        assert np.allclose(found.tensors[f"{ours}.weight"], wanted, atol=1e-6)
    assert ("quantised" in " ".join(found.provenance.notes)) == (form is not _half)


def _model(field: int, body: bytes) -> bytes:
    return number(1, 4) + message(2, message(1, text(1, "data"))) + message(field, body)


REFUSED = {
    "an ML Program": (_model(502, b""), "is an ML Program"),
    "a pipeline": (_model(202, b""), "is a pipeline"),
    "a regressor of trees": (_model(302, b""), "of another kind"),
    "no layers": (_model(500, b""), "GoogLeNet"),
    "four bits": (
        _model(
            500,
            message(
                1,
                text(1, "conv1")
                + message(
                    100,
                    number(1, 1) + number(2, 1) + message(90, message(40, number(1, 4)) + message(30, b"a")),
                ),
            ),
        ),
        "quantised to 4 bits",
    ),
    "too few numbers": (
        _model(
            500, message(1, message(140, number(1, 9) + number(2, 9) + message(20, message(1, bytes(8)))))
        ),
        "damaged.*2 numbers, not 81",
    ),
    "sides beyond all": (
        _model(500, message(1, message(140, number(1, 1 << 62) + number(2, 9) + message(20, b"")))),
        "damaged",
    ),
    "a scale of nothing": (
        _model(500, message(1, message(100, number(1, 2) + message(90, struct.pack("<B", 0xFF))))),
        "incomplete|damaged",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_other_models_are_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    data, words = REFUSED[kind]
    (path := tmp_path / "net.mlmodel").write_bytes(data)
    with pytest.raises(CheckpointError, match=words):
        open_checkpoint(path)


def test_a_cut_model_is_incomplete_and_a_package_opens_by_its_folder(tmp_path: Path) -> None:
    data = mlmodel(operations(sample("caffe", heads=False).state))
    (folder := tmp_path / "net.mlpackage" / "Data" / "com.apple.CoreML").mkdir(parents=True)
    (path := folder / "model.mlmodel").write_bytes(data)
    assert open_checkpoint(tmp_path / "net.mlpackage").provenance.family == "caffe"
    path.write_bytes(data[:100_000])
    with pytest.raises(CheckpointError, match="incomplete"):
        open_checkpoint(path)
