"""Few directions that many values are made of: factors of maps' cells, and of kernels.

Cells are never negative, and neither are their factors (Lee and Seung, 1999). Kernels are
signed: there only the amounts are kept from being negative, the directions are free
(Ding, Li and Jordan, 2010), so that each place of a kernel is so much of each direction.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float32]

STEPS: Final = 300
CLOSE: Final = 1e-5
"""Where a step improves the fit by less than this share, the factors stand."""
_EVERY: Final = 10
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """values ≈ ``amounts`` · ``directions``: float32 (values, factors) and (factors, channels).

    Amounts are not negative. Directions are of length 1, the one that explains most first.
    ``explained`` is the share of the values' squares that they explain together, 0…1.
    """

    amounts: Array
    directions: Array
    explained: float


def nonnegative_factors(values: Array, count: int, *, seed: int = 0) -> Factors:
    """Factors of values (values, channels) that are never negative; neither are the directions."""
    return _factors(values, count, seed, signed=False)


def one_sided_factors(values: Array, count: int, *, seed: int = 0) -> Factors:
    """Factors of signed values (values, channels): amounts that are never negative, signed directions."""
    return _factors(values, count, seed, signed=True)


@torch.inference_mode()
def _factors(values: Array, count: int, seed: int, *, signed: bool) -> Factors:
    given = torch.from_numpy(np.ascontiguousarray(values, np.float32)).double()
    if not signed and bool((given < 0).any()):
        raise ValueError("values must not be negative")
    random = torch.Generator().manual_seed(seed)
    amounts = torch.rand(len(given), count, generator=random, dtype=torch.float64) + 0.1
    directions = _least_squares(given, amounts)
    directions = directions if signed else directions.clamp(min=_TINY)
    whole = max(float((given**2).sum()), _TINY)
    error = 1.0
    for step in range(STEPS):
        amounts = _better_amounts(given, amounts, directions)
        directions = (
            _least_squares(given, amounts)
            if signed
            else directions * (amounts.T @ given) / (amounts.T @ amounts @ directions + _TINY)
        )
        if step % _EVERY == _EVERY - 1:
            before, error = error, float(((given - amounts @ directions) ** 2).sum()) / whole
            if before - error < CLOSE * before:
                break
    return _in_order(amounts, directions, 1 - error)


def _better_amounts(values: Tensor, amounts: Tensor, directions: Tensor) -> Tensor:
    """One multiplicative step; for directions that aren't negative it is Lee and Seung's."""
    towards, squares = values @ directions.T, directions @ directions.T
    more = towards.clamp(min=0) + amounts @ (-squares).clamp(min=0)
    less = (-towards).clamp(min=0) + amounts @ squares.clamp(min=0)
    root = bool((towards < 0).any() or (squares < 0).any())
    ratio = more / (less + _TINY)
    return amounts * (ratio.sqrt() if root else ratio)


def _least_squares(values: Tensor, amounts: Tensor) -> Tensor:
    found: Tensor = torch.linalg.pinv(amounts.T @ amounts) @ (amounts.T @ values)
    return found


def _in_order(amounts: Tensor, directions: Tensor, explained: float) -> Factors:
    lengths = directions.norm(dim=1).clamp(min=_TINY)
    amounts, directions = amounts * lengths, directions / lengths[:, None]
    order = (amounts**2).sum(0).argsort(descending=True, stable=True)
    return Factors(amounts[:, order].float().numpy(), directions[order].float().numpy(), max(0.0, explained))
