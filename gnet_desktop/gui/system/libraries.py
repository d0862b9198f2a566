"""Which system libraries Qt's window needs, which are missing here, and the packages that hold them.

Only the standard library: setting up a checkout asks this before there is a Qt, and a window
that can't be shown asks it to say what helps.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

#: Debian's and Ubuntu's package for each library that Qt is linked to.
PACKAGES: Final = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libwayland-server.so.0": "libwayland-server0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}

#: What the change to 64-bit times renamed, and the release of each system that has it.
_RENAMED: Final = {"libglib2.0-0": "libglib2.0-0t64"}
_RENAMED_SINCE: Final = {"debian": 13, "ubuntu": 24}

#: What a window loads of the wheel, below its folder; servers' halves of Wayland and GTK are not.
_WINDOW: Final = (
    "Qt/lib/libQt6Widgets.so.6",
    "Qt/lib/libQt6SvgWidgets.so.6",
    "Qt/plugins/platforms/libq[wx]*.so",
    "Qt/plugins/wayland-*-client/*.so",
    "Qt/plugins/wayland-shell-integration/*.so",
    "Qt/plugins/xcbglintegrations/*.so",
    "Qt/plugins/platforminputcontexts/lib[ci]*.so",
    "Qt/plugins/iconengines/*.so",
)


def qt_folder() -> Path | None:
    """PySide6's folder, found without loading anything of it; None where there is none."""
    found = importlib.util.find_spec("PySide6")
    return Path(next(iter(found.submodule_search_locations or ()))) if found else None


def window_parts(qt: Path) -> list[Path]:
    """The shared libraries of PySide6 in ``qt`` that showing a window loads."""
    return [part for pattern in _WINDOW for part in sorted(qt.glob(pattern))]


def missing(qt: Path) -> list[str]:
    """Names of the system libraries that a window would look for in vain; empty where ldd isn't."""
    if not shutil.which("ldd"):
        return []
    said = subprocess.run(["ldd", *window_parts(qt)], capture_output=True, text=True).stdout
    return sorted(set(re.findall(r"^\s*(\S+) => not found", said, re.MULTILINE)))


def packages(libraries: Iterable[str], release: Path = Path("/etc/os-release")) -> list[str]:
    """The packages of this Debian or Ubuntu that hold those libraries of which that is known."""
    said = release.read_text(encoding="utf-8") if os.path.isfile(release) else ""
    renamed = _RENAMED if _has_renamed(said) else {}
    names = (PACKAGES[library] for library in libraries if library in PACKAGES)
    return list(dict.fromkeys(renamed.get(name, name) for name in names))


def _has_renamed(os_release: str) -> bool:
    facts = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', os_release, re.MULTILINE))
    number = re.match(r"\d+", facts.get("VERSION_ID", "0"))
    since = _RENAMED_SINCE.get(facts.get("ID", ""))
    return since is not None and number is not None and int(number[0]) >= since


def advice(libraries: Iterable[str]) -> str:
    """One sentence: the line that installs the libraries here, or their names where none is known."""
    return " ".join(_sentences(list(libraries)))


def _sentences(libraries: list[str]) -> Iterator[str]:
    unknown = libraries
    if shutil.which("apt-get"):
        unknown = [library for library in libraries if library not in PACKAGES]
        if known := packages(libraries):
            yield f"Install them: sudo apt-get install {' '.join(known)}"
    if unknown:
        yield f"Install the packages of this system that hold {', '.join(unknown)}."
