"""Numbers as they are written on screen."""

import math
from typing import Final

from gnet_desktop.shown import thin

_MINUS: Final = "−"


def number(value: float, digits: int = 3) -> str:
    """``digits`` significant figures, thousands parted by thin spaces: 486, 23.0, 12 345, 2.1e−05."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{_MINUS if value < 0 else ''}∞"
    if value == 0:
        return "0"
    size = abs(value)
    if size < 1e-3 or size >= 1e7:
        return f"{value:.{digits - 1}e}".replace("-", _MINUS)
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    return thin(f"{value:,.{decimals}f}").replace("-", _MINUS)


def signed(value: float, digits: int = 3) -> str:
    """A number that is added to others: with its sign, also where that is a plus."""
    return f"+{number(value, digits)}" if value > 0 else number(value, digits)


def percent(share: float) -> str:
    """A share 0…1: never "0 %" for something, nor "100 %" for less than all."""
    if not math.isfinite(share):
        return "NaN"
    if 0 < share < 0.001:
        return "<0.1 %"
    if 0 < share < 0.01:
        return f"{share * 100:.1f} %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{share * 100:.0f} %"


def share(value: float) -> str:
    """A small share with one figure, for differences that should be nothing: ``9e−07``."""
    return f"{value:.0e}".replace("-", _MINUS)


def cell_words(column: int, row: int) -> str:
    """A cell by its place from the left and from above, counted from 0: ``2, 1``."""
    return f"{column}, {row}"


def size(width: int, height: int) -> str:
    """``14 × 14``."""
    return f"{width} × {height}"
