"""What a file leaves open, and what may be wrong with it, is said by every command that answers."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gnet_desktop.cli import main
from tests.checkpoints.forms import folded
from tests.checkpoints.samples import sample

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def picture(tmp_path: Path) -> str:
    pixels = np.random.default_rng(0).integers(0, 256, (80, 100, 3), np.uint8)
    Image.fromarray(pixels).save(path := tmp_path / "noise.png")
    return str(path)


@pytest.fixture
def in_doubt(tmp_path: Path) -> str:
    torch.save(folded(sample("torchvision").model).state_dict(), path := tmp_path / "folded.pth")
    return str(path)


SAID = "assumed, as the file does not say: network torchvision; input transform off."


def test_classify_says_what_it_assumes(picture: str, in_doubt: str, capsys: Captured) -> None:
    assert main(["classify", picture, "--checkpoint", in_doubt]) == 0
    said = capsys.readouterr()
    assert SAID in said.err
    assert "assumed" not in said.out
    assert main(["classify", picture, "--checkpoint", in_doubt, "--format", "json"]) == 0
    said = capsys.readouterr()
    assert SAID in said.err
    line = json.loads(said.out)
    assert line["assumed"] == {"family": "torchvision", "transform_input": "off"}
    assert line["warnings"] == []


def test_what_a_person_settles_is_said_no_more(picture: str, in_doubt: str, capsys: Captured) -> None:
    settled = ["--assume", "family=torchvision", "--assume", "transform_input=on"]
    assert main(["classify", picture, "--checkpoint", in_doubt, "--format", "json", *settled]) == 0
    said = capsys.readouterr()
    assert "assumed" not in said.err
    assert json.loads(said.out)["assumed"] == {}


def test_unused_tensors_are_named_beside_the_answers(picture: str, tmp_path: Path, capsys: Captured) -> None:
    state = {**sample("tutorial").state, "extra.weight": torch.rand(3, 3)}
    torch.save(state, path := tmp_path / "w.pth")
    crop = ["--preprocess", "mode=exact,resize=224,crop=none"]
    assert main(["classify", picture, "--checkpoint", str(path), *crop, "--format", "json"]) == 0
    said = capsys.readouterr()
    sentence = "1 tensor belongs to no part of the network: extra.weight."
    assert sentence in said.err
    assert json.loads(said.out)["warnings"] == [sentence]


def test_inspect_marks_what_is_in_doubt(in_doubt: str, capsys: Captured) -> None:
    assert main(["inspect", in_doubt, "--format", "json"]) == 0
    assumed = {one["key"]: one["open"] for one in json.loads(capsys.readouterr().out)["assumed"]}
    assert assumed == {"family": True, "transform_input": True}
    assert main(["inspect", in_doubt]) == 0
    assert "in doubt; family=torchvision; or" in capsys.readouterr().out


def test_the_bundled_network_leaves_nothing_in_doubt(picture: str, capsys: Captured) -> None:
    assert main(["classify", picture, "--format", "json"]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert json.loads(said.out)["assumed"] == {}


@pytest.mark.parametrize("text", ["family", "=x", "family="])
def test_an_assumption_without_a_value_is_a_usage_error(text: str, picture: str, capsys: Captured) -> None:
    assert main(["classify", picture, "--assume", text]) == 2
    assert "takes a key and a value" in capsys.readouterr().err
