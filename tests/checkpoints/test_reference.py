"""Independent definitions that ship: held against the tests' own, and able to disagree with the program."""

import ast
import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import pytest
import torch
from torch import nn

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.describing.card import (
    make_card,
    verification_to_json,
    verification_to_text,
    verify,
)
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.checkpoints.reference import installed, plain, published, reference_for
from gnet_desktop.checkpoints.reference.published import PUBLISHED
from gnet_desktop.checkpoints.saving import named, save
from gnet_desktop.commands.output import as_json
from gnet_desktop.network.architecture import Activation, Architecture, Branch, Convolution, Module, Pool
from gnet_desktop.network.families import FAMILIES, PAPER_WIDTHS, ModuleWidths, build
from tests.checkpoints.forms import exported
from tests.checkpoints.samples import Sample, sample
from tests.network.cases import random_tensors
from tests.oracles import ORACLES, tutorial

EDITIONS: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    **{family: (family, {}, {}) for family in ORACLES},
    "weiaicunzai repaired": ("weiaicunzai", {"epsilon": False}, {"epsilon": "repaired"}),
    "d2l early": ("d2l", {"early": True}, {"edition": "early"}),
    "lucid as lucent has it": ("lucid", {"norm": "lucent"}, {"response_norm": "lucent"}),
}
"""Oracles in all their editions: family, arguments of the oracle, what a person says of the file."""


@pytest.fixture(scope="module", params=EDITIONS)
def edition(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def expected(edition: str) -> Sample:
    family, make, _ = EDITIONS[edition]
    return sample(family, **make)


@pytest.fixture(scope="module")
def opened(edition: str, expected: Sample, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    torch.save(expected.state, path := tmp_path_factory.mktemp("weights") / "weights.pth")
    return open_checkpoint(path, assume=EDITIONS[edition][2])


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without torchvision."""
    for name in ("torchvision", "torchvision.models"):
        monkeypatch.setitem(sys.modules, name, None)


def saved(expected: Sample, path: Path, **assume: str) -> Checkpoint:
    torch.save(expected.state, path)
    return open_checkpoint(path, assume=assume)


# What it computes


def test_every_family_has_a_published_definition() -> None:
    assert PUBLISHED.keys() == FAMILIES.keys() == ORACLES.keys()
    questions = {
        (name, question, answer)
        for name, family in FAMILIES.items()
        for question, switch in family.switches.items()
        for answer in list(switch.choices)[1:]
    }
    known = {key for key in questions if published.published(key[0], {key[1]: key[2]}) != PUBLISHED[key[0]]}
    assert known == questions


@pytest.mark.parametrize("module", [plain, published])
def test_neither_the_table_nor_what_computes_with_it_asks_the_network(module: ModuleType) -> None:
    imported = list(ast.walk(ast.parse(inspect.getsource(module))))
    names = [node.module or "" for node in imported if isinstance(node, ast.ImportFrom)]
    names += [name.name for node in imported if isinstance(node, ast.Import) for name in node.names]
    assert not [name for name in names if name.startswith("gnet_desktop.network")]


def test_the_plain_definition_gives_what_the_original_gives(opened: Checkpoint, expected: Sample) -> None:
    found = plain.run(opened, expected.picture)
    assert found.keys() == expected.outputs.keys()
    for part, value in expected.outputs.items():
        torch.testing.assert_close(found[part], value, rtol=0, atol=1e-5 * float(value.abs().max()))


def test_our_numbers_agree_with_it_wherever_the_program_runs(
    opened: Checkpoint, expected: Sample, alone: None
) -> None:
    assert installed.version() == ""
    found = verify(opened, expected.picture)
    assert found.agrees
    assert "published definition" in found.other
    assert FAMILIES[opened.architecture.family].title in found.other
    assert {difference.part for difference in found.differences} == expected.outputs.keys()
    assert all(difference.scale > 0 for difference in found.differences)
    assert found.from_file == ()
    assert verification_to_json(found)["agrees"] is True
    side = expected.picture.shape[-1]
    assert f"agree on this picture ({side}×{side})" in verification_to_text(found)


# What it sees


def convolutions(architecture: Architecture, change: Callable[[Convolution], Convolution]) -> Architecture:
    """The architecture with every convolution of its trunk changed."""

    def layer(one: Any) -> Any:
        if isinstance(one, Module):
            branches = tuple(Branch(tuple(layer(part) for part in branch.layers)) for branch in one.branches)
            return replace(one, branches=branches)
        return change(one) if isinstance(one, Convolution) else one

    return replace(architecture, trunk=tuple(layer(one) for one in architecture.trunk))


def other_rounding(pool: Pool) -> Pool:
    """A pool of maps of (nearly) the same size that looks at other pixels."""
    if pool.ceil or pool.padding == "same":
        return replace(pool, padding=1, ceil=False)
    return replace(pool, padding=0, ceil=True)


def with_another_pool(architecture: Architecture) -> Architecture:
    """The first of its pools rounds otherwise."""
    first = next(one for one in architecture.trunk if isinstance(one, Pool))
    trunk = tuple(other_rounding(one) if one is first else one for one in architecture.trunk)
    return replace(architecture, trunk=trunk)


def with_another_epsilon(architecture: Architecture) -> Architecture:
    def changed(layer: Convolution) -> Convolution:
        epsilon = layer.norm_epsilon
        return layer if epsilon is None else replace(layer, norm_epsilon=1e-5 if epsilon == 1e-3 else 1e-3)

    return convolutions(architecture, changed)


def with_another_activation(architecture: Architecture) -> Architecture:
    others: dict[Activation, Activation] = {"relu": "none", "relu6": "relu", "none": "relu"}
    name = architecture.modules[0].branch("3x3").convolutions[-1].name
    return convolutions(
        architecture,
        lambda layer: (
            replace(layer, activation=others[layer.activation]) if layer.name in ("conv1", name) else layer
        ),
    )


CHANGES = {
    "rounding": with_another_pool,
    "epsilon": with_another_epsilon,
    "activation": with_another_activation,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_network_that_is_built_otherwise_than_published_is_seen(
    change: str, opened: Checkpoint, expected: Sample, alone: None
) -> None:
    architecture = CHANGES[change](opened.architecture)
    if architecture == opened.architecture:
        pytest.skip("it has no batch norm")
    found = verify(replace(opened, architecture=architecture), expected.picture)
    assert not found.agrees
    assert "differ by more than rounding" in verification_to_text(found)
    assert json.loads(as_json(verification_to_json(found)))["agrees"] is False


def test_a_family_that_changes_in_the_program_is_seen(
    tmp_path: Path, alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = sample("gluoncv")
    recipe = replace(FAMILIES["gluoncv"], norm_epsilon=1e-5)
    monkeypatch.setattr(
        "gnet_desktop.network.families.FAMILIES", MappingProxyType({**FAMILIES, "gluoncv": recipe})
    )
    assert not verify(saved(expected, tmp_path / "weights.params.pth"), expected.picture).agrees


def test_an_edition_that_is_not_this_files_is_seen(tmp_path: Path) -> None:
    expected = sample("weiaicunzai")
    opened = saved(expected, tmp_path / "weights.pth")
    repaired = saved(expected, tmp_path / "weights.pth", epsilon="repaired")
    assert not verify(replace(opened, architecture=repaired.architecture), expected.picture).agrees
    assert verify(repaired, expected.picture).agrees


# torchvision's own network


def test_where_torchvision_is_installed_its_own_network_is_asked(tmp_path: Path) -> None:
    torchvision = pytest.importorskip("torchvision")
    expected = sample("torchvision")
    opened = saved(expected, tmp_path / "weights.pth")
    assert installed.fits(opened.architecture)
    assert reference_for(opened).name == f"torchvision {torchvision.__version__}"
    found = verify(opened, expected.picture)
    assert found.agrees
    assert {difference.part for difference in found.differences} == expected.outputs.keys()


# What a file has otherwise than published


@pytest.mark.parametrize("family", ["torchvision", "caffe", "paddle", "kuangliu"])
def test_other_widths_are_compared_as_well(family: str, tmp_path: Path) -> None:
    half = {
        name: ModuleWidths(
            *(max(1, getattr(module, field) // 2) for field in ModuleWidths.__dataclass_fields__)
        )
        for name, module in PAPER_WIDTHS.modules.items()
    }
    widths = replace(FAMILIES[family].widths, modules=MappingProxyType(half))
    architecture = build(family, widths, classes=5)
    opened = saved(sample(family), tmp_path / "weights.pth")
    thin = replace(opened, architecture=architecture, tensors=random_tensors(architecture))
    assert not installed.fits(architecture)
    side = ORACLES[family].size
    found = verify(thin, torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(2)))
    assert found.agrees
    assert "its own widths in all modules" in found.from_file


def test_what_a_pickled_module_says_of_itself_is_computed_and_named(tmp_path: Path) -> None:
    model = tutorial.random_model(0, classes=7)
    model.layer_3[-1] = nn.MaxPool2d(3, 2, ceil_mode=True)
    picture = sample("tutorial").picture
    with torch.inference_mode():
        expected = model(picture)
    torch.save(model, path := tmp_path / "whole.pth")
    opened = open_checkpoint(path)
    found = verify(opened, picture)
    assert found.agrees
    its_own = ("padding of pool4 0, published 1", "rounding up of pool4 on, published off")
    assert set(found.from_file) == set(its_own)
    assert "not as published: " in verification_to_text(found)
    said = [note for note in make_card(opened).notes if "than published of the tutorial's network" in note]
    assert len(said) == 1
    assert all(part in said[0] for part in its_own)
    assert verification_to_json(found)["from_file"] == list(found.from_file)
    for part, value in plain.run(opened, picture).items():
        torch.testing.assert_close(value, expected[part], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("family", ["caffe", "shanglianlm", "tutorial"])
def test_what_a_graph_says_is_computed(family: str, tmp_path: Path, alone: None) -> None:
    expected = sample(family)
    path = exported(expected.model, expected.picture, tmp_path / "net.onnx", dynamo=False)
    opened = open_checkpoint(path)
    assert opened.provenance.said.order
    found = verify(opened, expected.picture)
    assert found.agrees
    folded = ("its batch norms are worked into its convolutions",) if family == "shanglianlm" else ()
    assert found.from_file == folded
    given = plain.run(opened, expected.picture)
    for part in found.differences:
        theirs = expected.outputs[part.part]
        torch.testing.assert_close(
            given[part.part], theirs, rtol=0, atol=1e-4 * max(1.0, float(theirs.abs().max()))
        )
    wrong = with_another_pool(opened.architecture)
    assert not verify(replace(opened, architecture=wrong), expected.picture).agrees


def test_a_file_of_our_own_is_compared_by_what_stands_in_it(
    opened: Checkpoint, expected: Sample, tmp_path: Path, alone: None
) -> None:
    save(opened, opened.convention, "safetensors", named(tmp_path / "own", "safetensors"), expected.picture)
    own = open_checkpoint(tmp_path / "own.safetensors")
    found = verify(own, expected.picture)
    assert found.agrees
    given = plain.run(own, expected.picture)
    for part, value in expected.outputs.items():
        torch.testing.assert_close(given[part], value, rtol=0, atol=1e-4 * float(value.abs().max()))
