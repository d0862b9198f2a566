"""GluonCV's network (docs/formats.md#other-frameworks): torchvision's in Gluon, with four differences."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built


def basic_conv(inputs: int, outputs: int, kernel: int, **kwargs: Any) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, bias=False, **kwargs), nn.BatchNorm2d(outputs, eps=1e-3), nn.ReLU()
    )


class Concatenate(nn.Sequential):
    """Gluon's HybridConcatenate: every child reads the input."""

    @override
    def forward(self, value: Tensor) -> Tensor:
        return torch.cat([branch(value) for branch in self], 1)


def inception(inputs: int, one: int, red3: int, three: int, red5: int, five: int, proj: int) -> Concatenate:
    return Concatenate(
        nn.Sequential(basic_conv(inputs, one, 1)),
        nn.Sequential(basic_conv(inputs, red3, 1), basic_conv(red3, three, 3, padding=1)),
        nn.Sequential(basic_conv(inputs, red5, 1), basic_conv(red5, five, 3, padding=1)),
        nn.Sequential(nn.MaxPool2d(3, 1, 1), basic_conv(inputs, proj, 1)),
    )


def head(inputs: int, classes: int) -> nn.Sequential:
    return nn.Sequential(
        nn.AvgPool2d(5, 3),
        basic_conv(inputs, 128, 1),
        nn.Flatten(),
        nn.Linear(2048, 1024),
        nn.ReLU(),
        nn.Dropout(0.7),
        nn.Linear(1024, classes),
    )


class GluonGoogLeNet(nn.Module):
    def __init__(self, classes: int, heads: bool) -> None:
        super().__init__()
        self.conv1 = basic_conv(3, 64, 7, stride=2, padding=3)
        self.conv2 = basic_conv(64, 64, 1)
        self.conv3 = basic_conv(64, 192, 3, padding=1)
        for name, channels in TABLE.items():
            self.add_module(f"inception{name}", inception(*channels))
        self.aux1 = head(512, classes) if heads else None
        self.aux2 = head(528, classes) if heads else None
        self.output = nn.Linear(1024, classes)

    @override
    def forward(self, value: Tensor) -> Outputs:
        found: Outputs = {}
        value = F.max_pool2d(self.conv1(value), 3, 2, ceil_mode=True)
        value = F.max_pool2d(self.conv3(self.conv2(value)), 3, 2, ceil_mode=True)
        for name in TABLE:
            value = found[name] = getattr(self, f"inception{name}")(value)
            if name == "3b":
                value = F.max_pool2d(value, 3, 2, ceil_mode=True)
            if name == "4e":
                value = F.max_pool2d(value, 2, 2)
        if self.aux1 is not None and self.aux2 is not None:
            found |= {"aux1": self.aux1(found["4a"]), "aux2": self.aux2(found["4d"])}
        found["logits"] = self.output(F.avg_pool2d(value, 7).flatten(1))
        return found


def random_model(seed: int = 0, *, classes: int = 1000, heads: bool = True) -> GluonGoogLeNet:
    """GluonCV's network with random weights and norm statistics."""
    return built(lambda: GluonGoogLeNet(classes, heads), seed)


def parameters(model: GluonGoogLeNet) -> dict[str, Tensor]:
    """Gluon's names of the norms' parts."""
    renamed = {}
    for key, value in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        prefix, _, kind = key.rpartition(".")
        if f"{prefix}.running_mean" in model.state_dict():
            kind = {"weight": "gamma", "bias": "beta"}.get(kind, kind)
        renamed[f"{prefix}.{kind}"] = value
    return renamed
