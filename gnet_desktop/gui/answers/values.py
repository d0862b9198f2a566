"""What the answers panel shows, as a value; nothing here paints.

Numbers are put into words here, so that table, copied text and tests read the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PySide6.QtCore import QCoreApplication

from gnet_desktop.gui.answers.standing import STANDINGS, Standing
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.inspection.answers import (
    HeadAnswers,
    Row,
    Verdict,
    answer_rows,
    others,
    percent,
    valid,
    verdict,
)
from gnet_desktop.network.architecture import HEADS
from gnet_desktop.workspace.values import Result

_SPARE: Final = 2
"""Rows kept for what the other heads add to main's first answers."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A head's number for a class: ``share`` 0…1 is its bar, ``first`` the head's first answer.

    ``before`` is the bar of the run that is compared with, None without one; ``delta`` the
    difference in words and ``change`` its sign.
    """

    text: str
    share: float
    first: bool = False
    before: float | None = None
    delta: str = ""
    change: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A class with its cell by head; ``index`` None is the line of all others."""

    index: int | None
    name: str
    cells: Mapping[str, Cell]

    @property
    def leads(self) -> bool:
        """Whether it is some head's first answer."""
        return any(cell.first for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class ShownAnswers:
    """Everything that the panel says about a result.

    ``standing`` tells for each head whether it answers and, if not, why;
    ``doubt`` is the file's own word that none of its classes fits.
    """

    lines: tuple[Line, ...]
    rest: Line
    standing: Mapping[str, Standing]
    verdict: Verdict | None
    doubt: str | None
    names: tuple[str, ...]
    logits: bool

    @property
    def present(self) -> int:
        """How many heads the file has."""
        return sum(one != "absent" for one in self.standing.values())

    def name(self, index: int) -> str:
        """A class by its name."""
        return class_name(self.names, index)


def class_name(names: tuple[str, ...], index: int) -> str:
    """The name of a class; of two classes with one name each carries its number."""
    if index >= len(names):
        return f"class {index}"
    name = names[index]
    return f"{name} ({index})" if names.count(name) > 1 else name


def standing_of(result: Result, head: str, trained: bool | None) -> Standing:
    """Whether a head answers on this picture, and why not."""
    architecture = result.checkpoint.architecture
    there = architecture.classes > 0 if head == "main" else architecture.head(head) is not None
    if not there:
        return "absent"
    answers = result.record.answers.get(head)
    if answers is None:
        return "silent"
    if not valid(answers):
        return "not a number"
    return "untrained" if trained is False else "answers"


def shown_of(
    result: Result,
    trained: Callable[[str], bool | None],
    *,
    rows: int,
    logits: bool,
    reference: Result | None = None,
    by_change: bool = False,
) -> ShownAnswers:
    """What to show of a result in at most ``rows`` lines (at least each head's first answer).

    With a ``reference`` of the same classes every number says how it differs from that, and
    the first answers of its heads have lines, too; ``by_change`` the lines are those of the
    classes that differ most, the largest difference first.
    """
    reference = of_same_classes(result, reference)
    answers, names = result.record.answers, result.checkpoint.labels.names
    standing = {head: standing_of(result, head, trained(head)) for head in HEADS}
    meant = {head: STANDINGS[one] for head, one in standing.items()}
    counted = {head: one for head, one in answers.items() if meant[head].counts}
    # without any head that may be believed, the untrained ones still have numbers
    other = comparable(counted or answers, reference)
    if by_change and other:
        chosen = changed_rows(counted or answers, other, rows, logits=logits)
    else:
        chosen = filled_rows(counted or answers, rows)
        chosen = _with_firsts(chosen, comparable(answers, reference), rows)
    known = {head: one for head, one in answers.items() if meant[head].shows}
    full = [_with_all(row, known) for row in chosen]
    left = [head for head, one in standing.items() if one == "untrained"]
    bars = _bars(known, logits=logits)
    rest = others(full, known)
    # what rounding leaves over must not claim that something is left where nothing is
    remaining = {
        head: Cell("–" if logits else percent(share if rest.count else 0.0), share)
        for head, share in rest.probabilities.items()
    }
    return ShownAnswers(
        lines=tuple(
            Line(
                row.index,
                class_name(names, row.index),
                _compared(row.index, _cells(row, known, bars, logits=logits), known, reference, bars, logits),
            )
            for row in full
        ),
        rest=Line(None, str(rest.count), remaining),
        standing=standing,
        verdict=verdict(answers, leave_out=left),
        doubt=result.checkpoint.doubt(answers) if standing["main"] == "answers" else None,
        names=names,
        logits=logits,
    )


def filled_rows(answers: Mapping[str, HeadAnswers], limit: int) -> list[Row]:
    """Main's first answers and what the others add, filling the lines where others add little."""
    top = max(3, limit - _SPARE) if len(answers) > 1 else limit
    rows = answer_rows(answers, top=top, limit=limit)
    while len(rows) < limit and top < limit:
        top += 1
        rows = answer_rows(answers, top=top, limit=limit)
    return rows


def changed_rows(
    answers: Mapping[str, HeadAnswers], before: Mapping[str, HeadAnswers], limit: int, *, logits: bool
) -> list[Row]:
    """The classes whose share (or logit) differs most at any head, the largest difference first."""
    gaps: dict[int, float] = {}
    firsts: dict[int, tuple[str, ...]] = {}
    for head, one in answers.items():
        first = one.top(1)[0][0]
        firsts[first] = (*firsts.get(first, ()), head)
        if head in before:
            pair = [each.logits if logits else each.probabilities for each in (one, before[head])]
            for index, gap in enumerate(np.abs(pair[0] - pair[1]).tolist()):
                gaps[index] = max(gaps.get(index, 0.0), gap)
    order = sorted(gaps, key=lambda index: (-gaps[index], index))
    return [Row(index, {}, firsts.get(index, ())) for index in order[:limit]]


def of_same_classes(result: Result, reference: Result | None) -> Result | None:
    """The reference, if its classes are those of the result; None for others, which have no difference."""
    if reference is None or not result.checkpoint.labels.means_the_same(reference.checkpoint.labels):
        return None
    return reference


def comparable(answers: Mapping[str, HeadAnswers], reference: Result | None) -> dict[str, HeadAnswers]:
    """The answers of the reference's heads that both have with as many classes, and that are numbers."""
    if reference is None:
        return {}
    return {
        head: one
        for head, one in reference.record.answers.items()
        if head in answers and len(one.logits) == len(answers[head].logits) and valid(one)
    }


def _with_firsts(rows: list[Row], reference: Mapping[str, HeadAnswers], limit: int) -> list[Row]:
    """Rows for what the reference's heads say first, in the place of the last that no head leads with."""
    there = {row.index for row in rows}
    firsts = dict.fromkeys(one.top(1)[0][0] for one in reference.values())
    added = [Row(index, {}, ()) for index in firsts if index not in there]
    kept = list(rows)
    spare = [row for row in rows if not row.first_of and row.index not in firsts]
    while len(kept) + len(added) > limit and spare:
        kept.remove(spare.pop())
    return kept + added


def _with_all(row: Row, answers: Mapping[str, HeadAnswers]) -> Row:
    """The row with the probabilities of heads that had no say in the order, too."""
    probabilities = {
        head: float(one.probabilities[row.index])
        for head, one in answers.items()
        if row.index < len(one.probabilities)
    }
    return Row(row.index, probabilities, row.first_of)


def _bars(answers: Mapping[str, HeadAnswers], *, logits: bool) -> float:
    """The value that fills a bar: 1, or the largest logit of all heads."""
    if not logits:
        return 1.0
    return max([float(np.max(one.logits)) for one in answers.values()] + [1e-9])


def _cells(row: Row, answers: Mapping[str, HeadAnswers], full: float, *, logits: bool) -> dict[str, Cell]:
    cells = {}
    for head, probability in row.probabilities.items():
        value = float(answers[head].logits[row.index]) if logits else probability
        text = number(value) if logits else percent(probability)
        cells[head] = Cell(text, min(1.0, max(0.0, value / full)), head in row.first_of)
    return cells


def _compared(
    index: int,
    cells: dict[str, Cell],
    answers: Mapping[str, HeadAnswers],
    reference: Result | None,
    full: float,
    logits: bool,
) -> dict[str, Cell]:
    """The cells with what the reference says, for heads that both have with as many classes."""
    if reference is None:
        return cells
    found = {}
    for head, cell in cells.items():
        other = comparable(answers, reference).get(head)
        if other is None:
            found[head] = cell
            continue
        now, before = (one.logits if logits else one.probabilities for one in (answers[head], other))
        difference = float(now[index]) - float(before[index]) if logits else apart(now[index], before[index])
        words, sign = delta_words(difference, logits=logits)
        share = min(1.0, max(0.0, float(before[index]) / full))
        found[head] = replace(cell, before=share, delta=words, change=sign)
    return found


def apart(now: float, before: float) -> float:
    """What lies between two shares as they are written, so that a reader who subtracts finds the same."""
    return (round(1000 * float(now)) - round(1000 * float(before))) / 1000


def delta_words(difference: float, *, logits: bool) -> tuple[str, int]:
    """A difference in words, and its sign: ``+13.8``, ``−35.3``, ``same``."""
    text = f"{abs(difference):.2f}" if logits else f"{abs(100 * difference):.1f}"
    if not float(text):
        return QCoreApplication.translate("Answers", "same"), 0
    return ("+" if difference > 0 else "−") + text, 1 if difference > 0 else -1


def as_text(shown: ShownAnswers, picture: str) -> str:
    """The table with tabs, for the clipboard: one line a class."""
    heads = [head for head in HEADS if STANDINGS[shown.standing[head]].shows]
    what = "logit" if shown.logits else "%"
    lines = [picture, "\t".join(["class", *(f"{head} {what}" for head in heads)])]
    for line in (*shown.lines, shown.rest):
        name = line.name if line.index is not None else "others"
        cells = [line.cells[head].text if head in line.cells else "" for head in heads]
        lines.append("\t".join([name, *cells]))
    return "\n".join(lines)
