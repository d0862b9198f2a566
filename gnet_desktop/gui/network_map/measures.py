"""How much room each part of the map gets in a size."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gnet_desktop.inspection.quantities import Quantity, branches_of
from gnet_desktop.network.architecture import Architecture, Module, TrunkLayer

THIN: Final = 2.4
"""Least thickness of what has any width."""
LETTER: Final = 6.0
"""Width of a letter in the rows below, about."""
LEAST: Final = (640.0, 104.0)
"""The least size in which everything has its place; a smaller view scrolls."""
_STEM_LAYERS: Final = 7
_HALVINGS: Final = 24
# offsets in a module, in widths of one: wires end, reductions, ribbons, box, stripes begin
WIRES_END, REDUCED, BOX_LEFT, BOX_RIGHT, STRIPES, STRIPES_LIGHT = 0.18, 0.315, 0.385, 0.6, 0.81, 0.915
POOL_WIDTH, POOL_AFTER = 0.15, 0.16
"""A pool between modules, and the stripes behind it, in widths of a module."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Edges in logical pixels; ``scale`` is thickness by unit of the quantity.

    The map's parts lie between ``top`` and ``bottom``, symmetric about ``middle``;
    ``counts`` and ``heads`` are the tops of the rows below, 0 where there is no room.
    """

    width: float
    height: float
    thumbnail: float
    stem_left: float
    stem_right: float
    module: float
    slot_behind: float
    end: float
    brackets: bool
    names: float
    top: float
    bottom: float
    counts: float
    staggered: bool
    heads: float
    gap: float
    scale: float
    layers: Mapping[str, float]
    stripes: Mapping[str, float]

    @property
    def middle(self) -> float:
        """The trunk's axis."""
        return (self.top + self.bottom) / 2

    def thickness(self, layer: str) -> float:
        """Thickness of a layer's box; a layer without a value has the least."""
        return max(THIN, self.layers.get(layer, 0.0) * self.scale)

    def stripe(self, branch: str) -> float:
        """Thickness of a branch's stripe in its module's concatenation."""
        return max(THIN, self.stripes.get(branch, 0.0) * self.scale)

    def row(self, layers: Iterable[str]) -> float:
        """Height of a branch: its thickest layer."""
        return max(self.thickness(layer) for layer in layers)


@dataclass(frozen=True, slots=True)
class _Rows:
    names: float
    top: float
    bottom: float
    counts: float
    heads: float


def measures(architecture: Architecture, quantity: Quantity, size: tuple[float, float]) -> Measures:
    """The room of a network's parts; sizes below `LEAST` count as that."""
    width, height = max(size[0], LEAST[0]), max(size[1], LEAST[1])
    brackets, staggered = height >= 300, height >= 260
    rows = _rows(architecture, height, brackets=brackets, staggered=staggered)
    gap = min(14.0, max(3.5, (rows.bottom - rows.top) * 0.04))
    thumbnail = min(36.0, max(22.0, height * 0.18))
    stem_left = 12 + thumbnail + 6
    end = width - min(170.0, max(120.0, width * 0.116))
    share = min(1.0, 0.3 + 0.7 * len(architecture.stem) / _STEM_LAYERS)
    stem_right = stem_left + width * 0.133 * share
    slot_behind = min(36.0, width * 0.025)
    after = slot_behind * len(_behind(architecture))
    modules = len(architecture.modules) + (POOL_WIDTH + POOL_AFTER) * len(_between(architecture))
    return Measures(
        width=width,
        height=height,
        thumbnail=thumbnail,
        stem_left=stem_left,
        stem_right=stem_right,
        module=(end - after - stem_right) / max(modules, 1.0),
        slot_behind=slot_behind,
        end=end,
        brackets=brackets,
        names=rows.names,
        top=rows.top,
        bottom=rows.bottom,
        counts=rows.counts,
        staggered=staggered,
        heads=rows.heads,
        gap=gap,
        scale=_scale(architecture, quantity, rows.bottom - rows.top, gap),
        layers=quantity.layers,
        stripes=quantity.stripes,
    )


def _rows(architecture: Architecture, height: float, *, brackets: bool, staggered: bool) -> _Rows:
    names = 26.0 if brackets else 3.0
    heads = height - (32.0 if architecture.heads else 18.0)
    counts = 0.0
    bottom = heads - 4
    if height >= 148:
        counts = bottom - (30.0 if staggered else 17.0)
        bottom = counts - 4
    return _Rows(names, names + (30.0 if brackets else 21.0), bottom, counts, heads)


def _between(architecture: Architecture) -> list[TrunkLayer]:
    """What lies between modules: the pools."""
    places = [place for place, layer in enumerate(architecture.trunk) if isinstance(layer, Module)]
    inner = architecture.trunk[places[0] : places[-1]] if places else ()
    return [layer for layer in inner if not isinstance(layer, Module)]


def _behind(architecture: Architecture) -> list[TrunkLayer]:
    """What lies behind the last module, before the global pool (one dialect has a convolution there)."""
    places = [place for place, layer in enumerate(architecture.trunk) if isinstance(layer, Module)]
    return list(architecture.trunk[places[-1] + 1 :]) if places else []


def _scale(architecture: Architecture, quantity: Quantity, room: float, gap: float) -> float:
    """The largest scale at which every module and every stem layer fits into ``room``."""
    stacks = [stack for module in architecture.modules for stack in _stacks(module, quantity, gap)]
    low, high = 0.0, room / max([*quantity.layers.values(), *quantity.stripes.values(), 1e-12])
    for _ in range(_HALVINGS):
        scale = (low + high) / 2
        least = THIN / scale
        fits = all(
            gaps + scale * sum([max(least, value) for value in stack]) <= room for stack, gaps in stacks
        )
        low, high = (scale, high) if fits else (low, scale)
    return low


def _stacks(module: Module, quantity: Quantity, gap: float) -> list[tuple[list[float], float]]:
    """(values, gaps between them in pixels) of what stands above each other: boxes, and stripes."""
    boxes = [
        max(quantity.layers.get(layer.name, 0.0) for layer in branch.convolutions)
        for branch in module.branches
    ]
    stripes = [quantity.stripes.get(part, 0.0) for part in branches_of(module)]
    return [(boxes, gap * (len(boxes) - 1)), (stripes, 0.0)]
