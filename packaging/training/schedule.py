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


# Two shared cores do about 55,000 pictures of 64 px in the time in which they do 24,000 of 96 and 15,000 of
# 128; views of 96 show things as large as the whole picture at 128 does, since they are crops.
FULL: Final = Plan(
    phases=(
        Phase(16, 64, Strength(smallest_area=0.3)),
        Phase(40, 96, Strength(cutmix=0.1)),
        Phase(50, 112, Strength(cutmix=0.2)),
        Phase(56, 128, Strength(smallest_area=0.35, sharpen=0.3)),
    ),
    warm_up=1.5,
    falls_from=32,
    rate=0.1,
)
# On a GPU this takes minutes, so it can be longer, and then needs more to keep it from learning by heart.
LONG: Final = Plan(
    phases=(
        Phase(30, 96, Strength(cutmix=0.2)),
        Phase(130, 128, Strength(smallest_area=0.2, cutmix=0.5)),
        Phase(150, 128, Strength(smallest_area=0.35, sharpen=0.3)),
    ),
    warm_up=3,
    falls_from=60,
    rate=0.1,
)
PLANS: Final = {"cpu": FULL, "cuda": LONG}


ANNEALED_LARGE: Final = 0.7
"""The part of an annealing after which its views are large: so the statistics and the last layers settle
on what is measured, for little of the time."""


def annealing(start: float, epochs: float, *, factor: float, sides: tuple[int, int]) -> Plan:
    """A plan that only falls: from ``factor`` of the full rate at ``start`` to zero ``epochs`` later.

    Views have ``sides[0]`` pixels at first and ``sides[1]`` in the end, with crops that vary less and less.
    """
    phases = (
        Phase(
            start + ANNEALED_LARGE * epochs, sides[0], Strength(smallest_area=0.3, borrowed=0.2, scenes=0.15)
        ),
        Phase(start + epochs, sides[1], Strength(smallest_area=0.35, sharpen=0.3, borrowed=0.2, scenes=0.15)),
    )
    return Plan(phases, warm_up=0, falls_from=start, rate=FULL.rate * factor)
