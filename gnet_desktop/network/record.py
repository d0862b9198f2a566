"""What one pass leaves behind, as a value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

Array = NDArray[np.float32]

LOGITS: Final[Mapping[str, str]] = MappingProxyType({"main": "logits", "aux2": "aux2", "aux1": "aux1"})
"""Under which name a pass has the logits of each head."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one head says: ``logits`` and ``probabilities``, each (classes,) float32.

    Probabilities are softmax(logits / temperature); the temperature is 1 unless
    the checkpoint was calibrated.
    """

    logits: Array
    probabilities: Array

    @classmethod
    def from_logits(cls, logits: Array, temperature: float = 1.0) -> "Answers":
        """Answers with probabilities computed here, in float64 and without overflow."""
        scaled = logits.astype(np.float64) / temperature
        powers = np.exp(scaled - scaled.max())
        return cls(logits, (powers / powers.sum()).astype(np.float32))

    def top(self, count: int) -> list[tuple[int, float]]:
        """The ``count`` most probable classes as (index, probability), ties by index."""
        order = np.argsort(-self.logits, kind="stable")[:count]
        return [(int(index), float(self.probabilities[index])) for index in order]


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """What is kept of each picture of a batch.

    ``logits`` by head, (pictures, classes); ``pooled`` is what the main classifier reads,
    (pictures, channels).
    """

    logits: Mapping[str, Array]
    pooled: Array


@dataclass(frozen=True)
class Record(Mapping[str, Array]):
    """Every activation of one pass by canonical name, and the answers of the heads.

    Arrays are float32 on the CPU, (channels, height, width) for maps and (values,)
    for vectors; they are never written to again, and must not be written to.
    Their memory may be ordered channels last: use `numpy.ascontiguousarray` where the
    order of the bytes matters. A module's branches are views into its output.
    ``answers`` has an entry for each head that answered; ``notes`` say why one didn't.
    ``input`` is what the network was given, (channels, height, width). ``altered`` counts,
    for each change of the pass, the values that it made different. ``between`` says that the
    activations are differences of two passes: the strongest is the one farthest from 0.
    """

    activations: Mapping[str, Array]
    answers: Mapping[str, Answers]
    input_size: tuple[int, int]
    milliseconds: float
    device: str = "cpu"
    notes: tuple[str, ...] = field(default=())
    input: Array | None = None
    altered: tuple[int, ...] = ()
    between: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "activations", MappingProxyType(dict(self.activations)))
        object.__setattr__(self, "answers", MappingProxyType(dict(self.answers)))

    @override
    def __getitem__(self, name: str) -> Array:
        return self.activations[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self.activations)

    @override
    def __len__(self) -> int:
        return len(self.activations)

    @override
    def __hash__(self) -> int:
        return id(self)

    @override
    def __repr__(self) -> str:
        height, width = self.input_size
        return f"<Record of {len(self)} activations, input {width}×{height}, {self.milliseconds:.0f} ms>"
