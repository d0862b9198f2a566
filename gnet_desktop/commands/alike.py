"""``index alike`` and ``index crops``: which units say the same or several things; crops as files."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gnet_desktop.commands.opening import choices, open_named, open_session, progress_wanted
from gnet_desktop.commands.output import CsvRows, as_json, words
from gnet_desktop.errors import UsageError
from gnet_desktop.network.naming import parse_part, units_of_part
from gnet_desktop.shown import counted

if TYPE_CHECKING:
    from gnet_desktop.folder.alike import AlikeUnits
    from gnet_desktop.network.architecture import Architecture

DIGITS: Final = 4
_Row = dict[str, Any]


def alike(arguments: argparse.Namespace) -> int:
    """Print the units of a module that say nearly the same, and those that say several things."""
    from gnet_desktop.folder import recounting, strongest
    from gnet_desktop.folder.alike import Gathering

    session = open_session(arguments)
    architecture = session.checkpoint.architecture
    module = _module(arguments, architecture)
    index = strongest.opened(_source(arguments), session.checkpoint, arguments.pictures)
    folder = _pictures(index.pictures, arguments.source)
    paths = recounting.some_pictures(index.place)
    gathering, done = Gathering(architecture.module(module).outputs), 0
    for names, maps in recounting.maps_of(folder, paths, session.network, index.convention, module):
        gathering.add(names, maps)
        done += len(names)
        say_progress(done, len(paths), "pictures")
    found = gathering.found()
    ALIKE_WRITERS[arguments.format](_rows(architecture, module, found))
    print(f"over {counted(found.pictures, 'picture')}", file=sys.stderr)
    return 0


def crops(arguments: argparse.Namespace) -> int:
    """Write the strongest crops of a module's units, of a branch's or of one unit, with their list."""
    from gnet_desktop.folder import strongest
    from gnet_desktop.folder.crop_export import write_crops

    if arguments.out is None:
        raise UsageError("--out is missing.", "", "Name a folder for the crops.")
    checkpoint = open_named(arguments.checkpoint, arguments.labels, choices(arguments))
    index = strongest.opened(_source(arguments), checkpoint, arguments.pictures)
    _pictures(index.pictures, arguments.source)
    units = units_of_part(checkpoint.architecture, parse_part(arguments.items[0], checkpoint.architecture))
    written = write_crops(
        index,
        units,
        arguments.out,
        count=arguments.top,
        progress=lambda done, total: say_progress(done, total, "units"),
    )
    print(f"{written} crops, in {words(str(arguments.out))}", file=sys.stderr)
    return 0


def say_progress(done: int, total: int, what: str) -> None:
    """How far it is, where somebody looks."""
    if progress_wanted():
        print(f"\r{done} of {total} {what}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _module(arguments: argparse.Namespace, architecture: "Architecture") -> str:
    part = parse_part(arguments.items[0], architecture)
    if part not in {module.name for module in architecture.modules}:
        raise UsageError(
            f"{part} is not a module.", "Units are compared with those beside them.", "Write 4a."
        )
    return part


def _source(arguments: argparse.Namespace) -> Path:
    if len(arguments.items) != 1 or arguments.source is None:
        raise UsageError("Give a part and an index.", "", f"Write 'index {arguments.what} 4a --from DIR'.")
    source: Path = arguments.source
    return source


def _pictures(folder: Path | None, place: Path) -> Path:
    if folder is None:
        raise UsageError(
            f"The pictures of {place.name} were not found.", "", "Name their folder with --pictures."
        )
    return folder


def _rows(architecture: "Architecture", module: str, found: "AlikeUnits") -> list[_Row]:
    names = [unit.name for unit in units_of_part(architecture, module)]
    same = [
        {"kind": "same", "unit": names[a], "other": names[b], "correlation": round(r, DIGITS)}
        for a, b, r in found.pairs
    ]
    several = [
        {
            "kind": "several",
            "unit": names[unit],
            "silhouette": round(one.silhouette, DIGITS),
            "groups": [[path for path, _ in group] for group in one.groups],
        }
        for unit, one in sorted(found.several.items(), key=lambda item: -item[1].silhouette)
    ]
    return [*same, *several]


def _write_json(rows: list[_Row]) -> None:
    for row in rows:
        print(as_json(row))


def _write_csv(rows: list[_Row]) -> None:
    table = CsvRows("kind", "unit", "other", "correlation", "silhouette", "sizes")
    for row in rows:
        sizes = " ".join(str(len(group)) for group in row.get("groups", ()))
        cells = [row.get(name, "") for name in ("kind", "unit", "other", "correlation", "silhouette")]
        table.write([*cells, sizes])


def _write_text(rows: list[_Row]) -> None:
    for row in rows:
        if row["kind"] == "same":
            print(
                f"{row['unit']} says nearly the same as {row['other']} (correlation {row['correlation']:.3f})"
            )
        else:
            groups = row["groups"]
            print(f"{row['unit']} says {len(groups)} things (silhouette {row['silhouette']:.2f})")
            for group in groups:
                print(f"    {words(', '.join(group))}")
    if not rows:
        print("No two units say nearly the same, and none says several things.")


ALIKE_WRITERS: Final[dict[str, Callable[[list[_Row]], None]]] = {
    "text": _write_text,
    "json": _write_json,
    "csv": _write_csv,
}
