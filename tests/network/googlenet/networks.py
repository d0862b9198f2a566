"""Networks of random weights and pictures for them."""

import torch

from gnet_desktop.network.architecture import (
    Architecture,
)
from gnet_desktop.network.googlenet import GoogLeNet
from tests.network.cases import random_tensors


def network_of(architecture: Architecture, seed: int = 0) -> GoogLeNet:
    return GoogLeNet(architecture, random_tensors(architecture, seed))


def picture(architecture: Architecture, side: int = 224, seed: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, architecture.input_channels, side, side, generator=generator)
