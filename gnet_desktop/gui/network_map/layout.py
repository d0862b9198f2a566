"""Where everything is: a pure function from a network, a quantity and a size to shapes.

The trunk is the concatenated branches as stripes; each branch starts at the bus of
what came before, so nothing suggests that the branches share the input out.
"""

from dataclasses import dataclass, field

from gnet_desktop.gui.network_map import measures as room
from gnet_desktop.gui.network_map.ends import draw_end, draw_head, draw_missing_heads, name_below
from gnet_desktop.gui.network_map.measures import Measures, measures
from gnet_desktop.gui.network_map.shapes import Area, Box, Fill, MapLabel, MapLayout, Polygon, Ribbon, Wire
from gnet_desktop.gui.network_map.sheet import HUES, Sheet, stacked
from gnet_desktop.gui.network_map.stem import draw_stem
from gnet_desktop.gui.network_map.texts import Texts
from gnet_desktop.inspection.quantities import Quantity, branches_of
from gnet_desktop.network.architecture import Architecture, Branch, Convolution, Module, Pool, TrunkLayer
from gnet_desktop.network.arithmetic import Shape as MapShape


@dataclass(slots=True)
class _Trunk:
    """How far the drawing came: ``x``, and the stripes (hue, thickness) that flow on.

    There are none in the stem, where one neutral band of ``thick`` flows; ``passed``
    is the last module.
    """

    x: float
    thick: float
    stripes: list[tuple[str, float]] = field(default_factory=list)
    passed: str = ""


def lay_out(
    architecture: Architecture,
    quantity: Quantity,
    size: tuple[float, float],
    shapes: dict[str, MapShape],
    texts: Texts,
) -> MapLayout:
    """The map of a network in a size (logical pixels).

    ``shapes`` are those of `arithmetic.shapes` for the input in use; ``texts`` the words.
    """
    measured = measures(architecture, quantity, size)
    sheet = Sheet()
    trunk = _Trunk(measured.stem_right, draw_stem(sheet, measured, architecture, texts))
    _bus(sheet, measured, trunk)
    rest = architecture.trunk[len(architecture.stem) :]
    last = architecture.modules[-1]
    for layer, after in zip(rest, [*rest[1:], None], strict=True):
        if isinstance(layer, Module):
            _module(sheet, measured, layer, trunk, texts, bus_after=isinstance(after, Module))
            _head_of(sheet, measured, architecture, layer, trunk, texts)
        elif trunk.passed == last.name:
            _behind(sheet, measured, layer, trunk)
        else:
            _between(sheet, measured, layer, trunk, texts)
    draw_end(sheet, measured, architecture, trunk.x, _height(trunk), texts)
    draw_missing_heads(sheet, measured, architecture, texts)
    _brackets(sheet, measured, architecture, shapes, texts)
    return sheet.layout((measured.width, measured.height))


def _height(trunk: _Trunk) -> float:
    return sum(thick for _, thick in trunk.stripes) or trunk.thick


def _bus(sheet: Sheet, measured: Measures, trunk: _Trunk) -> None:
    """The line from which the next branches start."""
    high = _height(trunk)
    sheet.add(Box(trunk.x - 1.2, measured.middle - high / 2, 1.6, high, Fill("text2"), radius=0))


def _module(
    sheet: Sheet, measured: Measures, module: Module, trunk: _Trunk, texts: Texts, *, bus_after: bool
) -> None:
    left, wide = trunk.x, measured.module
    top, bottom = measured.names - 1, measured.heads - 5
    sheet.frame(Area(module.name, left, top, wide, bottom - top), measured.names)
    rows = [measured.row(layer.name for layer in branch.convolutions) for branch in module.branches]
    tops = stacked(measured.middle, rows, measured.gap)
    parts = branches_of(module)
    stripes = [measured.stripe(part) for part in parts]
    joined = stacked(measured.middle, stripes, 0.0)
    bus, column = _height(trunk), [module.name]
    spread = tops[-1] + rows[-1] - tops[0]
    for branch, part, top, row, stripe, end in zip(
        module.branches, parts, tops, rows, stripes, joined, strict=True
    ):
        centre = top + row / 2
        start = measured.middle + (centre - measured.middle) * min(1.0, bus / spread) * 0.92
        box = _branch(sheet, measured, branch, left, (start, centre), texts)
        hue = HUES.get(branch.name, "bar")
        right = left + room.STRIPES * wide
        edges = (box.top, box.bottom)
        sheet.add(Ribbon(box.right, edges, right, (end, end + stripe), Fill(hue, 0.3), part))
        column += [layer.name for layer in branch.layers]
        trunk_end = left + room.STRIPES_LIGHT * wide
        sheet.add(Box(right, end, trunk_end - right, stripe, Fill(hue), part, radius=0))
    hues = [HUES.get(branch.name, "bar") for branch in module.branches]
    trunk.stripes = list(zip(hues, stripes, strict=True))
    trunk.x, trunk.passed = left + wide, module.name
    _flow(sheet, measured, trunk, left + room.STRIPES_LIGHT * wide)
    if bus_after:
        _bus(sheet, measured, trunk)
    sheet.column(column)
    if measured.counts:
        top = measured.counts + (13 if measured.staggered else 0)
        sheet.add(MapLabel(texts.total(module.name), left, top, wide, 14, 10.5, target=module.name))


def _branch(
    sheet: Sheet,
    measured: Measures,
    branch: Branch,
    left: float,
    wire: tuple[float, float],
    texts: Texts,
) -> Box:
    """Wire, reductions and box of a branch; its box."""
    wide, (start, centre) = measured.module, wire
    hue = HUES.get(branch.name, "bar")
    box_left, box_right = left + room.BOX_LEFT * wide, left + room.BOX_RIGHT * wide
    inner = branch.layers[:-1]
    begin = left + room.WIRES_END * wide
    first = begin if inner else box_left
    sheet.add(Wire(((left, start), (begin, centre), (first, centre)), Fill(hue, 0.8)))
    previous: Box | None = None
    slot = (left + room.REDUCED * wide - begin) / max(len(inner), 1)
    for place, layer in enumerate(inner):
        shape = _inner(sheet, measured, layer, begin + place * slot, slot, centre, hue)
        if previous is not None:
            sheet.join(previous, shape, Fill(hue, 0.28))
        previous = shape
    name = branch.layers[-1].name
    thick = measured.thickness(name)
    box = Box(box_left, centre - thick / 2, box_right - box_left, thick, Fill(hue), name)
    if previous is not None and isinstance(inner[-1], Pool):
        sheet.add(Wire(((previous.right, centre), (box_left, centre)), Fill(hue, 0.5)))
    elif previous is not None:
        sheet.join(previous, box, Fill(hue, 0.28))
    sheet.box(box)
    value = texts.value(name)
    if value and thick >= 12.5 and box.width >= 6.4 * texts.widest:
        top, high = centre - 7, 14.0
        sheet.add(MapLabel(value, box.left, top, box.width, high, 10.5, 600, inside=hue, target=name))
    return box


def _inner(
    sheet: Sheet,
    measured: Measures,
    layer: Convolution | Pool,
    left: float,
    slot: float,
    centre: float,
    hue: str,
) -> Box:
    """A reduction, or the pool in front of a projection; its rectangle."""
    wide = slot * 0.86
    if isinstance(layer, Convolution):
        thick = measured.thickness(layer.name)
        return sheet.box(Box(left, centre - thick / 2, wide, thick, Fill(hue, 0.5), layer.name))
    high = min(9.0, max(6.0, measured.gap * 0.8 + 3))
    box = Box(left, centre - high / 2, wide, high, Fill(hue, 0.5), layer.name)
    narrow = high * 0.17
    corners = (
        (left, box.top),
        (left + wide, centre - narrow),
        (left + wide, centre + narrow),
        (left, box.bottom),
    )
    sheet.add(Polygon(corners, Fill(hue, 0.5), layer.name))
    sheet.place(box)
    return box


def _flow(sheet: Sheet, measured: Measures, trunk: _Trunk, start: float) -> None:
    """The stripes from ``start`` to where the trunk is now."""
    top = measured.middle - _height(trunk) / 2
    for hue, thick in trunk.stripes:
        sheet.add(Box(start, top, trunk.x - start, thick, Fill(hue, 0.88), radius=0))
        top += thick


def _behind(sheet: Sheet, measured: Measures, layer: TrunkLayer, trunk: _Trunk) -> None:
    """A layer behind the last module; one dialect has a convolution there."""
    slot, high = measured.slot_behind, measured.thickness(layer.name)
    start, trunk.x = trunk.x, trunk.x + slot * 0.25
    _flow(sheet, measured, trunk, start)
    sheet.box(Box(trunk.x, measured.middle - high / 2, slot * 0.5, high, Fill("text2", 0.85), layer.name))
    trunk.x += slot * 0.75
    trunk.thick, trunk.stripes = high, []
    sheet.column([layer.name])


def _between(sheet: Sheet, measured: Measures, layer: TrunkLayer, trunk: _Trunk, texts: Texts) -> None:
    """A pool between two stages, with the stripes behind it."""
    left, wide = trunk.x, room.POOL_WIDTH * measured.module
    high = _height(trunk) + 8
    middle = measured.middle
    corners = (
        (left, middle - high / 2),
        (left + wide, middle - high / 2 + 5),
        (left + wide, middle + high / 2 - 5),
        (left, middle + high / 2),
    )
    sheet.add(Polygon(corners, Fill("text2", 0.85), layer.name))
    sheet.place(Box(left, middle - high / 2, wide, high, Fill("text2"), layer.name))
    trunk.x = left + wide + room.POOL_AFTER * measured.module
    _flow(sheet, measured, trunk, left + wide)
    _bus(sheet, measured, trunk)
    sheet.column([layer.name])
    name_below(sheet, measured, (layer.name, layer.name), left, wide, texts.total(trunk.passed))


def _head_of(
    sheet: Sheet,
    measured: Measures,
    architecture: Architecture,
    module: Module,
    trunk: _Trunk,
    texts: Texts,
) -> None:
    for head in architecture.heads:
        if head.source == module.name:
            start = trunk.x - (1 - (room.STRIPES + 0.02)) * measured.module
            draw_head(sheet, measured, head, (start, measured.middle + _height(trunk) / 2), texts)


def _brackets(
    sheet: Sheet,
    measured: Measures,
    architecture: Architecture,
    shapes: dict[str, MapShape],
    texts: Texts,
) -> None:
    """Which modules have maps of which size, above their names."""
    if not measured.brackets:
        return
    stages: dict[tuple[int, ...], list[Area]] = {}
    for module in architecture.modules:
        stages.setdefault(shapes[module.name][1:], []).append(sheet.frames[module.name])
    for cells, frames in stages.items():
        left, right = frames[0].left + 4, frames[-1].left + frames[-1].width - 6
        text = texts.cells.format(f"{cells[1]} × {cells[0]}")
        half = 8.0 + 3.0 * len(text)
        middle = (left + right) / 2
        line = Fill("line2")
        sheet.add(Wire(((left, 18), (left, 14), (middle - half, 14)), line, 1.0, curved=False))
        sheet.add(Wire(((middle + half, 14), (right, 14), (right, 18)), line, 1.0, curved=False))
        sheet.add(MapLabel(text, middle - half, 6, 2 * half, 16, 11))
