"""The picture and what lies before the first module."""

import itertools

from gnet_desktop.gui.network_map.measures import LETTER, Measures
from gnet_desktop.gui.network_map.shapes import Box, Fill, MapLabel, Polygon, Ribbon, Thumbnail, Wire
from gnet_desktop.gui.network_map.sheet import Sheet
from gnet_desktop.gui.network_map.texts import Texts
from gnet_desktop.network.architecture import Architecture, Convolution, Pool, ResponseNorm

_NEUTRAL = Fill("text2", 0.85)


def draw_stem(sheet: Sheet, measured: Measures, architecture: Architecture, texts: Texts) -> float:
    """Thumbnail and stem; the thickness with which the trunk goes on."""
    _draw_picture(sheet, measured, texts)
    stem = architecture.stem
    slot = (measured.stem_right - measured.stem_left) / (len(stem) + 0.6)
    wide = min(12.0, slot * 0.5)
    thick, x = 0.0, measured.stem_left + slot * 0.25
    boxes = []
    for layer in stem:
        thick = measured.thickness(layer.name) if isinstance(layer, Convolution) else max(thick, 2.4)
        box = Box(x, measured.middle - thick / 2, wide, thick, _NEUTRAL, layer.name)
        boxes.append(box)
        x += slot
    _draw_band(sheet, measured, boxes)
    for layer, box in zip(stem, boxes, strict=True):
        _draw_layer(sheet, layer, box)
        sheet.column([layer.name])
    _draw_names(sheet, measured, stem, boxes, texts)
    return thick


def _draw_picture(sheet: Sheet, measured: Measures, texts: Texts) -> None:
    side, top = measured.thumbnail, measured.middle - measured.thumbnail / 2
    middle = measured.middle
    sheet.add(Wire(((12 + side, middle), (measured.stem_left + 8, middle)), Fill("line2"), 1.5))
    sheet.add(Thumbnail(12, top, side))
    sheet.place(Box(12, top, side, side, _NEUTRAL, "input"))
    sheet.column(["input"])
    if measured.height >= 148:
        sheet.add(MapLabel(texts.input_size, 0, top + side + 2, 24 + side, 14, 10.5, target="input"))


def _draw_band(sheet: Sheet, measured: Measures, boxes: list[Box]) -> None:
    """The light band behind the layers, as thick as what flows in it."""
    fill = Fill("bar", 0.28)
    for left, right in itertools.pairwise(boxes):
        sheet.add(Box(left.left, left.top, left.width, left.height, fill, radius=0))
        sheet.add(Ribbon(left.right, (left.top, left.bottom), right.left, (right.top, right.bottom), fill))
    if boxes:
        last = boxes[-1]
        sheet.add(Box(last.left, last.top, measured.stem_right - last.left, last.height, fill, radius=0))


def _draw_layer(sheet: Sheet, layer: Convolution | Pool | ResponseNorm, box: Box) -> None:
    if isinstance(layer, Convolution):
        sheet.box(box)
        return
    if isinstance(layer, ResponseNorm):
        wide = max(2.5, box.width * 0.45)
        sheet.add(Box(box.left + (box.width - wide) / 2, box.top, wide, box.height, Fill("bar", 0.5)))
        sheet.place(box)
        return
    out = 4.0 if box.height < 60 else 6.0
    corners = (
        (box.left, box.top - out),
        (box.right, box.top - out / 4),
        (box.right, box.bottom + out / 4),
        (box.left, box.bottom + out),
    )
    sheet.add(Polygon(corners, _NEUTRAL, box.target))
    sheet.place(Box(box.left, box.top - out, box.width, box.height + 2 * out, _NEUTRAL, box.target))


def _draw_names(
    sheet: Sheet,
    measured: Measures,
    stem: tuple[Convolution | Pool | ResponseNorm, ...],
    boxes: list[Box],
    texts: Texts,
) -> None:
    left, right = measured.stem_left, measured.stem_right
    sheet.add(MapLabel(texts.stem, left, measured.names, right - left, 18, 11))
    if not measured.counts:
        return
    # convolutions first, the widest before all: where not every name has room, theirs stay
    order = sorted(range(len(stem)), key=lambda place: _rank(stem[place]))
    rows: list[list[tuple[float, float]]] = [[], []]
    for place in order:
        half = LETTER * len(stem[place].name) / 2 + 2
        middle = boxes[place].left + boxes[place].width / 2
        start, end = middle - half, middle + half
        allowed = (1, 0) if measured.staggered else (1,)
        for row in allowed:
            free = all(end <= one or start >= other for one, other in rows[row])
            if free and end < right + 6:
                rows[row].append((start, end))
                top = measured.counts + (13 * row if measured.staggered else 0)
                name = stem[place].name
                sheet.add(MapLabel(name, start - 6, top, 2 * half + 12, 14, 10.5, target=name))
                break


def _rank(layer: Convolution | Pool | ResponseNorm) -> int:
    return -layer.outputs if isinstance(layer, Convolution) else 0
