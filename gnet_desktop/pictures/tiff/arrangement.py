"""Which samples of a TIFF's pixels become which bands of a Pillow mode."""

from dataclasses import dataclass
from typing import Final

from gnet_desktop.pictures.tiff.layout import (
    ASSOCIATED,
    CIELAB,
    CMYK,
    COLOURS,
    ICCLAB,
    INDEXED,
    MASK,
    MIN_IS_BLACK,
    MIN_IS_WHITE,
    RGB,
    UNASSOCIATED,
    Layout,
)

_MODES: Final = {
    MIN_IS_WHITE: "L", MIN_IS_BLACK: "L", MASK: "L", RGB: "RGB", INDEXED: "RGB", CMYK: "CMYK",
    CIELAB: "LAB", ICCLAB: "LAB",
}  # fmt: skip
_WITH_ALPHA: Final = {
    ("L", UNASSOCIATED): "LA", ("L", ASSOCIATED): "La",
    ("RGB", UNASSOCIATED): "RGBA", ("RGB", ASSOCIATED): "RGBa",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrangement:
    """``samples`` become the bands of ``mode``; the last of them is alpha if ``alpha``."""

    mode: str
    samples: tuple[int, ...]
    alpha: bool
    note: str = ""


def arranged(layout: Layout) -> Arrangement:
    """The arrangement of a layout; bands beyond it are said to be ignored."""
    mode, colours = _MODES[layout.photometric], COLOURS[layout.photometric]
    first = next((place for place, meant in enumerate(layout.extra) if meant in (1, 2)), None)
    spare = layout.samples - colours - (first is not None)
    note = f"{spare} further band{'s' if spare > 1 else ''} ignored" if spare else ""
    bands = tuple(range(colours))
    if mode == "L" and spare >= 2:
        note = f"{layout.samples} bands, the first three taken as red, green and blue"
        mode, bands = "RGB", (0, 1, 2)
    shown = _WITH_ALPHA.get((mode, layout.extra[first])) if first is not None else None
    if shown is None or first is None:
        return Arrangement(mode, bands, False, note)
    return Arrangement(shown, (*bands, COLOURS[layout.photometric] + first), True, note)
