"""The parts of a unit's value sum to what a whole network computes, in every family."""

import numpy as np
import pytest
import torch

from gnet_desktop.inspection.contributions import decompose
from gnet_desktop.inspection.ranking import peak
from gnet_desktop.network.arithmetic import sources
from gnet_desktop.network.families import FAMILIES
from gnet_desktop.network.googlenet import GoogLeNet
from tests.network.cases import random_tensors, tiny
from tests.oracles import ORACLES


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_parts_and_bias_sum_to_the_value_before_the_rectifier(family: str) -> None:
    architecture = tiny(family)
    network = GoogLeNet(architecture, random_tensors(architecture, seed=5))
    generator, side = torch.Generator().manual_seed(0), ORACLES[family].size
    record = network(torch.randn(1, architecture.input_channels, side, side, generator=generator))
    read_by = sources(architecture)
    for module in architecture.modules[::3]:
        for branch in module.branches:
            inputs = record[read_by[branch.layers[0].name]]
            weights = {layer.name: network.weights(layer.name) for layer in branch.convolutions}
            last = branch.convolutions[-1].name
            linear = network.linear(record, last)
            for channel in range(branch.outputs):
                column, row = peak(linear[channel])
                found = decompose(branch, weights, inputs, channel, (column, row))
                scale = max(1.0, float(np.abs(found.inputs).sum()))
                assert abs(found.value - linear[channel, row, column]) <= 1e-5 * scale
                assert abs(found.inputs.sum() + found.bias - found.value) <= 1e-9 * scale
