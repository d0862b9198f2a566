"""What was done to a picture on the way in stands in the output of every command that answers about it."""

import argparse
import csv
import importlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gnet_desktop.cli import main
from gnet_desktop.commands.opening import CommandSession, open_session
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.resources import BUNDLED

COMMANDS = {
    "classify": ["--top", "1"],
    "activations": [],
    "ablate": ["--part", "4a/5x5", "--top", "1"],
    "explain": ["--method", "contributions"],
    "compare": ["--with", BUNDLED],
}


@pytest.fixture(scope="module")
def session(bundled: Path) -> CommandSession:
    chosen: dict[str, object] = {
        "labels": None,
        "assume": [],
        "weights": None,
        "calibration": "file",
        "preprocess": None,
        "device": "cpu",
    }
    return open_session(argparse.Namespace(checkpoint=str(bundled), **chosen))


@pytest.fixture
def half(shared: Path, tmp_path: Path, session: CommandSession, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A photo of which the file's first half is there; the network is opened once for all."""
    for name in COMMANDS:
        module = importlib.import_module(f"gnet_desktop.commands.{name}")
        monkeypatch.setattr(module, "open_session", lambda arguments: session)
    data = (shared / "images" / "pizza.jpg").read_bytes()
    (path := tmp_path / "half.jpg").write_bytes(data[: len(data) // 2])
    return path


def said(capsys: pytest.CaptureFixture[str], command: str, half: Path, form: str) -> str:
    assert main([command, str(half), *COMMANDS[command], "--format", form]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_json_has_the_notes(command: str, half: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, command, half, "json"))
    for one in (found["first"], found["second"]) if command == "compare" else (found,):
        assert one["notes"][0] == "the picture is incomplete (about 49 % read)"


@pytest.mark.parametrize("command", COMMANDS)
def test_text_has_a_line_of_notes(command: str, half: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, command, half, "text").splitlines()
    assert any(line.startswith("  note: the picture is incomplete (about 49 % read)") for line in lines)


@pytest.mark.parametrize("command", ["classify", "activations", "ablate"])
def test_csv_has_a_column_of_notes(command: str, half: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(said(capsys, command, half, "csv"))))
    assert rows
    assert all(row["notes"].startswith("the picture is incomplete") for row in rows)


def test_verifying_has_the_notes(half: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["inspect", BUNDLED, "--verify", str(half)]
    assert main(command) == 0
    assert "\n  note: the picture is incomplete (about 49 % read)" in capsys.readouterr().out
    assert main([*command, "--format", "json"]) == 0
    notes = json.loads(capsys.readouterr().out)["verification"]["notes"]
    assert notes[0] == "the picture is incomplete (about 49 % read)"


def test_a_screenshot_tells_the_notes(
    half: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window itself is drawn elsewhere: it tells of a picture what decoding it says."""
    from gnet_desktop.gui import rendering

    def drawn(_checkpoint: Path, picture: Path, *, noted: Callable[..., None], **_: object) -> str:
        noted(read_picture(picture).notes)
        return "<html>"

    monkeypatch.setattr(rendering, "render_page", drawn)
    assert main(["screenshot", str(half), "--out", str(tmp_path / "a.html")]) == 0
    assert "\n  note: the picture is incomplete (about 49 % read)" in capsys.readouterr().err
