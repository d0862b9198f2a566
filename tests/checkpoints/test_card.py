"""The card's facts against the published numbers, and its forms."""

import json
from pathlib import Path

import pytest
import torch

from gnet_desktop.checkpoints.describing.card import (
    Card,
    make_card,
    to_json,
    to_text,
)
from gnet_desktop.checkpoints.reading import open_checkpoint
from tests.checkpoints.samples import sample
from tests.oracles import ORACLES

FIELDS = (
    *("file", "sha256", "container", "family", "recognised_by", "classes", "parameters", "dtypes", "width"),
    *("batch_norm", "local_response_norm", "five_kernel", "heads", "convention", "labels", "converted"),
    *("missing", "left_over", "warnings"),
)


def _card(state: object, folder: Path) -> Card:
    torch.save(state, path := folder / "weights.pth")
    return make_card(open_checkpoint(path))


def test_json_has_the_designs_fields(bundled: Path) -> None:
    found = to_json(make_card(open_checkpoint(bundled)))
    assert [field for field in FIELDS if field not in found] == []
    assert found["file"] == bundled.name
    assert found["recognised_by"] == "names"
    assert found["heads"]["main"].keys() >= {"present", "classes"}
    assert found["heads"]["aux1"].keys() >= {"present", "trained", "why", "classes"}
    assert found["convention"].keys() >= {"name", "source", "mean", "std", "order"}
    assert found["labels"]["first"][0] == "goldfish"
    assert (found["width"], found["five_kernel"], found["batch_norm"]) == (1.0, 3, True)
    json.dumps(found, allow_nan=False)


# Parameters and MACs at 224 (docs/formats.md#common-ground): with heads, without them.
PUBLISHED = {
    "torchvision": (13_004_888, 1_498_376_192, 1000),
    "caffe": (13_378_280, 1_582_671_872, 1000),
    "wzmiaomiao": (13_378_280, 1_582_671_872, 1000),
    "tutorial": (6_994_392, 1_569_826_816, 1000),
    "aladdinpersson": (13_389_064, 1_569_826_816, 1000),
    "lucid": (7_066_380, 1_584_881_536, 1008),
    "paddle": (11_535_736, 1_431_556_352, 1000),
    "kuangliu": (6_166_250, 1_521_756_160, 10),
    "weiaicunzai": (6_258_500, 1_357_850_880, 100),
}


@pytest.mark.parametrize("family", PUBLISHED)
def test_parameters_and_multiply_adds_are_the_published_ones(family: str, tmp_path: Path) -> None:
    parameters, macs, classes = PUBLISHED[family]
    oracle = ORACLES[family]
    card = _card(oracle.original(oracle.make(0, classes=classes)), tmp_path)
    assert card.parameters == parameters
    assert card.macs == macs


def test_the_real_caffe_file(bvlc: Path) -> None:
    card = make_card(open_checkpoint(bvlc))
    assert card.parameters == 6_998_552
    assert (card.local_response_norm, card.batch_norm, card.five_kernel) == (True, False, 5)
    rows = {row.name: row for row in card.modules}
    assert rows["4a"].branches == ((0, 192), (96, 208), (16, 48), (0, 64))
    assert (rows["4a"].outputs, rows["4a"].parameters) == (512, 376_176)
    text = to_text(card)
    assert "116 of 116 tensors used, missing: aux1, aux2." in text
    assert "1.58 G at 224×224" in text
    assert "2d2b07e83ae3b884" in text


def test_numbers_that_are_none_are_counted_by_tensor(tmp_path: Path) -> None:
    state = sample("torchvision").state
    state["inception4a.branch2.1.conv.weight"][0, 0, 0] = float("nan")
    state["fc.bias"][0] = float("inf")
    card = _card(state, tmp_path)
    assert card.soundness.not_finite == {"4a/3x3.weight": 3, "fc.bias": 1}
    assert any("4 numbers are NaN or infinite" in line for line in card.warnings)
    json.dumps(to_json(card), allow_nan=False)


def test_constant_kernels_and_dead_units_are_found(tmp_path: Path) -> None:
    state = sample("caffe").state
    state["inception_4a/1x1.weight"][5] = 0
    state["inception_4a/1x1.bias"][5] = -0.1
    state["inception_4a/1x1.weight"][6] = 0
    state["inception_4a/1x1.bias"][6] = 0.1  # constant, but not zero
    state["inception_3a/pool_proj.weight"].fill_(0.25)
    soundness = _card(state, tmp_path).soundness
    assert soundness.dead == {"4a/1x1": 1}
    assert soundness.constant == ("3a/pool_proj.weight",)


def test_dead_units_behind_a_norm(tmp_path: Path) -> None:
    state = sample("torchvision").state
    state["conv2.bn.weight"][:3] = 0
    state["conv2.bn.bias"][:3] = torch.tensor([-1.0, 0.0, 1.0])
    assert _card(state, tmp_path).soundness.dead == {"conv2": 2}


def test_what_is_assumed_comes_with_its_choices(tmp_path: Path) -> None:
    card = _card(sample("torchvision").state, tmp_path)
    found = {assumption.key: assumption for assumption in card.assumptions}
    assert found.keys() == {"epsilon", "transform_input"}
    assert found["epsilon"].value == "torchvision"
    assert [value for value, _ in found["epsilon"].choices] == ["torchvision", "pytorch"]
    assert "epsilon=torchvision; or pytorch" in to_text(card)


def test_every_assumption_of_every_family_can_be_told(tmp_path: Path) -> None:
    state = {f"t{i}": v for i, (k, v) in enumerate(sample("tutorial").state.items())}
    state["fc"] = state.pop("t112")
    card = _card(state, tmp_path)
    [family] = [assumption for assumption in card.assumptions if assumption.key == "family"]
    assert ("caffe", "BVLC Caffe") in family.choices
    to_text(card)


def test_a_true_kernel_of_3_is_said(tmp_path: Path) -> None:
    for family, kernel in (("torchvision", 3), ("caffe", 5), ("kuangliu", 5)):
        card = _card(sample(family).state, tmp_path)
        assert card.five_kernel == kernel
        assert any("3×3 kernel" in note for note in card.notes) == (kernel == 3)


# Beside torchvision's own network
