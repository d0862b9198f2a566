"""The heads that branch off, and the classifier at the end."""

from gnet_desktop.gui.network_map.measures import LETTER, Measures
from gnet_desktop.gui.network_map.shapes import Box, Fill, MapLabel, Polygon, Ribbon, Wire
from gnet_desktop.gui.network_map.sheet import Sheet
from gnet_desktop.gui.network_map.texts import Texts
from gnet_desktop.network.architecture import Architecture, Head

_BETWEEN = 6.0
"""Pixels between two words of a row, at least."""
_NEUTRAL = Fill("text2", 0.85)


def draw_head(sheet: Sheet, measured: Measures, head: Head, start: tuple[float, float], texts: Texts) -> None:
    """An auxiliary head below its module: pool, convolution, fully connected layers, its answer."""
    x, top = start
    row = measured.heads + 14
    sheet.add(Wire(((x, top), (x, row), (x + 18, row)), _NEUTRAL, 1.5, curved=False))
    left = x + 18
    sheet.add(Wire(((left, row), (left + 44, row)), Fill("line2"), 1.5))
    names = [f"{head.name}/pool", head.convolution.name, *(layer.name for layer in head.layers[:-1])]
    for place, name in enumerate(names):
        _head_part(sheet, name, (left + place * 15, row), place)
    text_left = left + 15 * len(names) + 6
    wide = max(70.0, min(2.35 * measured.module, measured.width - text_left - 8) - 60)
    sheet.add(MapLabel(head.name, text_left, row - 14, wide, 14, 11, 400, "text2", "left", target=head.name))
    said, note = texts.answer(head.name)
    box = (text_left, row, wide, 15.0)
    sheet.add(MapLabel(said, *box, 12, 600 if note else 400, "text", "left", note=note, target=head.name))
    sheet.place(Box(text_left, row - 14, wide, 29, _NEUTRAL, head.name))
    sheet.column([*names, head.name])


def _head_part(sheet: Sheet, name: str, place: tuple[float, float], number: int) -> None:
    left, row = place
    if number == 0:
        corners = ((left, row - 7), (left + 8, row - 4), (left + 8, row + 4), (left, row + 7))
        sheet.add(Polygon(corners, _NEUTRAL, name))
        sheet.place(Box(left, row - 7, 8, 14, _NEUTRAL, name))
        return
    half = 6.0 if number == 1 else 11.0
    sheet.box(Box(left, row - half, 7, 2 * half, _NEUTRAL, name))


def draw_missing_heads(sheet: Sheet, measured: Measures, architecture: Architecture, texts: Texts) -> None:
    """Where heads would be: that there are none."""
    if architecture.heads or "4a" not in sheet.frames:
        return
    left = sheet.frames["4a"].left
    sheet.add(
        MapLabel(texts.no_heads, left, measured.heads, measured.width - left - 12, 14, 11, align="left")
    )


def draw_end(
    sheet: Sheet,
    measured: Measures,
    architecture: Architecture,
    left: float,
    high: float,
    texts: Texts,
) -> None:
    """Global pool and classifier, and what it answers."""
    middle = measured.middle
    wide = min(22.0, max(12.0, measured.width * 0.016))
    corners = ((left, middle - high / 2), (left + wide, middle - 3), (left + wide, middle + 3))
    sheet.add(Polygon((*corners, (left, middle + high / 2)), _NEUTRAL, "global_pool"))
    sheet.place(Box(left, middle - high / 2, wide, high, _NEUTRAL, "global_pool"))
    end = left + wide
    column = ["global_pool"]
    if architecture.classifier:
        fan = min(24.0, max(14.0, high * 0.3))
        start, spread = (middle - 3, middle + 3), (middle - fan, middle + fan)
        sheet.add(Ribbon(end, start, end + wide, spread, Fill("bar", 0.35), "main"))
        column.append("main")
    text_left = end + wide + 7
    room = measured.width - text_left - 6
    sheet.add(MapLabel(texts.main, text_left, measured.names, room, 18, 11, align="left"))
    lines = texts.main_answer
    for place, line in enumerate(lines):
        weight, token = (600, "text") if place == 0 else (400, "text2")
        top = middle - 8 * len(lines) + 16 * place
        sheet.add(MapLabel(line, text_left, top, room, 16, 12.5, weight, token, "left", target="main"))
    if architecture.classifier:
        sheet.place(Box(end, middle - 17, measured.width - end - 6, 34, _NEUTRAL, "main"))
    total = texts.total(architecture.modules[-1].name)
    name_below(sheet, measured, (texts.pool, "global_pool"), left, wide, total)
    sheet.column(column)


def name_below(
    sheet: Sheet, measured: Measures, name: tuple[str, str], left: float, wide: float, total: str
) -> None:
    """The name of a pool below it, unless it would run into the ``total`` below the module before it.

    ``name`` is the word and the target, ``left`` and ``wide`` are the pool's.
    """
    words, target = name
    letters = len(words) + len(total)
    apart = (measured.module + wide) / 2
    if measured.counts and apart >= LETTER * letters / 2 + _BETWEEN:
        top = measured.counts + (13 if measured.staggered else 0)
        sheet.add(MapLabel(words, left - 20, top, wide + 40, 14, 10.5, target=target))
