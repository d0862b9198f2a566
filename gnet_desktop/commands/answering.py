"""Answers of all heads in the forms that the commands print."""

from collections.abc import Mapping
from typing import Any

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.inspection.answers import percent
from gnet_desktop.network.architecture import HEADS
from gnet_desktop.network.record import Answers

DIGITS = 6


def answer_rows(checkpoint: Checkpoint, answers: Mapping[str, Answers], top: int) -> dict[str, Any]:
    """{head: [{"index", "label", "probability"}…]}, None for a head that is absent."""
    return {head: _rows(checkpoint, head, answers[head], top) if head in answers else None for head in HEADS}


def _rows(checkpoint: Checkpoint, head: str, answers: Answers, top: int) -> list[dict[str, Any]]:
    names = checkpoint.labels.names
    fits = len(answers.logits) == len(names)
    return [
        {
            "index": index,
            "label": names[index] if fits else f"class {index}",
            "probability": round(probability, DIGITS),
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


def answer_lines(checkpoint: Checkpoint, rows: Mapping[str, Any]) -> list[str]:
    """One line a head: ``main  Egyptian cat 79.1 %, tabby 7.7 %``."""
    lines = []
    for head in HEADS:
        state = checkpoint.heads.get(head)
        if rows[head] is None:
            continue
        note = "  (untrained)" if state is not None and state.trained is False else ""
        said = ", ".join(f"{row['label']} {percent(row['probability'])} %" for row in rows[head])
        lines.append(f"  {head:<5} {said}{note}")
    return lines
