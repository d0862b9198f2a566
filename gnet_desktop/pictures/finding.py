"""Which pictures lie under the files and folders that a person gave."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from gnet_desktop.pictures.decoders import has_decoder
from gnet_desktop.pictures.recognition import HEAD, is_foreign_picture

EXTENSIONS: Final = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".jp2", ".j2k"),
    *(".ico", ".icns", ".qoi", ".psd", ".sgi", ".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".heic", ".heif"),
)
"""Names that are taken for pictures unseen; other files are looked into."""


def find_pictures(paths: Iterable[Path], *, recursive: bool = True) -> Iterator[Path]:
    """The pictures that ``paths`` stand for, one after another.

    A file is given as it is, whatever it holds (reading it will tell). A folder gives
    its pictures in natural order (2 before 10), then those of its folders if
    ``recursive``; hidden entries are skipped, links to folders followed once.
    """
    for path in paths:
        if path.is_dir():
            yield from _in_folder(path, recursive=recursive, seen=set())
        else:
            yield path


def _in_folder(folder: Path, *, recursive: bool, seen: set[tuple[int, int]]) -> Iterator[Path]:
    try:
        status = folder.stat()
        entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
    except OSError:
        return  # unreadable or vanished while we were looking
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    entries = _natural(entries)
    yield from (Path(entry.path) for entry in entries if _is_file(entry) and _is_picture(Path(entry.path)))
    if recursive:
        for entry in entries:
            if _is_folder(entry):
                yield from _in_folder(Path(entry.path), recursive=True, seen=seen)


def _natural(entries: "list[os.DirEntry[str]]") -> "list[os.DirEntry[str]]":
    from natsort import natsort_keygen, ns

    key = natsort_keygen(key=lambda name: name.encode("utf-8", "replace").decode(), alg=ns.IGNORECASE)
    return sorted(entries, key=lambda entry: (key(entry.name), entry.name))


def _is_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_picture(path: Path) -> bool:
    if path.suffix.lower() in EXTENSIONS:
        return True
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return False
    return has_decoder(head) or is_foreign_picture(head)
