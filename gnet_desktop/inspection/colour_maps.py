"""The colour maps, and the tables that turn levels into colours.

A map is nine points, drawn through OKLab (Björn Ottosson's perceptual space), so
that equal steps of value are equal steps of lightness.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.inspection.scaling import GAP, GROUND, NON_FINITE, STRIPE, TOP, Scaling, Scope

Table = NDArray[np.uint8]
Rgb = tuple[int, int, int]

STRIPE_LIGHT: Final = (0x00, 0xE5, 0xFF)
STRIPE_DARK: Final = (0x0A, 0x28, 0x3C)


@dataclass(frozen=True, slots=True)
class ColourMap:
    """A named colour map through ``points``, hexadecimal sRGB, at equal distances.

    ``signed`` ones have their neutral colour in the middle, for 0.
    """

    name: str
    points: str
    signed: bool = False

    def table(self, size: int = 256) -> Table:
        """RGBA of ``size`` equally spaced values: uint8 (size, 4), opaque."""
        return _table(self.points, size)

    def scaling(self, scope: Scope = "module", clip: float = 100.0, gamma: float = 0.5) -> Scaling:
        """The scaling that fits it: with 0 in the middle where it has a colour for that."""
        return Scaling(scope, clip, gamma, self.signed)


EMBER: Final = ColourMap("ember", "08091F 2E0A53 64036A 9A1366 C93458 EE5F38 FF9527 F9CE61 FDF7C9")
LAGOON: Final = ColourMap("lagoon", "090A1D 0F1C53 013F6C 00627A 008687 0BAD87 61CE76 BDE571 F8F9CA")
GREY: Final = ColourMap("grey", "0C0C0C F5F5F5")
TIDE: Final = ColourMap("tide", "0B4C92 3975BE 639FEC A9CBF6 F5F5F4 F3C3A6 DE8155 B0572A 803200", signed=True)
FOG: Final = ColourMap("fog", GREY.points, signed=True)
"""What a signed map becomes where nothing is to draw the eye."""

OFFERED: Final = tuple(one.name for one in (EMBER, LAGOON, GREY, TIDE))
"""The names of those that a person can choose, in the order of the menu."""
COLOUR_MAPS: Final = {one.name: one for one in (EMBER, LAGOON, GREY, TIDE, FOG)}


def faded(name: str) -> str:
    """The grey map for what is stale or untrained, with its 0 where the named map has it."""
    return FOG.name if COLOUR_MAPS[name].signed else GREY.name


@lru_cache(maxsize=32)
def _table(colours: str, size: int) -> Table:
    points = colours.split()
    srgb = np.array([[int(point[i : i + 2], 16) for i in (0, 2, 4)] for point in points], np.float64)
    lab = oklab(srgb)
    places = np.linspace(0, len(points) - 1, size)
    mixed = np.stack([np.interp(places, np.arange(len(points)), lab[:, axis]) for axis in range(3)], axis=1)
    table = np.full((size, 4), 255, np.uint8)
    table[:, :3] = np.rint(from_oklab(mixed))
    table.flags.writeable = False  # shared by all who ask for it
    return table


_TO_CONE: Final = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB: Final = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def oklab(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lightness 0…1, a and b of sRGB colours 0…255: (…, 3) both."""
    channel = np.asarray(srgb, np.float64) / 255
    linear = np.where(channel <= 0.04045, channel / 12.92, ((channel + 0.055) / 1.055) ** 2.4)
    cone: NDArray[np.float64] = np.cbrt(linear @ np.array(_TO_CONE).T)
    lab: NDArray[np.float64] = cone @ np.array(_TO_LAB).T
    return lab


def from_oklab(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB 0…255 (not rounded, clipped to the gamut) of OKLab colours."""
    cone = (lab @ np.linalg.inv(np.array(_TO_LAB)).T) ** 3
    linear = np.clip(cone @ np.linalg.inv(np.array(_TO_CONE)).T, 0, 1)
    bright = 1.055 * linear ** (1 / 2.4) - 0.055
    return np.asarray(255 * np.where(linear <= 0.0031308, 12.92 * linear, bright), np.float64)


def palette(colours: ColourMap, *, ground: Rgb, gap: Rgb | None = None) -> Table:
    """The table of a tile atlas: uint8 (256, 4) RGBA, one colour for each level.

    Values run over 0…`TOP`; ``ground`` is that of tiles that are zero everywhere, ``gap``
    what lies between tiles (None: transparent); then the two stripes of no number.
    """
    table = np.zeros((256, 4), np.uint8)
    table[: TOP + 1] = colours.table(TOP + 1)
    table[GROUND] = (*ground, 255)
    table[GAP] = (*gap, 255) if gap else (0, 0, 0, 0)
    table[STRIPE] = (*STRIPE_DARK, 255)
    table[NON_FINITE] = (*STRIPE_LIGHT, 255)
    return table
