"""Man page and completions say what the parsers know."""

import shutil
import subprocess
from pathlib import Path

import documents
import pytest
from project import ROOT

from gnet_desktop.parsers.table import COMMANDS, parsers

MADE = {"man": documents.man_page, "bash": documents.bash, "zsh": documents.zsh, "fish": documents.fish}


@pytest.mark.parametrize("kind", MADE)
def test_every_command_and_option_is_there(kind: str) -> None:
    text = MADE[kind](parsers()).replace("\\-", "-")
    wanted = {
        flag for parser in parsers().values() for action in parser._actions for flag in action.option_strings
    }
    written = {
        f"-l {flag[2:]}" if kind == "fish" and flag.startswith("--") else flag for flag in wanted - {"-h"}
    }
    assert [word for word in (*COMMANDS, *written) if word not in text] == []


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["cl"], ["classify"]),
        (["classify", "--for"], ["--format"]),
        (["classify", "--format", ""], ["text", "json", "csv"]),
        (["models", "f"], ["fetch"]),
        (["weights.pth", "cl"], []),
        (["weights.pth", "--the"], ["--theme"]),
    ],
)
def test_bash_completes(words: list[str], offered: list[str], tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text(documents.bash(parsers()))
    line = (
        f'source "{script}"; COMP_WORDS=(gnet-desktop "$@"); COMP_CWORD=$#; _gnet_desktop; '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", line, "bash", *words], capture_output=True, text=True, cwd=tmp_path / ".."
    )
    assert done.stdout.split() == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completions_are_syntax_that_the_shell_accepts(shell: str, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "completion"
    script.write_text(MADE[shell](parsers()))
    assert subprocess.run([shell, "-n", script], capture_output=True).stderr == b""


def test_the_man_page_reads_without_warnings(tmp_path: Path) -> None:
    if not shutil.which("man"):
        pytest.skip("man is not installed")
    page = tmp_path / "gnet-desktop.1"
    page.write_text(documents.man_page(parsers()))
    done = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True)
    assert done.stderr == ""
    assert "EXIT STATUS" in done.stdout


def test_the_man_page_carries_the_time_of_the_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the day on which it was made: two builds of one commit give the same page."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert '"2023-11-14"' in documents.man_page(parsers())
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    said = subprocess.run(["git", "log", "-1", "--format=%cs"], cwd=ROOT, capture_output=True, text=True)
    if said.returncode:
        pytest.skip("this is no checkout")
    assert f'"{said.stdout.strip()}"' in documents.man_page(parsers())
