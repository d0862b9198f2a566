"""The parts of a unit's value, in every family, held against its branch in plain torch."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.contributions import decompose
from gnet_desktop.inspection.ranking import peak
from gnet_desktop.network.architecture import Branch, Convolution, Pool
from gnet_desktop.network.arithmetic import sources
from gnet_desktop.network.families import FAMILIES
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from tests.network.cases import random_tensors, tiny
from tests.oracles import ORACLES

ACTIVATIONS = {"none": lambda value: value, "relu": functional.relu, "relu6": functional.relu6}


def passed(family: str) -> tuple[GoogLeNet, Record]:
    architecture = tiny(family)
    network = GoogLeNet(architecture, random_tensors(architecture, seed=5))
    generator, side = torch.Generator().manual_seed(0), ORACLES[family].size
    return network, network(torch.randn(1, architecture.input_channels, side, side, generator=generator))


def by_torch(
    network: GoogLeNet, branch: Branch, inputs: np.ndarray, channel: int, cell: tuple[int, int]
) -> tuple[float, np.ndarray]:
    """The value before the last rectifier, and derivative times input of each channel, in float64."""
    start = torch.from_numpy(inputs.copy()).double()[None].requires_grad_()
    value = start
    for layer in branch.layers:
        sides = (layer.kernel - 1) // 2
        if isinstance(layer, Pool):
            value = functional.max_pool2d(value, layer.kernel, 1, sides)
            continue
        weight, bias = (torch.from_numpy(part.copy()).double() for part in network.weights(layer.name))
        value = functional.conv2d(value, weight, bias, padding=sides)
        if layer is not branch.layers[-1]:
            value = ACTIVATIONS[layer.activation](value)
    one = value[0, channel, cell[1], cell[0]]
    one.backward()
    assert start.grad is not None
    return one.item(), (start.grad * start)[0].sum((1, 2)).detach().numpy()


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_parts_are_derivatives_times_inputs_and_sum_to_the_value(family: str) -> None:
    network, record = passed(family)
    read_by = sources(network.architecture)
    for module in network.architecture.modules[::3]:
        for branch in module.branches:
            inputs = record[read_by[branch.layers[0].name]]
            last = branch.convolutions[-1]
            linear = network.linear(record, last.name)
            for channel in range(0, branch.outputs, 2):
                for cell in (peak(linear[channel]), (0, 0)):
                    value, parts = by_torch(network, branch, inputs, channel, cell)
                    found = decompose(network, record, last.name, channel, cell)
                    scale = max(1.0, float(np.abs(parts).sum()))
                    assert abs(found.value - value) <= 1e-5 * scale
                    assert np.abs(found.inputs - parts).max() <= 1e-5 * scale
                    assert abs(found.inputs.sum() + found.bias - found.value) <= 1e-9 * scale
                    assert found.cell == cell


@pytest.mark.parametrize("family", ["torchvision", "caffe"])
def test_a_layer_of_the_stem_is_split_over_what_it_reads(family: str) -> None:
    network, record = passed(family)
    layer = next(one for one in network.architecture.stem if one.name == "conv3")
    assert isinstance(layer, Convolution)
    inputs = record[sources(network.architecture)["conv3"]]
    value, parts = by_torch(network, Branch((layer,)), inputs, 1, (4, 3))
    found = decompose(network, record, "conv3", 1, (4, 3))
    assert found.value == pytest.approx(value, rel=1e-4, abs=1e-5)
    assert found.inputs == pytest.approx(parts, rel=1e-4, abs=1e-5)


def test_a_closed_reduction_passes_nothing() -> None:
    architecture = tiny("caffe")
    tensors = random_tensors(architecture, seed=5)
    tensors["4a/3x3_reduce.bias"] = torch.full_like(tensors["4a/3x3_reduce.bias"], -1e4)
    network = GoogLeNet(architecture, tensors)
    record = network(torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0)))
    found = decompose(network, record, "4a/3x3", 1, (1, 1))
    bias = float(tensors["4a/3x3.bias"][1])
    assert (found.value, found.bias) == pytest.approx((bias, bias))
    assert not found.inputs.any()
    assert found.strongest() == []


@pytest.mark.parametrize(
    ("part", "channel", "cell"),
    [("4a/1x1", 99_999, (0, 0)), ("4a/1x1", -1, (0, 0)), ("4a/1x1", 0, (99, 0)), ("conv1", 0, (0, 0))],
)
def test_what_does_not_exist_is_refused(part: str, channel: int, cell: tuple[int, int]) -> None:
    network, record = passed("caffe")
    with pytest.raises(UsageError):
        decompose(network, record, part, channel, cell)
