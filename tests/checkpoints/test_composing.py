"""Weights that are kept in parts open with the numbers that torch itself puts together."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints.samples import assert_same_numbers, observed, sample
from tests.oracles import ORACLES

LAYERS = (nn.Conv2d, nn.Linear)
ORACLE = ORACLES["torchvision"]


def opened(saved: object, folder: Path, **options: Any) -> Checkpoint:
    torch.save(saved, path := folder / "weights.pth", **options)
    return open_checkpoint(path)


def changed(change: Callable[[nn.Module], object], *, passes: int = 0) -> Any:
    """The family's network with every convolution and matrix changed by torch's own function."""
    model = ORACLE.make(0, classes=7)
    for module in model.modules():
        if isinstance(module, LAYERS):
            change(module)
    model.train()
    with torch.no_grad():
        for _ in range(passes):  # spectral norm's vectors settle in training
            for module in model.modules():
                if isinstance(module, LAYERS):
                    _ = module(torch.zeros(1, module.weight.shape[1], *module.weight.shape[2:]))
    return model.eval()


def _pruned_norm(module: nn.Module) -> None:
    weight_norm(module)
    prune.l1_unstructured(module, "weight_v", 0.3)


CHANGES: dict[str, tuple[Callable[[nn.Module], object], str]] = {
    "pruned": (lambda module: prune.random_unstructured(module, "weight", 0.4), "pruning mask"),
    "channels pruned": (lambda module: prune.ln_structured(module, "weight", 0.2, 2, 0), "pruning mask"),
    "weight norm": (weight_norm, "weight norm"),
    "weight norm of all": (
        lambda module: weight_norm(module, dim=None),  # type: ignore[arg-type]
        "weight norm",
    ),
    "weight norm along inputs": (lambda module: weight_norm(module, dim=1), "weight norm"),
    "weight norm as a parametrisation": (parametrizations.weight_norm, "weight norm"),
    "spectral norm": (spectral_norm, "spectral norm"),
    "spectral norm as a parametrisation": (parametrizations.spectral_norm, "spectral norm"),
    "pruned under weight norm": (_pruned_norm, "weight norm"),
}


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("kind", CHANGES)
def test_weights_in_parts_give_torchs_own_numbers(kind: str, tmp_path: Path) -> None:
    change, words = CHANGES[kind]
    model = changed(change, passes=1 if "spectral" in kind else 0)
    expected = observed(ORACLE, model)
    found = opened(model.state_dict(), tmp_path)
    assert any(words in line for line in found.provenance.converted)
    assert found.provenance.left_over == ()
    assert torch.allclose(
        found.tensors["3a/1x1.weight"], model.inception3a.branch1.conv.weight.detach(), rtol=1e-5, atol=1e-7
    )
    assert_same_numbers(found, expected)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_weight_normed_classifier_alone(tmp_path: Path) -> None:
    model = ORACLE.make(0, classes=7)
    weight_norm(model.fc)
    expected = observed(ORACLE, model.eval())
    assert_same_numbers(opened(model.state_dict(), tmp_path), expected)
    assert_same_numbers(opened({"model": model}, tmp_path), expected)


def test_a_parametrisation_that_nothing_is_known_of_is_named(tmp_path: Path) -> None:
    model = ORACLE.make(0, classes=7)
    parametrizations.orthogonal(model.fc)
    with pytest.raises(CheckpointError, match=r"fc\.weight is kept as .*remove_parametrizations"):
        opened(model.state_dict(), tmp_path)


@pytest.mark.parametrize("legacy", [False, True])
def test_sparse_tensors_are_filled_up(legacy: bool, tmp_path: Path) -> None:
    expected = sample("tutorial")
    state = expected.state
    state["layer_1.0.weight"] = state["layer_1.0.weight"].to_sparse()
    state["fc_layer.weight"] = state["fc_layer.weight"].to_sparse().coalesce()
    state["layer_3.0.conv1.0.weight"] = state["layer_3.0.conv1.0.weight"].to_sparse(2)
    found = opened(state, tmp_path, _use_new_zipfile_serialization=not legacy)
    assert any("3 tensors put together" in line for line in found.provenance.converted)
    assert_same_numbers(found, expected)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_sparse_matrix_of_rows_is_filled_up(tmp_path: Path) -> None:
    expected = sample("tutorial")
    state = expected.state
    state["fc_layer.weight"] = (state["fc_layer.weight"] * (state["fc_layer.weight"] > 0)).to_sparse_csr()
    found = opened(state, tmp_path)
    assert torch.equal(found.tensors["fc.weight"], state["fc_layer.weight"].to_dense())
    state["fc_layer.weight"] = state["fc_layer.weight"].to_dense().to_sparse_csc()
    with pytest.raises(CheckpointError, match=r"weights are stored as torch\.sparse_csc"):
        opened(state, tmp_path)


def _by_channel(weight: Tensor) -> Tensor:
    scales = weight.abs().flatten(1).amax(1) / 127
    return torch.quantize_per_channel(weight, scales, torch.zeros(len(scales)), 0, torch.qint8)


def _in_all(weight: Tensor) -> Tensor:
    return torch.quantize_per_tensor(weight, float(weight.abs().max()) / 100, 17, torch.quint8)


def _outputs(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """What torch keeps of a quantised layer's outputs."""
    layers = {name.rpartition(".")[0] for name in state}
    return {f"{layer}.{part}": torch.tensor(3) for layer in layers for part in ("scale", "zero_point")}


def _assert_weights(found: Checkpoint, expected: dict[str, Tensor]) -> None:
    assert torch.equal(found.tensors["conv1.weight"], expected["layer_1.0.weight"])
    assert torch.equal(found.tensors["4a/5x5.weight"], expected["layer_3.0.conv_1_5.2.weight"])
    assert torch.equal(found.tensors["fc.weight"], expected["fc_layer.weight"])
    assert any("quantised" in note for note in found.provenance.notes)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize(("quantise", "kind"), [(_by_channel, "int8"), (_in_all, "uint8")])
def test_torchs_quantised_tensors_are_dequantised(
    quantise: Callable[[Tensor], Tensor], kind: str, tmp_path: Path
) -> None:
    state = sample("tutorial").state
    quantised = {name: quantise(value) if value.dim() > 1 else value for name, value in state.items()}
    found = opened({**quantised, **_outputs(state)}, tmp_path)
    _assert_weights(found, {name: value.dequantize() for name, value in quantised.items()})
    assert found.provenance.dtypes == {kind: 57, "float32": 57}
    assert f"57 tensors from {kind} to float32" in found.provenance.converted
    assert found.provenance.left_over == ()


class Quantised(nn.Module):
    """torch's own quantised layers, under torchvision's names for the first of them."""

    def __init__(self) -> None:
        super().__init__()
        self.quant = torch.ao.nn.quantized.Quantize(0.1, 3, torch.quint8)
        self.conv1 = torch.ao.nn.quantized.Conv2d(3, 64, 7, bias=False)
        self.fc = torch.ao.nn.quantized.Linear(1024, 7)


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_torchs_packed_layers_open_by_their_state_only(tmp_path: Path) -> None:
    state = Quantised().state_dict()
    own = sample("tutorial").state
    layers = {"layer_1.0": "conv1", "fc_layer": "fc"}
    found = opened(
        own
        | {
            name.replace(layers[layer], layer): value
            for layer in layers
            for name, value in state.items()
            if name.startswith(layers[layer])
        }
        | {"layer_1.0.bias": own["layer_1.0.bias"]},
        tmp_path,
    )
    packed = state["fc._packed_params._packed_params"][0]
    assert torch.equal(found.tensors["fc.weight"], packed.dequantize())
    assert torch.equal(found.tensors["conv1.weight"], state["conv1.weight"].dequantize())
    with pytest.raises(CheckpointError, match="quantised network that was saved whole"):
        opened(Quantised(), tmp_path)


NAMES = {
    "weight_scale": ("{}.weight_scale", "{}.weight_zero_point"),
    "weight.scale": ("{}.weight.scale", "{}.weight.zero_point"),
    "layer's scales": ("{}.scales", "{}.zero_points"),
    "no zero point": ("{}.weight_scale", ""),
}


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("names", NAMES)
def test_whole_numbers_with_scales_beside_them(names: str, tmp_path: Path) -> None:
    scale, zero = NAMES[names]
    saved, expected = {}, {}
    for name, value in sample("tutorial").state.items():
        layer = name.rpartition(".")[0]
        if value.dim() == 1:
            saved[name] = expected[name] = value
            continue
        quantised = _by_channel(value)
        saved[name], expected[name] = quantised.int_repr(), quantised.dequantize()
        saved[scale.format(layer)] = quantised.q_per_channel_scales().float()
        if zero:
            saved[zero.format(layer)] = quantised.q_per_channel_zero_points()
    _assert_weights(opened(saved, tmp_path), expected)


@pytest.mark.parametrize("with_output_scale", [False, True])
def test_whole_numbers_alone_are_refused_by_that_name(with_output_scale: bool, tmp_path: Path) -> None:
    """A single scale and zero point of a layer are those of its outputs, and say nothing of its weights."""
    state = {
        name: (value * 100).to(torch.int8) if value.dim() > 1 else value
        for name, value in sample("tutorial").state.items()
    }
    beside = _outputs(state) if with_output_scale else {}
    with pytest.raises(CheckpointError, match=r"57 of its weights are stored as int8.*a zero point"):
        opened({**state, **beside}, tmp_path)


BESIDE = {
    "names": np.array(["tench", "goldfish"]),
    "dates": np.array([datetime.datetime(2020, 1, 1)], "M8[ns]"),
    "records": np.array([(1, 2.0)], [("epoch", "<i4"), ("loss", "<f4")]),
    "complex": np.ones(3, np.complex64),
    "objects": np.array([None, "x"], object),
    "spans": np.array([3], "m8[s]"),
}


@pytest.mark.parametrize("kind", BESIDE)
def test_arrays_without_plain_numbers_beside_the_weights_are_passed_over(kind: str, tmp_path: Path) -> None:
    state = sample("tutorial").state
    found = opened({"state_dict": state, "extra": {"x": BESIDE[kind]}}, tmp_path, pickle_protocol=4)
    assert torch.equal(found.tensors["conv1.weight"], state["layer_1.0.weight"])
    arrays: dict[str, Any] = {name: value.numpy() for name, value in state.items()}
    np.savez((path := tmp_path / "arrays.npz").open("wb"), **arrays, extra=BESIDE[kind])
    found = open_checkpoint(path)
    assert torch.equal(found.tensors["conv1.weight"], state["layer_1.0.weight"])
    assert any("no plain numbers" in note for note in found.provenance.notes)


@pytest.mark.parametrize("container", ["zip", "legacy", "safetensors"])
@pytest.mark.parametrize("dtype", [torch.float8_e4m3fn, torch.float8_e5m2])
def test_float8_is_read_as_torch_reads_it(dtype: torch.dtype, container: str, tmp_path: Path) -> None:
    """Every one of the 256 codes stands in the first kernel."""
    state = sample("tutorial").state
    codes = torch.arange(state["layer_1.0.weight"].numel()).to(torch.uint8).view(dtype)
    state = {name: value.to(dtype) for name, value in state.items()}
    state["layer_1.0.weight"] = codes.reshape(state["layer_1.0.weight"].shape)
    path = tmp_path / "weights"
    if container == "safetensors":
        save_file(state, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=container == "zip")
    found = open_checkpoint(path)
    expected = {name: value.float() for name, value in state.items()}
    assert torch.equal(found.tensors["fc.weight"], expected["fc_layer.weight"])
    assert torch.allclose(
        found.tensors["conv1.weight"], expected["layer_1.0.weight"], rtol=0, atol=0, equal_nan=True
    )
    assert "114 tensors from float8" in found.provenance.converted[0]
    assert any("quantised" in note for note in found.provenance.notes)


def test_float8_with_scales_beside_it(tmp_path: Path) -> None:
    state = sample("tutorial").state
    saved = {}
    for name, value in state.items():
        scale = value.abs().max() / 448
        saved[name] = (value / scale).to(torch.float8_e4m3fn)
        saved[f"{name}_scale"] = scale
    found = opened(saved, tmp_path)
    expected = saved["fc_layer.weight"].float() * saved["fc_layer.weight_scale"]
    assert torch.equal(found.tensors["fc.weight"], expected)
    assert found.provenance.left_over == ()


THINGS = tuple(f"thing {index}" for index in range(7))


@pytest.mark.parametrize("kind", ["<U7", ">U7", object])
@pytest.mark.parametrize("key", ["classes", "class_names"])
def test_class_names_in_an_array_are_used(key: str, kind: Any, tmp_path: Path) -> None:
    state, names = sample("tutorial").state, np.array(THINGS, kind)
    assert opened({"state_dict": state, key: names}, tmp_path).labels.names == THINGS
    if kind is not object:
        arrays: dict[str, Any] = {name: value.numpy() for name, value in state.items()} | {key: names}
        np.savez((path := tmp_path / "arrays.npz").open("wb"), **arrays)
        assert open_checkpoint(path).labels.names == THINGS


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128, torch.float8_e4m3fnuz])
def test_special_tensors_beside_the_weights_are_passed_over(
    dtype: torch.dtype, legacy: bool, tmp_path: Path
) -> None:
    state = sample("tutorial").state
    saved = {"state_dict": state, "spectrum": torch.ones(3).to(dtype)}
    found = opened(saved, tmp_path, _use_new_zipfile_serialization=not legacy)
    assert torch.equal(found.tensors["conv1.weight"], state["layer_1.0.weight"])
    state["layer_1.0.weight"] = state["layer_1.0.weight"].to(dtype)
    with pytest.raises(CheckpointError, match=r"weights are stored as (Complex|float8)"):
        opened(state, tmp_path, _use_new_zipfile_serialization=not legacy)
