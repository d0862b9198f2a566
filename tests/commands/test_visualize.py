"""`visualize`: pictures of units and classes as one file, and numbers about them."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gnet_desktop.cli import main

QUICK = ("--steps", "6", "--size", "48", "--device", "cpu")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_units_and_classes_come_on_one_sheet_with_a_row_of_numbers_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "wants.png"
    wants = ("4a/5x5:11", "inception_3b/3x3:2")
    assert main(["visualize", *wants, *QUICK, "--out", str(out), "--format", "json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["wanted"] for row in rows] == ["4a/5x5:11", "3b/3x3:2"]
    assert all(row["peaks"][0] >= row["means"][0] for row in rows)
    assert {(row["steps"], row["size"], row["seed"], row["negative"]) for row in rows} == {(6, 48, 0, False)}
    assert Image.open(out).size == (2 * 48 + 8, 48)


def test_a_second_time_the_pictures_are_there_and_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    assert main(["visualize", "3a/1x1:3", *QUICK, "--out", str(first)]) == 0

    def never(*arguments: object, **options: object) -> None:
        raise AssertionError("it was made again")

    monkeypatch.setattr("gnet_desktop.inspection.visualisation.making.grow", never)
    assert main(["visualize", "3a/1x1:3", *QUICK, "--out", str(second)]) == 0
    assert np.array_equal(np.asarray(Image.open(first)), np.asarray(Image.open(second)))
    with pytest.raises(AssertionError, match="made again"):
        main(["visualize", "3a/1x1:3", *QUICK, "--no-keep", "--out", str(second)])


def test_a_class_of_a_head_several_times_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "class.png"
    arguments = ["visualize", "penguin", "--head", "aux1", "--count", "2", *QUICK, "--out", str(out)]
    assert main(arguments) == 0
    assert "aux1: penguin" in capsys.readouterr().out
    assert Image.open(out).size == (2 * 48 + 8, 48)


def test_directions_of_a_file_are_wanted_by_their_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A direction along one channel is that channel's unit."""
    axes, out = np.eye(48, dtype=np.float32)[:12], tmp_path / "a.png"
    np.save(tmp_path / "axes.npy", axes)
    there = ["--directions", str(tmp_path / "axes.npy"), "--at", "inception4a/5x5", *QUICK, "--out", str(out)]
    assert main(["visualize", "11", *there]) == 0
    assert "axes:11 at 4a/5x5" in capsys.readouterr().out
    found = np.asarray(Image.open(out))
    assert main(["visualize", "4a/5x5:11", *QUICK, "--no-keep", "--out", str(out)]) == 0
    assert np.array_equal(found, np.asarray(Image.open(out)))
    assert main(["visualize", "12", *there]) == 2
    assert main(["visualize", "1", "--at", "4a/5x5", "--out", str(out)]) == 2
    assert "go together" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["4a/5x5:9999", "--out", "a.png"], "no unit 9999"),
        (["unheard of", "--out", "a.png"], "no class"),
        (["4a/5x5:1", "--out", "a.jpg"], "F.png"),
        (["4a/5x5:1", "--size", "9999", "--out", "a.png"], "size cannot be 9999"),
    ],
)
def test_what_cannot_be_made_is_one_sentence_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["visualize", *arguments]) == 2
    assert said in capsys.readouterr().err
