"""The arithmetic of one cell against torch's own convolution and pool."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from gnet_desktop.inspection.formula import formula, won
from gnet_desktop.network.architecture import Convolution, Pool
from gnet_desktop.network.arithmetic import sources
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Array, Record
from tests.network.cases import random_tensors, tiny
from tests.oracles import ORACLES


def read_by(record: Record, name: str) -> Array:
    """What a part reads: the input, or another part."""
    assert record.input is not None
    return record.input if name == "input" else record[name]


def passed(family: str) -> tuple[GoogLeNet, Record]:
    architecture = tiny(family)
    network = GoogLeNet(architecture, random_tensors(architecture, seed=5))
    side = ORACLES[family].size
    return network, network(torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0)))


@pytest.mark.parametrize("part", ["conv1", "conv3", "3a/5x5_reduce", "3a/3x3", "4b/5x5", "5b/pool_proj"])
def test_products_are_those_of_a_plain_convolution(part: str) -> None:
    network, record = passed("caffe")
    layer = network.architecture.layer(part)
    assert isinstance(layer, Convolution)
    name = sources(network.architecture)[part]
    read = read_by(record, name)
    weight, bias = network.weights(part)
    padding = layer.padding
    assert isinstance(padding, int)
    maps = torch.from_numpy(read.copy()).double()[None]
    windows = functional.unfold(maps, layer.kernel, padding=padding, stride=layer.stride)[0]
    height, width = record[part].shape[1:]
    for column, row in ((0, 0), (width - 1, height - 1), (width // 2, 1)):
        found = formula(layer, read, weight[1], bias[1], (column, row))
        plain = windows[:, row * width + column].reshape(len(read), layer.kernel, layer.kernel).numpy()
        np.testing.assert_allclose(np.nan_to_num(found.window), plain)
        np.testing.assert_allclose(found.products, plain * weight[1])
        assert found.linear == pytest.approx((plain * weight[1]).sum() + bias[1])
        assert found.value == pytest.approx(record[part][1, row, column], rel=1e-4, abs=1e-4)
        outside = functional.unfold(
            torch.ones_like(maps), layer.kernel, padding=padding, stride=layer.stride
        )[0, :, row * width + column]
        assert (np.isnan(found.window).ravel() == (outside == 0).numpy()).all()


@pytest.mark.parametrize("family", ["slim", "lucid"])
def test_every_cell_adds_up_to_what_the_pass_has(family: str) -> None:
    """Also where padding depends on the input's size."""
    network, record = passed(family)
    for part in ("conv1", "3b/3x3"):
        layer = network.architecture.layer(part)
        assert isinstance(layer, Convolution)
        name = sources(network.architecture)[part]
        read = read_by(record, name)
        weight, bias = network.weights(part)
        height, width = record[part].shape[1:]
        for column, row in ((0, 0), (width - 1, 0), (width - 1, height - 1), (5, 7)):
            found = formula(layer, read, weight[0], bias[0], (column, row))
            assert found.value == pytest.approx(record[part][0, row, column], rel=1e-3, abs=1e-4)


def test_channels_come_by_what_they_add() -> None:
    read = np.array([[[1.0]], [[2.0]], [[0.0]]], np.float32)
    kernel = np.array([[[3.0]], [[-4.0]], [[9.0]]], np.float32)
    found = formula(Convolution("a", 3, 1, 1), read, kernel, 0.5, (0, 0))
    assert found.strongest(5) == [1, 0]
    assert found.sums.tolist() == [3, -8, 0]
    assert (found.linear, found.value) == (-4.5, 0)


@pytest.mark.parametrize("part", ["pool1", "pool3", "3a/pool", "5b/pool"])
def test_the_winner_of_a_pool_is_torchs(part: str) -> None:
    network, record = passed("caffe")
    layer = network.architecture.layer(part)
    assert isinstance(layer, Pool)
    assert isinstance(layer.padding, int)
    read = record[sources(network.architecture)[part]][2]
    padding = layer.padding
    pooled, places = functional.max_pool2d(
        torch.from_numpy(read.copy())[None],
        layer.kernel,
        layer.stride,
        padding,
        ceil_mode=layer.ceil,
        return_indices=True,
    )
    height, width = pooled.shape[1:]
    for column, row in ((0, 0), (width - 1, height - 1), (width // 2, height // 2)):
        found = won(layer, read, (column, row))
        assert found.value == pooled[0, row, column] == record[part][2, row, column]
        at = int(places[0, row, column])
        assert found.cell == (at % read.shape[1], at // read.shape[1])
