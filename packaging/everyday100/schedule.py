"""How long, how large, how fast: the plan of the training as data, and the learning rate it gives.

The rate climbs, stays, and falls straight to zero, so that the length of the run can be changed, or a copy
annealed early, without having wasted what was trained before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .augmentation import Strength


@dataclass(frozen=True, slots=True)
class Phase:
    """From the last phase's end until epoch ``until``: side of the views, and how they vary."""

    until: float
    side: int
    strength: Strength


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole run, in epochs. ``rate`` is for batches of 128 and grows with the batch."""

    phases: tuple[Phase, ...]
    warm_up: float
    falls_from: float
    rate: float

    @property
    def epochs(self) -> float:
        return self.phases[-1].until

    def phase(self, epoch: float) -> Phase:
        return next((phase for phase in self.phases if epoch < phase.until), self.phases[-1])

    def factor(self, epoch: float) -> float:
        """Learning rate at ``epoch`` as a fraction of the highest."""
        if epoch < self.warm_up:
            return max(epoch / self.warm_up, 0.01)
        return max(0.0, min(1.0, (self.epochs - epoch) / (self.epochs - self.falls_from)))


FULL: Final = Plan(
    phases=(
        Phase(24, 64, Strength(smallest_area=0.3)),
        Phase(50, 96, Strength(cutmix=0.25)),
        Phase(66, 112, Strength(cutmix=0.4)),
        Phase(76, 128, Strength(cutmix=0.4)),
        Phase(80, 128, Strength(smallest_area=0.35, sharpen=0.3)),
    ),
    warm_up=1.5,
    falls_from=46,
    rate=0.1,
)


def annealing(start: float, epochs: float, *, factor: float, side: int) -> Plan:
    """A plan that only falls: from ``factor`` of the full rate at ``start`` to zero ``epochs`` later."""
    end = start + epochs
    mild = Strength(smallest_area=0.35, sharpen=0.3)
    return Plan((Phase(end, side, mild),), warm_up=0, falls_from=start, rate=FULL.rate * factor)
