"""Marks on the tiles of all lanes; only what changes is painted again."""

from collections.abc import Sequence
from typing import Literal

from gnet_desktop.gui.lanes.lane_view import LaneView
from gnet_desktop.gui.lanes.measuring import Measured, Point
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.state import Workspace

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


def mark_together(views: Sequence[LaneView], units: Sequence[Unit]) -> None:
    """Show which units are marked to be changed together."""
    for view in views:
        part = view.lane.part if view.lane else ""
        marked = frozenset(unit.channel for unit in units if unit.part == part)
        if view.look.marked != marked:
            view.look.marked = marked
            view.update()


def mark_one_more(workspace: Workspace, unit: Unit) -> None:
    """Mark a unit beside those that are, or take its mark off; the first one joins the chosen one."""
    marked = set(workspace.marked_units)
    workspace.mark_units(marked ^ {unit} if marked else {*_chosen(workspace, unit.module), unit})


def mark_up_to(workspace: Workspace, view: LaneView, unit: Unit) -> None:
    """Mark a lane's tiles from the chosen one to this one, as they stand; this one alone in another lane."""
    if view.lane is None or view.atlas is None:
        return
    order = view.atlas.layout.order.tolist()
    ends = [one for one in (*_chosen(workspace, unit.module), unit) if one.part == view.lane.part]
    places = sorted(order.index(one.channel) for one in ends if one.channel in order)
    span = order[places[0] : places[-1] + 1]
    workspace.mark_units((*workspace.marked_units, *map(view.lane.unit, span)))


def _chosen(workspace: Workspace, module: str) -> tuple[Unit, ...]:
    unit = workspace.selection.unit
    return (unit,) if unit is not None and unit.module == module else ()
