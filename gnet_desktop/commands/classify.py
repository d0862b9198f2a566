"""``gnet-desktop classify``: answers of all heads, streamed.

Pictures are decoded and prepared by two threads, a few ahead of the network, so that
decoding overlaps the passes and a million pictures take no more memory than ten.
What is ready goes through the network in small batches; the order is the input's.
"""

import argparse
import csv
import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gnet_desktop.commands.answering import answer_lines
from gnet_desktop.commands.opening import Session, open_session, picture_source, progress_wanted, shown_name
from gnet_desktop.convention import Convention
from gnet_desktop.errors import GNetError, PictureError, UsageError
from gnet_desktop.network.record import Answers
from gnet_desktop.workspace.facts import answer_rows, head_states

if TYPE_CHECKING:
    from gnet_desktop.pictures.preparation import Prepared

READERS: Final = 2
AHEAD: Final = 12
BATCH: Final = 4

Source = Path | bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """A picture's answers, or the error in their place; ``milliseconds`` is its share of the pass."""

    name: str
    size: tuple[int, int] | None = None
    answers: dict[str, Answers] | None = None
    milliseconds: float = 0.0
    error: str | None = None


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


def list_sources(pictures: Iterable[str], files_from: str | None) -> Iterator[Source]:
    """The pictures that the arguments stand for, one after another, unread."""
    from gnet_desktop.pictures.finding import find_pictures

    names = list(pictures)
    if not names and files_from is None:
        raise UsageError("No picture was given.", "", "Name pictures or folders, - for standard input.")

    def sources() -> Iterator[Source]:
        for name in names:
            source = picture_source(name)
            yield from [source] if isinstance(source, bytes) else find_pictures([source])
        if files_from is not None:
            yield from find_pictures(_listed(files_from))

    return sources()


def _listed(files_from: str) -> Iterator[Path]:
    """The paths of a list, separated by NUL if it holds one, else by lines."""
    import os

    try:
        data = sys.stdin.buffer.read() if files_from == "-" else Path(files_from).read_bytes()
    except OSError as error:
        raise UsageError(f"The list {files_from} cannot be read.", f"{error.strerror}.") from error
    separator = b"\0" if b"\0" in data else b"\n"
    for name in data.split(separator):
        if name.strip(b"\r\n"):
            yield Path(os.fsdecode(name.rstrip(b"\r")))


def classify(session: Session, sources: Iterable[Source]) -> Iterator[Outcome]:
    """The outcome of each picture, in order; reading overlaps the passes."""
    waiting: deque[tuple[str, Future[Read]]] = deque()
    with ThreadPoolExecutor(READERS, "gnet-reader") as readers:
        coming = iter(sources)
        while _fill(waiting, coming, readers, session.convention):
            yield from _answer(session, _take_ready(waiting))


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader hands on: a prepared picture, or the sentence of its error."""

    size: tuple[int, int] | None = None
    prepared: "Prepared | None" = None
    error: str | None = None


def _read(source: Source, convention: Convention) -> Read:
    from gnet_desktop.checkpoints.containers.sniffing import not_a_picture
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    try:
        name = "standard input" if isinstance(source, bytes) else None
        picture = read_picture(source, name=name, convert_profile=convention.profile == "srgb")
        return Read(picture.size, prepare(picture, convention))
    except GNetError as error:
        return Read(error=str(not_a_picture(error, source)))


def _fill(
    waiting: deque[tuple[str, Future[Read]]],
    coming: Iterator[Source],
    readers: ThreadPoolExecutor,
    convention: Convention,
) -> bool:
    while len(waiting) < AHEAD and (source := next(coming, None)) is not None:
        waiting.append((shown_name(source), readers.submit(_read, source, convention)))
    return bool(waiting)


def _take_ready(waiting: deque[tuple[str, Future[Read]]]) -> list[tuple[str, Read]]:
    """The next picture, waited for, and those behind it that are ready and alike."""
    taken: list[tuple[str, Read]] = []
    while waiting and len(taken) < BATCH and (not taken or waiting[0][1].done()):
        name, future = waiting[0]
        read = future.result()
        if taken and _shape(read) != _shape(taken[0][1]):
            break
        waiting.popleft()
        taken.append((name, read))
    return taken


def _shape(read: Read) -> tuple[int, ...] | None:
    return read.prepared.array.shape if read.prepared else None


def _answer(session: Session, batch: list[tuple[str, Read]]) -> Iterator[Outcome]:
    import torch

    arrays = [read.prepared.array for _, read in batch if read.prepared]
    if not arrays:
        yield from (Outcome(name, error=read.error) for name, read in batch)
        return
    started = time.perf_counter()
    try:
        logits = session.network.answers(torch.from_numpy(np.stack(arrays)).to(session.device))
    except GNetError as error:
        yield from (Outcome(name, error=str(error)) for name, _ in batch)
        return
    share = (time.perf_counter() - started) * 1000 / len(arrays)
    for place, (name, read) in enumerate(batch):
        answers = {
            head: Answers.from_logits(values[place], session.checkpoint.heads[head].temperature)
            for head, values in logits.items()
        }
        yield _outcome(name, read.size, answers, share)


def _outcome(
    name: str, size: tuple[int, int] | None, answers: dict[str, Answers], milliseconds: float
) -> Outcome:
    main = answers.get("main")
    if main is not None and not np.isfinite(main.logits).all():
        return Outcome(
            name,
            size,
            error="The answer is no number: values stop being numbers on the way through the network.",
        )
    return Outcome(name, size, answers, milliseconds)


def _show_progress(count: int) -> None:
    if progress_wanted() and not sys.stdout.isatty():
        print(f"\r{count} pictures", end="", file=sys.stderr, flush=True)


def text_writer(session: Session, top: int) -> Callable[[Outcome], None]:
    """Lines for people; errors go to stderr."""

    def write(outcome: Outcome) -> None:
        if outcome.error is not None:
            print(f"gnet-desktop: {outcome.name}: {outcome.error}", file=sys.stderr)
            return
        assert outcome.size is not None
        assert outcome.answers is not None
        print(f"{outcome.name}  {outcome.size[0]} × {outcome.size[1]}")
        for line in answer_lines(session.checkpoint, answer_rows(session.checkpoint, outcome.answers, top)):
            print(line)
        if doubt := session.checkpoint.doubt(outcome.answers):
            print(f"  {doubt}")

    return write


def json_writer(session: Session, top: int) -> Callable[[Outcome], None]:
    """One object a line (docs/command-line.md)."""
    heads = head_states(session.checkpoint)

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
            }
            if session.checkpoint.doubt_threshold is not None:
                line["nothing_fits"] = session.checkpoint.doubt(outcome.answers) is not None
        print(json.dumps(line, ensure_ascii=False, allow_nan=False))

    return write


def csv_writer(session: Session, top: int) -> Callable[[Outcome], None]:
    """A row for each answer of each head; a failed picture has one row with its error."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["picture", "head", "rank", "index", "label", "probability", "error"])

    def write(outcome: Outcome) -> None:
        if outcome.error is not None:
            rows.writerow([outcome.name, "", "", "", "", "", outcome.error])
            return
        assert outcome.answers is not None
        for head, answers in answer_rows(session.checkpoint, outcome.answers, top).items():
            for rank, row in enumerate(answers or [], 1):
                rows.writerow([outcome.name, head, rank, row["index"], row["label"], row["probability"], ""])

    return write


WRITERS: Final[dict[str, Callable[[Session, int], Callable[[Outcome], None]]]] = {
    "text": text_writer,
    "json": json_writer,
    "csv": csv_writer,
}
