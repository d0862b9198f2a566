"""Marks on the tiles of all lanes; only what changes is painted again."""

from collections.abc import Sequence
from typing import Literal

from gnet_desktop.gui.lanes.lane_view import LaneView
from gnet_desktop.gui.lanes.measuring import Measured, Point
from gnet_desktop.network.naming import Unit

Mark = Literal["chosen", "hovered", "focused"]


def mark_unit(views: Sequence[LaneView], mark: Mark, unit: Unit | None) -> None:
    """Give one tile of all lanes a mark, and take it off all others."""
    for view in views:
        own = view.lane is not None and unit is not None and unit.part == view.lane.part
        channel = unit.channel if own and unit is not None else None
        old = getattr(view.look, mark)
        if old != channel:
            setattr(view.look, mark, channel)
            for changed in (old, channel):
                tile = None if changed is None else view.tile_rectangle(changed)
                if tile is not None:
                    view.update(tile.adjusted(-6, -6, 6, 18).toAlignedRect())


def mark_places(views: Sequence[LaneView], measured: Measured, points: Sequence[Point]) -> None:
    """Mark the cells that hold places of the photo on every tile."""
    for view in views:
        part = view.lane.part if view.lane else ""
        found = [measured.cell_at(part, point) for point in points]
        cells = tuple(cell for cell in found if cell is not None)
        if view.look.cells != cells:
            view.look.cells = cells
            view.update()
