"""An account without a name and a home: everything works from a private temporary folder, which is said."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gnet_desktop.home import ensure_home

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows always knows a home")

#: What an unknown number is for Python: no entry, so that "~" leads nowhere.
NAMELESS = """
import pwd, sys
def unknown(number):
    raise KeyError(f"getpwuid(): uid not found: {number}")
pwd.getpwuid = unknown
from gnet_desktop.cli import main
sys.exit(main(sys.argv[1:]))
"""


def nameless(temporary: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    dropped = {"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "TORCH_HOME"}
    inherited = {name: value for name, value in os.environ.items() if name not in dropped}
    return subprocess.run(
        [sys.executable, "-c", NAMELESS, *arguments],
        env={**inherited, "TMPDIR": str(temporary), **more},
        capture_output=True,
        text=True,
    )


@posix
def test_without_a_home_a_private_temporary_folder_serves_and_is_said(tmp_path: Path) -> None:
    ended = nameless(tmp_path, "models", "where")
    place = tmp_path / f"gnet-desktop-{os.getuid()}"
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.startswith("gnet-desktop: This account has no home folder.")
    assert str(place) in ended.stderr
    assert place.stat().st_mode & 0o777 == 0o700
    again = nameless(tmp_path, "models", "where")
    assert (again.returncode, again.stdout) == (0, ended.stdout)


@posix
@pytest.mark.parametrize("theirs", ["open to all", "a link"])
def test_a_folder_that_others_may_have_prepared_is_not_used(tmp_path: Path, theirs: str) -> None:
    place = tmp_path / f"gnet-desktop-{os.getuid()}"
    if theirs == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.mkdir()
        place.chmod(0o777)
    ended = nameless(tmp_path, "models", "where")
    assert ended.returncode == 0, ended.stderr
    assert f"{place}." not in ended.stderr
    assert list(place.iterdir()) == []


@posix
def test_a_home_that_is_named_is_used_without_a_word(tmp_path: Path) -> None:
    ended = nameless(tmp_path, "models", "where", HOME=str(tmp_path / "mine"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert str(tmp_path / "mine") in ended.stdout


@posix
@pytest.mark.parametrize(
    ("named", "writable", "kept"),
    [
        ("/", False, False),  # what a container names for an unknown account
        ("nowhere/mine", False, False),  # and Debian for nobody
        ("nowhere/mine", True, True),
        (".", False, True),  # a home that can only be read is still one
    ],
)
def test_a_home_that_is_none_is_replaced_and_one_that_may_be_made_is_not(
    named: str, writable: bool, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(os, "access", lambda *_: writable)
    monkeypatch.setenv("HOME", str(tmp_path / named))
    assert (ensure_home() == "") == kept
    assert (os.environ["HOME"] == str(tmp_path / named)) == kept
