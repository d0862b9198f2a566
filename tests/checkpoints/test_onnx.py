"""ONNX: the Model Zoo's way of writing Caffe's network, and exports of torch's networks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typing_extensions import override

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from gnet_desktop.network.architecture import MODULES, Pool, ResponseNorm
from tests.checkpoints.samples import Sample, assert_same_numbers, observed, sample
from tests.oracles import ORACLES

onnx = pytest.importorskip("onnx")
helper, numpy_helper, TensorProto = onnx.helper, onnx.numpy_helper, onnx.TensorProto

quiet = pytest.mark.filterwarnings("ignore")


def _tensor(name: str, array: np.ndarray, storage: str) -> Any:
    if storage == "raw":
        return numpy_helper.from_array(array, name)
    if storage == "half":
        bits = array.astype(np.float16).view(np.uint16).ravel().tolist()
        return TensorProto(name=name, dims=array.shape, data_type=TensorProto.FLOAT16, int32_data=bits)
    return helper.make_tensor(name, TensorProto.FLOAT, array.shape, array.ravel().tolist())


class ZooGraph:
    """Caffe's network in the Model Zoo's words (docs/formats.md): no heads, names from Caffe."""

    def __init__(self, state: dict[str, Tensor], storage: str = "raw") -> None:
        self.state, self.storage = state, storage
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []

    def add(self, kind: str, inputs: list[str], output: str, **settings: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **settings))
        return output

    def weights(self, layer: str) -> list[str]:
        for role, ending in (("weight", "_w_0"), ("bias", "_b_0")):
            array = self.state[f"{layer}.{role}"].numpy()
            small = array.size < 20_000 or self.storage == "half"
            self.tensors.append(_tensor(layer + ending, array, self.storage if small else "raw"))
        return [f"{layer}_w_0", f"{layer}_b_0"]

    def convolution(self, layer: str, value: str, stride: int = 1) -> str:
        kernel = self.state[f"{layer}.weight"].shape[-1]
        window = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [kernel // 2] * 4}
        value = self.add("Conv", [value, *self.weights(layer)], f"{layer}_1", **window)
        return self.add("Relu", [value], f"{layer}_2")

    def halve(self, name: str, value: str) -> str:
        """Caffe's rounding up, as Caffe2's exporter wrote it: padding behind."""
        window = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [0, 0, 2, 2]}
        return self.add("MaxPool", [value], f"{name}/3x3_s2_1", **window)

    def norm(self, name: str, value: str) -> str:
        return self.add("LRN", [value], f"{name}_1", size=5, alpha=1e-4, beta=0.75, bias=1.0)

    def module(self, name: str, value: str) -> str:
        layer = f"inception_{name}"
        window = {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]}
        pooled = self.add("MaxPool", [value], f"{layer}/pool_1", **window)
        ends = [
            self.convolution(f"{layer}/1x1", value),
            self.convolution(f"{layer}/3x3", self.convolution(f"{layer}/3x3_reduce", value)),
            self.convolution(f"{layer}/5x5", self.convolution(f"{layer}/5x5_reduce", value)),
            self.convolution(f"{layer}/pool_proj", pooled),
        ]
        return self.add("Concat", ends, f"{layer}/output_1", axis=1)

    def model(self, *, opset: int = 9, listed: bool = True) -> Any:
        """``listed``: stored tensors are also among the inputs, as older editions want it."""
        value = self.halve("pool1", self.convolution("conv1/7x7_s2", "data_0", 2))
        value = self.convolution("conv2/3x3_reduce", self.norm("pool1/norm1", value))
        value = self.halve("pool2", self.norm("conv2/norm2", self.convolution("conv2/3x3", value)))
        for name in MODULES:
            value = self.module(name, value)
            value = self.halve({"3b": "pool3", "4e": "pool4"}[name], value) if name in ("3b", "4e") else value
        value = self.add("AveragePool", [value], "pool5/7x7_s1_1", kernel_shape=[7, 7])
        value = self.add("Dropout", [value], "pool5/drop_7x7_s1_1")
        self.tensors.append(numpy_helper.from_array(np.array([1, 1024]), "shape"))
        value = self.add("Reshape", [value, "shape"], "flat")
        value = self.add("Gemm", [value, *self.weights("loss3/classifier")], "gemm", transB=1)
        self.add("Softmax", [value], "prob_1")
        inputs = [helper.make_tensor_value_info("data_0", TensorProto.FLOAT, [1, 3, 224, 224])]
        if listed:
            inputs += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in self.tensors]
        outputs = [helper.make_tensor_value_info("prob_1", TensorProto.FLOAT, None)]
        graph = helper.make_graph(self.nodes, "bvlc", inputs, outputs, initializer=self.tensors)
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="onnx-caffe2"
        )


@pytest.mark.parametrize("storage", ["raw", "floats", "half"])
@pytest.mark.parametrize("listed", [True, False])
def test_the_model_zoos_file(storage: str, listed: bool, tmp_path: Path) -> None:
    expected = sample("caffe", heads=False)
    onnx.save(ZooGraph(expected.state, storage).model(listed=listed), path := tmp_path / "googlenet-9.onnx")
    found = open_checkpoint(path)
    assert found.provenance.family == "caffe"
    assert found.provenance.recognised_by == "names"
    assert found.provenance.container.startswith("ONNX opset 9")
    assert found.convention.name == "caffe"
    assert any("data_0" in line and "prob_1" in line for line in found.provenance.notes)
    pools = [layer for layer in found.architecture.trunk if isinstance(layer, Pool)]
    assert all(pool.ceil and pool.padding == 0 for pool in pools)
    norms = [layer for layer in found.architecture.trunk if isinstance(layer, ResponseNorm)]
    assert [norm.name for norm in norms] == ["norm1", "norm2"]
    if storage == "half":
        assert torch.equal(
            found.tensors["conv1.weight"], expected.state["conv1/7x7_s2.weight"].half().float()
        )
    else:
        assert_same_numbers(found, expected)


@pytest.mark.parametrize("opset", [3, 6, 7, 8, 12])
def test_every_age_of_the_model_zoo(opset: int, tmp_path: Path) -> None:
    expected = sample("caffe", heads=False)
    onnx.save(ZooGraph(expected.state).model(opset=opset), path := tmp_path / f"googlenet-{opset}.onnx")
    found = open_checkpoint(path)
    assert f"opset {opset}" in found.provenance.container
    assert torch.equal(found.tensors["fc.weight"], expected.state["loss3/classifier.weight"])


def test_matlabs_names(tmp_path: Path) -> None:
    expected = sample("caffe", heads=False)
    model = ZooGraph(expected.state).model(listed=False)
    for tensor in model.graph.initializer:
        ending = {"_w_0": "_W", "_b_0": "_B"}.get(tensor.name[-4:], tensor.name[-4:])
        new = tensor.name[:-4].replace("/", "-") + ending
        for node in model.graph.node:
            for place, name in enumerate(node.input):
                if name == tensor.name:
                    node.input[place] = new
        tensor.name = new
    onnx.save(model, path := tmp_path / "matlab.onnx")
    found = open_checkpoint(path)
    assert found.provenance.recognised_by == "names"
    assert (found.convention.order, found.convention.mean) == ("rgb", (123.0, 117.0, 104.0))
    assert_same_numbers(found, expected)


@pytest.mark.parametrize("one_file", [True, False])
def test_weights_in_files_beside_the_model(one_file: bool, tmp_path: Path) -> None:
    expected = sample("caffe", heads=False)
    path = tmp_path / "model.onnx"
    onnx.save(
        ZooGraph(expected.state).model(),
        path,
        save_as_external_data=True,
        all_tensors_to_one_file=one_file,
        location="weights.data" if one_file else None,
    )
    found = open_checkpoint(path)
    assert any("beside the file" in line for line in found.provenance.notes)
    assert_same_numbers(found, expected)


def _elsewhere(location: str, tmp_path: Path) -> Path:
    model = ZooGraph(sample("caffe", heads=False).state).model()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", "0")):
        tensor.external_data.add(key=key, value=value)
    (folder := tmp_path / "inside").mkdir()
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    return folder / "model.onnx"


@pytest.mark.parametrize(
    "location", ["../secret", "/etc/passwd", "C:\\secret", "a/../../secret", "\\\\host\\x", ""]
)
def test_data_outside_the_models_folder_is_never_read(location: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(64 * 3 * 49 * 4))
    with pytest.raises(CheckpointError, match=r"in another file|not what its shape"):
        open_checkpoint(_elsewhere(location, tmp_path))


def test_a_link_out_of_the_models_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(64 * 3 * 49 * 4))
    path = _elsewhere("link", tmp_path)
    (path.parent / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(CheckpointError, match="outside the model's folder"):
        open_checkpoint(path)


def test_missing_data_beside_the_model_are_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"weights\.bin, which is not there"):
        open_checkpoint(_elsewhere("weights.bin", tmp_path))


def test_networks_that_compute_with_whole_numbers_are_refused_by_name(tmp_path: Path) -> None:
    model = ZooGraph(sample("caffe", heads=False).state).model()
    model.graph.node.insert(0, helper.make_node("ConvInteger", ["a", "b", "c"], ["d"]))
    onnx.save(model, path := tmp_path / "googlenet-12-int8.onnx")
    with pytest.raises(CheckpointError, match=r"quantised.*ConvInteger"):
        open_checkpoint(path)


def _rounded(weight: Tensor, by_channel: bool) -> tuple[Tensor, Tensor, Tensor]:
    """A weight as int8 with its scales, and what these stand for."""
    largest = weight.abs().flatten(1).amax(1) if by_channel else weight.abs().max()
    scale = largest / 127
    wide = scale.view(-1, *[1] * (weight.dim() - 1)) if by_channel else scale
    whole = (weight / wide).round()
    return whole.to(torch.int8), scale, whole * wide


class QuantisedGraph(ZooGraph):
    """The same network as onnxruntime quantises it: int8 weights behind a DequantizeLinear, int32
    biases, and values that are written as uint8 and read again, which is all that is left of a rectifier.
    """

    def __init__(self, state: dict[str, Tensor], *, by_channel: bool) -> None:
        super().__init__(state)
        self.by_channel = by_channel

    def keep(self, name: str, value: Tensor) -> str:
        self.tensors.append(numpy_helper.from_array(value.numpy(), name))
        return name

    @override
    def weights(self, layer: str) -> list[str]:
        whole, scale, _ = _rounded(self.state[f"{layer}.weight"], self.by_channel)
        names = [self.keep(f"{layer}_q", whole), self.keep(f"{layer}_s", scale)]
        names.append(self.keep(f"{layer}_z", torch.zeros_like(scale, dtype=torch.int8)))
        self.add("DequantizeLinear", names, f"{layer}_w_0", axis=0)
        step = torch.tensor(1e-6)
        bias = (self.state[f"{layer}.bias"] / step).round().to(torch.int32)
        names = [self.keep(f"{layer}_bq", bias), self.keep(f"{layer}_bs", step)]
        self.add("DequantizeLinear", names, f"{layer}_b_0")
        return [f"{layer}_w_0", f"{layer}_b_0"]

    @override
    def add(self, kind: str, inputs: list[str], output: str, **settings: Any) -> str:
        if kind != "Relu":
            return super().add(kind, inputs, output, **settings)
        if not any(tensor.name == "step" for tensor in self.tensors):
            self.keep("step", torch.tensor(0.1))
            self.keep("zero", torch.tensor(0, dtype=torch.uint8))
        self.add("QuantizeLinear", [*inputs, "step", "zero"], f"{output}_q")
        return self.add("DequantizeLinear", [f"{output}_q", "step", "zero"], output)


@pytest.mark.parametrize("by_channel", [True, False])
def test_a_graph_with_whole_numbers_for_weights_is_made_float_again(by_channel: bool, tmp_path: Path) -> None:
    oracle = ORACLES["caffe"]
    model = oracle.make(0, classes=7, heads=False)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.copy_(_rounded(weight, by_channel)[2])
    expected = observed(oracle, model)
    graph = QuantisedGraph(expected.state, by_channel=by_channel)
    onnx.save(graph.model(opset=13), path := tmp_path / "googlenet-12-qdq.onnx")
    found = open_checkpoint(path)
    assert_same_numbers(found, expected, parts=10)
    assert found.provenance.dtypes["int8"] == 58
    notes = " ".join(found.provenance.notes)
    assert "weights are quantised" in notes
    assert "rounds the values between its layers" in notes


def test_another_order_of_the_branches_is_refused(tmp_path: Path) -> None:
    model = ZooGraph(sample("caffe", heads=False).state).model()
    for node in model.graph.node:
        if node.op_type == "Concat":
            node.input[:] = [node.input[3], *node.input[:3]]
    onnx.save(model, path := tmp_path / "odd.onnx")
    with pytest.raises(CheckpointError, match="unusual order"):
        open_checkpoint(path)


def _exported(expected: Sample, path: Path, **options: Any) -> None:
    """The older exporter, which needs no further library; only the answers are outputs."""

    class Answers(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = expected.model

        @override
        def forward(self, value: Tensor) -> tuple[Tensor, ...]:
            outputs = expected.oracle.outputs(self.net, value)
            return tuple(outputs[name] for name in ("logits", "aux1", "aux2") if name in outputs)

    torch.onnx.export(Answers().eval(), (expected.picture,), str(path), dynamo=False, **options)


# torchvision's adaptive heads cannot be exported; see below for the network without them.
EXPORTED = [name for name in ORACLES if name != "torchvision"]


@quiet
@pytest.mark.parametrize("family", EXPORTED)
def test_an_export_of_each_family_gives_its_numbers(family: str, tmp_path: Path) -> None:
    """Whatever the family: what the graph does decides, nothing is assumed."""
    # lucid's other norm is written by hand in the definition, as no exporter writes it
    expected = sample(family, **({"norm": "lucent"} if family == "lucid" else {}))
    _exported(expected, path := tmp_path / "net.onnx")
    found = open_checkpoint(path)
    assert found.provenance.assumed.keys() <= {"transform_input"}
    assert_same_numbers(found, expected)


@quiet
@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("transform", [True, False])
def test_an_export_of_torchvisions_network(folded: bool, transform: bool, tmp_path: Path) -> None:
    oracle = ORACLES["torchvision"]
    model = oracle.make(0, classes=6, heads=False)
    expected = observed(oracle, model)
    model.transform_input = transform
    mode = torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE
    torch.onnx.export(
        model, (expected.picture,), str(path := tmp_path / "net.onnx"), dynamo=False, training=mode
    )
    found = open_checkpoint(path)
    assert any(layer.norm_epsilon for layer in found.architecture.convolutions()) != folded
    assert found.architecture.module("3a").branch("5x5").kernel == 3
    assert found.convention.name == "torchvision"
    assert found.convention.transform_input == transform
    assert_same_numbers(found, expected, parts=10)
