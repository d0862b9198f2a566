"""System libraries of Qt's window: all that it needs have a package, and the sentence is this release's."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLibraryInfo, QVersionNumber

from gnet_desktop import cli
from gnet_desktop.gui.system import libraries

#: Part of the C library, the compiler's run-time, or in the wheel itself.
ALWAYS_THERE = re.compile(
    r"^(lib(c|m|dl|rt|pthread|resolv)\.so|ld-linux|libstdc\+\+|libgcc_s|libQt6|libicu|libpyside6|libshiboken6)"
)
#: Qt 6.10 made one of Wayland's two.
WAYLAND = (
    {"libqwayland.so"}
    if QLibraryInfo.version() >= QVersionNumber(6, 10)
    else {"libqwayland-generic.so", "libqwayland-egl.so"}
)
wheel = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("objdump"), reason="reads Linux's libraries by objdump"
)


def needed(path: Path) -> list[str]:
    said = subprocess.run(["objdump", "-p", path], capture_output=True, text=True).stdout
    return re.findall(r"^\s+NEEDED\s+(\S+)", said, re.MULTILINE)


@wheel
def test_every_library_that_a_window_is_linked_to_has_a_package() -> None:
    qt = libraries.qt_folder()
    assert qt is not None
    waiting = libraries.window_parts(qt)
    wanted = {"libqxcb.so", "libqxcb-glx-integration.so", "libqsvgicon.so"} | WAYLAND
    assert wanted <= {part.name for part in waiting}
    seen: dict[str, Path] = {}
    outside: set[str] = set()
    while waiting:
        for name in needed(waiting.pop()):
            own = qt / "Qt" / "lib" / name
            if own.exists() and name not in seen:
                seen[name] = own
                waiting.append(own)
            elif not own.exists() and not ALWAYS_THERE.match(name):
                outside.add(name)
    assert outside - libraries.PACKAGES.keys() == set()


@wheel
@pytest.mark.skipif(not Path("/var/lib/dpkg").is_dir(), reason="asks dpkg")
def test_packages_are_those_that_hold_the_libraries_here() -> None:
    """Of those that are installed on this machine, dpkg tells the owner."""
    places = {name: Path("/usr/lib/x86_64-linux-gnu") / name for name in libraries.PACKAGES}
    there = {name: place for name, place in places.items() if place.exists()}
    asked = {
        name: {str(place), str(place.resolve()), str(place.resolve()).removeprefix("/usr")}
        for name, place in there.items()
    }
    command = ["dpkg", "-S", *set().union(*asked.values())]
    lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
    owned = [(line.partition(":")[0], line.rpartition(": ")[2]) for line in lines]
    wrong = {}
    for name, paths in asked.items():
        owners = {package for package, path in owned if path in paths}
        if owners and not owners & set(libraries.packages([name])):
            wrong[name] = owners
    assert wrong == {}


@pytest.mark.parametrize(
    ("release", "package"),
    [
        ('ID=debian\nVERSION_ID="12"\n', "libglib2.0-0"),
        ('ID=debian\nVERSION_ID="13"\n', "libglib2.0-0t64"),
        ('ID=ubuntu\nVERSION_ID="22.04"\n', "libglib2.0-0"),
        ('ID=ubuntu\nVERSION_ID="24.04"\n', "libglib2.0-0t64"),
        ("ID=arch\n", "libglib2.0-0"),
    ],
)
def test_the_package_is_named_as_in_this_release(release: str, package: str, tmp_path: Path) -> None:
    file = tmp_path / "os-release"
    file.write_text(release)
    assert libraries.packages(["libglib-2.0.so.0", "libgthread-2.0.so.0"], file) == [package]


@pytest.mark.parametrize("apt", ["/usr/bin/apt-get", None])
def test_a_library_without_a_known_package_is_never_given_to_apt(
    apt: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: apt)
    said = libraries.advice(["libEGL.so.1", "libnovel.so.7"])
    line, _, rest = said.partition("Install the packages")
    assert line == ("Install them: sudo apt-get install libegl1 " if apt else "")
    assert "libnovel.so.7" in rest
    assert ("libEGL.so.1" in rest) == (apt is None)


def test_a_library_that_qt_is_missing_is_said_with_status_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: list[str]) -> int:
        raise ImportError("libglib-2.0.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(cli, "_run", fails)
    assert cli.main([]) == 3
    said = capsys.readouterr().err
    assert "not installed: libglib-2.0.so.0" in said
    assert "libglib2.0-0" in said


def test_of_thirty_missing_libraries_some_are_named_and_all_their_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a bare system lacks is a wall of names; the line to type is what helps."""

    def fails(_: list[str]) -> int:
        raise ImportError("libglib-2.0.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(cli, "_run", fails)
    monkeypatch.setattr(libraries, "missing", lambda _: list(libraries.PACKAGES))
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert cli.main([]) == 3
    said = capsys.readouterr().err
    sentence, _, line = said.partition("Install them:")
    assert f"libglib-2.0.so.0, libEGL.so.1, libGL.so.1 and {len(libraries.PACKAGES) - 3} more." in sentence
    assert "libxkbcommon" not in sentence
    assert set(libraries.packages(libraries.PACKAGES)) <= set(line.split())


def test_another_failed_import_stays_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: list[str]) -> int:
        raise ImportError("cannot import name 'Nothing'")

    monkeypatch.setattr(cli, "_run", fails)
    with pytest.raises(ImportError, match="Nothing"):
        cli.main([])
