"""Where the keys lead among the tiles of the lanes."""

from collections.abc import Sequence

from gnet_desktop.gui.lanes.lane_view import LaneView
from gnet_desktop.network.naming import Unit

Views = Sequence[LaneView]


def view_of(views: Views, unit: Unit | None) -> LaneView | None:
    """The lane that a unit is in; None if none of them is."""
    if unit is None:
        return None
    return next((view for view in views if view.lane is not None and view.lane.part == unit.part), None)


def first(views: Views, chosen: Unit | None) -> Unit | None:
    """Where the keyboard begins: at the chosen unit, else at the first visible tile."""
    if view_of(views, chosen) is not None:
        return chosen
    for view in views:
        channels = view.visible_channels()
        if view.lane is not None and channels:
            return view.lane.unit(channels[0])
    return None


def end(views: Views, unit: Unit, *, last: bool) -> Unit:
    """The first or last unit of a unit's lane."""
    view = view_of(views, unit)
    if view is None or view.lane is None or view.atlas is None or not len(view.atlas.layout.order):
        return unit
    return view.lane.unit(int(view.atlas.layout.order[-1 if last else 0]))


def moved(views: Views, unit: Unit, across: int, down: int) -> Unit:
    """The unit so many tiles away; sideways out of a lane leads into the next one."""
    view = view_of(views, unit)
    if view is None or view.atlas is None or view.lane is None:
        return unit
    layout = view.atlas.layout
    place = layout.place_of(unit.channel)
    if place is None:
        return end(views, unit, last=False)
    column = place % layout.columns + across
    beyond = not 0 <= column < layout.columns or (across > 0 and place + 1 >= len(layout.order))
    if across and beyond:
        return _beside(views, unit, view, across)
    return view.lane.unit(layout.neighbour(unit.channel, across, down))


def _beside(views: Views, unit: Unit, view: LaneView, across: int) -> Unit:
    """The tile at about the same height, at the near edge of the lane beside this one."""
    number = list(views).index(view) + across
    tile = view.tile_rectangle(unit.channel)
    if not 0 <= number < len(views) or tile is None:
        return unit
    other = views[number]
    boxes = [(channel, other.tile_rectangle(channel)) for channel in other.visible_channels()]
    if other.lane is None or not boxes:
        return unit
    near = min(
        (
            (abs(box.top() - tile.top()), across * box.left(), channel)
            for channel, box in boxes
            if box is not None
        )
    )
    return other.lane.unit(near[2])
