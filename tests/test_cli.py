"""The command line before any work: start-up, help, pipes, layers."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gnet_desktop.cli import main
from gnet_desktop.parsers.table import COMMANDS, parsers
from tests.gui.made import noting

ROOT = Path(__file__).resolve().parents[1]


def python(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # type: ignore[call-overload]
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, **options
    )


@pytest.mark.parametrize(
    "module", ["gnet_desktop.cli", "gnet_desktop.gui.shell.window", "gnet_desktop.workspace.state"]
)
def test_nothing_heavy_is_imported_before_the_first_window(module: str) -> None:
    done = python(
        "-c",
        f"import sys, {module}; print([m for m in ('torch', 'torchvision', 'onnx') if m in sys.modules])",
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_what_only_files_need_is_not_imported_before_the_first_window() -> None:
    done = python(
        "-c",
        # numpy 1.26 itself imports hashlib
        "import sys, numpy\n"
        "brought = set(sys.modules)\n"
        "import gnet_desktop.gui.shell.window\n"
        "late = ('gnet_desktop.folder', 'sqlite3', 'natsort', 'concurrent', 'gnet_desktop.gui.folder',\n"
        "  'gnet_desktop.checkpoints.containers', 'gnet_desktop.pictures.decoding', 'PIL', 'hashlib',\n"
        "  'gnet_desktop.network.families')\n"
        "print([m for m in sys.modules if m.startswith(late) and m not in brought])",
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_no_source_is_read_and_kept_while_the_window_is_imported() -> None:
    done = python(
        "-c",
        "import linecache\n"
        "from gnet_desktop.gui.system.sources import leave_sources_unread\n"
        "leave_sources_unread()\n"
        "import gnet_desktop.gui.app\n"
        "print([name for name in linecache.cache if name.endswith('app.py')])",
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_the_window_is_painted_before_torch_is_imported() -> None:
    done = python(
        "-c",
        "import sys\n"
        "from gnet_desktop.gui.app import make_application, make_window\n"
        "from gnet_desktop.gui.system.session import Session\n"
        "application = make_application()\n"
        "window, dispatcher = make_window(Session(None))\n"
        "window.show()\n"
        "window.grab()\n"
        "print([m for m in ('torch', 'torchvision', 'onnx') if m in sys.modules])\n",
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_every_command_has_a_parser_and_a_module() -> None:
    assert set(parsers()) == {*COMMANDS, "window"}
    for name in parsers():
        assert (ROOT / "gnet_desktop" / "commands" / f"{name.replace('-', '_')}.py").is_file()


@pytest.mark.parametrize("command", [[], *[[name] for name in COMMANDS]])
def test_help_is_status_0_and_goes_to_stdout(command: list[str]) -> None:
    done = python("-m", "gnet_desktop", *command, "--help")
    assert done.returncode == 0
    assert "usage: gnet-desktop" in done.stdout
    assert done.stderr == ""


def test_a_wrong_option_is_status_2() -> None:
    done = python("-m", "gnet_desktop", "classify", "--no-such-option")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ("weights.pth cat.jpg --page folder photos", "paths", ["weights.pth", "cat.jpg", "photos"]),
        ("classify cat.jpg --top 3 dog.jpg", "pictures", ["cat.jpg", "dog.jpg"]),
    ],
)
def test_files_may_stand_before_and_behind_options(
    line: str, field: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[argparse.Namespace] = []
    name = "classify" if line.startswith("classify") else "window"
    monkeypatch.setattr(f"gnet_desktop.commands.{name}.run", lambda parsed: noting(given, parsed, 0))
    assert main(line.split()) == 0
    assert [str(one) for one in getattr(given[0], field)] == expected


def test_a_closed_pipe_is_no_error(shared: Path) -> None:
    command = f'"{sys.executable}" -m gnet_desktop classify "{shared / "images"}" --format csv --top 100'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout.startswith("picture,")
    assert done.stderr == ""
    assert done.returncode == 0


def test_the_layers_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    if not tool.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run([tool], cwd=ROOT, capture_output=True, text=True, env=os.environ, timeout=120)
    assert done.returncode == 0, done.stdout
