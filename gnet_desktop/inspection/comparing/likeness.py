"""Two networks that saw the same pictures: which modules say the same, and whose partner each unit is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.inspection.comparing.matching import Match, match
from gnet_desktop.inspection.comparing.similarity import Matrix, alignments

Values = Mapping[str, NDArray[np.floating]]


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Over ``pictures`` pictures; ``first`` and ``second`` are the modules of each network.

    ``alignment`` is the kernel alignment of each with each, (modules of the first, of the second);
    ``matches`` are {module: its units' partners among the second's} for the modules that both have.
    """

    pictures: int
    first: tuple[str, ...]
    second: tuple[str, ...]
    alignment: Matrix
    matches: Mapping[str, Match]

    def moved(self, module: str) -> int:
        """How many units of a module have a partner of another number, or none."""
        partner = self.matches[module].partner
        return int((partner != np.arange(len(partner))).sum())


def likeness(first: Values, second: Values, step: Callable[[], None] = lambda: None) -> Likeness:
    """From {module: (pictures, channels)} of the same pictures; ``step`` is called between modules."""
    alignment = alignments(list(first.values()), list(second.values()))
    matches = dict[str, Match]()
    for module in first:
        if module in second:
            step()
            matches[module] = match(first[module], second[module])
    count = len(next(iter(first.values()), ()))
    return Likeness(count, tuple(first), tuple(second), alignment, matches)
