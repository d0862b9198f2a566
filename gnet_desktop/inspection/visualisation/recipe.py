"""How a picture is made, and what came of it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.visualisation.wanted import Wanted

Pixels = NDArray[np.uint8]

RATE: Final = 0.05
"""Length of Adam's steps."""
MOST_PICTURES: Final = 8
MOST_STEPS: Final = 4096
SIDES: Final = (16, 512)
"""Smallest and largest side of a picture, in pixels."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """``negative``: what silences it most. ``centre``: only the middle cell counts, not all of them.

    ``size`` is the picture's side in pixels; ``count`` pictures are made at once, which keep
    ``apart``: 0 not at all, 1 as much as they please the unit.
    """

    steps: int = 256
    size: int = 128
    seed: int = 0
    negative: bool = False
    centre: bool = False
    count: int = 1
    apart: float = 0.5

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("steps", self.steps, 1, MOST_STEPS),
            ("size", self.size, *SIDES),
            ("count", self.count, 1, MOST_PICTURES),
        ):
            if not low <= value <= high:
                raise UsageError(f"{name} cannot be {value}.", "", f"Choose {low} to {high}.")


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Pictures after ``step`` steps: uint8 (pictures, side, side, 3), RGB.

    ``peaks`` and ``means`` are the wanted value on each picture as it is, after the rectifier:
    its largest cell, and the mean of all; of a class both are the logit. For what silences,
    they are its smallest cell and the mean before the rectifier. They are NaN on the way,
    where only the pictures are shown.
    """

    wanted: Wanted
    recipe: Recipe
    step: int
    pictures: Pixels
    peaks: tuple[float, ...]
    means: tuple[float, ...]

    @property
    def done(self) -> bool:
        """Whether these are the last."""
        return self.step == self.recipe.steps
