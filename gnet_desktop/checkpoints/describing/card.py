"""The checkpoint card: what a file is, in facts, as JSON (docs/command-line.md) and as text."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from gnet_desktop.checkpoints.checkpoint import Checkpoint, HeadState
from gnet_desktop.checkpoints.describing.assumptions import Assumption, assumptions
from gnet_desktop.checkpoints.describing.model_card import Rows, model_card
from gnet_desktop.checkpoints.describing.soundness import Soundness, Wanted, examine
from gnet_desktop.checkpoints.describing.verification import (
    Verification,
    verification_to_json,
    verification_to_text,
    verify,
)
from gnet_desktop.checkpoints.reference.differing import differences
from gnet_desktop.convention import Convention, describe
from gnet_desktop.errors import PictureError
from gnet_desktop.network.architecture import HEADS, MODULES, Architecture, ResponseNorm
from gnet_desktop.network.arithmetic import Costs, costs
from gnet_desktop.network.families import FAMILIES
from gnet_desktop.network.sizes import allowed_sizes
from gnet_desktop.shown import whole

__all__ = [
    "Assumption",
    "Card",
    "ModuleRow",
    "Verification",
    "make_card",
    "to_json",
    "to_text",
    "verification_to_json",
    "verification_to_text",
    "verify",
]

_FIRST: Final = 5
_PAPER_OUTPUTS: Final = 1024


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A module's channels: of its four branches with their reductions (0: none), and in all."""

    name: str
    branches: tuple[tuple[int, int], ...]
    outputs: int
    parameters: int


@dataclass(frozen=True, slots=True)
class Card:
    """The facts of a checkpoint.

    ``parameters`` count the heads, ``macs`` (multiply-adds of one picture of
    ``input_size``) don't; ``macs`` is None where the convention gives no fixed size.
    ``width`` is that of the last module relative to the paper's. ``own_words`` is what
    the file says of itself.
    """

    checkpoint: Checkpoint
    parameters: int
    macs: int | None
    input_size: tuple[int, int] | None
    width: float
    batch_norm: bool
    local_response_norm: bool
    five_kernel: int
    modules: tuple[ModuleRow, ...]
    assumptions: tuple[Assumption, ...]
    soundness: Soundness
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    own_words: Rows

    @property
    def completeness(self) -> str:
        """How many of the file's tensors are used, and which are missing, in a sentence."""
        provenance = self.checkpoint.provenance
        beside = [f"{count} {words}" for words, count in provenance.beside.items()]
        others = sum(provenance.beside.values()) + len(provenance.left_over)
        missing = f"missing: {', '.join(provenance.missing)}" if provenance.missing else "none missing"
        said = f"{provenance.stored - others} of {provenance.stored} tensors used, {missing}."
        return f"{said} Beside them: {', '.join(beside)}." if beside else said


def make_card(checkpoint: Checkpoint, wanted: Wanted = lambda _share: True) -> Card:
    """The card of an opened file; looks at every number once.

    ``wanted`` is told the share that is done; raises Cancelled once it says no.
    """
    architecture = checkpoint.architecture
    size = _input_size(checkpoint.convention)
    cost, whole = _costs(architecture, size)
    soundness = examine(checkpoint, wanted)
    return Card(
        checkpoint,
        parameters=sum(part.parameters for part in cost.layers.values()),
        macs=cost.total.macs if whole else None,
        input_size=size if whole else None,
        width=architecture.modules[-1].outputs / _PAPER_OUTPUTS,
        batch_norm=any(layer.norm_epsilon is not None for layer in architecture.convolutions()),
        local_response_norm=any(isinstance(layer, ResponseNorm) for layer in architecture.trunk),
        five_kernel=architecture.modules[0].branch("5x5").kernel,
        modules=tuple(_row(architecture, name, cost) for name in MODULES),
        assumptions=assumptions(checkpoint),
        soundness=soundness,
        notes=(*_notes(checkpoint), *checkpoint.provenance.notes),
        warnings=(*checkpoint.provenance.warnings, *soundness.warnings),
        own_words=model_card(checkpoint.provenance.metadata),
    )


def _input_size(convention: Convention) -> tuple[int, int] | None:
    return (convention.side, convention.side) if convention.side else None


def _costs(architecture: Architecture, size: tuple[int, int] | None) -> tuple[Costs, bool]:
    """Costs at the convention's size; at the smallest that the network takes, where there is none."""
    try:
        if size is not None:
            return costs(architecture, size), True
    except PictureError:
        pass
    low = allowed_sizes(architecture)["main"].low
    return costs(architecture, (low, low)), False


def _row(architecture: Architecture, name: str, cost: Costs) -> ModuleRow:
    module = architecture.module(name)
    return ModuleRow(
        name,
        tuple(
            (branch.convolutions[0].outputs if len(branch.convolutions) > 1 else 0, branch.outputs)
            for branch in module.branches
        ),
        module.outputs,
        cost.modules[name].parameters,
    )


def _notes(checkpoint: Checkpoint) -> Iterator[str]:
    architecture, provenance = checkpoint.architecture, checkpoint.provenance
    kernel = architecture.modules[0].branch("5x5").kernel
    if kernel == 3:
        yield "The branch called 5×5 has a 3×3 kernel in this file, as in torchvision; 5×5 is the paper's."
    if architecture.family == "slim":
        yield "TensorFlow slim's batch norms have no scale and its convolutions no bias: nothing is missing."
    if any(isinstance(layer, ResponseNorm) for layer in architecture.trunk):
        yield "Local response normalisation is part of this network and is applied."
    if architecture.outputs == "probabilities":
        yield "The original program gives probabilities; here its logits are kept as well."
    if provenance.recognised_by == "structure":
        yield "The names in the file are not known; it was recognised by its structure."
    if other := differences(checkpoint):
        yield f"Otherwise than published of {FAMILIES[architecture.family].title}: {'; '.join(other)}."
    if provenance.wrappers:
        yield f"Taken off the names of the tensors: {' / '.join(provenance.wrappers)}."
    if architecture.family == "torchvision":
        state = "on" if checkpoint.convention.transform_input else "off"
        yield f"Input transform: {state}."


# JSON


def to_json(card: Card) -> dict[str, Any]:
    """The fields of docs/command-line.md, ready for json.dumps."""
    checkpoint, provenance = card.checkpoint, card.checkpoint.provenance
    labels = checkpoint.labels
    return {
        "file": _shown(provenance.path.name),
        "size": provenance.size,
        "sha256": provenance.sha256,
        "container": provenance.container,
        "family": provenance.family,
        "family_title": provenance.family_title,
        "recognised_by": provenance.recognised_by,
        "wrappers": list(provenance.wrappers),
        "classes": checkpoint.architecture.classes,
        "parameters": card.parameters,
        "macs": card.macs,
        "input_size": card.input_size,
        "dtypes": dict(provenance.dtypes),
        "width": card.width,
        "batch_norm": card.batch_norm,
        "local_response_norm": card.local_response_norm,
        "five_kernel": card.five_kernel,
        "heads": {head: _head_json(head, checkpoint.heads[head]) for head in HEADS},
        "convention": {**checkpoint.convention.facts(), "source": checkpoint.convention_source},
        "labels": {
            "count": len(labels.names),
            "source": labels.source,
            "first": list(labels.names[:_FIRST]),
        },
        "converted": list(provenance.converted),
        "missing": list(provenance.missing),
        "left_over": list(provenance.left_over),
        "assumed": [asdict(assumption) for assumption in card.assumptions],
        "not_finite": dict(card.soundness.not_finite),
        "constant": list(card.soundness.constant),
        "dead": dict(card.soundness.dead),
        "notes": [*card.notes, card.completeness],
        "warnings": list(card.warnings),
        "own_words": dict(card.own_words),
    }


def _head_json(name: str, state: HeadState) -> dict[str, Any]:
    found: dict[str, Any] = {"present": state.present, "classes": state.classes}
    if name != "main" or state.trained is False:
        found |= {"trained": state.trained, "why": state.why}
    if state.temperature != 1:
        found["temperature"] = state.temperature
    return found


def _shown(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


# Text


def to_text(card: Card) -> str:
    """The card as lines for a terminal."""
    checkpoint, provenance = card.checkpoint, card.checkpoint.provenance
    lines = [
        _shown(provenance.path.name),
        f"{provenance.family_title}, recognised by {provenance.recognised_by}",
        "",
        *_table(_facts(card)),
        "",
        *_table([(head, _head_text(checkpoint.heads[head])) for head in HEADS]),
        "",
        *(f"  {row}" for row in _module_lines(card)),
    ]
    if card.own_words:
        lines += ["", "The file says of itself:", *_table(card.own_words)]
    if card.assumptions:
        lines += ["", "What the file leaves open:"]
        lines += [f"  {assumption.text}" for assumption in card.assumptions]
    lines += ["", *(f"  {note}" for note in (*card.notes, card.completeness))]
    lines += [f"  Warning: {warning}" for warning in card.warnings]
    return "\n".join(lines)


def _facts(card: Card) -> list[tuple[str, str]]:
    checkpoint, provenance = card.checkpoint, card.checkpoint.provenance
    labels = checkpoint.labels
    dtypes = ", ".join(f"{dtype} ({count} tensors)" for dtype, count in provenance.dtypes.items())
    norms = [
        words
        for words, there in (
            ("batch norm", card.batch_norm),
            ("local response norm", card.local_response_norm),
        )
        if there
    ]
    convention = " · ".join(f"{name} {value}" for name, value in describe(checkpoint.convention))
    facts = [
        ("container", provenance.container),
        ("SHA-256", provenance.sha256),
        ("size", f"{whole(provenance.size)} bytes"),
        ("classes", f"{whole(checkpoint.architecture.classes)}"),
        ("parameters", f"{whole(card.parameters)}"),
        ("numbers", dtypes),
        ("normalisation", ", ".join(norms) or "none"),
        ("5×5 branch", f"true kernel {card.five_kernel}×{card.five_kernel}"),
        ("convention", f"{checkpoint.convention.name}: {checkpoint.convention_source}"),
        ("", convention),
        ("class names", f"{whole(len(labels.names))}: {labels.source}"),
        ("", " · ".join(labels.names[:_FIRST])),
    ]
    if card.macs is not None and card.input_size is not None:
        macs = f"{card.macs / 1e9:.2f} G at {card.input_size[1]}×{card.input_size[0]}"
        facts.insert(5, ("multiply-adds", macs))
    facts += [("converted", "; ".join(provenance.converted))] if provenance.converted else []
    facts += [("left over", ", ".join(provenance.left_over[:10]))] if provenance.left_over else []
    return facts


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [f"  {name:<14} {value}".rstrip() for name, value in rows]


def _head_text(state: HeadState) -> str:
    if not state.present:
        return state.words
    return f"{whole(state.classes)} classes, {state.words}. {state.why}".rstrip()


def _module_lines(card: Card) -> list[str]:
    lines = [f"{'':<4}{'1x1':>6}{'3x3':>12}{'5x5':>12}{'pool':>6}{'out':>7}{'parameters':>13}"]
    for row in card.modules:
        one, three, five, pool = (
            f"{reduction} → {outputs}" if reduction else f"{outputs}" for reduction, outputs in row.branches
        )
        lines.append(
            f"{row.name:<4}{one:>6}{three:>12}{five:>12}{pool:>6}{row.outputs:>7}{whole(row.parameters):>13}"
        )
    return lines
