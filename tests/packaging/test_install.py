"""The installer for one person without root: whole or not at all, and nothing is left behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from project import ROOT

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it is for Linux")

PROGRAM = '#!/bin/sh\necho "$0 $*" >>"$HOME/told"\n'


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """What the archive unpacks to, with a program that writes down how it was started."""
    folder = tmp_path / "Downloads with blanks" / "gnet-desktop"
    (folder / "_internal").mkdir(parents=True)
    (folder / "gnet-desktop").write_text(PROGRAM)
    (folder / "gnet-desktop").chmod(0o755)
    (folder / "_internal" / "version").write_text("1")
    shutil.copy(ROOT / "packaging" / "linux" / "install.sh", folder)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def install(folder: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    command = [str(folder / "install.sh"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def version(home: Path) -> str:
    return (home / ".local/lib/gnet-desktop/_internal/version").read_text()


def test_it_is_there_and_goes_away_without_a_trace(unpacked: Path, home: Path) -> None:
    done = install(unpacked, home)
    assert done.returncode == 0, done.stderr
    assert "not in the PATH" in done.stdout
    assert (
        subprocess.run([home / ".local/bin/gnet-desktop", "classify"], env={"HOME": str(home)}).returncode
        == 0
    )
    told = (home / "told").read_text().splitlines()
    assert [line.partition(" ")[2] for line in told] == ["desktop-entry --install", "classify"]
    away = install(home / ".local/lib/gnet-desktop", home, "--remove")
    assert away.returncode == 0, away.stderr
    assert (home / "told").read_text().endswith("desktop-entry --remove\n")
    assert [path for path in home.rglob("*") if not path.is_dir()] == [home / "told"]


def test_a_newer_one_takes_its_place(unpacked: Path, home: Path) -> None:
    install(unpacked, home)
    (home / ".local/lib/gnet-desktop/_internal/of the old").touch()
    (unpacked / "_internal" / "version").write_text("2")
    assert install(unpacked, home).returncode == 0
    assert version(home) == "2"
    assert not (home / ".local/lib/gnet-desktop/_internal/of the old").exists()


def test_what_cannot_be_copied_in_full_leaves_the_old_one(unpacked: Path, home: Path) -> None:
    install(unpacked, home)
    shutil.rmtree(unpacked / "_internal")
    done = install(unpacked, home)
    assert done.returncode == 1
    assert "could not be copied" in done.stderr
    assert version(home) == "1"
    assert not (home / ".local/lib/gnet-desktop.new").exists()


@pytest.mark.parametrize("words", [(), ("--remove",)])
def test_nothing_is_changed_under_a_running_program(
    words: tuple[str, ...], unpacked: Path, home: Path
) -> None:
    install(unpacked, home)
    program = home / ".local/lib/gnet-desktop/_internal/running"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    with subprocess.Popen([program, "60"]) as running:
        done = install(unpacked, home, *words)
        running.kill()
    assert done.returncode == 1
    assert "Close it" in done.stderr
    assert version(home) == "1"


def test_an_unknown_word_is_no_installation(unpacked: Path, home: Path) -> None:
    assert install(unpacked, home, "--help").returncode == 1
    assert list(home.iterdir()) == []
