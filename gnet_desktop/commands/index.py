"""``gnet-desktop index``: what every unit does over a folder of pictures; made, merged, and asked."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from gnet_desktop.commands import alike, like
from gnet_desktop.commands.opening import choices, open_named, open_session, progress_wanted
from gnet_desktop.commands.output import CsvRows, as_json, say_failed, words
from gnet_desktop.errors import PictureError, UsageError
from gnet_desktop.files import write_whole
from gnet_desktop.network.naming import parse_unit
from gnet_desktop.shown import counted
from gnet_desktop.workspace.exporting import png_bytes

if TYPE_CHECKING:
    from gnet_desktop.folder.spectrum import Spectrum
    from gnet_desktop.folder.strongest import Index, Strong

CROP: Final = 160
GAP: Final = 8
COLUMNS: Final = 8


def run(arguments: argparse.Namespace) -> int:
    """Make an index, or merge some, or print a unit's strongest pictures.

    0 done, 1 some pictures could not be read, 2 none could be.
    """
    return WAYS.get(arguments.what, _make)(arguments)


def _make(arguments: argparse.Namespace) -> int:
    from gnet_desktop.folder import truth
    from gnet_desktop.folder.indexing import IndexingPass, failures, index_folder
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
        IndexingPass(checkpoint, session.network, session.convention),
        shard=arguments.shard,
        truth=matched.of,
        progress=_show_progress,
    )
    say_failed(failed := failures(_out(arguments)))
    _say_made(made, arguments.out)
    return 0 if not failed else 1 if made.pictures else 2


def _merge(arguments: argparse.Namespace) -> int:
    from gnet_desktop.folder.indexing import merge_indexes

    if len(arguments.items) < 2:
        raise UsageError("Give at least two indexes.", "", "Write 'gnet-desktop index merge A B --out DIR'.")
    made = merge_indexes([Path(item) for item in arguments.items], _out(arguments))
    _say_made(made, arguments.out)
    return 0


def _say_made(made: "Spectrum", out: Path) -> None:
    what = f"{counted(made.pictures, 'picture')}, {made.units} units"
    print(f"{what}, in {words(str(out))}", file=sys.stderr)


def _out(arguments: argparse.Namespace) -> Path:
    if arguments.out is None:
        raise UsageError("--out is missing.", "", "Name a folder for the index.")
    out: Path = arguments.out
    return out


def _show_progress(done: int, total: int) -> None:
    if progress_wanted():
        print(f"\r{done} of {total} pictures", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _top(arguments: argparse.Namespace) -> int:
    from gnet_desktop.folder import strongest

    if len(arguments.items) != 1 or arguments.source is None:
        raise UsageError("Give a unit and an index.", "", "Write 'index top 4a/5x5:11 --from DIR'.")
    checkpoint = open_named(arguments.checkpoint, arguments.labels, choices(arguments))
    index = strongest.opened(arguments.source, checkpoint, arguments.pictures)
    unit = parse_unit(arguments.items[0], checkpoint.architecture)
    found = strongest.strongest(index, unit, arguments.top)
    if arguments.image:
        _write_sheet(arguments.image, index, found)
    WRITERS[arguments.format]([_place(one) for one in found])
    return 0


def _place(one: "Strong") -> dict[str, Any]:
    return {
        "unit": one.unit.name,
        "rank": one.rank,
        "value": round(one.value, 6),
        "picture": one.picture,
        "cell": list(one.cell),
        "box": [round(bound, 2) for bound in one.box],
    }


def _write_sheet(file: Path, index: "Index", found: "list[Strong]") -> None:
    """The crops side by side as one PNG."""
    from gnet_desktop.folder.strongest import crop_of

    rows = -(-len(found) // COLUMNS) or 1
    sheet = Image.new("RGB", (COLUMNS * (CROP + GAP) - GAP, rows * (CROP + GAP) - GAP), "white")
    for number, one in enumerate(found):
        try:
            crop = crop_of(index, one, CROP)
        except PictureError:
            continue
        down, across = divmod(number, COLUMNS)
        sheet.paste(crop, (across * (CROP + GAP), down * (CROP + GAP)))
    write_whole(file, png_bytes(sheet))


def _write_json(places: list[dict[str, Any]]) -> None:
    for place in places:
        print(as_json(place))


def _write_csv(places: list[dict[str, Any]]) -> None:
    rows = CsvRows("unit", "rank", "value", "picture", "row", "column", "left", "top", "right", "bottom")
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

WAYS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "merge": _merge,
    "top": _top,
    "alike": alike.alike,
    "crops": alike.crops,
    "like": like.like,
}
