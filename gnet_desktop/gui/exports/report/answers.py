"""What the heads say, as bars; with a reference, how much each answer differs from it."""

from html import escape
from typing import Final

from gnet_desktop.gui.answers.sentences import absent_sentences, others_words, plain, verdict_sentence
from gnet_desktop.gui.answers.standing import STANDINGS, standing_words
from gnet_desktop.gui.answers.values import ShownAnswers, class_name, delta_words, shown_of
from gnet_desktop.gui.controls.changing import change_words
from gnet_desktop.gui.exports.report.markup import note, section, tr
from gnet_desktop.gui.exports.report.seen import Exploration
from gnet_desktop.inspection.answers import percent, valid
from gnet_desktop.network.architecture import HEAD_PLACES
from gnet_desktop.network.record import Answers
from gnet_desktop.workspace.values import Result

ROWS: Final = 8
"""Answers of main."""
_EACH: Final = 5
"""Answers of every head."""
_DELTA: Final = {1: "up", 0: "same", -1: "down"}


def answers_of(seen: Exploration) -> str:
    """The first answer in words, and main's first ones as bars."""
    shown, main = _shown(seen, ROWS), seen.result.record.answers.get("main")
    if main is None or not valid(main):
        return note(tr("This picture has no answer: {0}.").format(standing_words(shown.standing["main"])))
    index, probability = main.top(1)[0]
    first = f'<p class="says">{escape(shown.name(index))} <b>{percent(probability)}&#8239;%</b></p>'
    doubt = note(shown.doubt) if shown.doubt else ""
    return first + note(plain(verdict_sentence(shown))) + doubt + _bars(seen, "main", ROWS)


def heads_of(seen: Exploration) -> str:
    """Every head of the file from shallow to deep, or that there is only one."""
    shown = _shown(seen, _EACH)
    title, why = absent_sentences(shown, seen.result.record.notes)
    if shown.standing["aux1"] == shown.standing["aux2"] == "absent":
        return section("heads", tr("Heads"), note(f"{title}. {why}"))
    columns = "".join(_head(seen, shown, head) for head in HEAD_PLACES)
    return section("heads", tr("What each head says"), f'<div class="heads">{columns}</div>')


def changes_of(seen: Exploration) -> str:
    """What was changed in the network, and with which run this one is compared."""
    changes = seen.result.key.changes
    if not changes and seen.reference is None:
        return ""
    altered = seen.result.record.altered
    words = [change_words(change) for change in changes]
    counts = [f" · {tr('{0} values altered').format(count)}" for count in altered]
    counts += [""] * (len(words) - len(counts))
    lines = "".join(f"<li>{escape(word + count)}</li>" for word, count in zip(words, counts, strict=True))
    listed = f"<ul>{lines}</ul>" if lines else ""
    against = _reference_words(seen.result, seen.reference) if seen.reference is not None else ""
    title = tr("Changed in the network") if changes else tr("Compared")
    return section("changes", title, listed, note(against))


def _reference_words(result: Result, other: Result) -> str:
    """With which run the answers are compared, by what it has in another way."""
    mine, its = result.key, other.key
    parts = []
    if its.picture != mine.picture:
        parts.append(tr("the picture {0}").format(other.picture.source))
    if its.checkpoint != mine.checkpoint:
        parts.append(tr("the checkpoint {0}").format(other.checkpoint.provenance.path.name))
    if its.convention != mine.convention:
        parts.append(tr("the convention {0}").format(its.convention.name))
    what = ", ".join(parts) or tr("this picture with the network unchanged")
    return tr("Dashed bars and differences: {0}. Differences are in percentage points.").format(what)


def _shown(seen: Exploration, rows: int) -> ShownAnswers:
    known = seen.trained or {}
    return shown_of(
        seen.result, lambda head: known.get(head), rows=rows, logits=False, reference=seen.reference
    )


def _head(seen: Exploration, shown: ShownAnswers, head: str) -> str:
    standing = shown.standing[head]
    place = tr("after {0}").format(HEAD_PLACES[head])
    words = place if standing == "answers" else f"{place} · {standing_words(standing)}"
    title = f'<h3>{head}</h3><p class="note">{escape(words)}</p>'
    if not STANDINGS[standing].shows:
        return f"<div>{title}</div>"
    faint = "" if STANDINGS[standing].counts else ' class="faint"'
    return f"<div{faint}>{title}{_bars(seen, head, _EACH)}</div>"


def _bars(seen: Exploration, head: str, count: int) -> str:
    """A head's first answers and all others, a row each."""
    answers, before = seen.result.record.answers[head], _before(seen, head)
    names = seen.result.checkpoint.labels.names
    top = answers.top(count)
    rows = [
        _row(
            class_name(names, index),
            share,
            None if before is None else float(before.probabilities[index]),
            place,
        )
        for place, (index, share) in enumerate(top)
    ]
    left = len(answers.logits) - len(top)
    if left:
        rest = percent(max(0.0, 1 - sum(share for _, share in top)))
        words = escape(others_words(str(left)))
        wide = ' colspan="2"' if before is not None else ""
        rows.append(
            f'<tr class="rest"><td class="name">{words}</td><td></td><td class="value"{wide}>{rest}</td></tr>'
        )
    head_row = f"<tr><th>{tr('class')}</th><th>{tr('share')}</th><th>{tr('per cent')}</th></tr>"
    return f'<table class="bars"><thead hidden>{head_row}</thead><tbody>{"".join(rows)}</tbody></table>'


def _row(name: str, share: float, before: float | None, place: int) -> str:
    first = "" if place else ' class="first"'
    track = f'<i style="width:{100 * share:.2f}%"></i>'
    delta = ""
    if before is not None:
        words, sign = delta_words(share - before, logits=False)
        track += f'<u style="width:{100 * before:.2f}%"></u>'
        delta = f'<td class="delta {_DELTA[sign]}">{escape(words)}</td>'
    return (
        f'<tr{first}><td class="name">{escape(name)}</td><td><div class="track">{track}</div></td>'
        f'<td class="value">{percent(share)}</td>{delta}</tr>'
    )


def _before(seen: Exploration, head: str) -> Answers | None:
    """The reference's answers, if it has as many classes."""
    other = seen.reference.record.answers.get(head) if seen.reference is not None else None
    same = other is not None and len(other.logits) == len(seen.result.record.answers[head].logits)
    return other if same else None
