"""``gnet-desktop compare``: two pictures, or two checkpoints, side by side."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from gnet_desktop.commands.opening import Session, open_session, picture_source, shown_name
from gnet_desktop.commands.output import as_json, words
from gnet_desktop.commands.passing import Seen, look_at, note_lines
from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.answers import percent
from gnet_desktop.inspection.comparing.moving import moves, part_moves
from gnet_desktop.inspection.statistics import branch_summary
from gnet_desktop.network.architecture import HEADS

DIGITS: Final = 6

Row = dict[str, Any]


def run(arguments: argparse.Namespace) -> int:
    """Compare; 0 done, 2 refused."""
    if (arguments.other is None) == (arguments.with_ is None):
        raise UsageError("Say what to compare with.", "", "Give a second picture, or --with CHECKPOINT.")
    first = open_session(arguments)
    second = _second(first, arguments)
    found = _looked(first, second, arguments) if arguments.picture else _unlooked(first, second)
    found |= {
        "weights": _weights(first, second) if arguments.with_ else None,
        "parts": _parts(first, second) if arguments.with_ else None,
    }
    WRITERS[arguments.format](found)
    return 0


def _looked(first: Session, second: Session, arguments: argparse.Namespace) -> Row:
    """What both say of their pictures."""
    sources = [picture_source(arguments.picture), picture_source(arguments.other or arguments.picture)]
    left, right = look_at(first, sources[0]), look_at(second, sources[1])
    return {
        "first": _named(first, shown_name(sources[0]), left.picture.notes),
        "second": _named(second, shown_name(sources[1]), right.picture.notes),
        "answers": _answers(first, second, left, right, arguments.top),
        "branches": _branches(left, right, first),
    }


def _unlooked(first: Session, second: Session) -> Row:
    """Without a picture there are two checkpoints and no passes."""
    return {
        "first": _named(first, None, ()),
        "second": _named(second, None, ()),
        "answers": None,
        "branches": None,
    }


def _second(first: Session, arguments: argparse.Namespace) -> Session:
    if arguments.with_ is None:
        return first
    own = {"checkpoint": arguments.with_, "labels": None, "assume": []}
    other = argparse.Namespace(**vars(arguments) | own)
    return open_session(other)


def _named(session: Session, picture: str | None, notes: Sequence[str]) -> Row:
    provenance = session.checkpoint.provenance
    return {
        "picture": picture,
        "notes": notes,
        "checkpoint": provenance.path.name,
        "sha256": provenance.sha256,
        "convention": session.convention.name,
    }


def _answers(first: Session, second: Session, left: Seen, right: Seen, top: int) -> Row:
    """By head the first answers of both, by class name; a class that only one has is null there."""
    found: Row = {}
    for head in HEADS:
        sides = [_said(session, seen, head) for session, seen in ((first, left), (second, right))]
        leading = [_strongest(side, top) for side in sides]
        wanted = list(dict.fromkeys(name for names in leading for name in names))
        found[head] = [_answer(name, sides[0].get(name), sides[1].get(name)) for name in wanted] or None
    return found


def _said(session: Session, seen: Seen, head: str) -> dict[str, float]:
    """{class name: probability} of a head; empty where it is absent."""
    said, names = seen.record.answers.get(head), session.checkpoint.labels.names
    return {} if said is None else dict(zip(names, map(float, said.probabilities), strict=False))


def _strongest(side: dict[str, float], top: int) -> list[str]:
    return sorted(side, key=lambda name: -side[name])[:top]


def _answer(name: str, first: float | None, second: float | None) -> Row:
    both = first is not None and second is not None
    return {
        "label": name,
        "first": None if first is None else round(first, DIGITS),
        "second": None if second is None else round(second, DIGITS),
        "difference": round(second - first, DIGITS) if both else None,  # type: ignore[operator]
    }


def _branches(left: Seen, right: Seen, first: Session) -> list[Row]:
    """Mean and share of active cells of every branch that both networks have."""
    rows = []
    for module in first.checkpoint.architecture.modules:
        for branch in module.branches:
            name = f"{module.name}/{branch.name}"
            if name not in left.record or name not in right.record:
                continue
            one, other = (branch_summary(seen.record[name]) for seen in (left, right))
            row = {"branch": name, "mean": [one.mean, other.mean], "nonzero": [one.nonzero, other.nonzero]}
            rows.append(row | {"correlation": _correlation(left.record[name], right.record[name])})
    return rows


def _correlation(left: Any, right: Any) -> float | None:
    """Pearson's correlation of the units' mean values; None where it can't be told."""
    if len(left) != len(right):
        return None
    means = [one.mean((1, 2)) for one in (left, right)]
    if not all(one.std() for one in means):
        return None
    return round(float(np.corrcoef(*means)[0, 1]), DIGITS)


def _weights(first: Session, second: Session) -> list[Row]:
    return [
        {
            "layer": move.layer,
            "distance": None if move.distance is None else round(move.distance, DIGITS),
            "same": move.same,
        }
        for move in moves(first.network, second.network)
    ]


def _parts(first: Session, second: Session) -> list[Row]:
    """Modules with their branches, heads and what stands alone, as far as either network has them."""
    return [
        {
            "part": move.part,
            "within": move.within or None,
            "distance": None if move.distance is None else round(move.distance, DIGITS),
            "same": move.same,
            "partner": move.partner,
        }
        for move in part_moves(first.network, second.network)
    ]


def _write_json(found: Row) -> None:
    print(as_json(found))


def _write_text(found: Row) -> None:
    for side in ("first", "second"):
        one = found[side]
        named = [words(one[key]) for key in ("picture", "checkpoint") if one[key] is not None]
        print(f"{side}: {', '.join(named)}, {one['convention']}")
        for line in note_lines(one["notes"]):
            print(line)
    for head, rows in (found["answers"] or {}).items():
        for row in rows or ():
            before, after = (
                "–" if row[side] is None else f"{percent(row[side])} %" for side in ("first", "second")
            )
            sign = "" if row["difference"] is None else f"{100 * row['difference']:+.1f}"
            print(f"  {head:<5} {row['label']:<26} {before:>8} {after:>8} {sign:>7}")
    if found["weights"] is None:
        return
    same = [row["layer"] for row in found["weights"] if row["same"]]
    print(f"{len(same)} of {len(found['weights'])} layers are equal number by number")
    whole = [row for row in found["parts"] if row["within"] is None]
    for said, listed in (
        ("equal", [row["part"] for row in whole if row["same"]]),
        ("without a partner", [row["part"] for row in whole if not row["partner"]]),
    ):
        if listed:
            print(f"  {said}: {', '.join(listed)}")
    moved = [row for row in found["weights"] if row["distance"] is not None and not row["same"]]
    for row in sorted(moved, key=lambda row: -row["distance"])[:20]:
        print(f"  {row['layer']:<18} moved by {100 * row['distance']:.2f} % of its size")


WRITERS: Final[dict[str, Callable[[Row], None]]] = {"text": _write_text, "json": _write_json}
