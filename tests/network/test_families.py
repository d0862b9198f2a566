"""The table of families and what `build` makes of it."""

from dataclasses import replace
from typing import Any, Literal

import pytest

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import BRANCHES, MODULES, Convolution, GlobalPool, ResponseNorm
from gnet_desktop.network.families import FAMILIES, PAPER_WIDTHS, HeadWidths, build
from tests.oracles import ORACLES


def test_every_family_has_an_independent_definition() -> None:
    assert set(FAMILIES) == set(ORACLES)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_nine_modules_of_four_branches(family: str) -> None:
    architecture = build(family)
    assert tuple(module.name for module in architecture.modules) == MODULES
    for module in architecture.modules:
        assert tuple(branch.name for branch in module.branches) == BRANCHES
        assert module.branch("3x3").kernel == 3
    assert architecture.classes == 1000
    assert architecture.heads == ()


@pytest.mark.parametrize(("five", "kernel"), [(3, 3), (5, 5), ("3+3", 5)])
def test_the_true_kernel_of_the_5x5_branch_is_what_the_file_has(
    five: Literal[3, 5, "3+3"], kernel: int
) -> None:
    for family in FAMILIES:
        branch = build(family, five=five).module("4a").branch("5x5")
        assert (branch.kernel, branch.name) == (kernel, "5x5")


def test_widths_classes_and_channels_of_a_file_are_used() -> None:
    modules = {**PAPER_WIDTHS.modules, "4a": replace(PAPER_WIDTHS.modules["4a"], three=204)}
    widths = replace(PAPER_WIDTHS, modules=modules, heads={"aux1": HeadWidths(64, 512, 5)})
    architecture = build("torchvision", widths, input_channels=1, classes=10, aux_classes={"aux1": 12})
    assert architecture.module("4a").outputs == architecture.module("4b").inputs == 508
    assert (architecture.input_channels, architecture.classes) == (1, 10)
    (head,) = architecture.heads
    assert (head.source, head.pool, head.classes) == ("4a", 5, 12)
    assert (head.convolution.inputs, head.convolution.outputs) == (508, 64)
    assert (head.layers[0].inputs, head.layers[0].outputs) == (64 * 25, 512)


def test_a_convolution_that_the_file_lacks_is_left_out() -> None:
    widths = replace(PAPER_WIDTHS, trunk={"conv1": 64, "conv3": 192})
    stem = [layer for layer in build("torchvision", widths).stem if isinstance(layer, Convolution)]
    assert [(layer.name, layer.inputs) for layer in stem] == [("conv1", 3), ("conv3", 64)]


def test_biases_and_norms_may_be_the_files_own() -> None:
    plain = build("torchvision", norm=False, bias=True)
    assert {(layer.bias, layer.norm_epsilon) for layer in plain.convolutions()} == {(True, None)}
    normed = build("caffe", norm=True)
    assert {layer.norm_epsilon for layer in normed.convolutions()} == {1e-5}
    assert {layer.norm_epsilon for layer in build("torchvision").convolutions()} == {1e-3}


def test_switches_change_what_they_say() -> None:
    early = build("d2l", edition="early")
    assert early.global_pool == GlobalPool("max")
    assert {layer.name: layer.activation for layer in early.stem if isinstance(layer, Convolution)} == {
        "conv1": "relu",
        "conv2": "relu",
        "conv3": "none",
    }
    assert build("d2l", edition="later") == build("d2l")
    norms = [layer for layer in build("lucid").stem if isinstance(layer, ResponseNorm)]
    assert [(norm.size, norm.alpha, norm.beta, norm.k) for norm in norms] == [(11, 1.1e-3, 0.5, 2.0)] * 2
    written = build("weiaicunzai").module("3b").branch("5x5").convolutions
    assert [layer.norm_epsilon for layer in written] == [1e-5, 96.0, 1e-5]
    repaired = build("weiaicunzai", epsilon="repaired").module("3b").branch("5x5").convolutions
    assert [layer.norm_epsilon for layer in repaired] == [1e-5, 1e-5, 1e-5]
    assert {layer.norm_epsilon for layer in build("torchvision", epsilon="pytorch").convolutions()} == {1e-5}


def test_the_first_choice_of_a_switch_is_the_default() -> None:
    for name, family in FAMILIES.items():
        for switch, about in family.switches.items():
            first = next(iter(about.choices))
            assert build(name, **dict[str, Any]({switch: first})) == build(name)
            assert about.question.endswith("?")
            assert all(choice.words for choice in about.choices.values())


def test_what_a_family_does_not_know_is_refused_with_what_it_does() -> None:
    with pytest.raises(UsageError, match=r"no family 'vgg'.*torchvision"):
        build("vgg")
    with pytest.raises(UsageError, match=r"edition=third.*edition=later\|early"):
        build("d2l", edition="third")
    with pytest.raises(UsageError, match="no choices"):
        build("wzmiaomiao", edition="early")


def test_architectures_are_values() -> None:
    assert build("caffe") == build("caffe")
    assert hash(build("caffe")) == hash(build("caffe"))
    assert build("caffe") != build("wzmiaomiao")
