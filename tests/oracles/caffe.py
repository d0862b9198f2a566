"""BVLC's Caffe network (docs/formats.md#caffe-and-onnx), and the names that its weights have elsewhere."""

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built


class CaffeGoogLeNet(nn.Module):
    """Layers under Caffe's names: ``inception_3a/5x5_reduce.weight`` is that layer's blob 0."""

    def __init__(
        self,
        classes: int = 1000,
        heads: bool = True,
        channels: int = 3,
        norms: bool = False,
        response_norms: bool = True,
    ) -> None:
        super().__init__()
        self.heads, self.norms, self.response_norms = heads, norms, response_norms
        self.convolution("conv1/7x7_s2", channels, 64, 7, stride=2, padding=3)
        self.convolution("conv2/3x3_reduce", 64, 64, 1)
        self.convolution("conv2/3x3", 64, 192, 3, padding=1)
        for name, (inputs, one, red3, three, red5, five, proj) in TABLE.items():
            layer = f"inception_{name}"
            self.convolution(f"{layer}/1x1", inputs, one, 1)
            self.convolution(f"{layer}/3x3_reduce", inputs, red3, 1)
            self.convolution(f"{layer}/3x3", red3, three, 3, padding=1)
            self.convolution(f"{layer}/5x5_reduce", inputs, red5, 1)
            self.convolution(f"{layer}/5x5", red5, five, 5, padding=2)
            self.convolution(f"{layer}/pool_proj", inputs, proj, 1)
        if heads:
            for loss, inputs in (("loss1", 512), ("loss2", 528)):
                self.convolution(f"{loss}/conv", inputs, 128, 1)
                self.add_module(f"{loss}/fc", nn.Linear(2048, 1024))
                self.add_module(f"{loss}/classifier", nn.Linear(1024, classes))
        self.add_module("loss3/classifier", nn.Linear(1024, classes))

    def convolution(self, name: str, *args: Any, **kwargs: Any) -> None:
        self.add_module(name, nn.Conv2d(*args, **kwargs))
        if self.norms:
            self.add_module(f"{name}/bn", nn.BatchNorm2d(args[1], eps=1e-5))

    def relu(self, name: str, value: Tensor) -> Tensor:
        value = getattr(self, name)(value)
        norm = getattr(self, f"{name}/bn", None)
        return F.relu(value if norm is None else norm(value))

    def module(self, layer: str, value: Tensor) -> Tensor:
        pooled = F.max_pool2d(value, 3, 1, 1)
        return torch_cat(
            self.relu(f"{layer}/1x1", value),
            self.relu(f"{layer}/3x3", self.relu(f"{layer}/3x3_reduce", value)),
            self.relu(f"{layer}/5x5", self.relu(f"{layer}/5x5_reduce", value)),
            self.relu(f"{layer}/pool_proj", pooled),
        )

    def head(self, loss: str, value: Tensor) -> Tensor:
        value = self.relu(f"{loss}/conv", F.avg_pool2d(value, 5, 3, ceil_mode=True))
        return getattr(self, f"{loss}/classifier")(self.relu(f"{loss}/fc", value.flatten(1)))

    @override
    def forward(self, value: Tensor) -> Outputs:
        found: Outputs = {}
        norm = nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0) if self.response_norms else nn.Identity()
        value = norm(F.max_pool2d(self.relu("conv1/7x7_s2", value), 3, 2, ceil_mode=True))
        value = norm(self.relu("conv2/3x3", self.relu("conv2/3x3_reduce", value)))
        value = F.max_pool2d(value, 3, 2, ceil_mode=True)
        for name in TABLE:
            value = found[name] = self.module(f"inception_{name}", value)
            if name in ("3b", "4e"):
                value = F.max_pool2d(value, 3, 2, ceil_mode=True)
        if self.heads:
            found["aux1"] = self.head("loss1", found["4a"])
            found["aux2"] = self.head("loss2", found["4d"])
        found["logits"] = getattr(self, "loss3/classifier")(F.avg_pool2d(value, 7, 1).flatten(1))
        return found


def torch_cat(*parts: Tensor) -> Tensor:
    import torch

    return torch.cat(parts, 1)


def random_model(
    seed: int = 0,
    *,
    classes: int = 1000,
    heads: bool = True,
    channels: int = 3,
    norms: bool = False,
    response_norms: bool = True,
) -> CaffeGoogLeNet:
    """A Caffe network with random weights; ``norms``: a batch norm behind every convolution."""
    return built(lambda: CaffeGoogLeNet(classes, heads, channels, norms, response_norms), seed)


def onnx_initialisers(model: CaffeGoogLeNet) -> dict[str, Tensor]:
    """Names of the ONNX Model Zoo: ``inception_3a/1x1_w_0`` (docs/formats.md#caffe-and-onnx)."""
    ending = {"weight": "_w_0", "bias": "_b_0"}
    return {
        name.rpartition(".")[0] + ending[name.rpartition(".")[2]]: value
        for name, value in model.state_dict().items()
    }


def matlab_layers(model: CaffeGoogLeNet) -> dict[str, Tensor]:
    """Names of MATLAB's layers: ``inception_3a-1x1`` (docs/formats.md#other-frameworks)."""
    return {name.replace("/", "-"): value for name, value in model.state_dict().items()}


def chainer_arrays(model: CaffeGoogLeNet) -> dict[str, Tensor]:
    """Names in Chainer's npz: ``inc3a/proj3/W`` (docs/formats.md#other-frameworks)."""
    parts = {
        "1x1": "conv1",
        "3x3_reduce": "proj3",
        "3x3": "conv3",
        "5x5_reduce": "proj5",
        "5x5": "conv5",
        "pool_proj": "projp",
    }
    outside = {
        "conv1/7x7_s2": "conv1",
        "conv2/3x3_reduce": "conv2_reduce",
        "conv2/3x3": "conv2",
        "loss3/classifier": "loss3_fc",
    }
    for loss in ("loss1", "loss2"):
        outside |= {f"{loss}/conv": f"{loss}_conv", f"{loss}/fc": f"{loss}_fc1"}
        outside[f"{loss}/classifier"] = f"{loss}_fc2"
    found = {}
    for key, value in model.state_dict().items():
        layer, _, kind = key.rpartition(".")
        if layer not in outside:
            module, _, part = layer.partition("/")
            layer = f"inc{module.removeprefix('inception_')}/{parts[part]}"
        else:
            layer = outside[layer]
        found[f"{layer}/{'W' if kind == 'weight' else 'b'}"] = value
    return found
