"""The words that stand on the map, as a value; they are put together in `words`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Texts:
    """Every text of the map.

    ``values`` are those in the boxes by layer, ``totals`` those below the modules;
    ``answers`` what each auxiliary head says: (words in bold, rest) or (words, "").
    """

    stem: str
    main: str
    pool: str
    no_heads: str
    input_size: str
    cells: str = "{0}"
    main_answer: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def value(self, layer: str) -> str:
        """What is written into a layer's box."""
        return self.values.get(layer, "")

    @property
    def widest(self) -> int:
        """Letters of the longest value: either all boxes are wide enough for theirs, or none is labelled."""
        return max((len(value) for value in self.values.values()), default=0)

    def total(self, module: str) -> str:
        """What is written below a module."""
        return self.totals.get(module, "")

    def answer(self, head: str) -> tuple[str, str]:
        """What an auxiliary head says."""
        return self.answers.get(head, ("", ""))
