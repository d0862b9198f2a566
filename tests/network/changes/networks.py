"""Networks of random weights with a record of one picture."""

import torch

from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from tests.network.cases import random_tensors, tiny

SIZES = {"kuangliu": 32, "weiaicunzai": 32, "weiaicunzai_later": 40, "d2l": 96}


def made(family: str, *, heads: bool = True) -> tuple[GoogLeNet, Record]:
    architecture = tiny(family, heads=heads)
    network = GoogLeNet(architecture, random_tensors(architecture, 0))
    side = SIZES.get(family, 224)
    generator = torch.Generator().manual_seed(3)
    return network, network(torch.randn(1, architecture.input_channels, side, side, generator=generator))
