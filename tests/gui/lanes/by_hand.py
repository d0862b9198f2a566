"""The lanes' tiles, pointed at, turned over and looked at."""

from PySide6.QtCore import QPoint

from gnet_desktop.gui.lanes.lane_view import LaneView
from gnet_desktop.gui.lanes.panel import LanesPanel
from tests.gui.made import rgb, there


def lane(panel: LanesPanel, branch: str) -> LaneView:
    return next(view for view in panel.area.views if there(view.lane).branch == branch)


def centre(view: LaneView, channel: int) -> QPoint:
    return there(view.tile_rectangle(channel)).center().toPoint()


def colours(view: LaneView, channel: int) -> set[tuple[int, int, int]]:
    image = view.grab().toImage()
    tile = there(view.tile_rectangle(channel)).toRect()
    return {
        rgb(image.pixelColor(x, y))
        for x in range(tile.left() + 1, tile.right())
        for y in range(tile.top() + 1, tile.bottom())
    }
