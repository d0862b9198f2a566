"""Whether a head was trained, by what the file tells or by how it answers."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.inspection.answers import looks_untrained, verdict
from gnet_desktop.network.record import Record
from gnet_desktop.workspace.values import Doubt, Result

JUDGED_BY: Final = 12
"""Pictures whose answers are kept to judge by."""


class Judge:
    """Remembers what the heads said of the first few pictures."""

    def __init__(self) -> None:
        self._said: dict[int, dict[str, NDArray[np.float32]]] = {}

    def hear(self, entry_id: int, record: Record) -> None:
        """One more picture's answers."""
        if len(self._said) < JUDGED_BY:
            self._said[entry_id] = {head: answers.probabilities for head, answers in record.answers.items()}

    def forget(self) -> None:
        """Another network."""
        self._said.clear()

    def doubts(self, result: Result) -> frozenset[Doubt]:
        """What speaks against a picture's first answer; heads count that are known to be trained."""
        answers, checkpoint = result.record.answers, result.checkpoint
        unsure = [head for head in answers if not self.trained(checkpoint, head)]
        said = verdict(answers, leave_out=unsure)
        found: set[Doubt] = set()
        if checkpoint.doubt(answers) is not None:
            found.add("nothing fits")
        if said is not None and len({one.index for one in said.agreements}) > 1:
            found.add("heads disagree")
        return frozenset(found)

    def trained(self, checkpoint: Checkpoint | None, head: str) -> bool | None:
        """What the file tells of a head, else how it answered so far; None where neither tells yet."""
        state = checkpoint.heads.get(head) if checkpoint is not None else None
        if state is None or state.trained is not None:
            return None if state is None else state.trained
        untrained = looks_untrained([said[head] for said in self._said.values() if head in said])
        return None if untrained is None else not untrained
