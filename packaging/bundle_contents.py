"""What goes into the bundle: which modules, Qt plug-ins and system libraries, and why not the rest."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

#: (name in the bundle, path on this machine, PyInstaller's kind of entry)
Entry = tuple[str, str, str]

#: Packages that the program never imports, or only tries to (torchvision: it doubles the
#: time to start, and no release of it fits beside the CPU build of torch on PyPI).
NEVER_USED: Final = (
    "torchvision", "tkinter", "_tkinter", "matplotlib", "IPython", "pytest", "_pytest", "hypothesis", "cv2",
    "readline", "curses", "_curses", "dbm", "_gdbm", "tensorboard", "torch.utils.tensorboard",
    "scipy", "pandas", "setuptools", "pkg_resources", "pip", "PySide6.QtQml", "PySide6.QtQuick",
    "PySide6.QtTest", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets",
)  # fmt: skip

#: What torch imports only to compile, export or trace: it loads, runs and saves without them.
#: Tried per release by blocking the import; the self-test of the bundle tries it again.
COMPILERS: Final = (
    "sympy", "mpmath", "networkx", "jinja2", "markupsafe", "fsspec", "yaml", "triton",
    "torch._inductor", "torch._dynamo", "torch.onnx", "functorch", "caffe2",
)  # fmt: skip

#: torch's test programs, headers and test libraries: 138 MB that its hook collects.
#: torch looks for torch_shm_manager when it is imported, though only worker processes use it.
TORCH_LEFTOVERS: Final = re.compile(
    r"torch/(bin/(?!torch_shm_manager)|test/|include/|share/)|lib(torchbind_test|jitbackend_test|backend_with_compiler|aoti_custom_ops)"
)

#: Qt's plug-ins that the program uses; a group that is missing here is dropped as a whole.
#: Those for OpenGL are: we paint without it, and they would load the system's drivers, which
#: may need a newer C++ library than the one in the bundle.
QT_PLUGINS: Final = re.compile(
    r"""/plugins/(
        platforms/.*(qxcb|qwayland|qoffscreen|qminimal|qwindows|qcocoa)
      | (iconengines|styles|wayland-shell-integration|wayland-decoration-client|platforminputcontexts)/
      | imageformats/.*q(jpeg|svg|webp|tiff|gif|ico|icns)
      | platformthemes/.*xdgdesktopportal
    )""",
    re.VERBOSE,
)

#: Qt's own texts (buttons of dialogs) in the languages that the program speaks or will.
QT_TRANSLATIONS: Final = re.compile(r"/translations/qtbase_(de|en|ko)\.qm$")


EXCLUDED: Final = (*NEVER_USED, *COMPILERS)


def nvidia_libraries(site: Path) -> list[Entry]:
    """The CUDA libraries of PyPI's nvidia packages, at the places where torch's run paths look.

    Binary analysis finds those that torch is linked to; cuDNN and NVRTC load their
    parts by name.
    """
    found = sorted((site / "nvidia").glob("**/lib/*.so*"))
    return [(path.relative_to(site).as_posix(), str(path), "BINARY") for path in found if path.is_file()]


@contextmanager
def linked_instead_of_copied() -> Iterator[None]:
    """Let PyInstaller link what it would copy: two copies of the CUDA libraries take 9 GB.

    The linked files must not be changed afterwards, since they are the environment's own.
    """
    copy = shutil.copyfile

    def link(source: str, target: str) -> str:
        if not re.search(r"site-packages/(nvidia|torch)/", source) or Path(target).exists():
            return copy(source, target)
        os.link(Path(source).resolve(), target)
        return target

    shutil.copyfile = link  # type: ignore[assignment]
    try:
        yield
    finally:
        shutil.copyfile = copy


def kept_binaries(entries: Iterable[Entry]) -> list[Entry]:
    """Binaries without unused plug-ins, and without system libraries that only those needed."""
    wanted = [entry for entry in entries if _is_wanted(entry[0])]
    return _reachable(wanted) if sys.platform == "linux" else wanted


def kept_data(entries: Iterable[Entry]) -> list[Entry]:
    """Data files without what belongs to the dropped parts.

    On Linux also without the links at the top of the folder: they point to libraries
    that may have been dropped, and nothing opens them by that name. On macOS they are
    how libraries find each other and Python: there every ``@rpath`` is the top.
    """
    return [entry for entry in entries if _is_wanted(entry[0]) and not _is_useless_link(entry)]


def _is_useless_link(entry: Entry) -> bool:
    return sys.platform == "linux" and entry[2] == "SYMLINK" and "/" not in entry[0]


def _is_wanted(name: str) -> bool:
    name = name.replace("\\", "/")
    if TORCH_LEFTOVERS.search(name) or "dist-info/licenses/" in name:
        return False  # licences come as one file, THIRD_PARTY_NOTICES.txt
    if "/plugins/" in name:
        return bool(QT_PLUGINS.search(name))
    if "PySide6" in name and "/translations/" in name:
        return bool(QT_TRANSLATIONS.search(name))
    return True


def _is_system(entry: Entry) -> bool:
    """Whether this library was copied from the system rather than from a Python package."""
    return entry[1].startswith(("/lib", "/usr/lib")) and "/" not in entry[0]


def _reachable(entries: list[Entry]) -> list[Entry]:
    """The entries less system libraries that nothing else in the bundle loads."""
    system = {PurePosixPath(entry[0]).name: entry for entry in entries if _is_system(entry)}
    kept = [entry for entry in entries if not _is_system(entry)]
    waiting = [entry[1] for entry in kept]
    while waiting:
        for name in _needed(waiting.pop()):
            entry = system.pop(name, None)
            if entry is not None:
                kept.append(entry)
                waiting.append(entry[1])
    return kept


def _needed(path: str) -> Iterator[str]:
    """File names of the libraries that this one asks for."""
    from PyInstaller.depend.bindepend import get_imports

    if Path(path).is_file():
        yield from (PurePosixPath(name).name for name, _ in get_imports(path))


def windows_version_file(folder: Path, version: str) -> str:
    """Write the version resource that Windows shows in a file's properties; its path."""
    numbers = (*map(int, version.split(".")[:3]), 0)
    strings = {
        "CompanyName": "GNet Desktop developers",
        "FileDescription": "GNet Desktop",
        "FileVersion": version,
        "ProductName": "GNet Desktop",
        "ProductVersion": version,
        "OriginalFilename": "gnet-desktop.exe",
        "LegalCopyright": "MIT licence",
    }
    table = ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in strings.items())
    path = folder / "windows-version.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}),\n"
        f"  kids=[StringFileInfo([StringTable('040904B0', [{table}])]),\n"
        "        VarFileInfo([VarStruct('Translation', [0x0409, 1200])])])\n",
        encoding="utf-8",
    )
    return str(path)


def write_manifest(path: Path, modules: Iterable[Entry], files: Iterable[Entry]) -> None:
    """Leave word of what was collected and where from, for the licence notices."""
    path.parent.mkdir(parents=True, exist_ok=True)
    modules_, files_ = (sorted({(e[0], str(e[1])) for e in each}) for each in (modules, files))
    path.write_text(json.dumps({"modules": modules_, "files": files_}, indent=0), encoding="utf-8")
