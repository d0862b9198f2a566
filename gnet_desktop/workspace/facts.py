"""The facts of a pass in the form that the command line prints and exports hold (docs/command-line.md)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.inspection.ranking import peak
from gnet_desktop.inspection.statistics import Array, branch_summary, unit_statistics
from gnet_desktop.network.architecture import HEADS
from gnet_desktop.network.naming import Unit
from gnet_desktop.network.record import Answers, Record
from gnet_desktop.shown import name_of

DIGITS: Final = 9
"""As many as tell any two float32 numbers apart."""
PROBABILITY_DIGITS: Final = 6
TOP: Final = 20


def answer_rows(checkpoint: Checkpoint, answers: Mapping[str, Answers], top: int) -> dict[str, Any]:
    """{head: [{"index", "label", "probability"}…]}, None for a head that is absent."""
    return {head: _rows(checkpoint, head, answers[head], top) if head in answers else None for head in HEADS}


def _rows(checkpoint: Checkpoint, _head: str, answers: Answers, top: int) -> list[dict[str, Any]]:
    names = checkpoint.labels.names
    fits = len(answers.logits) == len(names)
    return [
        {
            "index": index,
            "label": names[index] if fits else f"class {index}",
            "probability": significant(probability, PROBABILITY_DIGITS),
        }
        for index, probability in answers.top(top)
    ]


def head_states(checkpoint: Checkpoint) -> dict[str, Any]:
    """{head: {"present", "trained", "why"}} as far as the file tells."""
    return {
        head: {
            "present": state.present,
            "trained": state.trained,
            **({"why": state.why} if state.why else {}),
        }
        for head in HEADS
        if (state := checkpoint.heads.get(head)) is not None
    }


def describe(
    checkpoint: Checkpoint, convention: Convention, record: Record, units: Sequence[Unit] = ()
) -> dict[str, Any]:
    """The facts of one pass: modules, branches, units, answers (docs/command-line.md)."""
    facts: dict[str, Any] = {
        "checkpoint": name_of(checkpoint.provenance.path),
        "sha256": checkpoint.provenance.sha256,
        "convention": convention.name,
        "device": record.device,
        "milliseconds": round(record.milliseconds, 2),
        "input": record.input_size[::-1],
        "modules": {
            module.name: {"shape": list(record[module.name].shape)}
            | {
                branch.name: _rounded(branch_summary(record[f"{module.name}/{branch.name}"]).as_dict())
                for branch in module.branches
            }
            for module in checkpoint.architecture.modules
        },
        "answers": answer_rows(checkpoint, record.answers, TOP),
    }
    if units:
        facts["units"] = {unit.name: unit_facts(record[unit.part][unit.channel]) for unit in units}
    return facts


def unit_facts(values: Array) -> dict[str, Any]:
    """Numbers of one map (height, width): mean, maximum, share of non-zero, peak (row, column).

    Values that are no numbers are left out and counted as ``non_finite``; where nothing is
    left, the numbers are None.
    """
    numbers = unit_statistics(values[None]).of(0)
    column, row = peak(values)
    facts: dict[str, Any] = _rounded(
        {"mean": numbers.mean, "max": numbers.maximum, "nonzero": numbers.nonzero}
    )
    counted = {"non_finite": numbers.non_finite} if numbers.non_finite else {}
    return facts | {"peak": [row, column], "shape": list(values.shape)} | counted


def significant(value: float, digits: int = DIGITS) -> float | None:
    """A number for files: so many digits from the first that isn't 0; None for what is no number.

    Digits behind the point would make small numbers 0.
    """
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None


def _rounded(facts: Any) -> Any:
    """The same facts with `significant` numbers."""
    if isinstance(facts, dict):
        return {name: _rounded(value) for name, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [_rounded(value) for value in facts]
    return significant(facts) if isinstance(facts, float) else facts
