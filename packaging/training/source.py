"""The pictures: a tar of small JPEGs becomes uint8 arrays on disk, decoded once and memory-mapped."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

SIDE: Final = 64
PARTS: Final = ("train", "val")
LARGEST_MEMBER: Final = 1 << 20  # bytes; the pictures are about 2 kB, the class list 10 kB


@dataclass(frozen=True, slots=True)
class Pictures:
    """``pixels`` (n, 64, 64, 3) uint8 RGB and ``classes`` (n,) int64 of one part. Not to be written."""

    pixels: np.ndarray
    classes: np.ndarray

    def __len__(self) -> int:
        return len(self.classes)


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that was in the tar: names of the classes in order, and both parts."""

    names: tuple[str, ...]
    train: Pictures
    val: Pictures


def class_names(description: bytes) -> tuple[str, ...]:
    """Names in order, from ``classes.json`` (``{"classes": [{"name", "wnids"}…]}``)."""
    return tuple(str(entry["name"]) for entry in json.loads(description)["classes"])


def members(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of the plain files in ``tar``; nothing is ever unpacked to disk under its own name."""
    for member in tar:
        if not member.isfile():
            continue
        if member.size > LARGEST_MEMBER:
            raise ValueError(
                f"{member.name} has {member.size} bytes; a picture of {SIDE}×{SIDE} has a few thousand"
            )
        handle = tar.extractfile(member)
        if handle is not None:
            yield member.name, handle.read()


def decoded(data: bytes, *, name: str) -> np.ndarray:
    """The picture as (64, 64, 3) uint8; raises ValueError for another size."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        if image.size != (SIDE, SIDE):
            raise ValueError(f"{name} is {image.size[0]}×{image.size[1]}, not {SIDE}×{SIDE}")
        return np.asarray(image.convert("RGB"))


def unpack(tar_path: Path, folder: Path) -> None:
    """Decode the whole tar into ``folder``: classes.json, and for each part its pixels and classes.

    Written beside and renamed as a whole, so a folder that exists is complete. Takes about half a minute.
    """
    beside = folder.with_name(f"{folder.name}.{os.getpid()}")
    beside.mkdir(parents=True)
    found: dict[str, tuple[list[np.ndarray], list[int]]] = {part: ([], []) for part in PARTS}
    with tarfile.open(tar_path) as tar:
        for name, data in members(tar):
            part, _, rest = name.partition("/")
            if name == "classes.json":
                (beside / "classes.json").write_bytes(data)
            elif part in found:
                found[part][0].append(decoded(data, name=name))
                found[part][1].append(int(rest.partition("/")[0]))
    for part, (pixels, classes) in found.items():
        np.save(beside / f"{part}.pixels.npy", np.stack(pixels))
        np.save(beside / f"{part}.classes.npy", np.asarray(classes, np.int64))
    os.rename(beside, folder)


def opened(folder: Path) -> Source:
    """The unpacked data; pixels are memory-mapped, and writing to them would not reach the file."""

    def part(name: str) -> Pictures:
        pixels = np.load(folder / f"{name}.pixels.npy", mmap_mode="c")
        return Pictures(pixels, np.load(folder / f"{name}.classes.npy"))

    names = class_names((folder / "classes.json").read_bytes())
    return Source(names, *(part(name) for name in PARTS))


def prepared(tar_path: Path, folder: Path) -> Source:
    """The data, unpacked first if ``folder`` doesn't hold it yet."""
    if not folder.exists():
        unpack(tar_path, folder)
    return opened(folder)
