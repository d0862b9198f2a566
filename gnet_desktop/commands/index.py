"""``gnet-desktop index``: what every unit does over a folder of pictures; made, merged, and asked."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from PIL import Image

from gnet_desktop.commands.opening import choices, open_named, open_session, progress_wanted
from gnet_desktop.commands.output import Rows, as_json, words
from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError, UsageError
from gnet_desktop.files import write_whole
from gnet_desktop.network.naming import parse_unit
from gnet_desktop.workspace.exporting import png_bytes

CROP: Final = 160
GAP: Final = 8
COLUMNS: Final = 8


def run(arguments: argparse.Namespace) -> int:
    """Make an index, or merge some, or print a unit's strongest pictures."""
    return {"merge": _merge, "top": _top}.get(arguments.what, _make)(arguments)


def _make(arguments: argparse.Namespace) -> int:
    from gnet_desktop.folder import truth
    from gnet_desktop.folder.indexing import Pass, index_folder
    from gnet_desktop.folder.scanning import scan

    if len(arguments.items) != 1:
        raise UsageError("Give one folder.", "", "Write 'gnet-desktop index FOLDER --out DIR'.")
    folder = Path(arguments.items[0])
    session = open_session(arguments)
    checkpoint = session.checkpoint
    given = truth.from_table(arguments.truth) if arguments.truth else truth.from_folders(scan(folder))
    matched = truth.match(given, checkpoint.labels.names, "")
    made = index_folder(
        folder,
        _out(arguments),
        Pass(checkpoint, session.network, session.convention),
        shard=arguments.shard,
        truth=matched.of,
        progress=_show_progress,
    )
    print(f"{made.pictures} pictures, {made.units} units, in {arguments.out}", file=sys.stderr)
    return 0


def _merge(arguments: argparse.Namespace) -> int:
    from gnet_desktop.folder.indexing import merge_indexes

    if len(arguments.items) < 2:
        raise UsageError("Give at least two indexes.", "", "Write 'gnet-desktop index merge A B --out DIR'.")
    made = merge_indexes([Path(item) for item in arguments.items], _out(arguments))
    print(f"{made.pictures} pictures, {made.units} units, in {arguments.out}", file=sys.stderr)
    return 0


def _out(arguments: argparse.Namespace) -> Path:
    if arguments.out is None:
        raise UsageError("--out is missing.", "", "Name a folder for the index.")
    out: Path = arguments.out
    return out


def _show_progress(done: int, total: int) -> None:
    if progress_wanted():
        print(f"\r{done} of {total} pictures", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _top(arguments: argparse.Namespace) -> int:
    from gnet_desktop.folder.indexing import opened_spectrum
    from gnet_desktop.folder.units import row_of

    if len(arguments.items) != 1 or arguments.source is None:
        raise UsageError("Give a unit and an index.", "", "Write 'index top 4a/5x5:11 --from DIR'.")
    found = opened_spectrum(arguments.source)
    checkpoint = open_named(arguments.checkpoint, arguments.labels, choices(arguments))
    if checkpoint.provenance.sha256 != found.about["sha256"]:
        raise UsageError(
            f"{arguments.source.name} was made with another checkpoint.",
            f"Its SHA-256 begins with {found.about['sha256'][:12]}.",
            "Name that with --checkpoint.",
        )
    unit = parse_unit(arguments.items[0], checkpoint.architecture)
    row = row_of(checkpoint.architecture, unit)
    if row is None:
        raise UsageError(f"{unit} is not in the index.", "It counts units of modules and of heads' fc1.")
    places = [
        _place(checkpoint.architecture, arguments.source, found.about, unit.part, path, cell)
        | {"unit": unit.name, "rank": rank, "value": round(value, 6), "picture": path, "cell": list(cell)}
        for rank, (path, value, cell) in enumerate(found.strongest(row)[: arguments.top], 1)
    ]
    if arguments.image:
        _write_sheet(arguments.image, arguments.pictures, places)
    WRITERS[arguments.format](places)
    return 0


def _place(
    architecture: Any, index: Path, about: Mapping[str, Any], part: str, path: str, cell: tuple[int, int]
) -> dict[str, Any]:
    """The receptive field of a cell in the picture's own pixels; nothing for what sees everything."""
    from gnet_desktop.folder.indexing import picture_size
    from gnet_desktop.network.arithmetic import field_box, receptive_field
    from gnet_desktop.pictures.preparation import geometry_of

    numbers = dict(about["convention"])
    convention = Convention(**numbers | {"mean": tuple(numbers["mean"]), "std": tuple(numbers["std"])})
    size = picture_size(index, path)
    geometry = geometry_of(size, convention)
    try:
        field = receptive_field(architecture, part, geometry.input[::-1])
    except KeyError:  # a vector sees the whole picture
        return {"box": [round(bound, 2) for bound in geometry.seen_box]}
    left, top, right, bottom = geometry.box_to_picture(field_box(field, cell[1], cell[0]))
    inside = (max(0.0, left), max(0.0, top), min(float(size[0]), right), min(float(size[1]), bottom))
    return {"box": [round(bound, 2) for bound in inside]}


def _write_sheet(file: Path, pictures: Path | None, places: list[dict[str, Any]]) -> None:
    """The crops side by side as one PNG."""
    from gnet_desktop.pictures.decoding import read_picture

    if pictures is None:
        raise UsageError("--pictures is missing.", "", "Name the folder that was indexed.")
    rows = -(-len(places) // COLUMNS) or 1
    sheet = Image.new("RGB", (COLUMNS * (CROP + GAP) - GAP, rows * (CROP + GAP) - GAP), "white")
    for number, place in enumerate(places):
        try:
            image = read_picture(pictures / place["picture"]).image
        except GNetError:
            continue
        crop = image.crop(tuple(round(bound) for bound in place["box"]))
        crop.thumbnail((CROP, CROP), Image.Resampling.BICUBIC)
        down, across = divmod(number, COLUMNS)
        sheet.paste(crop.resize((CROP, CROP)), (across * (CROP + GAP), down * (CROP + GAP)))
    write_whole(file, png_bytes(sheet))


def _write_json(places: list[dict[str, Any]]) -> None:
    keys = ("unit", "rank", "value", "picture", "cell", "box")
    for place in places:
        print(as_json({key: place[key] for key in keys}))


def _write_csv(places: list[dict[str, Any]]) -> None:
    rows = Rows("unit", "rank", "value", "picture", "row", "column", "left", "top", "right", "bottom")
    for place in places:
        rows.write(
            [place["unit"], place["rank"], place["value"], place["picture"], *place["cell"], *place["box"]]
        )


def _write_text(places: list[dict[str, Any]]) -> None:
    for place in places:
        left, top, right, bottom = (round(bound) for bound in place["box"])
        print(
            f"{place['rank']:>3}  {place['value']:>10.4f}  {words(place['picture'])}"
            f"  row {place['cell'][0]}, column {place['cell'][1]}  ({left}, {top})–({right}, {bottom})"
        )
    if not places:
        print("This unit is silent on every picture.")


WRITERS: Final[dict[str, Callable[[list[dict[str, Any]]], None]]] = {
    "text": _write_text,
    "json": _write_json,
    "csv": _write_csv,
}
