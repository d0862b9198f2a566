"""Class names: where they are found, how their files are read, and that they fit.

A list of the wrong length is an error in words, never a shifted list; equal names
stay separate classes.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from gnet_desktop.budget import Budget, spending
from gnet_desktop.checkpoints.checkpoint import NUMBERED, Labels
from gnet_desktop.counting import how_often
from gnet_desktop.errors import LabelsError
from gnet_desktop.files import is_file, is_folder, why_unreadable
from gnet_desktop.plain_json import parsed
from gnet_desktop.resources import resource
from gnet_desktop.shown import plain, shown, whole

BACKGROUND: Final = "background"
_LARGEST: Final = 16 * 2**20
_MOST_NAMES: Final = 100_000
_LONGEST_NAME: Final = 200
_LONGEST_LINE: Final = 4096
_MOST_DIGITS: Final = 9
_LINE_ENDS: Final = ("\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")

# Names that files of class names usually have, beside a checkpoint.
_NEIGHBOURS: Final = (
    "class_indices.json",
    "class_to_idx.json",
    "classes.json",
    "labels.json",
    "classes.txt",
    "labels.txt",
    "synset_words.txt",
    "classes.csv",
    "labels.csv",
    "config.json",
)
# Keys under which JSON objects keep their names.
_KEYS: Final = (
    "id2label",
    "label_names",
    "class_to_idx",
    "label2id",
    "labels",
    "classes",
    "class_names",
    "names",
    "categories",
)

_SYNSET: Final = re.compile(r"(n\d{8})[\s,:]+(\S.*)")
_NUMBERED: Final = re.compile(r"\{?\s*['\"]?(\d{1,9})['\"]?(?:\s*[:\t;,]\s*|\s+)(\S.*?)\s*,?\s*\}?")


def find_labels(
    path: Path, count: int, metadata: Mapping[str, str], *, given: Path | None = None, special: int = 0
) -> tuple[Labels, tuple[str, ...]]:
    """The names of a checkpoint's ``count`` outputs and notes about them.

    First ``given`` (which must fit), then the file's own metadata, then a file beside it
    (each passed over with a note if it doesn't fit), then ImageNet's by count, then
    "class 0…N−1". ``special`` is a count that has its own unpublished order (Lucid's 1008).
    Raises LabelsError for ``given`` only.
    """
    if given is not None:
        return read_labels(given, count), ()
    labels, own = _from_metadata(metadata["labels"], count) if "labels" in metadata else (None, ())
    if labels is not None:
        return labels, ()
    labels, notes = _beside(path, count)
    if labels is None:
        labels, more = _by_count(count, special)
        notes = (*notes, *more)
    return labels, (*own, *notes)


def read_labels(path: Path, count: int | None = None) -> Labels:
    """The names in a file, or those of a folder of class folders.

    JSON (a list, index → name, name → index, or one of these under a usual key), CSV
    with one or two columns, or text with a name a line, numbered or with synset
    identifiers. Raises LabelsError if it cannot be read, or has not ``count`` names.
    """
    file = plain(path.name, _LONGEST_NAME)
    try:
        with spending(Budget(LabelsError)):
            labels = _from_folder(path, file) if is_folder(path) else _from_file(path, file)
    except OSError as error:
        raise LabelsError(f"The class names in {file} cannot be read.", *why_unreadable(error)) from error
    except LabelsError:
        raise
    except ValueError as error:
        raise LabelsError(
            f"{file} does not hold class names.",
            f"{str(error)[:1].upper()}{str(error)[1:]}.",
            "Give a name a line, JSON, CSV or a folder of class folders.",
        ) from error
    if count is not None and len(labels.names) != count:
        raise LabelsError(
            f"{file} has {len(labels.names)} names, but the network has {count} outputs.",
            "Names would stand beside the wrong answers.",
            "Choose the file that belongs to this checkpoint.",
        )
    return labels


def imagenet() -> tuple[str, ...]:
    """The 1000 names of ImageNet 2012, in torchvision's wording and order."""
    return tuple(name for _, name in _imagenet_lines())


def wordnet_ids() -> tuple[str, ...]:
    """The WordNet ids of ImageNet's 1000 classes, in the order of `imagenet`."""
    return tuple(identifier for identifier, _ in _imagenet_lines())


def _imagenet_lines() -> Iterator[tuple[str, str]]:
    for line in resource("labels", "imagenet.txt").read_text("utf-8").splitlines():
        identifier, _, name = line.partition(" ")
        yield identifier, name


def _from_file(path: Path, file: str) -> Labels:
    text = _text(path, file)
    if how_often(text, _LINE_ENDS, most=_MOST_NAMES) > _MOST_NAMES:
        raise ValueError(f"it has more than {whole(_MOST_NAMES)} lines")
    return Labels(_short(_parse(text, path)), file)


def _short(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names as they can be shown; raises ValueError where there are more than anyone has."""
    if len(names) > _MOST_NAMES:
        raise ValueError(f"it has {whole(len(names))} names")
    return tuple(plain(name, _LONGEST_NAME) for name in names)


def _text(path: Path, file: str) -> str:
    if path.stat().st_size > _LARGEST:
        raise LabelsError(f"{file} is too large for a list of class names.", "It has over 16 MB.")
    data = path.read_bytes()
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelsError(f"{file} is not text in UTF-8.", "", "Save it again as UTF-8.") from error


def _parse(text: str, path: Path) -> tuple[str, ...]:
    start = text.lstrip()[:1]
    if start in ("[", "{"):
        try:
            return _from_json(parsed(text))
        except json.JSONDecodeError as error:
            lines = _lines(text)
            names = _numbered(lines) if max(map(len, lines)) <= _LONGEST_LINE else None
            if names is None:  # no Python dictionary either, a name a line
                raise ValueError(f"it begins as JSON does, but breaks off at line {error.lineno}") from error
            return names
    if max(map(len, text.splitlines()), default=0) > _LONGEST_LINE:
        raise ValueError(f"it has a line of more than {whole(_LONGEST_LINE)} letters")
    return _from_csv(text) if path.suffix.lower() in (".csv", ".tsv") else _from_lines(text)


def _from_json(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_name(one) for one in value)
    if not isinstance(value, dict) or not value:
        raise ValueError("it holds neither a list nor names by number")
    for key in _KEYS:
        if isinstance(value.get(key), (list, dict)):
            return _from_json(value[key])
    if all(isinstance(one, int) and not isinstance(one, bool) for one in value.values()):
        return _in_order({index: name for name, index in value.items()}, len(value))
    if all(key.isdecimal() and len(key) <= _MOST_DIGITS for key in value):
        return _in_order({int(key): _name(one) for key, one in value.items()}, len(value))
    raise ValueError("neither its keys nor its values are numbers")


def _name(value: Any) -> str:
    """A name, or the last text of a list such as ["n01440764", "tench"]."""
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        value = value[-1]
    if not isinstance(value, str):
        raise ValueError(f"{shown(value, 40)!r} is not a name")
    return value.strip()


def _in_order(names: Mapping[int, str], count: int) -> tuple[str, ...]:
    if sorted(names) != list(range(count)):
        raise ValueError(f"its numbers are not 0 to {count - 1}, each once")
    return tuple(names[index] for index in range(count))


def _from_csv(text: str) -> tuple[str, ...]:
    sample = text[:4096]
    delimiter = max(",;\t", key=sample.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(map(str.strip, row))]
    except csv.Error as error:
        raise ValueError("its lines or quotation marks do not end as those of a table do") from error
    if not rows:
        raise ValueError("it is empty")
    width = min(map(len, rows))
    if width == 1:
        return tuple(row[0].strip() for row in rows)
    numbers = next(
        (place for place in (0, 1) if all(row[place].strip().isdecimal() for row in rows[1:])), None
    )
    if numbers is None:
        return tuple(row[-1].strip() for row in rows)
    if not rows[0][numbers].strip().isdecimal():
        rows = rows[1:]  # a row of headings
    pairs = [(int(row[numbers]), row[1 - numbers].strip()) for row in rows]
    if len({index for index, _ in pairs}) < len(pairs):
        raise ValueError("a number stands twice")
    return _in_order(dict(pairs), len(pairs))


def _from_lines(text: str) -> tuple[str, ...]:
    lines = _lines(text)
    if not lines:
        raise ValueError("it is empty")
    synsets = [_SYNSET.fullmatch(line) for line in lines]
    if all(synsets):
        return tuple(match[2].partition(",")[0].strip() for match in synsets if match)
    return _numbered(lines) or tuple(lines)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip(" \t{}")]


def _numbered(lines: list[str]) -> tuple[str, ...] | None:
    """The names of lines that are numbered from 0, in whatever order; None for other lines."""
    matches = [match for match in map(_NUMBERED.fullmatch, lines) if match]
    pairs = {int(match[1]): match[2].strip("'\" ") for match in matches}
    if len(lines) < 2 or sorted(pairs) != list(range(len(lines))):
        return None
    return _in_order(pairs, len(lines))


def _from_folder(path: Path, file: str) -> Labels:
    """Class folders as text sorts them, which is what training loaders do; by number as the alternative."""
    found = (one.name for one in path.iterdir() if is_folder(one) and not one.name.startswith("."))
    names = list(islice(found, _MOST_NAMES + 1))
    if len(names) > _MOST_NAMES:
        raise ValueError(f"it has more than {whole(_MOST_NAMES)} folders")
    if not names:
        raise LabelsError(
            f"The folder {file} has no class folders in it.", "", "Choose the folder above them."
        )
    from natsort import natsorted

    as_text, as_numbers = tuple(sorted(names)), tuple(natsorted(names))
    return Labels(as_text, f"folders in {file}, sorted as text", as_numbers if as_numbers != as_text else ())


def _from_metadata(text: str, count: int) -> tuple[Labels | None, tuple[str, ...]]:
    try:
        names = _short(_from_json(parsed(text)))
    except ValueError:
        return None, ()
    if len(names) == count:
        return Labels(names, "the file itself"), ()
    told = f"it has {whole(len(names))} names, but the network has {whole(count)} outputs"
    return None, (f"Class names in the file were passed over: {told}.",)


def _beside(path: Path, count: int) -> tuple[Labels | None, tuple[str, ...]]:
    stem = path.name.partition(".")[0]
    notes: list[str] = []
    for name in (*_NEIGHBOURS, *(f"{stem}{ending}" for ending in (".json", ".txt", ".csv"))):
        candidate = path.parent / name
        if candidate == path or not is_file(candidate) or not _may_hold_names(candidate):
            continue
        try:
            return read_labels(candidate, count), tuple(notes)
        except LabelsError as error:
            notes.append(f"Class names beside the file were passed over: {error.what}")
    return None, tuple(notes)


def _may_hold_names(path: Path) -> bool:
    """Hugging Face's and timm's settings hold names only under these keys; any other file is a list."""
    if path.name != "config.json":
        return True
    try:
        data = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
        return b'"id2label"' in data or b'"label_names"' in data
    except OSError:
        return False


def _by_count(count: int, special: int) -> tuple[Labels, tuple[str, ...]]:
    if count and count == special:
        names = tuple(f"output {index}" for index in range(count))
        note = f"The {count} outputs have an order of their own, and no list of it is known here."
        return Labels(names, NUMBERED), (note,)
    make = _BY_COUNT.get(count)
    if make is not None:
        return make()
    return Labels(tuple(f"class {index}" for index in range(count)), NUMBERED), ()


def _with_background() -> tuple[Labels, tuple[str, ...]]:
    note = "Output 0 is taken for the background class, so that ImageNet's names begin at output 1."
    return Labels((BACKGROUND, *imagenet()), "ImageNet 2012 behind a background class, by count"), (note,)


_BY_COUNT: Final[Mapping[int, Callable[[], tuple[Labels, tuple[str, ...]]]]] = {
    1000: lambda: (Labels(imagenet(), "ImageNet 2012, by count"), ()),
    1001: _with_background,
}
