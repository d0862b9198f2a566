"""Random views of a picture: shifted, turned and scaled a little, so that no single pixel counts.

Without them a picture fills with a pattern that only this network sees.
"""

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

PAD, FIRST_SHIFT, LAST_SHIFT = 12, 8, 4
"""Pixels of grey around the picture, and by how many it is shifted before and after turning."""
GREY: Final = 0.5
_SCALES: Final = tuple(0.9 + 0.02 * step for step in range(11))
_DEGREES: Final = (*range(-10, 11), *[0] * 5)


def view_side(side: int) -> int:
    """What is seen of a picture with its grey border, whatever the shift: pixels."""
    return side + 2 * PAD - FIRST_SHIFT - LAST_SHIFT


def random_place(side: int, generator: torch.Generator) -> Tensor:
    """Where a view's points lie on a picture: (2, 3), in halves of the picture's side."""
    first, last = (_shift(most, generator) for most in (FIRST_SHIFT, LAST_SHIFT))
    scale, degrees = _one_of(_SCALES, generator), _one_of(_DEGREES, generator)
    angle = torch.deg2rad(torch.tensor(float(degrees)))
    turn = torch.stack([torch.cos(angle), -torch.sin(angle), torch.sin(angle), torch.cos(angle)]).view(2, 2)
    turn = turn / scale
    shift = (turn @ last + first) * 2 / side
    return torch.cat([turn * view_side(side) / side, shift[:, None]], 1)


def views(pictures: Tensor, places: Tensor, seen: int) -> Tensor:
    """(pictures, 3, seen, seen): the pictures as seen at (pictures, 2, 3) places, grey beside them."""
    grid = functional.affine_grid(places, [len(pictures), 3, seen, seen], align_corners=False)
    return functional.grid_sample(pictures - GREY, grid, align_corners=False) + GREY


def _shift(most: int, generator: torch.Generator) -> Tensor:
    return torch.randint(0, most + 1, (2,), generator=generator) - most / 2


def _one_of(choices: tuple[float, ...], generator: torch.Generator) -> float:
    return choices[int(torch.randint(0, len(choices), (), generator=generator))]
