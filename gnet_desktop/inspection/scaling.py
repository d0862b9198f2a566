"""Which value is dark and which is bright: limits, clipping, gamma, and 8-bit levels.

Tiles are stored as levels, so that a change of the colour map is a change of a table
of 256 colours. Levels above `TOP` are not values (see `colour_maps.palette`).
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Levels = NDArray[np.uint8]
Scope = Literal["map", "branch", "module"]

TOP: Final = 250
"""The brightest level; even, so that a signed scale has a level for 0 in its middle (125)."""
GROUND: Final = 251
"""Level of the ground of a tile that is zero everywhere."""
GAP: Final = 252
"""Level between the tiles."""
STRIPE: Final = 254
"""Level of the dark stripe where a value is no number."""
NON_FINITE: Final = 255
"""Level where a value is no number; in tiles the bright stripe."""

_FINE: Final = 4096
"""Steps in which a value is told apart before gamma, since a root is steep near 0; even, as `TOP` is."""


_LEAST: Final = 1e-30
"""Spans below are none: float32 has no room for their reciprocal."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """How values are scaled for the eye.

    ``scope`` says whose extremes span the scale; ``clip`` is the percentile that is
    shown as the brightest (100: the maximum); ``gamma`` the exponent on 0…1; ``signed``
    puts 0 in the middle of a symmetric scale.
    """

    scope: Scope = "module"
    clip: float = 100.0
    gamma: float = 0.5
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """The two ends of a scale; ``low`` < ``high`` unless there is nothing to span."""

    low: float
    high: float

    @property
    def span(self) -> float:
        """``high`` − ``low``, or 1 where that is 0 or nearly, so that a division makes sense."""
        span = self.high - self.low
        return span if span > _LEAST else 1.0

    def start(self, *, signed: bool) -> float:
        """The value where the colours begin: of signed ones that span nothing 0 is in the middle, too."""
        nothing = self.high - self.low <= _LEAST
        return self.low - self.span / 2 if signed and nothing else self.low


def limits_of(values: Array, scaling: Scaling) -> Limits:
    """The ends of a scale over ``values``, whatever its scope.

    Unsigned scales start at 0 where nothing is negative (what is silent is dark);
    values that are no numbers don't count.
    """
    low, high = _extremes(values, scaling.clip)
    if scaling.signed:
        reach = max(abs(low), abs(high))
        return Limits(-reach, reach)
    return Limits(min(0.0, low), max(0.0, high))


def _extremes(values: Array, clip: float) -> tuple[float, float]:
    if values.size == 0:
        return 0.0, 0.0
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        values = values[np.isfinite(values)]
        return _extremes(values, clip)
    if clip >= 100:
        return low, high
    return _clipped(values, low, high, clip)


def _clipped(values: Array, low: float, high: float, clip: float) -> tuple[float, float]:
    """Percentiles of the values other than 0: after a rectifier most are 0 and would decide alone."""
    positive, negative = values[values > 0], values[values < 0]
    top = float(np.percentile(positive, clip)) if positive.size else high
    bottom = -float(np.percentile(-negative, clip)) if negative.size else low
    return bottom, top


def quantise(
    maps: Array, limits: Limits | list[Limits], *, gamma: float = 1.0, signed: bool = False
) -> Levels:
    """Levels 0…`TOP` of (channels, height, width); `NON_FINITE` where a value is no number.

    ``limits`` is one scale for all channels or one for each. Values outside are clipped.
    ``gamma`` bends 0…1; a ``signed`` scale is bent away from its middle.
    """
    low, factor = _ends(limits, maps.ndim, signed=signed)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.subtract(maps, low, dtype=np.float32)
        scaled *= factor
        broken = not np.isfinite(scaled.sum())
    missing = ~np.isfinite(maps) if broken else None
    if missing is not None:
        scaled[missing] = 0
    np.clip(scaled, 0, _FINE, out=scaled)
    scaled += np.float32(0.5)
    levels: Levels = np.take(_curve(gamma, signed=signed), scaled.astype(np.uint16), mode="clip")
    if missing is not None:
        levels[missing] = NON_FINITE
    return levels


def _ends(limits: Limits | list[Limits], dimensions: int, *, signed: bool) -> tuple[Array, Array]:
    """What to take off and what to multiply with, shaped to go with the maps."""
    each = limits if isinstance(limits, list) else [limits]
    low = np.array([one.start(signed=signed) for one in each], np.float32)
    factor = np.array([_FINE / one.span for one in each], np.float32)
    shape = (-1,) + (1,) * (dimensions - 1) if isinstance(limits, list) else ()
    return low.reshape(shape), factor.reshape(shape)


def _curve(gamma: float, *, signed: bool) -> Levels:
    """Level of each of the `_FINE` + 1 steps."""
    position = np.arange(_FINE + 1) / _FINE
    if signed:
        away = 2 * position - 1
        position = (1 + np.sign(away) * np.abs(away) ** gamma) / 2
    else:
        position = position**gamma
    return np.rint(position * TOP).astype(np.uint8)
