"""``gnet-desktop visualize``: pictures of what units and classes want."""

import argparse
import io
import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from gnet_desktop.commands.opening import CommandSession, open_session, progress_wanted
from gnet_desktop.commands.passing import class_index
from gnet_desktop.commands.sheet import beside, sheet
from gnet_desktop.errors import UsageError
from gnet_desktop.files import write_whole

if TYPE_CHECKING:
    from gnet_desktop.inspection.visualisation.recipe import Made, Recipe
    from gnet_desktop.inspection.visualisation.store import Kept
    from gnet_desktop.inspection.visualisation.wanted import Wanted

DIGITS: Final = 5
EVERY: Final = 8
"""Steps between two words on how far it is."""


def run(arguments: argparse.Namespace) -> int:
    """Make the pictures and write them as one; 0 done, 2 refused."""
    if arguments.out.suffix.lower() != ".png":
        raise UsageError(f"{arguments.out.name} is not a picture that can be written.", "", "Write F.png.")
    from gnet_desktop.inspection.visualisation.recipe import Recipe

    recipe = Recipe(
        arguments.steps,
        arguments.size,
        arguments.seed,
        negative=arguments.negative,
        centre=arguments.centre,
        count=arguments.count,
    )
    if bool(arguments.directions) != bool(arguments.at):
        raise UsageError("--directions and --at go together.", "", "Name the file, and the layer it is for.")
    session = open_session(arguments)
    wants = _directions(session, arguments) if arguments.directions else _wants(session, arguments)
    kept = _kept() if arguments.keep else None
    made = [_make(session, wanted, recipe, kept) for wanted in wants]
    content = io.BytesIO()
    pixels = beside(made, arguments.beside, session.checkpoint) if arguments.beside else sheet(made)
    Image.fromarray(pixels).save(content, "PNG")
    write_whole(arguments.out, content.getvalue())
    WRITERS[arguments.format](session, made)
    return 0


def _wants(session: CommandSession, arguments: argparse.Namespace) -> "list[Wanted]":
    return [_wanted(session, text, arguments.head) for text in arguments.wants]


def _directions(session: CommandSession, arguments: argparse.Namespace) -> "list[Wanted]":
    """The rows of ``--directions`` that are asked for, as directions in the layer ``--at``."""
    from gnet_desktop.checkpoints.directions import read_directions
    from gnet_desktop.inspection.visualisation.wanted import channel_count, direction_wanted
    from gnet_desktop.network.naming import parse_part

    architecture = session.checkpoint.architecture
    part = parse_part(arguments.at, architecture)
    found = read_directions(arguments.directions, channel_count(architecture, part))
    wants = []
    for text in arguments.wants:
        if not (text.isascii() and text.isdigit() and int(text) < len(found)):
            raise UsageError(f"There is no direction {text}.", f"{found.name} has {len(found)}, from 0.")
        name = f"{found.name}:{text} at {part}"
        wants.append(direction_wanted(architecture, part, found.vectors[int(text)], name))
    return wants


def _wanted(session: CommandSession, text: str, head: str) -> "Wanted":
    """A unit where there is a colon with a channel behind it, else a class by name or number."""
    from gnet_desktop.inspection.visualisation.wanted import class_wanted, unit_wanted

    architecture, names = session.checkpoint.architecture, session.checkpoint.labels.names
    if text.rpartition(":")[2].strip().isdigit() and ":" in text and text not in names:
        return unit_wanted(architecture, text)
    index = class_index(session.checkpoint, text)
    return class_wanted(architecture, head, index, names[index])


def _kept() -> "Kept":
    from platformdirs import user_cache_path

    from gnet_desktop.inspection.visualisation.store import Kept

    return Kept(user_cache_path("gnet-desktop", appauthor=False) / "visualisations")


def _make(session: CommandSession, wanted: "Wanted", recipe: "Recipe", kept: "Kept | None") -> "Made":
    from gnet_desktop.inspection.visualisation.making import grow

    sha256 = session.checkpoint.provenance.sha256
    made = kept.get(sha256, session.convention, wanted, recipe) if kept else None
    if made is not None:
        return made
    for made in grow(session.network, session.convention, wanted, recipe, every=EVERY):
        _tell(made)
    assert made is not None
    if kept:
        kept.put(sha256, session.convention, made)
    return made


def _tell(made: "Made") -> None:
    if progress_wanted():
        words = f"\r{made.wanted.name}  {made.step} of {made.recipe.steps}"
        print(words, end="\n" if made.done else "", file=sys.stderr, flush=True)


def _rows(session: CommandSession, made: "Sequence[Made]") -> list[dict[str, Any]]:
    return [
        {
            "wanted": one.wanted.name,
            "part": one.wanted.part,
            "peaks": [round(value, DIGITS) for value in one.peaks],
            "means": [round(value, DIGITS) for value in one.means],
            "steps": one.recipe.steps,
            "size": one.recipe.size,
            "seed": one.recipe.seed,
            "negative": one.recipe.negative,
            "checkpoint": session.checkpoint.provenance.path.name,
            "sha256": session.checkpoint.provenance.sha256,
            "convention": session.convention.name,
        }
        for one in made
    ]


def _write_json(session: CommandSession, made: "Sequence[Made]") -> None:
    for row in _rows(session, made):
        print(json.dumps(row, ensure_ascii=False, allow_nan=False))


def _write_text(session: CommandSession, made: "Sequence[Made]") -> None:
    for row in _rows(session, made):
        peaks, means = (", ".join(f"{value:.4g}" for value in row[name]) for name in ("peaks", "means"))
        print(f"{row['wanted']}  largest value {peaks}  mean {means}")


WRITERS: Final[dict[str, Callable[[CommandSession, "Sequence[Made]"], None]]] = {
    "text": _write_text,
    "json": _write_json,
}
