"""A menu entry for programs that pipx, uv or pip installed: written, valid, and taken away."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gnet_desktop.cli import main
from gnet_desktop.commands import desktop_entry
from gnet_desktop.errors import MachineError

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's menus")


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path / "share"


def files(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def test_what_is_installed_is_told_and_removed_to_the_last_file(
    share: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop_entry, "_REFRESHERS", ())  # whose caches are the desktop's own
    assert main(["desktop-entry", "--install"]) == 0
    told = {line.removeprefix(f"wrote {share}/") for line in capsys.readouterr().out.splitlines()}
    assert told == files(share)
    assert any(name.endswith(".svg") for name in told)
    assert main(["desktop-entry", "--remove"]) == 0
    assert files(share) == set()
    assert main(["desktop-entry", "--remove"]) == 0


def test_the_entries_start_this_installation_and_are_valid(share: Path) -> None:
    assert main(["desktop-entry", "--install"]) == 0
    entries = sorted((share / "applications").glob("*.desktop"))
    assert len(entries) == 2
    for path in entries:
        entry = configparser.RawConfigParser()
        entry.optionxform = str  # type: ignore[assignment]
        entry.read(path, encoding="utf-8")
        program = entry["Desktop Entry"]["TryExec"]
        assert Path(program).is_absolute()
        assert entry["Desktop Entry"]["Exec"] == f'"{program}" %F'
        if shutil.which("desktop-file-validate"):
            said = subprocess.run(["desktop-file-validate", path], capture_output=True, text=True)
            assert said.returncode == 0, said.stdout


@pytest.mark.parametrize(
    ("folder", "quoted"),
    [
        ("/home/me/my tools", "/home/me/my tools"),
        ("/home/50%", "/home/50%%"),
        ('/home/"x"', '/home/\\\\"x\\\\"'),
        ("/home/$x", "/home/\\\\$x"),
    ],
)
def test_the_path_is_quoted_as_the_specification_says(folder: str, quoted: str) -> None:
    """Quoted first, then as a string, so that a quote needs two backslashes in the file."""
    entry = "Exec=gnet-desktop %F\n"
    assert desktop_entry.with_program(entry, Path(folder) / "gnet-desktop") == (
        f'Exec="{quoted}/gnet-desktop" %F\n'
    )


def test_an_installed_wheel_uses_what_it_brought(
    share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pip puts a wheel's shared files; not those of a checkout that lies elsewhere."""
    for name in desktop_entry.FILES:
        (tmp_path / "env/share" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "env/share" / name).write_text("Exec=gnet-desktop %F\n")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    assert main(["desktop-entry", "--install"]) == 0
    assert (
        "<svg"
        not in (share / "icons/hicolor/scalable/apps/io.github.gnet_desktop.gnet_desktop.svg").read_text()
    )


def test_where_none_was_brought_it_is_said(
    share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(
        desktop_entry, "__file__", str(tmp_path / "lib/gnet_desktop/commands/desktop_entry.py")
    )
    with pytest.raises(MachineError, match="brought no menu entry"):
        desktop_entry._sources()
