"""What was compared, in the form that the command line prints and the window saves (docs/command-line.md)."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gnet_desktop.errors import ExportError
from gnet_desktop.files import write_whole
from gnet_desktop.inspection.comparing.moving import PartMove
from gnet_desktop.inspection.comparing.rightness import Rightness
from gnet_desktop.network.naming import units_of_part
from gnet_desktop.workspace.comparing import Compared, ToldApart
from gnet_desktop.workspace.facts import significant

if TYPE_CHECKING:
    from gnet_desktop.network.architecture import Architecture

DIGITS: Final = 6
PART_COLUMNS: Final = ("part", "within", "distance", "same", "partner")
EFFECT_COLUMNS: Final = ("part", "head", "class", "label", "logit_difference")
APART_COLUMNS: Final = ("unit", "first", "second", "effect")

Row = dict[str, Any]


def part_rows(moves: Sequence[PartMove]) -> list[Row]:
    """Modules with their branches, heads and what stands alone, as far as either network has them."""
    return [
        {
            "part": move.part,
            "within": move.within or None,
            "distance": None if move.distance is None else round(move.distance, DIGITS),
            "same": move.same,
            "partner": move.partner,
        }
        for move in moves
    ]


def likeness_facts(
    compared: Compared, architectures: tuple["Architecture", "Architecture"], pictures: Sequence[str]
) -> Row:
    """The alignment of the modules, the partners of the units, the pictures that are answered otherwise.

    ``pictures`` are the names of all sources that were offered.
    """
    found = compared.likeness
    return {
        "pictures": found.pictures,
        "modules": [list(found.first), list(found.second)],
        "cka": [[significant(value, DIGITS) for value in row] for row in found.alignment],
        "units": [row for module in found.matches for row in _unit_rows(compared, architectures, module)],
        "changed": [
            {"picture": pictures[place], "first": one, "second": other}
            for place, one, other in compared.changed
        ],
        "right": _right_facts(compared.right, pictures) if compared.right is not None else None,
    }


def _right_facts(right: Rightness, pictures: Sequence[str]) -> Row:
    """Who answers rightly, of the pictures whose class is known to both."""
    return {
        "judged": right.judged,
        "both": right.both,
        "first_alone": [pictures[place] for place in right.first],
        "second_alone": [pictures[place] for place in right.second],
        "mcnemar_p": significant(right.chance, DIGITS),
    }


def _unit_rows(
    compared: Compared, architectures: tuple["Architecture", "Architecture"], module: str
) -> list[Row]:
    match = compared.likeness.matches[module]
    ours, theirs = (
        [unit.name for unit in units_of_part(architecture, module)] for architecture in architectures
    )
    return [
        {
            "unit": name,
            "partner": theirs[partner] if partner >= 0 else None,
            "correlation": significant(float(value), DIGITS) if partner >= 0 else None,
        }
        for name, partner, value in zip(ours, match.partner, match.correlation, strict=True)
    ]


def apart_rows(told: ToldApart) -> list[Row]:
    """The units that tell two groups apart; an effect is None where neither group varies."""
    return [
        {
            "unit": f"{one.part}:{one.channel}",
            "first": significant(one.first, DIGITS),
            "second": significant(one.second, DIGITS),
            "effect": significant(one.effect, DIGITS),
        }
        for one in told.units
    ]


def effect_rows(effects: Mapping[str, float], head: str, index: int, label: str) -> list[Row]:
    """What each part is worth to a class's logit when it is off, the strongest first."""
    order = sorted(effects, key=lambda part: -abs(effects[part]))
    return [
        {
            "part": part,
            "head": head,
            "class": index,
            "label": label,
            "logit_difference": significant(effects[part], DIGITS),
        }
        for part in order
    ]


def save_rows(path: Path, facts: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Write ``facts`` as JSON, or ``rows`` as CSV, whichever the file's ending says; raises ExportError."""
    texts = {
        ".json": lambda: json.dumps(facts, ensure_ascii=False, indent=1) + "\n",
        ".csv": lambda: csv_text(columns, rows),
    }
    make = texts.get(path.suffix.lower())
    if make is None:
        raise ExportError(
            f"{path.name} was not written.", "It can be CSV or JSON.", f"End the name in {', '.join(texts)}."
        )
    write_whole(path, make().encode("utf-8", "surrogateescape"))


def csv_text(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A table with its header; what isn't known is empty."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(columns)
    out.writerows([row[name] for name in columns] for row in rows)
    return text.getvalue()
