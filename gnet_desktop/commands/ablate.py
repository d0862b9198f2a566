"""``gnet-desktop ablate``: answers with parts switched off, or the effect of each part."""

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

from gnet_desktop.commands.changing import hows, parse_changes
from gnet_desktop.commands.opening import (
    CommandSession,
    open_session,
    picture_source,
    progress_wanted,
    shown_name,
)
from gnet_desktop.commands.output import CsvRows, as_json, words
from gnet_desktop.commands.passing import class_index, look_at, note_lines
from gnet_desktop.errors import GNetError, UsageError
from gnet_desktop.inspection.ablation import Effect, classes_of, effects, interaction, strongest
from gnet_desktop.inspection.answers import percent
from gnet_desktop.network.architecture import HEADS
from gnet_desktop.network.changes import Changes
from gnet_desktop.network.record import Answers, Record
from gnet_desktop.workspace.facts import significant

DIGITS: Final = 6
TEXT_ROWS: Final = 20

Row = dict[str, Any]


def run(arguments: argparse.Namespace) -> int:
    """Ablate; 0 all done, 1 some pictures failed, 2 all did or nothing can be done."""
    if bool(arguments.part) == bool(arguments.each):
        raise UsageError("Say what to switch off.", "", "Give --part 4a/5x5, or --each branch|module|unit.")
    if arguments.each == "unit" and not arguments.within:
        raise UsageError(
            "--each unit needs --within.", "A network has thousands of units.", "Name a module: --within 4a."
        )
    session = open_session(arguments)
    work = _parts if arguments.part else _each
    objects = work(session, arguments)
    writer = WRITERS[arguments.format](session, arguments)
    failed = done = 0
    for source in map(picture_source, arguments.pictures):
        try:
            writer(shown_name(source), objects(source))
            done += 1
        except GNetError as error:
            if isinstance(error, UsageError) or len(arguments.pictures) == 1:
                raise
            print(f"gnet-desktop: {words(shown_name(source))}: {error}", file=sys.stderr)
            failed += 1
    return 0 if not failed else 1 if done else 2


def _parts(session: CommandSession, arguments: argparse.Namespace) -> Callable[[Any], Row]:
    changes = parse_changes(arguments, session.network, session.convention)
    chosen = class_index(session.checkpoint, arguments.label) if arguments.label else None

    def one(source: Any) -> Row:
        seen = look_at(session, source)
        record = seen.record
        changed = session.network.resume(record, changes, detail="answers")
        for change, altered in zip(changes, changed.altered, strict=True):
            if not altered:
                print(f"gnet-desktop: {change.name}: 0 values changed on this picture", file=sys.stderr)
        return {
            "notes": seen.picture.notes,
            "changes": [
                {"part": change.name, "how": how, "altered": altered}
                for change, how, altered in zip(changes, hows(arguments), changed.altered, strict=True)
            ],
            "interaction": _interaction(session, record, changes, chosen) if len(changes) == 2 else None,
            "answers": {
                head: _compared(session, record.answers[head], changed.answers[head], arguments.top, chosen)
                if head in record.answers
                else None
                for head in HEADS
            },
        }

    return one


def _interaction(session: CommandSession, record: Record, changes: Changes, chosen: int | None) -> Row:
    """By head: both changes at once against the sum of each alone, on the logit of one class."""
    found: Row = {}
    for head, index in classes_of(record, chosen).items():
        both, added = interaction(session.network, record, changes[0], changes[1], head, index)
        found[head] = {
            "class": index,
            "label": class_words(session, index),
            "both": significant(both, DIGITS),
            "sum": significant(added, DIGITS),
        }
    return found


def class_words(session: CommandSession, index: int) -> str:
    """A class's name, or its number where it has none."""
    names = session.checkpoint.labels.names
    return names[index] if index < len(names) else f"class {index}"


def _compared(
    session: CommandSession, before: Answers, after: Answers, top: int, chosen: int | None
) -> list[Row]:
    """The first answers of before and of after, in the order of before."""
    wanted = [index for answers in (before, after) for index, _ in answers.top(top)]
    wanted = list(dict.fromkeys([chosen] if chosen is not None else wanted))
    return [
        {
            "index": index,
            "label": class_words(session, index),
            "probability": significant(float(before.probabilities[index]), DIGITS),
            "without": significant(float(after.probabilities[index]), DIGITS),
            "difference": significant(
                float(after.probabilities[index] - before.probabilities[index]), DIGITS
            ),
            "logit_difference": significant(float(after.logits[index] - before.logits[index]), DIGITS),
        }
        for index in wanted
    ]


def _each(session: CommandSession, arguments: argparse.Namespace) -> Callable[[Any], Row]:
    within = arguments.within
    if within is not None and within not in {one.name for one in session.checkpoint.architecture.modules}:
        raise UsageError(f"There is no module {within!r}.", "", "Write it like 4a.")
    chosen = class_index(session.checkpoint, arguments.label) if arguments.label else None

    def one(source: Any) -> Row:
        seen = look_at(session, source)
        classes = classes_of(seen.record, chosen)
        found = list(effects(session.network, seen.record, classes, arguments.each, within, _progress))
        rows = [row for head in HEADS for row in _rows(session, found, classes, head)]
        return {"notes": seen.picture.notes, "effects": rows}

    return one


def _progress(share: float, _so_far: object) -> bool:
    if progress_wanted():
        print(f"\r{share * 100:.0f} %", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
    return True


def _rows(session: CommandSession, found: list[Effect], classes: dict[str, int], head: str) -> Iterator[Row]:
    for effect in strongest(found, head):
        yield {
            "part": effect.part,
            "head": head,
            "class": classes[head],
            "label": class_words(session, classes[head]),
            "logit_difference": significant(effect.heads[head].logit, DIGITS),
            "probability_difference": significant(effect.heads[head].probability, DIGITS),
        }


def _json_writer(_session: CommandSession, _arguments: argparse.Namespace) -> Callable[[str, Row], None]:
    """One object a picture; for ``--each`` one a part and head, strongest first."""

    def write(name: str, found: Row) -> None:
        for row in found.get("effects", [found]):
            print(as_json({"picture": name, "notes": found["notes"]} | row))

    return write


def _text_writer(_session: CommandSession, arguments: argparse.Namespace) -> Callable[[str, Row], None]:
    def write(name: str, found: Row) -> None:
        for line in (words(name), *note_lines(found["notes"])):
            print(line)
        if "effects" in found:
            _write_effects(found["effects"], arguments.top)
            return
        what = ", ".join(f"{one['part']} {one['how']}" for one in found["changes"])
        for head, rows in found["answers"].items():
            if rows is not None:
                print(f"  {head:<5} {'':<26} {'as it is':>9} {what:>14}")
            for row in rows or ():
                before, after = percent(row["probability"]), percent(row["without"])
                sign = f"{100 * row['difference']:+.1f}"
                print(f"        {row['label']:<26} {before:>7} % {after:>12} % {sign:>8}")
        _write_interaction(found["interaction"] or {})

    return write


def _write_interaction(found: Row) -> None:
    for head, row in found.items():
        told = f"both {row['both']:+.3f}, the sum of each alone {row['sum']:+.3f}"
        print(f"  {head}: logit of {row['label']}: {told}")


def _write_effects(rows: list[Row], top: int) -> None:
    for head in dict.fromkeys(row["head"] for row in rows):
        mine = [row for row in rows if row["head"] == head]
        print(f"  {head}: {mine[0]['label']}, with the part off less without")
        for row in mine[: max(top, TEXT_ROWS)]:
            percent_ = f"{100 * row['probability_difference']:+.1f}"
            print(f"    {row['part']:<18} logit {row['logit_difference']:+8.3f}   {percent_:>6} %")
    print("  Single effects don't add up: parts may tell the same, or need each other.")


def _csv_writer(_session: CommandSession, arguments: argparse.Namespace) -> Callable[[str, Row], None]:
    answers = ("head", "index", "label", "probability", "without", "difference", "logit_difference")
    parts = ("part", "head", "class", "label", "logit_difference", "probability_difference")
    rows = CsvRows("picture", *(parts if arguments.each else answers), "notes")

    def write(name: str, found: Row) -> None:
        notes = "; ".join(found["notes"])
        for row in found.get("effects", ()):
            rows.write([name, *(row[key] for key in parts), notes])
        for head, said in found.get("answers", {}).items():
            for row in said or ():
                rows.write([name, head, *(row[key] for key in answers[1:]), notes])

    return write


WRITERS: Final[dict[str, Callable[[CommandSession, argparse.Namespace], Callable[[str, Row], None]]]] = {
    "text": _text_writer,
    "json": _json_writer,
    "csv": _csv_writer,
}
