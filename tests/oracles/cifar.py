"""The CIFAR networks of weiaicunzai and kuangliu (docs/formats.md#re-implementations)."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built


def conv_bn_relu(inputs: int, outputs: int, kernel: int, eps: float = 1e-5, **kwargs: Any) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, **kwargs),
        nn.BatchNorm2d(outputs, eps=eps),
        nn.ReLU(),
    ]


class Inception(nn.Module):
    def __init__(self, channels: tuple[int, ...], channels_as_epsilon: bool) -> None:
        super().__init__()
        inputs, one, red3, three, red5, five, proj = channels
        self.b1 = nn.Sequential(*conv_bn_relu(inputs, one, 1))
        self.b2 = nn.Sequential(*conv_bn_relu(inputs, red3, 1), *conv_bn_relu(red3, three, 3))
        self.b3 = nn.Sequential(
            *conv_bn_relu(inputs, red5, 1),
            *conv_bn_relu(red5, five, 3, eps=float(five) if channels_as_epsilon else 1e-5),
            *conv_bn_relu(five, five, 3),
        )
        self.b4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), *conv_bn_relu(inputs, proj, 1))

    @override
    def forward(self, value: Tensor) -> Tensor:
        return torch.cat([self.b1(value), self.b2(value), self.b3(value), self.b4(value)], 1)


class CifarGoogLeNet(nn.Module):
    """Modules are called ``a3`` … ``b5``; ``prefix`` is the stem's name."""

    def __init__(self, classes: int, prefix: str, stem: nn.Sequential, epsilon: bool, later: bool) -> None:
        super().__init__()
        self.prefix, self.later = prefix, later
        self.add_module(prefix, stem)
        for name, channels in TABLE.items():
            self.add_module(name[::-1], Inception(channels, epsilon))
        self.linear = nn.Linear(1024, classes)

    @override
    def forward(self, value: Tensor) -> Outputs:
        found: Outputs = {}
        value = getattr(self, self.prefix)(value)
        if self.later:
            value = F.max_pool2d(value, 3, 2, 1)
        for name in TABLE:
            value = found[name] = getattr(self, name[::-1])(value)
            if name in ("3b", "4e"):
                value = F.max_pool2d(value, 3, 2, 1)
        pooled = F.adaptive_avg_pool2d(value, 1) if self.later else F.avg_pool2d(value, 8, 1)
        found["logits"] = self.linear(pooled.flatten(1))
        return found


def weiaicunzai(seed: int = 0, *, classes: int = 100, epsilon: bool = True) -> CifarGoogLeNet:
    """One 3×3 without padding as a stem; the middle norm's epsilon is its channel count."""

    def make() -> CifarGoogLeNet:
        stem = nn.Sequential(nn.Conv2d(3, 192, 3), nn.BatchNorm2d(192), nn.ReLU())
        return CifarGoogLeNet(classes, "prelayer", stem, epsilon, later=False)

    return built(make, seed)


def weiaicunzai_later(seed: int = 0, *, classes: int = 100) -> CifarGoogLeNet:
    """The repository's later edition: three 3×3 without biases, a pool, and any input size."""

    def make() -> CifarGoogLeNet:
        stem = nn.Sequential(
            *conv_bn_relu(3, 64, 3, bias=False),
            *conv_bn_relu(64, 64, 3, bias=False),
            *conv_bn_relu(64, 192, 3, bias=False),
        )
        return CifarGoogLeNet(classes, "prelayer", stem, epsilon=True, later=True)

    return built(make, seed)


def kuangliu(seed: int = 0, *, classes: int = 10) -> CifarGoogLeNet:
    """One padded 3×3 as a stem, ordinary epsilons."""

    def make() -> CifarGoogLeNet:
        stem = nn.Sequential(*conv_bn_relu(3, 192, 3))
        return CifarGoogLeNet(classes, "pre_layers", stem, epsilon=False, later=False)

    return built(make, seed)
