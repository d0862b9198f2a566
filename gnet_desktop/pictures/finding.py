"""Which pictures lie under the files and folders that a person gave."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from gnet_desktop.file_kinds import PICTURE_ENDINGS
from gnet_desktop.files import is_file, is_folder
from gnet_desktop.pictures.natural import gently_sorted, natural_key
from gnet_desktop.pictures.recognition import HEAD, is_foreign_picture


def find_pictures(paths: Iterable[Path], *, recursive: bool = True) -> Iterator[Path]:
    """The pictures that ``paths`` stand for, one after another.

    A file is given as it is, whatever it holds (reading it will tell). A folder gives
    its pictures in natural order (2 before 10), then those of its folders if
    ``recursive``; hidden entries are skipped, links to folders followed once. A folder
    that cannot be looked into is given itself: reading it will tell why.
    """
    for path in paths:
        if is_folder(path):
            yield from _in_folder(path, recursive=recursive, seen=set())
        else:
            yield path


def _in_folder(folder: Path, *, recursive: bool, seen: set[tuple[int, int]]) -> Iterator[Path]:
    try:
        status = folder.stat()
        files, folders = _entries(folder)
    except FileNotFoundError:
        return  # it vanished while we were looking
    except OSError:
        yield folder
        return
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    yield from (folder / name for name in _natural(files) if is_picture(folder / name))
    if recursive:
        for name in _natural(folders):
            yield from _in_folder(folder / name, recursive=True, seen=seen)


def _entries(folder: Path) -> tuple[list[str], list[str]]:
    """Names of files and of folders. Names only: a folder may have a million entries."""
    files: list[str] = []
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith("."):
                with suppress(OSError):
                    (folders if entry.is_dir() else files).append(entry.name)
    return files, folders


def _natural(names: list[str]) -> Iterator[str]:
    return gently_sorted(names, lambda name: (natural_key(name), name))


def is_picture(path: Path) -> bool:
    """Whether a file is called like a picture or begins like one."""
    if path.suffix.lower() in PICTURE_ENDINGS:
        return True
    if not is_file(path):
        return False  # a pipe, a device, a link to nothing
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return False
    from gnet_desktop.pictures.decoders import surely_picture

    return surely_picture(head) or is_foreign_picture(head)
