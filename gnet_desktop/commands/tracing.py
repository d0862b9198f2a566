"""``gnet-desktop explain --path``: from a class, or a unit's cell, back to the picture."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gnet_desktop.commands.opening import CommandSession
from gnet_desktop.commands.output import as_json, words
from gnet_desktop.commands.passing import PassedPicture, note_lines
from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.attribution.attribution import Target
from gnet_desktop.inspection.tracing import Spot, Step, spot_words, way_back
from gnet_desktop.network.naming import parse_unit
from gnet_desktop.workspace.facts import significant

if TYPE_CHECKING:
    from gnet_desktop.inspection.contributions import Share

DIGITS: Final = 6
_TEXT: Final = 3
"""Inputs of a step that a line of text names."""


def write_way(
    session: CommandSession, name: str, seen: PassedPicture, target: Target, arguments: argparse.Namespace
) -> None:
    """Print the steps back from the class, or from ``--unit`` at ``--cell``."""
    start = _start(session, seen, target, arguments)
    steps = way_back(session.network, seen.record, start)
    labels = session.checkpoint.labels.names
    if arguments.format == "json":
        found = [_facts(step, labels) for step in steps]
        print(as_json({"picture": name, "notes": seen.picture.notes, "steps": found}))
        return
    print(f"{words(name)}: back from {start_words(start, labels)}")
    for line in (*note_lines(seen.picture.notes), *(_line(step, labels) for step in steps)):
        print(line)


def _start(
    session: CommandSession, seen: PassedPicture, target: Target, arguments: argparse.Namespace
) -> Spot | Target:
    from gnet_desktop.inspection.ranking import peak

    if arguments.unit is None:
        if arguments.cell is not None:
            raise UsageError("A cell is one of a unit's map.", "", "Name the unit, too: --unit 4a/5x5:11.")
        return target
    unit = parse_unit(arguments.unit, session.checkpoint.architecture)
    there = unit.part in seen.record
    return Spot(unit, arguments.cell or (peak(seen.record[unit.part][unit.channel]) if there else (0, 0)))


def start_words(start: Spot | Target, labels: Sequence[str]) -> str:
    """``zebra, main``, or ``4a/5x5:11 at 3, 4``."""
    if isinstance(start, Spot):
        return spot_words(start)
    against = "" if start.against is None else f" against {labels[start.against]}"
    return f"{labels[start.index]}{against}, {start.head}"


def _line(step: Step, labels: Sequence[str]) -> str:
    parts = [f"{one.value:+.3f} {spot_words(one.spot)}" for one in step.inflows[:_TEXT]]
    left = step.rest + sum(one.value for one in step.inflows[_TEXT:])
    others = step.others + len(step.inflows[_TEXT:])
    parts += [f"{left:+.3f} {others} others"] if others else []
    parts += [f"{step.bias:+.3f} bias"]
    return f"  {start_words(step.start, labels)}: {step.value:.3f} = {', '.join(parts)}"


def _facts(step: Step, labels: Sequence[str]) -> dict[str, Any]:
    spot = step.start if isinstance(step.start, Spot) else None
    return {
        "of": start_words(step.start, labels) if spot is None else spot.unit.name,
        "cell": None if spot is None else list(spot.cell),
        "value": significant(step.value, DIGITS),
        "bias": significant(step.bias, DIGITS),
        "reads": step.source.name,
        "branches": _shares(step.shares),
        "inputs": [
            {
                "unit": one.spot.unit.name,
                "cell": list(one.spot.cell),
                "adds": significant(one.value, DIGITS),
            }
            for one in step.inflows
        ],
        "others": step.others,
        "others_add": significant(step.rest, DIGITS),
    }


def _shares(shares: "Mapping[str, Share]") -> dict[str, dict[str, float | None]]:
    return {
        name: {"adds": significant(one.positive, DIGITS), "takes": significant(-one.negative, DIGITS)}
        for name, one in shares.items()
    }
