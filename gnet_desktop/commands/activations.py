"""``gnet-desktop activations``: what every branch does with one picture, in numbers and files."""

import argparse
import sys
from collections.abc import Callable
from typing import Any, Final

from gnet_desktop.commands.answering import answer_lines
from gnet_desktop.commands.opening import CommandSession, open_session, picture_source, shown_name
from gnet_desktop.commands.output import CsvRows, as_json, words
from gnet_desktop.commands.passing import look_at, note_lines
from gnet_desktop.errors import UsageError
from gnet_desktop.network.naming import parse_unit
from gnet_desktop.workspace.facts import describe


def run(arguments: argparse.Namespace) -> int:
    """Print the numbers, and write the files that ``--save`` asks for."""
    if bool(arguments.save) != bool(arguments.out):
        raise UsageError("--save and --out go together.", "", "Say what to write and the folder to write to.")
    source = picture_source(arguments.picture)
    session = open_session(arguments)
    named = (parse_unit(name, session.checkpoint.architecture) for name in arguments.unit)
    units = list(dict.fromkeys(named))  # one unit may have been named twice, under two names
    seen = look_at(session, source)
    record = seen.record
    facts = describe(session.checkpoint, session.convention, record, units)
    about = {"picture": shown_name(source), "size": seen.picture.size, "notes": seen.picture.notes}
    facts = about | facts
    if arguments.save:
        from gnet_desktop.workspace.exporting import save

        architecture = session.checkpoint.architecture
        facts["files"] = save(arguments.out, arguments.save, architecture, record, units, facts)
    WRITERS[arguments.format](session, facts)
    return 0


def _write_json(_session: CommandSession, facts: dict[str, Any]) -> None:
    print(as_json(facts))


def _write_text(session: CommandSession, facts: dict[str, Any]) -> None:
    width, height = facts["size"]
    print(f"{words(facts['picture'])}  {width} × {height}, {facts['checkpoint']}, {facts['convention']}")
    for line in (*answer_lines(session.checkpoint, _first(facts["answers"], 5)), *note_lines(facts["notes"])):
        print(line)
    for name, module in facts["modules"].items():
        channels, rows, columns = module["shape"]
        print(f"{name}  {channels} channels of {rows} × {columns}")
        for branch, numbers in module.items():
            if branch != "shape":
                strongest = ", ".join(str(channel) for channel, _ in numbers["strongest"])
                print(
                    f"  {branch:<10} mean {_number(numbers['mean'])}  max {_number(numbers['max'])}  "
                    f"active {_share(numbers['nonzero'])}  strongest {strongest}"
                )
    for unit, numbers in facts.get("units", {}).items():
        row, column = numbers["peak"]
        print(
            f"{unit}  mean {_number(numbers['mean'])}  max {_number(numbers['max'])} at cell {column}, {row}"
        )
    for path in facts.get("files", []):
        print(f"wrote {path}", file=sys.stderr)


def _first(answers: dict[str, Any], count: int) -> dict[str, Any]:
    return {head: rows and rows[:count] for head, rows in answers.items()}


def _number(value: float | None) -> str:
    return "no number" if value is None else f"{value:10.4g}"


def _share(value: float | None) -> str:
    return "?" if value is None else f"{value * 100:4.0f} %"


def _write_csv(session: CommandSession, facts: dict[str, Any]) -> None:
    rows = CsvRows("module", "branch", "channels", "mean", "max", "nonzero", "strongest", "notes")
    notes = "; ".join(facts["notes"])
    for name, module in facts["modules"].items():
        for branch in session.checkpoint.architecture.module(name).branches:
            numbers = module[branch.name]
            strongest = " ".join(str(channel) for channel, _ in numbers["strongest"])
            rows.write(
                [
                    name,
                    branch.name,
                    branch.outputs,
                    numbers["mean"],
                    numbers["max"],
                    numbers["nonzero"],
                    strongest,
                    notes,
                ]
            )


WRITERS: Final[dict[str, Callable[[CommandSession, dict[str, Any]], None]]] = {
    "text": _write_text,
    "json": _write_json,
    "csv": _write_csv,
}
