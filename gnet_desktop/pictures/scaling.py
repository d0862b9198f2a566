"""Numbers of any depth become 8 bits by value: one rule for every format.

Unsigned numbers of up to 16 bits say by their depth what white is. Deeper, signed and
floating numbers don't: there the values themselves decide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Scale:
    """``apply`` turns an array into bytes of the same shape; ``note`` says for people what it does.

    The note is empty where nothing is lost, and may have {} for what the values are.
    """

    apply: Callable[[Numbers], Bytes]
    note: str = ""


def by_depth(bits: int) -> Scale:
    """The scale of unsigned numbers of 1 to 16 bits."""
    if bits == 8:
        return Scale(lambda values: values.astype(np.uint8, copy=False))
    if bits < 8:
        top = (1 << bits) - 1
        return Scale(lambda values: (values.astype(np.uint16) * 255 // top).astype(np.uint8))
    # the high byte, as libpng and Pillow's own 16-bit RGB do: 256 equal steps
    return Scale(lambda values: (values >> (bits - 8)).astype(np.uint8), f"{bits}-bit {{}} scaled to 8 bits")


def by_value(low: float, high: float, *, whole: bool) -> Scale:
    """The scale of numbers that lie between ``low`` and ``high``; ``whole`` tells integers from floats.

    What is no number counts as 0.
    """
    if low >= 0 and whole and high <= 0xFF:
        return Scale(lambda values: values.astype(np.uint8), "whole numbers up to 255 taken as 8 bits")
    if low >= 0 and whole and high <= 0xFFFF:
        return Scale(lambda values: (values >> 8).astype(np.uint8), "16-bit {} scaled to 8 bits")
    if low >= 0 and not whole and high <= 255:
        return UNIT if high <= 1 else _LEVELS
    return Scale(
        lambda values: _rounded((_finite(values) - low) * 255 / max(high - low, 1e-30)),
        f"values {low:g}…{high:g} stretched to 8 bits",
    )


def limits(values: Numbers) -> tuple[float, float]:
    """The lowest and the highest number, what is none left out; (inf, -inf) without any."""
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else (np.inf, -np.inf)


def _finite(values: Numbers) -> Numbers:
    """As float64, with 0 for what is no number."""
    with np.errstate(invalid="ignore"):  # a not-a-number may be of the kind that gives alarm
        numbers = values.astype(np.float64)
    return numbers if values.dtype.kind != "f" else np.where(np.isfinite(numbers), numbers, 0)


def _rounded(values: Numbers) -> Bytes:
    return np.rint(values).clip(0, 255).astype(np.uint8)


UNIT: Final = Scale(lambda values: _rounded(_finite(values) * 255), "floating point 0…1 scaled to 8 bits")
"""The scale of floating point numbers from 0 to 1."""
_LEVELS: Final = Scale(lambda values: _rounded(_finite(values)), "floating point 0…255 rounded to 8 bits")
