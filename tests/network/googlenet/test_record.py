"""What a pass leaves behind: names, shapes, linear values, weights."""

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from gnet_desktop.network.architecture import (
    MODULES,
    Architecture,
)
from gnet_desktop.network.arithmetic import shapes
from gnet_desktop.network.families import FAMILIES, ModuleWidths, Widths, build
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.sizes import allowed_sizes
from tests.network.cases import tiny
from tests.network.googlenet.networks import network_of, picture

SIZES = {"kuangliu": 32, "weiaicunzai": 32, "weiaicunzai_later": 40, "d2l": 96}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_record_has_exactly_the_names_and_shapes_of_the_arithmetic(family: str) -> None:
    architecture = tiny(family, heads=True)
    side = SIZES.get(family, 224)
    record = network_of(architecture)(picture(architecture, side))
    expected = shapes(architecture, (side, side))
    assert list(record) == list(expected)
    assert {name: value.shape for name, value in record.items()} == expected
    assert all(value.dtype == np.float32 for value in record.values())


@st.composite
def architectures(draw: st.DrawFn) -> tuple[Architecture, int, int]:
    """A family's network of random widths, with a height and a width that it takes."""
    family = draw(st.sampled_from(sorted(FAMILIES)))
    few = st.integers(1, 4)
    modules = {
        name: replace(ModuleWidths(*[draw(few) for _ in range(6)]), five_a=draw(st.integers(0, 3)))
        for name in MODULES
    }
    trunk = {name: draw(few) for name in FAMILIES[family].widths.trunk}
    five = draw(st.sampled_from(get_args(Literal[3, 5, "3+3"])))
    architecture = build(family, Widths(modules, trunk), five=five, classes=draw(st.integers(0, 3)))
    allowed = allowed_sizes(architecture)["main"]
    side = st.integers(max(allowed.low, 8), min(allowed.high or 256, 256))
    return architecture, draw(side), draw(side)


@given(architectures())
@settings(max_examples=40)
def test_shapes_of_any_network_at_any_allowed_size(case: tuple[Architecture, int, int]) -> None:
    architecture, height, width = case
    value = torch.randn(1, architecture.input_channels, height, width)
    record = network_of(architecture)(value)
    assert {name: array.shape for name, array in record.items()} == shapes(architecture, (height, width))


def test_every_branch_of_every_module_is_there_once_and_is_a_view_into_its_module(small: GoogLeNet) -> None:
    record = small(picture(small.architecture))
    for module in small.architecture.modules:
        for branch in module.branches:
            part = record[f"{module.name}/{branch.name}"]
            start = module.offset(branch.name)
            assert np.shares_memory(part, record[module.name])
            np.testing.assert_array_equal(part, record[module.name][start : start + branch.outputs])


def test_a_record_survives_the_passes_after_it(small: GoogLeNet) -> None:
    value = picture(small.architecture)
    first = small(value)
    kept = {name: array.copy() for name, array in first.items()}
    assert first.input is not None
    before = first.input.copy()
    value.zero_()
    for seed in range(3):
        small(picture(small.architecture, seed=seed + 5))
    np.testing.assert_array_equal(first.input, before)
    for name, array in kept.items():
        np.testing.assert_array_equal(first[name], array)


def test_activations_are_rectified_and_their_linear_values_keep_their_negatives() -> None:
    network = network_of(build("torchvision", classes=10, aux_classes={"aux1": 10, "aux2": 10}))
    record = network(picture(network.architecture))
    for layer in network.architecture.convolutions():
        before = network.linear(record, f"{layer.name}/linear")
        assert before.min() < 0, layer.name
        assert record[layer.name].min() >= 0, layer.name
        np.testing.assert_allclose(record[layer.name], np.maximum(before, 0), atol=1e-6)


def test_linear_values_of_a_layer_that_rectifies_only_after_the_concatenation() -> None:
    network = network_of(tiny("paddle"))
    record = network(picture(network.architecture))
    before = network.linear(record, "4a/5x5")
    assert before.min() < 0
    np.testing.assert_allclose(record["4a/5x5"], np.maximum(before, 0), atol=1e-6)
    assert record["4a/5x5_reduce"].min() < 0


def test_linear_values_need_nothing_but_the_input(small: GoogLeNet) -> None:
    value = picture(small.architecture)
    expected = small.linear(small(value), "4c/3x3")
    np.testing.assert_array_equal(small.linear(small(value, "answers"), "4c/3x3"), expected)
    np.testing.assert_array_equal(small.linear(small(value, "branches"), "4c/3x3"), expected)
    np.testing.assert_array_equal(small.linear(value, "4c/3x3"), expected)


@pytest.mark.parametrize("name", ["4f/5x5", "4a/7x7", "pool1", "3a/pool", "nothing", "fc/linear/linear"])
def test_a_name_without_weights_has_no_linear_values(small: GoogLeNet, name: str) -> None:
    with pytest.raises(KeyError):
        small.linear(picture(small.architecture), name)


@pytest.mark.parametrize("name", ["conv1", "3a/1x1", "4a/5x5_reduce", "4e/5x5", "5b/pool_proj", "aux2/conv"])
def test_the_weights_shown_are_the_ones_that_work(small: GoogLeNet, name: str) -> None:
    record = small(picture(small.architecture))
    layer = next(layer for layer in small.architecture.convolutions() if layer.name == name)
    weight, bias = (torch.from_numpy(value) for value in small.weights(name))
    assert weight.shape == (layer.outputs, layer.inputs, layer.kernel, layer.kernel)
    source = small._sources[name]
    inputs = torch.from_numpy(record.input if source == "input" else record[source])[None]
    expected = F.conv2d(inputs, weight, bias, layer.stride, layer.padding)
    np.testing.assert_allclose(small.linear(record, name), expected[0], atol=1e-5)


def test_the_weights_of_fully_connected_layers_too(small: GoogLeNet) -> None:
    weight, bias = small.weights("aux1/fc2")
    record = small(picture(small.architecture))
    np.testing.assert_allclose(weight @ record["aux1/fc1"] + bias, record["aux1"], atol=1e-5)
    with pytest.raises(KeyError):
        small.weights("4a/pool")
