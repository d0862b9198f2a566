"""Pictures of the page: the photo, a unit's map over it, and maps as ink on paper."""

import io
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gnet_desktop.gui.photo.layers import UnitLayer
from gnet_desktop.gui.why.drawing import LaidMap
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS, ColourMap
from gnet_desktop.inspection.overlay import overlay
from gnet_desktop.inspection.scaling import NON_FINITE, TOP, Limits, quantise
from gnet_desktop.workspace.values import Result, ViewOptions

SIDE: Final = 1000
"""The photo's longer side, in pixels: sharp on a phone and on paper."""
_PAPER: Final = "EDEFF4"
"""Near white, so that the edge of a map shows where it is silent."""
_STEP: Final = 5
"""Levels that look alike on a tile a few millimetres wide are stored as one."""
_VEIL: Final = 0.7
_BLUE: Final = (0x24, 0x56, 0xD6)

Array = NDArray[np.float32]
Box = tuple[float, float, float, float]


@lru_cache(maxsize=8)
def paper(name: str) -> ColourMap:
    """A colour map for white paper: 0 is pale, and more is darker; signed ones are so already."""
    colours = COLOUR_MAPS[name]
    if colours.signed:
        return colours
    points = [_PAPER, *colours.points.split()[::-1][1:]]
    return ColourMap(f"{name} on paper", " ".join(points))


def photo(result: Result) -> tuple[bytes, tuple[int, int]]:
    """The photo as JPEG, veiled where the network sees nothing of it, and its (width, height)."""
    small, scale = _small(result)
    return _jpeg(_marked(_veiled(small, result, scale), result.geometry.seen_box, scale, None)), small.size


def photo_with(result: Result, layer: UnitLayer, view: ViewOptions, limits: Limits) -> bytes:
    """The photo as JPEG with a unit's map over it, and the field of its peak in a box."""
    cell = layer.cell(result, None)
    field = layer.seen(result, cell)[0] if cell is not None else None
    return photo_under(result, layer, limits, view.colour_map, smooth=view.smooth, field=field)


def photo_under(
    result: Result,
    layer: LaidMap,
    limits: Limits,
    colours: str,
    *,
    smooth: bool,
    field: Box | None = None,
) -> bytes:
    """The photo as JPEG with a map over it in the colour map of that name; ``field`` is a box to draw."""
    small, scale = _small(result)
    width, height = result.picture.size
    over = overlay(
        layer.values,
        layer.grid,
        result.geometry,
        (0.0, 0.0, float(width), float(height)),
        small.size,
        limits=limits,
        colours=COLOUR_MAPS[colours],
        smooth=smooth,
    )
    ground = np.asarray(_veiled(small, result, scale), np.float32)
    alpha = over[..., 3:].astype(np.float32) / 255
    mixed = Image.fromarray(np.clip(ground * (1 - alpha) + over[..., :3], 0, 255).astype(np.uint8))
    return _jpeg(_marked(mixed, result.geometry.seen_box, scale, field))


def tile(values: Array, limits: Limits, view: ViewOptions, *, magnify: int = 1) -> bytes:
    """A map (rows, columns) as a small PNG, one pixel a cell (or ``magnify``)."""
    colours = paper(view.colour_map)
    levels = quantise(values[None], limits, gamma=view.gamma, signed=colours.signed)[0]
    steps = np.where(levels == NON_FINITE, levels, np.minimum(levels // _STEP * _STEP, TOP))
    found, places = np.unique(steps, return_inverse=True)
    table = colours.table(TOP + 1)[np.minimum(found, TOP), :3]
    table[found == NON_FINITE] = (0x00, 0xE5, 0xFF)
    image = Image.fromarray(places.reshape(levels.shape).astype(np.uint8), "P")
    image.putpalette(table.tobytes())
    if magnify > 1:
        size = (image.width * magnify, image.height * magnify)
        image = image.resize(size, Image.Resampling.NEAREST)
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()


def _small(result: Result) -> tuple[Image.Image, float]:
    image = result.picture.image.convert("RGB")
    scale = min(1.0, SIDE / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS), scale


def _veiled(image: Image.Image, result: Result, scale: float) -> Image.Image:
    """Paler where the network sees nothing."""
    left, top, right, bottom = (round(bound * scale) for bound in result.geometry.seen_box)
    pale = Image.blend(image, Image.new("RGB", image.size, "white"), _VEIL)
    pale.paste(image.crop((left, top, right, bottom)), (left, top))
    return pale


def _marked(image: Image.Image, seen: Box, scale: float, field: Box | None) -> Image.Image:
    draw = ImageDraw.Draw(image)
    if any(
        abs(a - b) > 1 for a, b in zip(seen, (0, 0, image.width / scale, image.height / scale), strict=True)
    ):
        _rectangle(draw, seen, scale, (0x62, 0x6B, 0x7B), image)
    if field is not None:
        _rectangle(draw, field, scale, _BLUE, image)
    return image


def _rectangle(
    draw: ImageDraw.ImageDraw, box: Box, scale: float, colour: tuple[int, int, int], image: Image.Image
) -> None:
    """A line in a colour with a white one outside, kept on the picture."""
    thick = max(2, round(max(image.size) / 320))
    limits = (image.width - 1, image.height - 1) * 2
    left, top, right, bottom = (
        min(max(0, round(bound * scale)), limit) for bound, limit in zip(box, limits, strict=True)
    )
    draw.rectangle((left, top, right, bottom), outline="white", width=thick + 2)
    draw.rectangle(
        (left + 1, top + 1, max(left + 1, right - 1), max(top + 1, bottom - 1)), outline=colour, width=thick
    )


def _jpeg(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=88, optimize=True)
    return data.getvalue()
