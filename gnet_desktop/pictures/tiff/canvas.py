"""Where pieces of a TIFF's samples come together as bytes of colour."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np

from gnet_desktop.pictures.incomplete import ground
from gnet_desktop.pictures.scaling import UNIT, Bytes, Numbers, Scale, by_depth, by_value, limits
from gnet_desktop.pictures.tiff.arrangement import arranged
from gnet_desktop.pictures.tiff.chunks import pieces
from gnet_desktop.pictures.tiff.layout import ICCLAB, INDEXED, MIN_IS_WHITE, Layout

Turn = Callable[[Numbers], Bytes]

DEEPEST: Final = 16
"""Bits of the deepest unsigned numbers whose white is known by their depth."""
_COLOURS: Final = slice(0, 3)
_OFFSET: Final = np.uint8(128)
"""Between ICC's Lab, whose a and b have no sign, and the one that Pillow takes."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How ``count`` neighbouring samples of a pixel become bands of the picture."""

    sample: int
    bands: int | slice
    turn: Turn
    count: int = 1


class Canvas:
    """A picture's bytes, (height, width, bands) in `pixels`; grey where nothing could be decoded.

    ``notes`` says what became of the samples.
    """

    def __init__(self, stream: BinaryIO, layout: Layout) -> None:
        self._stream, self._layout = stream, layout
        arrangement = arranged(layout)
        self._grey = np.array(ground(arrangement.mode), np.uint8).reshape(-1)
        self.pixels: Bytes = np.empty((layout.height, layout.width, len(self._grey)), np.uint8)
        colours = arrangement.samples[:-1] if arrangement.alpha else arrangement.samples
        scale = self._colour_scale(colours)
        shown = scale.note.format("grey" if len(colours) == 1 else "colours")
        self.notes = [note for note in (shown, arrangement.note) if note]
        self._ways = _colour_ways(layout, colours, scale)
        if arrangement.alpha:
            self._ways.append(_Way(arrangement.samples[-1], len(self._grey) - 1, _alpha_scale(layout).apply))

    def paint(self) -> bool:
        """Paint all that can be read; whether every sample that is shown was there."""
        if self._paint():
            return True
        self.pixels[:] = self._grey
        self._paint()
        return False

    def _paint(self) -> bool:
        painted = 0
        wanted = [way.sample + more for way in self._ways for more in range(way.count)]
        for piece in pieces(self._stream, self._layout, wanted):
            rows, columns, samples = piece.values.shape
            place = self.pixels[piece.top : piece.top + rows, piece.left : piece.left + columns]
            for way in self._ways:
                first = way.sample - piece.plane
                if 0 <= first < samples:
                    of_pixel = first if way.count == 1 else slice(first, first + way.count)
                    place[..., way.bands] = way.turn(piece.values[..., of_pixel])
                    painted += rows * columns * way.count
        return painted == self._layout.height * self._layout.width * len(wanted)

    def _colour_scale(self, colours: tuple[int, ...]) -> Scale:
        layout = self._layout
        if layout.kind == "u" and layout.bits <= DEEPEST:
            return Scale(lambda values: values) if layout.photometric == INDEXED else by_depth(layout.bits)
        low, high = np.inf, -np.inf
        for piece in pieces(self._stream, layout, colours):
            here = range(piece.plane, piece.plane + piece.values.shape[2])
            one = limits(piece.values[..., [sample - piece.plane for sample in colours if sample in here]])
            low, high = min(low, one[0]), max(high, one[1])
        return by_value(min(low, high), max(low, high), whole=layout.kind != "f")


def _colour_ways(layout: Layout, colours: tuple[int, ...], scale: Scale) -> list[_Way]:
    if layout.photometric == INDEXED:
        palette = _palette(layout)
        return [_Way(0, _COLOURS, lambda values: palette[values])]
    if layout.photometric == ICCLAB:
        signed = [_Way(sample, sample, lambda values: scale.apply(values) ^ _OFFSET) for sample in (1, 2)]
        return [_Way(0, 0, scale.apply), *signed]
    turn = scale.apply
    if layout.photometric == MIN_IS_WHITE:
        turn = lambda values: np.invert(scale.apply(values))  # noqa: E731
    if layout.planar or len(colours) == 1:
        return [_Way(sample, band, turn) for band, sample in enumerate(colours)]
    return [_Way(0, slice(0, len(colours)), turn, len(colours))]


def _alpha_scale(layout: Layout) -> Scale:
    """Opaque is 1.0, or the largest number of its kind."""
    if layout.kind == "f":
        return UNIT
    if layout.kind == "u" and layout.bits <= DEEPEST:
        return by_depth(layout.bits)
    # 0…127 for eight bits with a sign, 0…32767 for sixteen
    spare = layout.bits - 8 - (layout.kind == "i")
    if spare < 0:
        return Scale(lambda values: values.clip(0).astype(np.uint8) << np.uint8(1))
    return Scale(lambda values: (values.clip(0) >> spare).astype(np.uint8))


def _palette(layout: Layout) -> Any:
    """(entries, 3) bytes; 16 bits in the file, but some programs write 8."""
    count = 1 << layout.bits
    values = np.zeros(3 * count, np.uint32)
    stored = np.array(layout.palette[: 3 * count], np.uint32)
    values[: len(stored)] = stored
    eight = len(stored) == 0 or int(stored.max()) < 256
    return (values if eight else values >> 8).astype(np.uint8).reshape(3, count).T.copy()
