"""Colour profiles made from a few numbers, for files that only name their colours.

The result is an ICC profile, so that such files take the same way as those that bring one.
"""

import struct
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

Chromaticities = tuple[float, ...]
"""x and y of white, red, green and blue (CIE 1931)."""

SRGB: Final[Chromaticities] = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)

_D50: Final = np.array([0.9642, 1.0, 0.8249])
_BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_STEPS: Final = 4096


def power(exponent: float) -> bytes:
    """A curve, as ICC writes one: light is the stored value to this power."""
    return b"para" + bytes(4) + struct.pack(">HHi", 0, 0, round(exponent * 65536))


def sampled(light: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> bytes:
    """A curve from a function of stored values 0…1; light above 1 is cut off."""
    values = np.rint(light(np.linspace(0, 1, _STEPS)).clip(0, 1) * 65535)
    return b"curv" + struct.pack(">4xI", _STEPS) + bytes(values.astype(">u2"))


def make_profile(name: str, colours: Chromaticities, curve: bytes) -> bytes:
    """An RGB profile; raises ValueError for chromaticities that are none of real lights."""
    red, green, blue = _colorants(colours).T
    tags = {
        b"desc": _text(name),
        b"cprt": _text("none"),
        b"wtpt": _xyz(_D50),
        b"rXYZ": _xyz(red),
        b"gXYZ": _xyz(green),
        b"bXYZ": _xyz(blue),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for key, data in tags.items():
        table += key + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    return _header(start + len(body)) + table + body


def _colorants(colours: Chromaticities) -> NDArray[np.float64]:
    """XYZ of full red, green and blue as columns, adapted to D50."""
    points = np.array(colours, np.float64).reshape(4, 2)
    if not (np.isfinite(points).all() and (points[:, 1] > 0.0001).all() and (points >= 0).all()):
        raise ValueError("chromaticities out of range")
    xyz = np.stack([points[:, 0], points[:, 1], 1 - points.sum(axis=1)]) / points[:, 1]
    white, lights = xyz[:, 0], xyz[:, 1:]
    try:
        scaled = lights * np.linalg.solve(lights, white)
    except np.linalg.LinAlgError:
        raise ValueError("chromaticities on a line") from None
    cones = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white))
    adapted: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ cones @ _BRADFORD @ scaled
    if np.abs(adapted).max() > 100:
        raise ValueError("chromaticities out of range")
    return adapted


def _xyz(values: NDArray[np.float64]) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *np.rint(values * 65536).astype(int).tolist())


def _text(words: str) -> bytes:
    data = words.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(data), 28) + data


def _header(size: int) -> bytes:
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">3i", *np.rint(_D50 * 65536).astype(int).tolist())
    return head.ljust(128, b"\0")
