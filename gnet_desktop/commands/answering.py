"""Answers of all heads as lines of text."""

from collections.abc import Mapping
from typing import Any

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.inspection.answers import percent
from gnet_desktop.network.architecture import HEADS


def answer_lines(checkpoint: Checkpoint, rows: Mapping[str, Any]) -> list[str]:
    """One line a head: ``main  Egyptian cat 79.1 %, tabby 7.7 %``."""
    lines = []
    for head in HEADS:
        state = checkpoint.heads.get(head)
        if rows[head] is None:
            continue
        note = f"  ({state.words})" if state is not None and state.trained is False else ""
        said = ", ".join(f"{row['label']} {percent(row['probability'])} %" for row in rows[head])
        lines.append(f"  {head:<5} {said}{note}")
    return lines
