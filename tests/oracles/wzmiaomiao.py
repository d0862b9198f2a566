"""WZMIAOMIAO's course (docs/formats.md#re-implementations); with ``stacked``, YoungEWBOK's two 3×3 (4i)."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built


class BasicConv2d(nn.Module):
    def __init__(self, inputs: int, outputs: int, **kwargs: Any) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, **kwargs)

    @override
    def forward(self, value: Tensor) -> Tensor:
        return F.relu(self.conv(value))


class Inception(nn.Module):
    def __init__(self, channels: tuple[int, ...], kernel: int, stacked: bool) -> None:
        super().__init__()
        inputs, one, red3, three, red5, five, proj = channels
        self.branch1 = BasicConv2d(inputs, one, kernel_size=1)
        self.branch2 = nn.Sequential(
            BasicConv2d(inputs, red3, kernel_size=1), BasicConv2d(red3, three, kernel_size=3, padding=1)
        )
        last = (
            (
                BasicConv2d(red5, five, kernel_size=3, padding=1),
                BasicConv2d(five, five, kernel_size=3, padding=1),
            )
            if stacked
            else (BasicConv2d(red5, five, kernel_size=kernel, padding=kernel // 2),)
        )
        self.branch3 = nn.Sequential(BasicConv2d(inputs, red5, kernel_size=1), *last)
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), BasicConv2d(inputs, proj, kernel_size=1))

    @override
    def forward(self, value: Tensor) -> Tensor:
        branches = self.branch1, self.branch2, self.branch3, self.branch4
        return torch.cat([branch(value) for branch in branches], 1)


class InceptionAux(nn.Module):
    def __init__(self, inputs: int, classes: int) -> None:
        super().__init__()
        self.conv = BasicConv2d(inputs, 128, kernel_size=1)
        self.fc1 = nn.Linear(2048, 1024)
        self.fc2 = nn.Linear(1024, classes)

    @override
    def forward(self, value: Tensor) -> Tensor:
        value = self.conv(F.avg_pool2d(value, 5, 3)).flatten(1)
        return self.fc2(F.relu(self.fc1(value)))


class CourseGoogLeNet(nn.Module):
    def __init__(self, classes: int, heads: bool, kernel: int, stacked: bool) -> None:
        super().__init__()
        self.conv1 = BasicConv2d(3, 64, kernel_size=7, stride=2, padding=3)
        self.conv2 = BasicConv2d(64, 64, kernel_size=1)
        self.conv3 = BasicConv2d(64, 192, kernel_size=3, padding=1)
        for name, channels in TABLE.items():
            self.add_module(f"inception{name}", Inception(channels, kernel, stacked))
        self.aux1 = InceptionAux(512, classes) if heads else None
        self.aux2 = InceptionAux(528, classes) if heads else None
        self.fc = nn.Linear(1024, classes)

    @override
    def forward(self, value: Tensor) -> Outputs:
        found: Outputs = {}
        value = F.max_pool2d(self.conv1(value), 3, 2, ceil_mode=True)
        value = F.max_pool2d(self.conv3(self.conv2(value)), 3, 2, ceil_mode=True)
        for name in TABLE:
            value = found[name] = getattr(self, f"inception{name}")(value)
            if name in ("3b", "4e"):
                value = F.max_pool2d(value, 3, 2, ceil_mode=True)
        if self.aux1 is not None and self.aux2 is not None:
            found |= {"aux1": self.aux1(found["4a"]), "aux2": self.aux2(found["4d"])}
        found["logits"] = self.fc(F.adaptive_avg_pool2d(value, 1).flatten(1))
        return found


def random_model(
    seed: int = 0, *, classes: int = 5, heads: bool = True, kernel: int = 5, stacked: bool = False
) -> CourseGoogLeNet:
    """The course's network with random weights."""
    return built(lambda: CourseGoogLeNet(classes, heads, kernel, stacked), seed)
