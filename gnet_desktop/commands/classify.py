"""``gnet-desktop classify``: answers of all heads, streamed.

Pictures are decoded and prepared by two threads, a few ahead of the network, so that
decoding overlaps the passes and a million pictures take no more memory than ten.
What is ready goes through the network in small batches; the order is the input's.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gnet_desktop.commands.answering import answer_lines
from gnet_desktop.commands.opening import (
    CommandSession,
    open_session,
    picture_source,
    progress_wanted,
    shown_name,
)
from gnet_desktop.commands.output import CsvRows, as_json, words
from gnet_desktop.commands.passing import note_lines
from gnet_desktop.errors import GNetError, PictureError, UsageError
from gnet_desktop.files import why_unreadable
from gnet_desktop.network.record import Answers
from gnet_desktop.shown import counted
from gnet_desktop.workspace.facts import answer_rows, head_states

if TYPE_CHECKING:
    from gnet_desktop.folder.reading import Read, Source


NO_ANSWER: Final = "no head answers: this checkpoint has no classifier"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A picture's answers, or the error in their place.

    ``notes`` say what was done to the picture on the way; ``milliseconds`` is its share of the pass.
    """

    name: str
    size: tuple[int, int] | None = None
    answers: dict[str, Answers] | None = None
    milliseconds: float = 0.0
    error: str | None = None
    notes: tuple[str, ...] = ()


def run(arguments: argparse.Namespace) -> int:
    """Classify; 0 all done, 1 some pictures failed, 2 none could be read."""
    sources = list_sources(arguments.pictures, arguments.files_from)
    session = open_session(arguments)
    writer = WRITERS[arguments.format](session, arguments.top)
    done = failed = 0
    for outcome in classify(session, sources):
        writer(outcome)
        done += outcome.error is None
        failed += outcome.error is not None
        _show_progress(done + failed)
    if progress_wanted():
        print(file=sys.stderr)
    if not done and not failed:
        raise PictureError("No picture was found.", "", "Give picture files, or folders that hold some.")
    return 0 if not failed else 1 if done else 2


def list_sources(pictures: Iterable[str], files_from: str | None) -> "Iterator[Source]":
    """The pictures that the arguments stand for, one after another, unread."""
    from gnet_desktop.pictures.finding import find_pictures

    names = list(pictures)
    if not names and files_from is None:
        raise UsageError("No picture was given.", "", "Name pictures or folders, - for standard input.")

    def sources() -> "Iterator[Source]":
        for name in names:
            source = picture_source(name)
            yield from [source] if isinstance(source, bytes) else find_pictures([source])
        if files_from is not None:
            yield from find_pictures(_listed(files_from))

    return sources()


def _listed(files_from: str) -> Iterator[Path]:
    """The paths of a list, separated by NUL if it holds one, else by lines."""
    try:
        data = sys.stdin.buffer.read() if files_from == "-" else Path(files_from).read_bytes()
    except OSError as error:
        raise UsageError(f"The list {files_from} cannot be read.", *why_unreadable(error)) from error
    separator = b"\0" if b"\0" in data else b"\n"
    for name in data.split(separator):
        if name.strip(b"\r\n"):
            yield Path(os.fsdecode(name.rstrip(b"\r")))


def classify(session: CommandSession, sources: "Iterable[Source]") -> Iterator[Outcome]:
    """The outcome of each picture, in order; reading overlaps the passes."""
    from gnet_desktop.folder.reading import batches

    for batch in batches(sources, session.convention):
        yield from _answer(session, batch)


def _answer(session: CommandSession, batch: "list[Read]") -> Iterator[Outcome]:
    import torch

    arrays = [read.prepared.array for read in batch if read.prepared]
    if not arrays:
        yield from (Outcome(shown_name(read.source), error=read.error) for read in batch)
        return
    started = time.perf_counter()
    try:
        logits = session.network.answers(torch.from_numpy(np.stack(arrays)).to(session.device))
    except GNetError as error:
        yield from (Outcome(shown_name(read.source), error=str(error)) for read in batch)
        return
    share = (time.perf_counter() - started) * 1000 / len(arrays)
    for place, read in enumerate(batch):
        answers = {
            head: Answers.from_logits(values[place], session.checkpoint.temperatures[head])
            for head, values in logits.items()
        }
        yield _outcome(read, answers, share)


def _outcome(read: "Read", answers: dict[str, Answers], milliseconds: float) -> Outcome:
    from gnet_desktop.folder.answering import NOT_A_NUMBER

    name, main = shown_name(read.source), answers.get("main")
    if main is not None and not np.isfinite(main.logits).all():
        return Outcome(name, read.size, error=NOT_A_NUMBER, notes=read.notes)
    notes = read.notes if answers else (*read.notes, NO_ANSWER)
    return Outcome(name, read.size, answers, milliseconds, notes=notes)


def _show_progress(count: int) -> None:
    if progress_wanted() and not sys.stdout.isatty():
        print(f"\r{counted(count, 'picture')}", end="", file=sys.stderr, flush=True)


def text_writer(session: CommandSession, top: int) -> Callable[[Outcome], None]:
    """Lines for people; errors go to stderr."""

    def write(outcome: Outcome) -> None:
        if outcome.error is not None:
            name = words(outcome.name)
            named = "" if outcome.error.startswith(name) else f"{name}: "
            print(f"gnet-desktop: {named}{outcome.error}", file=sys.stderr)
            return
        assert outcome.size is not None
        assert outcome.answers is not None
        print(f"{words(outcome.name)}  {outcome.size[0]} × {outcome.size[1]}")
        for line in answer_lines(session.checkpoint, answer_rows(session.checkpoint, outcome.answers, top)):
            print(line)
        if doubt := session.checkpoint.doubt(outcome.answers):
            print(f"  {doubt}")
        for line in note_lines(outcome.notes):
            print(line)

    return write


def json_writer(session: CommandSession, top: int) -> Callable[[Outcome], None]:
    """One object a line (docs/command-line.md)."""
    heads, provenance = head_states(session.checkpoint), session.checkpoint.provenance

    def write(outcome: Outcome) -> None:
        line: dict[str, Any] = {"picture": outcome.name}
        if outcome.error is not None:
            line["error"] = outcome.error
        else:
            assert outcome.answers is not None
            line |= {
                "size": outcome.size,
                "answers": answer_rows(session.checkpoint, outcome.answers, top),
                "heads": heads,
                "convention": session.convention.name,
                "device": session.device,
                "milliseconds": round(outcome.milliseconds, 2),
                "notes": outcome.notes,
                "assumed": {key: provenance.assumed[key] for key in provenance.open},
                "warnings": provenance.warnings,
            }
            if session.checkpoint.doubt_threshold is not None:
                line["nothing_fits"] = session.checkpoint.doubt(outcome.answers) is not None
        print(as_json(line))

    return write


def csv_writer(session: CommandSession, top: int) -> Callable[[Outcome], None]:
    """A row for each answer of each head; a failed picture has one row with its error."""
    rows = CsvRows("picture", "head", "rank", "index", "label", "probability", "error", "notes")

    def write(outcome: Outcome) -> None:
        notes = "; ".join(outcome.notes)
        if outcome.error is not None:
            rows.write([outcome.name, "", "", "", "", "", outcome.error, notes])
            return
        assert outcome.answers is not None
        for head, answers in answer_rows(session.checkpoint, outcome.answers, top).items():
            for rank, row in enumerate(answers or [], 1):
                found = (row["index"], row["label"], row["probability"])
                rows.write([outcome.name, head, rank, *found, "", notes])

    return write


WRITERS: Final[dict[str, Callable[[CommandSession, int], Callable[[Outcome], None]]]] = {
    "text": text_writer,
    "json": json_writer,
    "csv": csv_writer,
}
