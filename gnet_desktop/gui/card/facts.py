"""What the card says, as rows of words."""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from gnet_desktop.checkpoints.describing.card import Card, Verification
from gnet_desktop.gui.answers.standing import standing_words, trained_words
from gnet_desktop.gui.network_map.words import amount
from gnet_desktop.gui.painting.numbers import number, share
from gnet_desktop.network.architecture import HEAD_PLACES, HEADS, Architecture, Pool, ResponseNorm
from gnet_desktop.shown import whole

_MEGA = 1e6


def tr(text: str) -> str:
    """A text of the card in the language of the window."""
    return QCoreApplication.translate("CheckpointCard", text)


@dataclass(frozen=True, slots=True)
class HeadFact:
    """A head's row: ``good`` True for trained, None for what nothing tells, False for untrained or absent."""

    name: str
    place: str
    words: str
    good: bool | None
    present: bool
    why: str


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of the card: ``info``, ``check``, ``warning`` or ``error`` with its sign."""

    sign: str
    words: str


def subtitle(card: Card) -> str:
    """``BVLC Caffe, recognised by names``."""
    provenance = card.checkpoint.provenance
    how = tr("recognised by names") if provenance.recognised_by == "names" else tr("recognised by structure")
    return f"{provenance.family_title}, {how}"


class Figure(NamedTuple):
    """A number of the strip below the title; ``term`` is the glossary's word for it, or nothing."""

    number: str
    words: str
    term: str = ""


def figures(card: Card) -> list[Figure]:
    """The strip below the title."""
    checkpoint = card.checkpoint
    width = tr("modules, full width")
    if card.width != 1:
        width = tr("modules, {0} of the paper's width").format(f"{card.width:.0%}")
    rows = [
        Figure(f"{checkpoint.provenance.size / _MEGA:.1f} MB", tr("on disk"), "checkpoint"),
        Figure(whole(card.parameters), tr("parameters"), "parameters"),
        Figure(str(len(card.modules)), width, "module"),
        Figure(f"{card.five_kernel} × {card.five_kernel}", tr("true kernel of the 5×5 branch"), "kernel"),
    ]
    if card.macs is not None:
        rows.append(Figure(amount(card.macs), tr("multiply-adds a picture"), "multiply-adds"))
    return [*rows, Figure(whole(checkpoint.architecture.classes), tr("classes"), "answer")]


def origin(card: Card) -> list[tuple[str, str]]:
    """Where the file comes from and what is in it."""
    provenance, architecture = card.checkpoint.provenance, card.checkpoint.architecture
    numbers = ", ".join(f"{kind}, {count} {tr('tensors')}" for kind, count in provenance.dtypes.items())
    rows = [
        (tr("container"), provenance.container),
        (tr("SHA-256"), grouped(provenance.sha256)),
        (tr("normalisation"), normalisation(card)),
        (tr("numbers"), numbers),
        (tr("pools"), pools(architecture)),
        (tr("converted"), "; ".join(provenance.converted)),
        (tr("taken off"), " / ".join(provenance.wrappers)),
        (tr("left over"), _some(provenance.left_over)),
        (tr("missing"), _some(provenance.missing)),
    ]
    return [row for row in rows if row[1]]


def _some(names: tuple[str, ...], most: int = 6) -> str:
    more = tr(" and {0} more").format(len(names) - most) if len(names) > most else ""
    return ", ".join(names[:most]) + more


def grouped(digest: str) -> str:
    """A digest in groups of eight."""
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))


def normalisation(card: Card) -> str:
    """``batch norm``, ``local response, after pool1 and conv3``."""
    trunk = card.checkpoint.architecture.trunk
    behind = [before.name for before, layer in itertools.pairwise(trunk) if isinstance(layer, ResponseNorm)]
    words = [tr("batch norm")] if card.batch_norm else []
    if behind:
        words.append(tr("local response, after {0}").format(tr(" and ").join(behind)))
    return ", ".join(words) or tr("none")


def pools(architecture: Architecture) -> str:
    """``ceil, without padding between stages``."""
    found = [layer for layer in architecture.trunk if isinstance(layer, Pool)]
    if not found:
        return tr("none")
    paddings = {layer.padding for layer in found}
    rounding = tr("ceil") if found[0].ceil else tr("floor")
    if "same" in paddings:
        return tr("padded as TensorFlow does")
    return rounding + (tr(", without padding") if paddings == {0} else tr(", padded by 1"))


def heads(card: Card) -> list[HeadFact]:
    """main, aux2, aux1."""
    rows = []
    for name in HEADS:
        state = card.checkpoint.heads[name]
        words = tr("{0} classes").format(whole(state.classes))
        if not state.present:
            words = standing_words("absent")
        elif name != "main" or not state.trained:
            words += f", {trained_words(state.trained)}"
        place = tr("after {0}").format(HEAD_PLACES[name])
        rows.append(HeadFact(name, place, words, state.trained, state.present, state.why))
    return rows


def class_words(card: Card) -> str:
    """The first classes and the last: ``0 tench · 1 goldfish · … · 999 toilet tissue``."""
    names = card.checkpoint.labels.names
    shown = [f"{place} {name}" for place, name in enumerate(names[:5])]
    if len(names) > 6:
        shown.append("…")
    return " · ".join(shown + [f"{len(names) - 1} {names[-1]}"] * (len(names) > 5))


def notes(card: Card) -> list[Note]:
    """What is to be known, warnings first."""
    complete = not card.checkpoint.provenance.missing
    return [
        *(Note("warning", words) for words in card.warnings),
        *(Note("info", words) for words in card.notes),
        Note("check" if complete else "info", card.completeness),
    ]


def compared_parts(verification: Verification) -> str:
    """Each part's largest difference as a share of its largest value: ``3a 9e−07 · 3b 9e−07 …``.

    A second line says in what the file's network is not the published one.
    """
    parts = " · ".join(f"{one.part} {share(one.relative)}" for one in verification.differences)
    words = tr("Largest difference as a share of each part's largest value: {0}").format(parts)
    if not verification.from_file:
        return words
    its_own = "; ".join(verification.from_file)
    return words + "\n" + tr("As this file has it, not as published: {0}.").format(its_own)


def verified(verification: Verification, picture: str) -> Note:
    """How far this program's numbers are from another definition's."""
    worst = max(verification.differences, key=lambda one: one.relative)
    if verification.agrees:
        words = tr("Agrees with {0} on {1}: largest difference {2}, in {3}.")
    else:
        words = tr("Does not agree with {0} on {1}: largest difference {2}, in {3}.")
    sign = "check" if verification.agrees else "error"
    return Note(sign, words.format(verification.other, picture, number(worst.largest), worst.part))
