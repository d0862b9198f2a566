"""``gnet-desktop compare``: two pictures, two checkpoints or two groups of pictures, side by side."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from gnet_desktop.commands.opening import (
    CommandSession,
    open_session,
    picture_source,
    progress_wanted,
    shown_name,
)
from gnet_desktop.commands.output import as_json, words
from gnet_desktop.commands.passing import PassedPicture, look_at, note_lines
from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.answers import percent
from gnet_desktop.inspection.comparing.moving import moves, part_moves
from gnet_desktop.inspection.statistics import branch_summary
from gnet_desktop.network.architecture import HEADS
from gnet_desktop.workspace.compared import (
    APART_COLUMNS,
    PART_COLUMNS,
    apart_rows,
    csv_text,
    likeness_facts,
    part_rows,
)
from gnet_desktop.workspace.comparing import Side, compare_over, pictures_under, tell_groups_apart

DIGITS: Final = 6
_NAMED: Final = 20
"""Pictures that are answered otherwise of which text names the first."""

Row = dict[str, Any]


def run(arguments: argparse.Namespace) -> int:
    """Compare; 0 done, 2 refused."""
    _check(arguments)
    first = open_session(arguments)
    if arguments.group:
        found = _grouped(first, arguments)
    else:
        second = _second(first, arguments)
        found = _looked(first, second, arguments) if arguments.picture else _unlooked(first, second)
        found |= {
            "weights": _weights(first, second) if arguments.with_ else None,
            "parts": part_rows(part_moves(first.network, second.network)) if arguments.with_ else None,
            "over": _over(first, second, arguments) if arguments.over else None,
        }
    WRITERS[arguments.format](found)
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Raise UsageError unless two things are named to compare."""
    if sum((arguments.other is not None, arguments.with_ is not None, bool(arguments.group))) != 1:
        raise UsageError(
            "Say what to compare with.", "", "Give a second picture, --with CHECKPOINT, or --group twice."
        )
    if arguments.group and (len(arguments.group) != 2 or arguments.picture):
        raise UsageError(
            "Two groups are compared, and nothing else.", "", "Write --group PICTURE… --group PICTURE…"
        )
    if arguments.over and not arguments.with_:
        raise UsageError("--over needs --with.", "It is two networks that are compared over pictures.")


def _grouped(session: CommandSession, arguments: argparse.Namespace) -> Row:
    """The units that tell two groups of pictures apart."""
    groups = tuple(pictures_under([Path(one) for one in group]) for group in arguments.group)
    told = tell_groups_apart(
        session.network, (groups[0], groups[1]), session.convention, arguments.most, _progress
    )
    return {
        "checkpoint": session.checkpoint.provenance.path.name,
        "sha256": session.checkpoint.provenance.sha256,
        "convention": session.convention.name,
        "groups": [
            {"pictures": [shown_name(one) for one in group], "read": count}
            for group, count in zip(groups, told.counts, strict=True)
        ],
        "apart": apart_rows(told),
    }


def _over(first: CommandSession, second: CommandSession, arguments: argparse.Namespace) -> Row:
    """Both networks over many pictures."""
    sources = pictures_under([Path(one) for one in arguments.over])
    sides = [Side(one.network, one.convention, one.checkpoint.labels.names) for one in (first, second)]
    compared = compare_over(sides[0], sides[1], sources, _progress)
    architectures = first.checkpoint.architecture, second.checkpoint.architecture
    return likeness_facts(compared, architectures, [shown_name(one) for one in sources])


def _progress(share: float) -> bool:
    if progress_wanted():
        print(f"\r{share * 100:.0f} %", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
    return True


def _looked(first: CommandSession, second: CommandSession, arguments: argparse.Namespace) -> Row:
    """What both say of their pictures."""
    sources = [picture_source(arguments.picture), picture_source(arguments.other or arguments.picture)]
    left, right = look_at(first, sources[0]), look_at(second, sources[1])
    return {
        "first": _named(first, shown_name(sources[0]), left.picture.notes),
        "second": _named(second, shown_name(sources[1]), right.picture.notes),
        "answers": _answers(first, second, left, right, arguments.top),
        "branches": _branches(left, right, first),
    }


def _unlooked(first: CommandSession, second: CommandSession) -> Row:
    """Without a picture there are two checkpoints and no passes."""
    return {
        "first": _named(first, None, ()),
        "second": _named(second, None, ()),
        "answers": None,
        "branches": None,
    }


def _second(first: CommandSession, arguments: argparse.Namespace) -> CommandSession:
    if arguments.with_ is None:
        return first
    own = {"checkpoint": arguments.with_, "labels": None, "assume": []}
    other = argparse.Namespace(**vars(arguments) | own)
    return open_session(other)


def _named(session: CommandSession, picture: str | None, notes: Sequence[str]) -> Row:
    provenance = session.checkpoint.provenance
    return {
        "picture": picture,
        "notes": notes,
        "checkpoint": provenance.path.name,
        "sha256": provenance.sha256,
        "convention": session.convention.name,
    }


def _answers(
    first: CommandSession, second: CommandSession, left: PassedPicture, right: PassedPicture, top: int
) -> Row:
    """By head the first answers of both, by class name; a class that only one has is null there."""
    found: Row = {}
    for head in HEADS:
        sides = [_said(session, seen, head) for session, seen in ((first, left), (second, right))]
        leading = [_strongest(side, top) for side in sides]
        wanted = list(dict.fromkeys(name for names in leading for name in names))
        found[head] = [_answer(name, sides[0].get(name), sides[1].get(name)) for name in wanted] or None
    return found


def _said(session: CommandSession, seen: PassedPicture, head: str) -> dict[str, float]:
    """{class name: probability} of a head; empty where it is absent."""
    said, names = seen.record.answers.get(head), session.checkpoint.labels.names
    return {} if said is None else dict(zip(names, map(float, said.probabilities), strict=False))


def _strongest(side: dict[str, float], top: int) -> list[str]:
    return sorted(side, key=lambda name: -side[name])[:top]


def _answer(name: str, first: float | None, second: float | None) -> Row:
    """Both probabilities; their difference is that of the window: this less what it is compared with."""
    both = first is not None and second is not None
    return {
        "label": name,
        "first": None if first is None else round(first, DIGITS),
        "second": None if second is None else round(second, DIGITS),
        "difference": round(first - second, DIGITS) if both else None,  # type: ignore[operator]
    }


def _branches(left: PassedPicture, right: PassedPicture, first: CommandSession) -> list[Row]:
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


def _weights(first: CommandSession, second: CommandSession) -> list[Row]:
    return [
        {
            "layer": move.layer,
            "distance": None if move.distance is None else round(move.distance, DIGITS),
            "same": move.same,
        }
        for move in moves(first.network, second.network)
    ]


def _write_json(found: Row) -> None:
    print(as_json(found))


def _write_text(found: Row) -> None:
    (_write_groups if "apart" in found else _write_sides)(found)


def _write_groups(found: Row) -> None:
    counts = [group["read"] for group in found["groups"]]
    print(f"{found['checkpoint']}, {found['convention']}: {counts[0]} pictures against {counts[1]}")
    print(f"  {'unit':<18} {'first':>9} {'second':>9}   difference over the pooled deviation")
    for row in found["apart"]:
        effect = "neither group varies" if row["effect"] is None else f"{row['effect']:+.2f}"
        print(f"  {row['unit']:<18} {row['first']:>9.4g} {row['second']:>9.4g}   {effect}")


def _write_sides(found: Row) -> None:
    for side in ("first", "second"):
        one = found[side]
        named = [words(one[key]) for key in ("picture", "checkpoint") if one[key] is not None]
        print(f"{side}: {', '.join(named)}, {one['convention']}")
        for line in note_lines(one["notes"]):
            print(line)
    if found["answers"] is not None:
        print(f"  {'head':<5} {'class':<26} {'first':>8} {'second':>8} {'first − second':>15}")
    for head, rows in (found["answers"] or {}).items():
        for row in rows or ():
            first, second = (
                "–" if row[side] is None else f"{percent(row[side])} %" for side in ("first", "second")
            )
            sign = "" if row["difference"] is None else f"{100 * row['difference']:+.1f}"
            print(f"  {head:<5} {row['label']:<26} {first:>8} {second:>8} {sign:>15}")
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
    # branches with their reductions, as the window has them: of a layer alone 5b/5x5 would say another number
    moved = [row for row in found["parts"] if row["distance"] is not None and not row["same"]]
    for row in sorted(moved, key=lambda row: -row["distance"])[:20]:
        print(f"  {row['part']:<18} moved by {100 * row['distance']:.2f} % of its size")
    if found["over"] is not None:
        _write_over(found["over"])


def _write_over(over: Row) -> None:
    """The alignment as a table, each module's units in a line."""
    print(f"over {over['pictures']} pictures: alignment of the modules (unbiased linear CKA)")
    ours, theirs = over["modules"]
    print("        " + "".join(f"{name:>7}" for name in theirs))
    for name, values in zip(ours, over["cka"], strict=True):
        cells = ("–" if value is None else f"{value:.2f}" for value in values)
        print(f"  {name:<6}" + "".join(f"{cell:>7}" for cell in cells))
    for module in ours:
        rows = [row for row in over["units"] if row["unit"].startswith(f"{module}/")]
        if rows:
            own = sum(row["unit"] == row["partner"] for row in rows)
            said = [row["correlation"] for row in rows if row["correlation"] is not None]
            print(
                f"  {module}: {own} of {len(rows)} units are their own best partner, "
                f"median correlation {np.median(said):.2f}"
            )
    print(f"  {len(over['changed'])} of {over['pictures']} pictures are answered otherwise")
    for row in over["changed"][:_NAMED]:
        print(f"    {words(row['picture'])}: {row['first']}, then {row['second']}")
    if (right := over["right"]) is not None:
        ours, theirs = len(right["first_alone"]), len(right["second_alone"])
        print(
            f"  of {right['judged']} whose folder is called like a class, both are right about "
            f"{right['both']}, the first alone about {ours}, the second alone about {theirs} "
            f"(McNemar's exact p {right['mcnemar_p']:.3g})"
        )


def _write_csv(found: Row) -> None:
    """The table of what was compared: groups' units, else two networks' parts, else answers."""
    tables: tuple[tuple[str, Sequence[str]], ...] = (("apart", APART_COLUMNS), ("parts", PART_COLUMNS))
    for name, columns in tables:
        if found.get(name) is not None:
            print(csv_text(columns, found[name]), end="")
            return
    rows = [{"head": head} | row for head, said in found["answers"].items() for row in said or ()]
    print(csv_text(("head", "label", "first", "second", "difference"), rows), end="")


WRITERS: Final[dict[str, Callable[[Row], None]]] = {
    "text": _write_text,
    "json": _write_json,
    "csv": _write_csv,
}
