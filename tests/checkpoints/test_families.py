"""Every family, saved and opened, gives the numbers of its independent definition."""

from pathlib import Path
from typing import Any

import pytest
import torch

from gnet_desktop.checkpoints.reading import open_checkpoint
from tests.checkpoints.samples import CLASSES, assert_same_numbers, observed, sample
from tests.oracles import ORACLES
from tests.oracles.d2l import random_model as d2l
from tests.oracles.tutorial import random_model as tutorial

NAMINGS = [(family, scheme) for family, oracle in ORACLES.items() for scheme in ("", *oracle.others)]


@pytest.mark.parametrize(("family", "scheme"), NAMINGS, ids=lambda value: value or "original")
def test_a_state_dict_gives_the_definitions_numbers(family: str, scheme: str, tmp_path: Path) -> None:
    expected = sample(family)
    torch.save(expected.named(scheme), path := tmp_path / "weights.pth")
    found = open_checkpoint(path)
    assert found.provenance.family == family
    assert found.provenance.recognised_by == "names"
    assert found.provenance.left_over == ()
    assert found.architecture.classes == CLASSES
    heads = {"aux1", "aux2"} & expected.outputs.keys()
    assert {head for head in ("aux1", "aux2") if found.heads[head].present} == heads
    assert_same_numbers(found, expected, parts=10 + len(heads))


# slim, gluoncv and paddle are no torch modules; lucid's definition pads and steps by itself.
MODULES = [name for name in ORACLES if name not in ("slim", "gluoncv", "paddle", "lucid")]


@pytest.mark.parametrize("family", MODULES)
def test_a_pickled_module_gives_the_definitions_numbers(family: str, tmp_path: Path) -> None:
    expected = sample(family)
    torch.save(expected.model, path := tmp_path / "whole.pth")
    found = open_checkpoint(path)
    assert "a whole module of class" in found.provenance.container
    assert_same_numbers(found, expected)


VARIANTS: dict[str, tuple[str, dict[str, Any], str, dict[str, str]]] = {
    "torchvision without heads": ("torchvision", {"heads": False}, "torchvision", {}),
    "tutorial with 48 in 4c": ("tutorial", {"narrow": True}, "tutorial", {}),
    "wzmiaomiao with 3×3": ("wzmiaomiao", {"kernel": 3}, "wzmiaomiao", {"family": "wzmiaomiao"}),
    "wzmiaomiao with two 3×3": ("wzmiaomiao", {"stacked": True}, "wzmiaomiao", {}),
    "weiaicunzai repaired": ("weiaicunzai", {"epsilon": False}, "weiaicunzai", {"epsilon": "repaired"}),
    "d2l early": ("d2l", {"early": True}, "d2l", {"edition": "early"}),
    "d2l newer, in colour": ("d2l", {"newer": True, "channels": 3}, "d2l", {}),
    "lucid as lucent has it": ("lucid", {"norm": "lucent"}, "lucid", {"response_norm": "lucent"}),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_a_file_cannot_tell_can_be_assumed(variant: str, tmp_path: Path) -> None:
    family, make, recognised, assume = VARIANTS[variant]
    expected = sample(family, **make)
    torch.save(expected.state, path := tmp_path / "weights.pth")
    found = open_checkpoint(path, assume=assume)
    assert found.provenance.family == recognised
    assert assume.items() <= found.provenance.assumed.items()
    assert_same_numbers(found, expected)


def test_a_pickled_module_beats_what_would_be_assumed(tmp_path: Path) -> None:
    expected = sample("weiaicunzai", epsilon=False)
    torch.save(expected.model, path := tmp_path / "whole.pth")
    found = open_checkpoint(path)
    assert "epsilon" not in found.provenance.assumed
    assert_same_numbers(found, expected)


def test_torchvisions_names_with_other_norms_and_strides_come_from_the_module(tmp_path: Path) -> None:
    oracle = ORACLES["torchvision"]
    model = oracle.make(0, classes=3)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = 0.02
    model.maxpool4 = torch.nn.MaxPool2d(3, 2, padding=1)
    model.conv1.conv.stride = (1, 1)
    model.transform_input = True
    torch.save(model, path := tmp_path / "whole.pth")
    found = open_checkpoint(path)
    assert found.convention.transform_input
    assert_same_numbers(found, observed(oracle, model))


def test_the_tutorials_copies_call_the_first_branch_otherwise(tmp_path: Path) -> None:
    expected = observed(ORACLES["tutorial"], tutorial(0, classes=3))
    state = {name.replace(".conv1.", ".conv_1."): value for name, value in expected.state.items()}
    saved = {"path": "x", "epoch": 3, "model_state_dict": state, "optimizer_state_dict": {"state": {}}}
    torch.save(saved, path := tmp_path / "epoch_3.tar")
    found = open_checkpoint(path)
    assert found.provenance.wrappers == ("model_state_dict",)
    assert found.provenance.missing == ()
    assert_same_numbers(found, expected)


def test_d2ls_blocks_may_be_attributes(tmp_path: Path) -> None:
    expected = observed(ORACLES["d2l"], d2l(0, classes=3), channels=1)
    names = {"0": "b1", "1": "b2", "2": "b3", "3": "b4", "4": "b5", "5": "fc"}
    state = {}
    for name, value in expected.state.items():
        first, _, rest = name.partition(".")
        state[f"{names[first]}.{rest}"] = value
    torch.save(state, path := tmp_path / "weights.pth")
    found = open_checkpoint(path)
    assert found.convention.order == "grey"
    assert_same_numbers(found, expected)
