"""Where the lanes stand and how many columns each has. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gnet_desktop.gui.lanes.atlas import Region
from gnet_desktop.gui.lanes.model import Channels, columns_for
from gnet_desktop.inspection.tiles import TileLayout, lay_out

MARGIN: Final = 12
BETWEEN: Final = 15
GAP: Final = 3
CAPTION: Final = 13
SCROLLER: Final = 10
"""Room for a lane's thumb, right of its tiles."""
EDGE: Final = 4
"""Room for the outlines, left of its tiles."""
_CAPTIONS_FROM, _MAXIMA_FROM = 40, 80


@dataclass(frozen=True, slots=True)
class Zoom:
    """The part of every map that is shown: its centre, and its width as a share of the map, 0…1."""

    x: float = 0.5
    y: float = 0.5
    span: float = 1.0

    def region(self, cells: tuple[int, int]) -> Region:
        """The same in whole cells, at least three a side."""
        (left, right), (top, bottom) = (
            _cells(centre, self.span, count) for centre, count in zip((self.x, self.y), cells, strict=True)
        )
        return Region(left, top, right, bottom)

    def by(self, steps: float, x: float, y: float) -> "Zoom":
        """Zoomed in by steps; the place (x, y) of what is shown, 0…1, stays where it is."""
        span = min(1.0, max(0.05, self.span * 0.8**steps))
        away = self.span - span
        return Zoom(self.x + (x - 0.5) * away, self.y + (y - 0.5) * away, span)._inside()

    def moved(self, x: float, y: float) -> "Zoom":
        """Shifted by shares of what is shown."""
        return Zoom(self.x + x * self.span, self.y + y * self.span, self.span)._inside()

    def _inside(self) -> "Zoom":
        """The same, shifted so that it lies on the map."""
        half = self.span / 2
        x, y = (min(max(half, at), 1 - half) for at in (self.x, self.y))
        return Zoom(x, y, self.span)


def _cells(centre: float, span: float, count: int) -> tuple[int, int]:
    shown = min(count, max(3, round(span * count)))
    first = min(max(0, round(centre * count - shown / 2)), count - shown)
    return first, first + shown


@dataclass(frozen=True, slots=True)
class Place:
    """A lane's left edge and width in logical pixels, and its tiles' layout in physical ones.

    The tiles begin `EDGE` right of the edge.
    """

    left: float
    width: float
    layout: TileLayout


@dataclass(frozen=True, slots=True)
class Arrangement:
    """All lanes' places; ``width`` is what they take together, perhaps more than there is."""

    region: Region
    places: tuple[Place, ...]
    captions: int
    width: float


def arrange(
    cells: tuple[int, int],
    orders: Sequence[Channels],
    *,
    room: float,
    nominal: int,
    ratio: float,
    zoom: Zoom,
) -> Arrangement:
    """Place lanes in ``room`` logical pixels, with tiles of about ``nominal``, columns ∝ channels."""
    region = zoom.region(cells)
    captions = 0 if nominal < _CAPTIONS_FROM else 1 if nominal < _MAXIMA_FROM else 2
    gap, caption = max(1, round(GAP * ratio)), round(CAPTION * ratio) if captions else 0
    one = lay_out(orders[0], region.size, nominal=nominal * ratio, columns=1, gap=gap, caption=caption)
    pitch, between = one.pitch[0] / ratio, gap / ratio
    free = room - 2 * MARGIN - (len(orders) - 1) * BETWEEN - len(orders) * SCROLLER
    columns = columns_for([len(order) for order in orders], int((free + len(orders) * between) // pitch))
    spare = max(0.0, free - sum(count * pitch - between for count in columns)) / len(orders)
    left, places = float(MARGIN), []
    for order, count in zip(orders, columns, strict=True):
        layout = TileLayout(order, region.size, one.magnify, count, gap, caption)
        width = EDGE + count * pitch - between + SCROLLER
        places.append(Place(left - EDGE, width, layout))
        left += width - EDGE + BETWEEN + spare
    return Arrangement(region, tuple(places), captions, left - BETWEEN - spare + MARGIN)
