"""``gnet-desktop desktop-entry``: a place in this person's menu, for what was installed without root."""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gnet_desktop.errors import ExportError, MachineError
from gnet_desktop.files import is_file, is_folder, write_whole

_ID: Final = "io.github.gnet_desktop.gnet_desktop"

#: Below a folder of shared files: where a wheel or a bundle brings each, where a checkout has it.
FILES: Final = {
    f"applications/{_ID}.desktop": f"packaging/desktop/{_ID}.desktop",
    "applications/zz-gnet-desktop-pictures.desktop": "packaging/desktop/zz-gnet-desktop-pictures.desktop",
    f"metainfo/{_ID}.metainfo.xml": f"packaging/desktop/{_ID}.metainfo.xml",
    f"mime/packages/{_ID}.xml": f"packaging/desktop/{_ID}.xml",
    f"icons/hicolor/scalable/apps/{_ID}.svg": "resources/icons/icon.svg",
}

#: Told of the change where they are installed; desktops look for themselves before long.
_REFRESHERS: Final = (("update-desktop-database", "applications"), ("update-mime-database", "mime"))


def run(arguments: argparse.Namespace) -> int:
    """Write the files, or take them away; one line for each on stdout."""
    if not sys.platform.startswith("linux"):
        raise MachineError(
            "Menu entries of this kind are for Linux.", "", "On Windows and macOS use the installer."
        )
    share = _share()
    for target, done in _remove(share) if arguments.remove else _install(share):
        print(f"{done} {target}")
    for command, folder in _REFRESHERS:
        if shutil.which(command) and is_folder(share / folder):
            subprocess.run([command, share / folder], capture_output=True)
    return 0


def _share() -> Path:
    """This person's folder of shared files, by the rule of freedesktop.org."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _install(share: Path) -> Iterator[tuple[Path, str]]:
    program = _program()
    for name, source in _sources().items():
        data = source.read_bytes()
        if name.endswith(".desktop"):
            data = with_program(data.decode(), program).encode()
        target = share / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExportError(
                f"{target} was not written.", f"{error.strerror}.", "Set XDG_DATA_HOME."
            ) from error
        write_whole(target, data)
        yield target, "wrote"


def _remove(share: Path) -> Iterator[tuple[Path, str]]:
    for name in FILES:
        target = share / name
        if is_file(target):
            target.unlink()
            yield target, "removed"


def _sources() -> dict[str, Path]:
    """The files that came with this installation: a wheel's lie in its environment, a bundle's inside it."""
    checkout = Path(__file__).resolve().parents[2]
    for found in (
        {name: Path(sys.prefix) / "share" / name for name in FILES},
        {name: checkout / source for name, source in FILES.items()},
    ):
        if all(is_file(path) for path in found.values()):
            return found
    raise MachineError(
        "This installation brought no menu entry of its own.",
        "",
        "A Debian package has put one where it belongs; otherwise install the wheel anew.",
    )


def _program() -> Path:
    """The command of this installation, which a desktop may not find by its name."""
    beside = Path(sys.executable).with_name("gnet-desktop")
    return beside if is_file(beside) else Path(shutil.which("gnet-desktop") or sys.argv[0]).absolute()


def with_program(entry: str, program: Path) -> str:
    """The menu entry with the program's full path, quoted as desktop entries want it."""
    inner = re.sub(r'(["`$\\])', r"\\\1", str(program)).replace("\\", "\\\\").replace("%", "%%")
    entry = re.sub(r"^Exec=gnet-desktop", lambda _: f'Exec="{inner}"', entry, flags=re.MULTILINE)
    plain = str(program).replace("\\", "\\\\")
    return re.sub(r"^TryExec=gnet-desktop", lambda _: f"TryExec={plain}", entry, flags=re.MULTILINE)
