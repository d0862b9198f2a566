"""What a window needs of the machine, looked at before Qt would abort over it."""

import ctypes
import os
import re
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from gnet_desktop.errors import MachineError
from gnet_desktop.gui.system import libraries

_XCB_ONLY: Final = "libxcb-cursor.so.0"
#: Those that are missing most often: asked for at every start, the others when one of these is missing.
_LIBRARIES: Final = (_XCB_ONLY, "libEGL.so.1", "libGL.so.1")
#: The loader's words, with the library's name before them.
_NOT_LOADED: Final = re.compile(r"(\S+\.so[.\d]*): cannot open shared object file")
_PLUGIN_PATHS: Final = ("QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def drop_foreign_plugins() -> None:
    """Forget folders of plug-ins and fonts that OpenCV's wheel names: they belong to another Qt."""
    for name in _PLUGIN_PATHS:
        paths = os.environ.get(name, "").split(os.pathsep)
        kept = [path for path in paths if path and "cv2" not in Path(path).parts]
        if kept:
            os.environ[name] = os.pathsep.join(kept)
        else:
            os.environ.pop(name, None)


def check_display() -> None:
    """Raise MachineError, with the line that helps, where no window can be shown."""
    needed = _displays()
    if not sys.platform.startswith("linux") or not needed:
        return
    named = [name for name in needed if os.environ.get(name)]
    if not named:
        either = "Neither DISPLAY nor WAYLAND_DISPLAY is set."
        raise _no_display(either if len(needed) > 1 else f"{needed[0]} is not set.")
    answering = [name for name in named if _PROBES[name]()]
    if not answering:
        said = " and ".join(f"{name}={os.environ[name]}" for name in named)
        raise _no_display(f"Nothing answers at {said}.")
    if not getattr(sys, "frozen", False):
        _check_libraries(needs_xcb="WAYLAND_DISPLAY" not in answering)


def _displays() -> list[str]:
    """Variables of which one must name a display; none where Qt is told of another way to draw."""
    asked = os.environ.get("QT_QPA_PLATFORM", "")
    if asked.partition(":")[0] == "xcb":  # which aborts without one
        return ["DISPLAY"]
    return [] if asked else list(_PROBES)


def _no_display(why: str) -> MachineError:
    return MachineError(
        "No display was found.",
        why,
        "Start it from a desktop; 'gnet-desktop classify' and 'screenshot' work without one.",
    )


def _check_libraries(*, needs_xcb: bool) -> None:
    missing = [name for name in _LIBRARIES if (needs_xcb or name != _XCB_ONLY) and _load(name) is None]
    if missing:
        raise _lacking(missing)


def library_error(error: ImportError) -> MachineError | None:
    """What to say where a module's shared library isn't installed; None for another failure."""
    found = _NOT_LOADED.match(str(error))
    return _lacking([found[1]]) if found else None


def _lacking(known: Sequence[str]) -> MachineError:
    """The error for libraries of which ``known`` are missing, with all that Qt lacks here."""
    qt = libraries.qt_folder()
    missing = list(dict.fromkeys([*known, *(libraries.missing(qt) if qt else ())]))
    return MachineError(
        f"The window needs system libraries that are not installed: {_some_of(missing)}.",
        "",
        libraries.advice(missing),
    )


def _some_of(names: Sequence[str], most: int = 3) -> str:
    """The first of them and how many more: a bare system lacks thirty, and the advice covers all."""
    more = len(names) - most
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:most])} and {more} more"


def _load(name: str) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def _x_answers() -> bool:
    """Whether an X server takes a connection; True where that can't be asked."""
    xcb = _load("libxcb.so.1")
    if xcb is None:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    # never null, even where it failed
    connection = xcb.xcb_connect(None, None)
    if xcb.xcb_connection_has_error(connection):
        xcb.xcb_disconnect(connection)
        return False
    # kept: a server without other clients, as xvfb-run's, starts anew when its last one leaves,
    # and would turn Qt away in that moment
    return True


def _wayland_answers() -> bool:
    """Whether a compositor listens at its socket."""
    place = Path(os.environ.get("XDG_RUNTIME_DIR", "")) / os.environ["WAYLAND_DISPLAY"]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(2)
            probe.connect(os.fspath(place))
    except OSError:
        return False
    return True


_PROBES: Final[dict[str, Callable[[], bool]]] = {
    "DISPLAY": _x_answers,
    "WAYLAND_DISPLAY": _wayland_answers,
}
