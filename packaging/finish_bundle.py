"""Makes the bundle smaller and checks that it may be handed out:

    finish_bundle.py FOLDER cpu|cuda

Strips symbols and the builder's paths, prints the twenty largest files, and fails for a CUDA
library in the CPU bundle, a second OpenMP run-time, a C library newer than promised, a path too
long for Windows, or a size above the budget.
"""

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from project import BUDGETS, GLIBC

CUDA: Final = re.compile(r"lib(cud|cublas|cufft|cusparse|nccl|nv|torch_cuda|c10_cuda)|nvidia")
OPENMP: Final = re.compile(r"lib(g|i)?omp[-.0-9a-f]*\.(so|dylib|dll)", re.IGNORECASE)
LONGEST_PATH: Final = 150  # Windows allows 260 for all; the rest is the person's own folder
ELF: Final = b"\x7fELF"
MACHO: Final = (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")  # for one processor, for several


def files(folder: Path) -> Iterator[Path]:
    return (each for each in sorted(folder.rglob("*")) if each.is_file() and not each.is_symlink())


def is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == ELF


def strip(folder: Path) -> None:
    """Drop the symbols that only a debugger reads: 90 MB of libtorch_cpu.so, 15 MB of libpython.

    Not Qt's and not the executables: stripping those breaks them.
    """
    inside = folder / "_internal"
    places = (inside / "torch", inside / f"python{sys.version_info[0]}.{sys.version_info[1]}")
    libraries = [*inside.glob("libpython*.so*"), *(each for place in places for each in files(place))]
    subprocess.run(["strip", "--strip-unneeded", *filter(is_elf, libraries)], check=True)


def forget_the_builder(folder: Path) -> None:
    """Take out search paths of the machine that built it, and make only programs executable."""
    for path in files(folder):
        if not is_elf(path):
            path.chmod(0o644)
            continue
        path.chmod(0o644 if ".so" in path.name else 0o755)
        said = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True).stdout
        if re.search(r"^\s+R(UN)?PATH\s+/", said, re.MULTILINE):
            subprocess.run(["patchelf", "--remove-rpath", str(path)], check=True)


def put_in_order(library: Path) -> None:
    """Write the archive of Python's own modules anew, by name: PyInstaller's order changes each time."""
    with zipfile.ZipFile(library) as archive:
        members = [(each.compress_type, each.filename, archive.read(each)) for each in archive.infolist()]
    with zipfile.ZipFile(library, "w") as archive:
        for compression, name, data in sorted(members, key=lambda each: each[1]):
            archive.writestr(zipfile.ZipInfo(name), data, compression)  # of 1980, the format's first day


def needed_glibc(folder: Path) -> tuple[int, ...]:
    """The newest version of the GNU C library that a file in the folder asks for."""
    versions: set[tuple[int, ...]] = {(2, 0)}
    for path in files(folder):
        if is_elf(path):
            said = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True).stdout
            versions |= {tuple(map(int, v.split("."))) for v in re.findall(r"GLIBC_([0-9.]+)", said)}
    return max(versions)


def lost_libraries(folder: Path) -> Iterator[str]:
    """Libraries of a macOS bundle that the loader would look for in vain, as "FILE: NAME".

    PyInstaller has them all asked for as ``@rpath/NAME``, and the run path of each file is
    the folder of libraries, relative to the file itself.
    """
    for path in files(folder):
        for name, runs in _asked_for(path):
            places = (Path(run.replace("@loader_path", str(path.parent))) / name for run in runs)
            if not any(place.exists() for place in places):
                yield f"{path.relative_to(folder)}: {name}"


def _asked_for(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each name after ``@rpath/`` that a Mach-O file asks for, with its run paths."""
    from macholib.mach_o import LC_LOAD_DYLIB, LC_RPATH
    from macholib.MachO import MachO

    with path.open("rb") as file:
        if file.read(4) not in MACHO:
            return
    try:
        headers = MachO(str(path)).headers
    except ValueError:  # static libraries and Java's classes begin like libraries for several processors
        return
    for header in headers:
        texts = [
            (load.cmd, data.partition(b"\0")[0].decode())
            for load, _, data in header.commands
            if load.cmd in (LC_LOAD_DYLIB, LC_RPATH)
        ]
        runs = [text for command, text in texts if command == LC_RPATH]
        for command, text in texts:
            if command == LC_LOAD_DYLIB and text.startswith("@rpath/"):
                yield text.removeprefix("@rpath/"), runs


def faults(folder: Path, flavour: str) -> Iterator[str]:
    """What must not be so, as sentences."""
    names = [each.relative_to(folder).as_posix() for each in files(folder)]
    if flavour == "cpu":
        yield from (f"a CUDA library in the CPU bundle: {name}" for name in names if CUDA.search(name))
    runtimes = [name for name in names if OPENMP.search(name)]
    if len(runtimes) > 1:
        yield f"more than one OpenMP run-time: {', '.join(runtimes)}"
    yield from (f"a path too long for Windows: {name}" for name in names if len(name) > LONGEST_PATH)
    if sys.platform == "linux" and needed_glibc(folder) > GLIBC:
        yield f"it asks for the GNU C library {needed_glibc(folder)}, promised is {GLIBC}"
    if sys.platform == "darwin":
        yield from (f"a library that macOS would not find: {lost}" for lost in lost_libraries(folder))
    size = sum(each.stat().st_size for each in files(folder)) / 1e6
    if size > BUDGETS[f"{flavour} folder"]:
        yield f"{size:.0f} MB are more than the {BUDGETS[f'{flavour} folder']} allowed"


def report(folder: Path) -> None:
    sized = sorted(((each.stat().st_size, each) for each in files(folder)), reverse=True)
    for size, path in sized[:20]:
        print(f"{size / 1e6:8.1f} MB  {path.relative_to(folder)}")
    print(f"{sum(size for size, _ in sized) / 1e6:8.1f} MB  in {len(sized)} files")
    if sys.platform == "linux":
        print(f"needs the GNU C library {'.'.join(map(str, needed_glibc(folder)))}")


def main(folder: Path, flavour: str) -> int:
    for library in folder.rglob("base_library.zip"):
        put_in_order(library)
    if flavour == "cpu" and sys.platform == "linux":  # the CUDA bundle's are links to its environment's
        strip(folder)
        forget_the_builder(folder)
    report(folder)
    found = list(faults(folder, flavour))
    for fault in found:
        print(f"wrong: {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
