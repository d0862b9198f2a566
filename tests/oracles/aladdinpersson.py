"""aladdinpersson's network (docs/formats.md#re-implementations); ``norm`` is ``bn`` in many copies."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built


class ConvBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, norm: str, **kwargs: Any) -> None:
        super().__init__()
        self.norm = norm
        self.conv = nn.Conv2d(inputs, outputs, **kwargs)
        self.add_module(norm, nn.BatchNorm2d(outputs))

    @override
    def forward(self, value: Tensor) -> Tensor:
        return F.relu(getattr(self, self.norm)(self.conv(value)))


class InceptionBlock(nn.Module):
    def __init__(self, channels: tuple[int, ...], norm: str) -> None:
        super().__init__()
        inputs, one, red3, three, red5, five, proj = channels
        self.branch1 = ConvBlock(inputs, one, norm, kernel_size=1)
        self.branch2 = nn.Sequential(
            ConvBlock(inputs, red3, norm, kernel_size=1),
            ConvBlock(red3, three, norm, kernel_size=3, padding=1),
        )
        self.branch3 = nn.Sequential(
            ConvBlock(inputs, red5, norm, kernel_size=1),
            ConvBlock(red5, five, norm, kernel_size=5, padding=2),
        )
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), ConvBlock(inputs, proj, norm, kernel_size=1))

    @override
    def forward(self, value: Tensor) -> Tensor:
        branches = self.branch1, self.branch2, self.branch3, self.branch4
        return torch.cat([branch(value) for branch in branches], 1)


class InceptionAux(nn.Module):
    def __init__(self, inputs: int, classes: int, norm: str) -> None:
        super().__init__()
        self.conv = ConvBlock(inputs, 128, norm, kernel_size=1)
        self.fc1 = nn.Linear(2048, 1024)
        self.fc2 = nn.Linear(1024, classes)

    @override
    def forward(self, value: Tensor) -> Tensor:
        value = self.conv(F.avg_pool2d(value, 5, 3)).flatten(1)
        return self.fc2(F.relu(self.fc1(value)))


class AladdinGoogLeNet(nn.Module):
    """``conv2`` is the 3×3 and ``fc1`` the main classifier."""

    def __init__(self, classes: int, heads: bool, norm: str) -> None:
        super().__init__()
        self.conv1 = ConvBlock(3, 64, norm, kernel_size=7, stride=2, padding=3)
        self.conv2 = ConvBlock(64, 192, norm, kernel_size=3, padding=1)
        for name, channels in TABLE.items():
            self.add_module(f"inception{name}", InceptionBlock(channels, norm))
        self.fc1 = nn.Linear(1024, classes)
        self.aux1 = InceptionAux(512, classes, norm) if heads else None
        self.aux2 = InceptionAux(528, classes, norm) if heads else None

    @override
    def forward(self, value: Tensor) -> Outputs:
        found: Outputs = {}
        value = F.max_pool2d(self.conv1(value), 3, 2, 1)
        value = F.max_pool2d(self.conv2(value), 3, 2, 1)
        for name in TABLE:
            value = found[name] = getattr(self, f"inception{name}")(value)
            if name in ("3b", "4e"):
                value = F.max_pool2d(value, 3, 2, 1)
        if self.aux1 is not None and self.aux2 is not None:
            found |= {"aux1": self.aux1(found["4a"]), "aux2": self.aux2(found["4d"])}
        found["logits"] = self.fc1(F.avg_pool2d(value, 7, 1).flatten(1))
        return found


def random_model(
    seed: int = 0, *, classes: int = 1000, heads: bool = True, norm: str = "batchnorm"
) -> AladdinGoogLeNet:
    """The network with random weights and norm statistics."""
    return built(lambda: AladdinGoogLeNet(classes, heads, norm), seed)
