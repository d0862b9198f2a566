"""`explain`: the steps of a path add up, hang together and end in the picture; options are told."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gnet_desktop.cli import main
from gnet_desktop.resources import resource


def steps(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    picture = str(resource("samples", "espresso.jpg"))
    assert main(["explain", picture, "--path", "--device", "cpu", "--format", "json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)["steps"]


def test_the_steps_of_an_answer_add_up_and_end_in_the_picture(
    bundled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = steps(capsys)
    assert found[0]["of"] == "espresso, main"
    assert found[-1]["reads"] == "input"
    for step in found:
        total = sum(one["adds"] for one in step["inputs"]) + step["others_add"] + step["bias"]
        assert total == pytest.approx(step["value"], rel=1e-4, abs=1e-4)
        adds = sum(branch["adds"] - branch["takes"] for branch in step["branches"].values())
        assert adds + step["bias"] == pytest.approx(step["value"], rel=1e-4, abs=1e-4)
    for before, after in pairwise(found):
        strongest = next(one for one in before["inputs"] if one["adds"] > 0)
        assert [after["of"], after["cell"]] == [strongest["unit"], strongest["cell"]]


def test_a_units_cell_is_followed_from_there(bundled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = steps(capsys, "--unit", "3b/3x3:5", "--cell", "4,6")
    assert (found[0]["of"], found[0]["cell"], found[0]["reads"]) == ("3b/3x3:5", [4, 6], "3a")


@pytest.mark.parametrize("wrong", [["--cell", "3,3"], ["--unit", "4a/1x1:5", "--cell", "99,0"]])
def test_what_cannot_be_followed_is_one_sentence(
    bundled: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    picture = str(resource("samples", "espresso.jpg"))
    assert main(["explain", picture, "--path", *wrong]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_window_and_the_cover_of_occlusion_are_told(
    bundled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = str(resource("samples", "espresso.jpg"))
    asked = ["explain", picture, "--method", "occlusion", "--window", "72", "--baseline", "black"]
    assert main([*asked, "--device", "cpu", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["settings"] == {"window": 72, "step": 36, "baseline": "black"}
    assert main([*asked, "--device", "cpu"]) == 0
    assert "the colour black" in capsys.readouterr().out
