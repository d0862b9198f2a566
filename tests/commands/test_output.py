"""What commands write: data as it is, and nothing that a terminal would obey."""

import io
import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from typing_extensions import override

from gnet_desktop.cli import main
from gnet_desktop.commands.output import CsvRows, as_json, words

NAME = "a\nb\x1b[31mred\x9b2J\u202e<b> & c.jpg"
UNDECODABLE = os.fsdecode(b"caf\xe9.jpg")


@pytest.fixture
def odd(shared: Path, tmp_path: Path) -> Path:
    for name in (NAME, UNDECODABLE):
        shutil.copy(shared / "images" / "zebra.jpg", tmp_path / name)
    return tmp_path


def obeyed(text: str) -> list[str]:
    """Signs that a terminal doesn't merely show; a line's end is not one of them."""
    return [
        sign
        for sign in text
        if (ord(sign) < 32 and sign != "\n") or 127 <= ord(sign) < 160 or sign == "\u202e"
    ]


def test_json_gives_names_exactly_and_harms_no_terminal() -> None:
    text = as_json({"picture": NAME})
    assert json.loads(text) == {"picture": NAME}
    assert obeyed(text) == []
    assert "\n" not in text


def test_text_shows_a_name_in_one_line() -> None:
    assert words(NAME) == "a\ufffdb\ufffd[31mred\ufffd2J\ufffd<b> & c.jpg"


@pytest.mark.parametrize("terminal", [True, False])
def test_csv_is_exact_unless_a_person_reads_it(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Out(io.StringIO):
        @override
        def isatty(self) -> bool:
            return terminal

    monkeypatch.setattr(sys, "stdout", out := Out())
    CsvRows("picture").write([NAME])
    assert bool(obeyed(out.getvalue())) is not terminal
    assert (NAME in out.getvalue()) is not terminal


@pytest.mark.skipif(sys.platform != "linux", reason="names are any bytes on Linux only")
def test_pictures_with_odd_names_are_answered_on_one_line_each(
    odd: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["classify", str(odd), "--top", "1"]) == 0
    said = capsys.readouterr().out
    assert obeyed(said) == []
    assert sum(" × " in line for line in said.splitlines()) == 2
    assert main(["classify", str(odd), "--top", "1", "--format", "json"]) == 0
    found = [json.loads(line)["picture"] for line in capsys.readouterr().out.splitlines()]
    assert str(odd / NAME) in found


@pytest.mark.parametrize("command", ["classify", "inspect", "activations"])
def test_a_refusal_obeys_nothing_either(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / NAME).write_bytes(b"nothing")
    assert main([command, str(tmp_path / NAME)]) == 2
    said = capsys.readouterr()
    assert obeyed(said.out + said.err) == []
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("before", [[], ["classify"]])
def test_what_was_typed_wrongly_obeys_nothing(before: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*before, "--frob\x1b[31m"])
    said = capsys.readouterr().err
    assert "--frob\ufffd[31m" in said
    assert obeyed(said) == []
