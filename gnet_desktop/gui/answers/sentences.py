"""Sentences about what the heads say, as simple rich text; names are escaped."""

from collections.abc import Sequence
from html import escape
from typing import Final

from PySide6.QtCore import QCoreApplication

from gnet_desktop.checkpoints.checkpoint import NUMBERED, Checkpoint, HeadState
from gnet_desktop.gui.answers.values import ShownAnswers, apart
from gnet_desktop.inspection.answers import Verdict
from gnet_desktop.inspection.statistics import NonFinite
from gnet_desktop.network.architecture import AUXILIARY, HEADS
from gnet_desktop.workspace.values import Result

_SAME: Final = 0.05
"""Points of a probability that are written as 0.0."""


def tr(text: str) -> str:
    """A sentence in the language of the window."""
    return QCoreApplication.translate("Answers", text)


def plain(rich: str) -> str:
    """A sentence without its emphasis, for screen readers and the clipboard."""
    from PySide6.QtGui import QTextDocumentFragment

    return QTextDocumentFragment.fromHtml(rich).toPlainText()


def verdict_sentence(shown: ShownAnswers) -> str:
    """``aux1 says tabby; aux2 and main say Egyptian cat. Changed by 4d.``; empty for one head."""
    verdict = shown.verdict
    if verdict is None or sum(len(agreement.heads) for agreement in verdict.agreements) < 2:
        return ""
    if verdict.agree:
        heads = len(verdict.agreements[0].heads)
        words = tr("All three heads say {0}.") if heads == 3 else tr("Both heads say {0}.")
        return words.format(_class(shown, verdict.agreements[0].index))
    return f"{_says(shown, verdict)}. " + _grey(tr("Changed by {0}.").format(verdict.changed_by or ""))


def changed_sentence(shown: ShownAnswers, result: Result, unchanged: Result) -> str:
    """What the changes did: ``Still espresso: 35.3 points lower. aux1 reads …: no change.``"""
    answers, before = result.record.answers, unchanged.record.answers
    head = next((head for head in HEADS if head in answers and head in before), None)
    if head is None:
        return ""
    (first, now), (old, _) = answers[head].top(1)[0], before[head].top(1)[0]
    if first != old:
        words = tr("{0} instead of {1}.").format(_class(shown, first), _class(shown, old))
    else:
        points = 100 * apart(now, float(before[head].probabilities[first]))
        words = _points(points).format(_class(shown, first), f"{abs(points):.1f}")
    same = [f"<b>{name}</b>" for name in AUXILIARY if name in answers and answers[name] is before.get(name)]
    if len(same) == 1:
        return f"{words} " + _grey(tr("{0} reads an earlier module: no change.").format(same[0]))
    if same:
        return f"{words} " + _grey(tr("{0} read earlier modules: no change.").format(tr(" and ").join(same)))
    return words


def _points(points: float) -> str:
    if abs(points) < _SAME:
        return tr("Still {0}, as sure as before.")
    return tr("Still {0}: {1} points higher.") if points > 0 else tr("Still {0}: {1} points lower.")


def reference_sentence(other: ShownAnswers, words: str) -> str:
    """What the run that is compared with answers: ``The reference (cat.jpg) says tabby.``"""
    if other.verdict is None:
        return ""
    named = f"<b>{tr('The reference')}</b> ({escape(words)})"
    if other.verdict.agree:
        return tr("{0} says {1}.").format(named, _class(other, other.verdict.agreements[0].index))
    return f"{named}: {_says(other, other.verdict)}."


def other_classes_sentence() -> str:
    """Why the numbers stand without differences."""
    return _grey(tr("Its classes differ from these, so no differences are shown."))


def _says(shown: ShownAnswers, verdict: Verdict) -> str:
    parts = []
    for agreement in verdict.agreements:
        names = [f"<b>{head}</b>" for head in agreement.heads]
        heads = names[0] if len(names) == 1 else tr("{0} and {1}").format(", ".join(names[:-1]), names[-1])
        words = tr("{0} says {1}") if len(names) == 1 else tr("{0} say {1}")
        parts.append(words.format(heads, _class(shown, agreement.index)))
    return "; ".join(parts)


def _class(shown: ShownAnswers, index: int) -> str:
    return f"<i>{escape(shown.name(index))}</i>"


def others_words(count: str) -> str:
    """``993 others``: the classes without a row."""
    if count == "0":
        return tr("no other class")
    return tr("1 other") if count == "1" else tr("{0} others").format(count)


def _grey(text: str) -> str:
    from gnet_desktop.gui.looks.theme import Theme

    return f'<span style="color:{Theme.now().text2}">{text}</span>'


def untrained_sentence(shown: ShownAnswers, checkpoint: Checkpoint) -> str:
    """That heads look untrained, and by what; empty where none does."""
    heads = sorted(head for head, standing in shown.standing.items() if standing == "untrained")
    if not heads:
        return ""
    whole = set(heads) == set(AUXILIARY)
    looks = tr("{0} looks <b>untrained</b>") if len(heads) == 1 else tr("{0} look <b>untrained</b>")
    named = tr("The auxiliary heads of this file") if whole else tr(" and ").join(heads)
    return looks.format(named) + _why_untrained([checkpoint.heads.get(head) for head in heads])


def _why_untrained(states: Sequence[HeadState | None]) -> str:
    """The end of the sentence: by the file's numbers, or by the answers so far where those tell nothing."""
    told = [state.why for state in states if state is not None and state.trained is False]
    if len(told) < len(states):
        return tr(": near-even answers on every picture seen so far.")
    same = told[0] if len(set(told)) == 1 else ""
    return ". " + (escape(same) or tr("The checkpoint card says by what."))


def warning_sentence(checkpoint: Checkpoint) -> str:
    """The first thing that may be wrong with a file, and how many more there are; empty for a sound one."""
    warnings = checkpoint.provenance.warnings
    if not warnings:
        return ""
    if len(warnings) == 1:
        return escape(warnings[0])
    more = tr("{0} more in the checkpoint card.").format(len(warnings) - 1)
    return f"{escape(warnings[0])} {_grey(more)}"


def unsaid_sentence(checkpoint: Checkpoint) -> str:
    """What the file doesn't tell: names of its classes, and what the answers hang on until it is settled."""
    from gnet_desktop.checkpoints.describing.assumptions import in_doubt

    parts, doubts = [], in_doubt(checkpoint)
    if checkpoint.labels.source == NUMBERED:
        parts.append(tr("The classes have no names here: drop a list of them, or choose one (File menu)."))
    if doubts:
        parts.append(tr("Assumed, as the file does not say: {0}.").format(escape(" · ".join(doubts))))
    return " ".join(parts)


def not_a_number_sentence(first: NonFinite | None) -> str:
    """Where values stop being numbers."""
    if first is None:
        return tr("The answers are not numbers. No answer is shown.")
    words = tr("Values stop being numbers in {0} ({1} of {2} cells). No answer is shown.")
    return words.format(f"<b>{first.name}</b>", first.count, first.total)


def absent_sentences(shown: ShownAnswers, notes: tuple[str, ...]) -> tuple[str, str]:
    """Title and explanation where the auxiliary heads' columns would be; empty if they are there."""
    aux = {shown.standing[head] for head in AUXILIARY}
    if aux == {"absent"}:
        why = tr("Many released files leave them out. The answer of main is not affected.")
        return tr("This file has no auxiliary heads"), why
    if aux == {"silent"}:
        return tr("The auxiliary heads give no answer here"), " ".join(notes)
    return "", ""
