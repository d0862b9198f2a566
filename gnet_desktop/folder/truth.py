"""What the pictures of a folder really show: from class folders or a table, matched to classes.

A name that fits no class, or more than one, is never guessed: it is listed, and a person
may say which class it is.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from sys import intern
from typing import Final

from gnet_desktop.checkpoints.labels import imagenet, wordnet_ids
from gnet_desktop.errors import UsageError
from gnet_desktop.file_kinds import TABLE_ENDINGS
from gnet_desktop.files import is_file, why_unreadable

_WORDNET: Final = re.compile(r"n\d{8}")
_LARGEST: Final = 256 * 2**20
_LOOKED_FOR: Final = 1000
"""Rows of a table whose pictures are looked for, to see whether it is about a folder."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What each picture shows.

    ``given`` has the name that folder or table gives a picture: {path relative to the
    folder, with /: name}. ``classes`` are the names that fit a class: {name: index}.
    ``unmatched`` says of every other name why it fits none. ``source`` is for people.
    """

    source: str
    given: Mapping[str, str]
    classes: Mapping[str, int]
    unmatched: Mapping[str, str] = field(default_factory=dict)

    def of(self, path: str) -> int | None:
        """The class of a picture, or None if it isn't known."""
        return self.classes.get(self.given.get(path, ""))


def from_folders(paths: Iterable[str]) -> dict[str, str]:
    """{path: name of the innermost folder it lies in}; pictures beside the class folders have none."""
    return {path: intern(path.split("/")[-2]) for path in paths if "/" in path}


def from_table(file: Path) -> dict[str, str]:
    """{path: name} of a CSV or TSV file: a picture's path and its class in each row.

    A first row of headings (path, file, picture … and class, label …) is passed over.
    Raises UsageError if it cannot be read or a row has no two columns.
    """
    try:
        if file.stat().st_size > _LARGEST:
            raise UsageError(f"{file.name} is too large for a table of classes.", "It has over 256 MB.")
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"The table {file.name} cannot be read.", *why_unreadable(error)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name} is not text in UTF-8.", "", "Save it again as UTF-8.") from error
    separator = "\t" if "\t" in text.partition("\n")[0] else ","
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
    if not rows or any(len(row) < 2 for row in rows):
        raise UsageError(
            f"{file.name} is not a table of classes.",
            "Each row needs a picture's path and its class.",
            "Write rows like cats/1.jpg,tabby.",
        )
    if rows[0][0].strip().lower() in _HEADINGS:
        rows = rows[1:]
    return {row[0].strip().replace("\\", "/").removeprefix("./"): row[1].strip() for row in rows}


def is_about(file: Path, folder: Path) -> bool:
    """Whether a file is a table of classes for pictures of this folder: its rows name some that are there."""
    if file.suffix.lower() not in TABLE_ENDINGS:
        return False
    try:
        rows = from_table(file)
    except UsageError:
        return False
    return any(is_file(folder / path) for path in islice(rows, _LOOKED_FOR))


_HEADINGS: Final = frozenset({"path", "file", "filename", "file_name", "picture", "image", "name"})


def match(
    given: Mapping[str, str], labels: Sequence[str], source: str, corrected: Mapping[str, int] | None = None
) -> Truth:
    """Find the class of every name; what a person ``corrected`` (name → index) goes first.

    A name fits a class if it is its name (case, spaces, hyphens and underscores don't
    count), its WordNet id where the classes are ImageNet's, or, where all names are
    numbers, its number.
    """
    names = sorted(set(given.values()))
    rules = _Rules(labels, names)
    classes: dict[str, int] = {}
    unmatched: dict[str, str] = {}
    for name in names:
        found = (corrected or {}).get(name)
        fits = [found] if found is not None else rules.fits(name)
        if len(fits) == 1:
            classes[name] = fits[0]
        else:
            unmatched[name] = _why(fits, labels)
    return Truth(source, given, classes, unmatched)


def _why(fits: Sequence[int], _labels: Sequence[str]) -> str:
    if not fits:
        return "No class has this name."
    return f"{len(fits)} classes have this name: {', '.join(str(index) for index in fits[:5])}."


class _Rules:
    """Which classes a name fits, by each of the ways in which people name folders."""

    def __init__(self, labels: Sequence[str], names: Sequence[str]) -> None:
        self._count = len(labels)
        self._numbers = all(name.isdecimal() for name in names)
        self._by_name: dict[str, list[int]] = {}
        for index, label in enumerate(labels):
            self._by_name.setdefault(_plain(label), []).append(index)
        self._by_id = _wordnet_indices(labels)

    def fits(self, name: str) -> list[int]:
        by_name = self._by_name.get(_plain(name), [])
        if by_name:
            return by_name
        if _WORDNET.fullmatch(name):
            return [self._by_id[name]] if name in self._by_id else []
        number = int(name) if self._numbers and len(name) <= 6 else self._count
        return [number] if number < self._count else []


def _wordnet_indices(labels: Sequence[str]) -> dict[str, int]:
    """{WordNet id: index} where the classes are ImageNet's thousand, perhaps behind a background."""
    known = imagenet()
    for first in (0, 1):
        if tuple(labels[first : first + len(known)]) == known:
            return {identifier: first + index for index, identifier in enumerate(wordnet_ids())}
    return {}


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_\-]+", name.strip().casefold()))
