"""The same weights in every container are the same network, bit for bit."""

import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from typing_extensions import override

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints import writing
from tests.checkpoints.samples import CLASSES, assert_same_numbers, assert_same_tensors, observed, sample
from tests.oracles import ORACLES

State = Mapping[str, Tensor]


def _arrays(state: State) -> dict[str, Any]:
    return {name: tensor.numpy() for name, tensor in state.items()}


def _pickled(protocol: int) -> Callable[[State, Path], object]:
    return lambda state, path: path.write_bytes(pickle.dumps(_arrays(state), protocol=protocol))


class _PaddleTensor:
    """Pickled the way Paddle pickles a tensor: as a call of ``tuple`` on its name and array."""

    def __init__(self, name: str, array: np.ndarray) -> None:
        self.pair = name, array

    @override
    def __reduce__(self) -> tuple[type, tuple[object]]:
        return tuple, (self.pair,)


def _paddle(state: State, path: Path) -> None:
    pairs = {name: _PaddleTensor(f"p_{name}", array) for name, array in _arrays(state).items()}
    path.write_bytes(pickle.dumps({**pairs, "StructuredToParameterName@@": {"a": "b"}}, protocol=4))


def _mxnet(edition: int) -> Callable[[State, Path], object]:
    return lambda state, path: path.write_bytes(writing.mxnet(state, edition=edition))


def _legacy(state: State, path: Path) -> None:
    torch.save(dict(state), path, _use_new_zipfile_serialization=False)


def _deflated(state: State, path: Path) -> None:
    """A torch zip that someone unpacked and packed again, compressed."""
    import zipfile

    torch.save(dict(state), path)
    with zipfile.ZipFile(path) as old:
        entries = [(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in entries:
            new.writestr(name, data)


CONTAINERS: dict[str, Callable[[State, Path], object]] = {
    "legacy": _legacy,
    "deflated zip": _deflated,
    "tar": lambda state, path: writing.torch_tar(path, {k: v.float() for k, v in state.items()}),
    "safetensors": lambda state, path: save_file({k: v.contiguous() for k, v in state.items()}, path),
    "npz": lambda state, path: np.savez(path.open("wb"), **_arrays(state)),
    "compressed npz": lambda state, path: np.savez_compressed(path.open("wb"), **_arrays(state)),
    "npy": lambda state, path: np.save(path.open("wb"), np.array(_arrays(state), object), allow_pickle=True),
    "pickle 2 of arrays": _pickled(2),
    "pickle 4 of arrays": _pickled(4),
    "pickle 5 of arrays": _pickled(5),
    "pickle of tensors": lambda state, path: path.write_bytes(pickle.dumps(dict(state))),
    "paddle": _paddle,
    **{f"MXNet {edition:x}": _mxnet(edition) for edition in (0xF993FAC8, 0xF993FAC9, 0xF993FACA, 0)},
}
FAMILIES = ["torchvision", "caffe", "slim", "paddle", "kuangliu"]


def _torch_zip(state: State, path: Path) -> Checkpoint:
    torch.save(dict(state), path)
    return open_checkpoint(path)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("container", ["legacy", "safetensors", "npz", "pickle 4 of arrays"])
def test_each_family_in_each_usual_container(family: str, container: str, tmp_path: Path) -> None:
    state = sample(family).state
    CONTAINERS[container](state, path := tmp_path / "weights.bin")
    assert_same_tensors(open_checkpoint(path), _torch_zip(state, tmp_path / "zip.pth"))


@pytest.mark.parametrize("container", CONTAINERS)
def test_each_container_whatever_its_ending(container: str, tmp_path: Path) -> None:
    state = sample("tutorial").state
    CONTAINERS[container](state, path := tmp_path / "weights.onnx")
    assert open_checkpoint(path).provenance.recognised_by == "names"
    assert_same_tensors(open_checkpoint(path), _torch_zip(state, tmp_path / "zip.pth"))


@pytest.mark.parametrize("form", ["current", "V1", "V0"])
@pytest.mark.parametrize("shape", [writing.new_shape, writing.legacy_shape])
def test_caffes_encodings(form: str, shape: writing.Shape, tmp_path: Path) -> None:
    state = sample("caffe").state
    (path := tmp_path / "net.caffemodel").write_bytes(writing.caffemodel(state, form=form, shape=shape))
    found = open_checkpoint(path)
    assert found.provenance.container == f"caffemodel, {form} layers"
    assert_same_tensors(found, _torch_zip(state, tmp_path / "zip.pth"))


def test_caffes_numbers_in_doubles(tmp_path: Path) -> None:
    state = sample("caffe").state
    data = writing.caffemodel(state, numbers=writing.packed_doubles)
    (path := tmp_path / "net.caffemodel").write_bytes(data)
    found = open_checkpoint(path)
    assert "from float64 to float32" in found.provenance.converted[0]
    assert_same_tensors(found, _torch_zip(state, tmp_path / "zip.pth"))


def test_caffes_numbers_with_a_tag_each(tmp_path: Path) -> None:
    """Lists that are not packed; only small ones here, since writing them one by one takes long."""
    state = sample("caffe", heads=False).state
    small = {name for name, tensor in state.items() if tensor.numel() < 20_000}

    def numbers(array: np.ndarray) -> bytes:
        return writing.loose_floats(array) if array.size < 20_000 else writing.packed_floats(array)

    (path := tmp_path / "net.caffemodel").write_bytes(writing.caffemodel(state, numbers=numbers))
    assert len(small) > 60
    assert_same_tensors(open_checkpoint(path), _torch_zip(state, tmp_path / "zip.pth"))


def test_another_caffe_network_is_refused_by_its_first_layer(tmp_path: Path) -> None:
    shapes = {"conv1": (96, 3, 11, 11), "conv2": (256, 48, 5, 5), "fc6": (4096, 64)}
    state = {}
    for name, shape in shapes.items():
        state[f"{name}.weight"], state[f"{name}.bias"] = torch.zeros(shape), torch.zeros(shape[0])
    (path := tmp_path / "other.caffemodel").write_bytes(writing.caffemodel(state, name="Other"))
    with pytest.raises(CheckpointError, match=r"not a GoogLeNet.*conv1 \(96×3×11×11\)"):
        open_checkpoint(path)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("container", ["zip", "legacy", "safetensors"])
def test_other_precisions_are_converted_and_said(dtype: torch.dtype, container: str, tmp_path: Path) -> None:
    state = {name: tensor.to(dtype) for name, tensor in sample("tutorial").state.items()}
    path = tmp_path / "weights"
    if container == "zip":
        torch.save(state, path)
    else:
        CONTAINERS[container](state, path)
    found = open_checkpoint(path)
    name = str(dtype).removeprefix("torch.")
    assert found.provenance.converted == (f"114 tensors from {name} to float32",)
    assert found.provenance.dtypes == {name: 114}
    expected = state["layer_3.0.conv_1_5.2.weight"].float()
    assert torch.equal(found.tensors["4a/5x5.weight"], expected)


@pytest.mark.parametrize("device", ["cuda:3", "mps", "xpu:0"])
@pytest.mark.parametrize("legacy", [False, True])
def test_storages_of_machines_that_are_not_here(
    device: str, legacy: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place is only a word beside each storage; torch writes whatever it is told."""
    monkeypatch.setattr(torch.serialization, "location_tag", lambda storage: device)
    state = sample("tutorial").state
    torch.save(state, path := tmp_path / "gpu.pth", _use_new_zipfile_serialization=not legacy)
    found = open_checkpoint(path)
    assert any(device in line for line in found.provenance.converted)
    assert torch.equal(found.tensors["conv1.weight"], state["layer_1.0.weight"])


def test_layouts_and_shared_storages(tmp_path: Path) -> None:
    state = sample("tutorial").state
    whole = torch.cat([state["layer_1.0.bias"], state["layer_1.2.bias"]])
    changed = {
        **state,
        "layer_1.0.weight": state["layer_1.0.weight"].to(memory_format=torch.channels_last),
        "layer_1.2.weight": state["layer_1.2.weight"].transpose(2, 3).contiguous().transpose(2, 3),
        "layer_1.0.bias": whole[:64],
        "layer_1.2.bias": whole[64:],
    }
    plain = _torch_zip(state, tmp_path / "plain.pth")
    assert_same_tensors(_torch_zip(changed, tmp_path / "changed.pth"), plain)
    torch.save(changed, path := tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert_same_tensors(open_checkpoint(path), plain)


def test_big_endian_numbers(tmp_path: Path) -> None:
    state = sample("tutorial").state
    swapped = {name: tensor.numpy().astype(">f4") for name, tensor in state.items()}
    np.savez((path := tmp_path / "big.npz").open("wb"), **dict[str, Any](swapped))
    found = open_checkpoint(path)
    assert "byte order" in found.provenance.converted[0]
    assert torch.equal(found.tensors["fc.weight"], state["fc_layer.weight"])


def test_a_parameter_and_a_module_wrapped_for_several_gpus(tmp_path: Path) -> None:
    expected = sample("tutorial")
    torch.save({"net": torch.nn.DataParallel(expected.model), "epoch": 4}, path := tmp_path / "whole.pth")
    found = open_checkpoint(path)
    assert found.provenance.wrappers == ("net", "module")
    assert_same_numbers(found, expected)
    state = {name: torch.nn.Parameter(tensor) for name, tensor in expected.state.items()}
    parameters = _torch_zip(state, tmp_path / "parameters.pth")
    assert_same_tensors(parameters, _torch_zip(expected.state, tmp_path / "plain"))


@pytest.mark.filterwarnings(
    "ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning"
)
@pytest.mark.parametrize("kind", ["script", "trace", "frozen"])
def test_torchscript(kind: str, tmp_path: Path) -> None:
    oracle = ORACLES["torchvision"]
    model = oracle.make(0, classes=5)
    expected = observed(oracle, model)
    with torch.no_grad():
        made = torch.jit.trace(model, expected.picture) if kind == "trace" else torch.jit.script(model)
        made = torch.jit.freeze(made) if kind == "frozen" else made
    torch.jit.save(made, path := tmp_path / "net.pt")
    found = open_checkpoint(path)
    assert found.provenance.container.startswith("TorchScript")
    assert_same_numbers(found, expected, parts=10 if kind == "frozen" else 12)


def test_lazy_layers_without_values_are_told(tmp_path: Path) -> None:
    torch.save(torch.nn.Sequential(torch.nn.LazyConv2d(64, 7)), path := tmp_path / "lazy.pth")
    with pytest.raises(CheckpointError, match="before its first pass"):
        open_checkpoint(path)


def test_sparse_tensors_are_refused(tmp_path: Path) -> None:
    state = {name: torch.zeros(3, 3).to_sparse() for name in sample("tutorial").state}
    torch.save(state, path := tmp_path / "sparse.pth")
    with pytest.raises(CheckpointError):
        open_checkpoint(path)


@pytest.mark.skipif(not hasattr(torch, "float8_e8m0fnu"), reason="torch 2.7 is the first that has them")
def test_scales_in_place_of_weights_are_refused(tmp_path: Path) -> None:
    scales = {name: tensor.to(torch.float8_e8m0fnu) for name, tensor in sample("tutorial").state.items()}
    save_file(scales, path := tmp_path / "float8.safetensors")
    with pytest.raises(CheckpointError, match="F8_E8M0"):
        open_checkpoint(path)


def test_gluoncvs_parameters(tmp_path: Path) -> None:
    expected = sample("gluoncv")
    (path := tmp_path / "googlenet.params").write_bytes(writing.mxnet(expected.state))
    found = open_checkpoint(path)
    assert (found.provenance.container, found.provenance.family) == ("MXNet parameters", "gluoncv")
    assert_same_numbers(found, expected)


class GoogleHeads(nn.Module):
    """The heads of Google's first graph, in plain torch: the map is flattened with the channels last."""

    def __init__(self) -> None:
        super().__init__()
        for number, channels in enumerate((508, 528)):
            self.add_module(f"bottleneck{number}", nn.Conv2d(channels, 128, 1))
            self.add_module(f"nn{number}", nn.Linear(2048, 1024))
            self.add_module(f"softmax{number}", nn.Linear(1024, CLASSES))

    @override
    def forward(self, number: int, value: Tensor) -> Tensor:
        pooled = nn.functional.avg_pool2d(value, 5, 3)
        reduced = getattr(self, f"bottleneck{number}")(pooled).relu().permute(0, 2, 3, 1).flatten(1)
        return getattr(self, f"softmax{number}")(getattr(self, f"nn{number}")(reduced).relu())


def _constants(state: State) -> dict[str, np.ndarray]:
    """Under the graph's names, kernels as height × width × in × out, matrices as in × out."""
    found = {}
    for name, tensor in state.items():
        layer, _, role = name.rpartition(".")
        layer = layer.removesuffix("_pre_relu_conv").removesuffix("_pre_activation_matmul")
        layer = f"head{layer[-1]}_bottleneck" if layer.startswith("bottleneck") else layer
        array = tensor.numpy()
        axes = {4: (2, 3, 1, 0), 2: (1, 0), 1: (0,)}[array.ndim]
        found[f"{layer}_{role[0]}"] = array.transpose(axes)
    return found


@pytest.mark.parametrize("prefix", ["", "import/"])
def test_googles_first_graph_with_its_heads(prefix: str, tmp_path: Path) -> None:
    expected = sample("lucid")
    torch.manual_seed(0)
    heads = GoogleHeads()
    data = writing.graph_node("input", "Placeholder")
    for place, (name, array) in enumerate(_constants({**expected.state, **heads.state_dict()}).items()):
        value = writing.graph_tensor(array, as_content=place % 2 == 0)
        data += writing.graph_node(prefix + name, "Const", value=value)
    window = {"ksize": writing.graph_list(1, 5, 5, 1), "strides": writing.graph_list(1, 3, 3, 1)}
    for number in range(2):
        name = f"{prefix}head{number}_pool"
        data += writing.graph_node(name, "AvgPool", padding=writing.text(2, "VALID"), **window)
    (path := tmp_path / "tensorflow_inception_graph.pb").write_bytes(data)
    found = open_checkpoint(path)
    assert found.provenance.container == "TensorFlow graph"
    assert found.provenance.wrappers == (("import",) if prefix else ())
    outputs = dict(expected.outputs)
    with torch.no_grad():
        outputs |= {"aux1": heads(0, outputs["4a"]), "aux2": heads(1, outputs["4d"])}
    assert_same_numbers(found, replace(expected, outputs=outputs))
