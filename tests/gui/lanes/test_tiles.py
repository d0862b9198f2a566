"""The lanes: every channel of every branch, by hand and by keys."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.network.naming import Unit
from tests.gui.lanes.by_hand import centre, colours, lane
from tests.gui.made import World, changed, point_at, show, there
from tests.workspace.workers import Posed

WIDTHS = {"1x1": 192, "3x3": 208, "5x5": 48, "pool_proj": 64}


def test_all_channels_of_all_branches_are_there_and_counted(panel: LanesPanel) -> None:
    assert panel.header.note == "512 of 512 maps · 8 × 8"
    for branch, width in WIDTHS.items():
        view = lane(panel, branch)
        assert sorted(there(view.atlas).layout.order) == list(range(width))
        assert f"{width} of {width}" in view.accessibleName()


def test_the_last_channel_of_every_lane_can_be_scrolled_to(panel: LanesPanel) -> None:
    for view in panel.area.views:
        view.scroll_to(10**6)
        last = int(there(view.atlas).layout.order[-1])
        tile = view.tile_rectangle(last)
        assert last in view.visible_channels()
        assert there(tile).bottom() <= view.height()


def test_a_tile_shows_its_own_channel_and_no_other(panel: LanesPanel, workspace: Posed) -> None:
    view = lane(panel, "3x3")
    workspace.change_view(scale="map", gamma=1.0, colour_map="grey")
    maps = there(workspace.result).record["4a/3x3"]
    image = view.grab().toImage()
    for channel in view.visible_channels()[:8]:
        tile = view.tile_rectangle(channel)
        side = there(tile).width() / 8
        row, column = divmod(int(maps[channel].argmax()), 8)
        lightness = [
            [
                image.pixelColor(
                    int(there(tile).left() + (x + 0.5) * side), int(there(tile).top() + (y + 0.5) * side)
                ).lightness()
                for x in range(8)
            ]
            for y in range(8)
        ]
        assert lightness[row][column] == np.max(lightness)
        order = np.corrcoef(np.ravel(lightness), np.ravel(maps[channel]))[0, 1]
        assert order > 0.95


def test_hovering_a_tile_tells_the_workspace_and_says_its_numbers(
    panel: LanesPanel, workspace: Posed, qtbot: QtBot
) -> None:
    view = lane(panel, "3x3")
    channel = view.visible_channels()[2]
    point_at(view, centre(view, channel))
    assert workspace.hovered == Unit("4a", "3x3", channel)
    assert view.look.hovered == channel
    maps = there(workspace.result).record["4a/3x3"][channel]
    name, numbers, place = panel.tip.lines
    assert name == f"4a/3x3:{channel}"
    assert place == f"channel {192 + channel} of 4a"
    assert f"max {maps.max():.2f}" in numbers or f"max {maps.max():.1f}" in numbers
    point_at(view, QPoint(5, 5))
    assert workspace.hovered is None
    assert not panel.tip.isVisible()


def test_on_large_tiles_the_cell_under_the_cursor_is_pointed_at_too(
    panel: LanesPanel, workspace: Posed, qtbot: QtBot
) -> None:
    view = lane(panel, "3x3")
    point_at(view, centre(view, view.visible_channels()[0]))
    assert workspace.point is None
    workspace.change_view(tile=96)
    channel = view.visible_channels()[0]
    tile = view.tile_rectangle(channel)
    side = there(tile).width() / 8
    point_at(view, QPoint(int(there(tile).left() + 6.5 * side), int(there(tile).top() + 1.5 * side)))
    assert workspace.hovered == Unit("4a", "3x3", channel)
    assert all(other.look.cells == ((6, 1),) for other in panel.area.views)
    point_at(view, QPoint(5, 5))
    assert (workspace.hovered, workspace.point) == (None, None)


def test_a_click_chooses_and_frames_the_tile_in_the_accent(
    panel: LanesPanel, workspace: Posed, qtbot: QtBot
) -> None:
    view = lane(panel, "5x5")
    channel = view.visible_channels()[4]
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre(view, channel))
    assert workspace.selection.unit == Unit("4a", "5x5", channel)
    tile = there(view.tile_rectangle(channel)).toRect()
    edge = view.grab().toImage().pixelColor(tile.center().x(), tile.top() - 3)
    assert edge == QColor(Theme.now().accent)


def test_a_double_click_enlarges_and_another_goes_back(
    panel: LanesPanel, workspace: Posed, qtbot: QtBot
) -> None:
    view = lane(panel, "1x1")
    channel = view.visible_channels()[1]
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=centre(view, channel))
    assert workspace.view.tile == 256
    assert there(view.tile_rectangle(channel)).width() == 256
    assert channel in view.visible_channels()
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=centre(view, channel))
    assert workspace.view.tile == 48


def test_large_tiles_leave_every_lane_within_reach(panel: LanesPanel, workspace: Posed) -> None:
    workspace.change_view(tile=256)
    QApplication.processEvents()
    assert panel.area.width() >= panel.area.views[-1].geometry().right()
    assert panel.area.width() > panel.width()
    assert all(there(view.atlas).layout.columns == 1 for view in panel.area.views)


def test_columns_follow_the_channels_and_none_has_fewer_than_three(panel: LanesPanel) -> None:
    columns = {there(view.lane).branch: there(view.atlas).layout.columns for view in panel.area.views}
    assert min(columns.values()) == 3
    assert columns["3x3"] >= columns["1x1"] > columns["pool_proj"]


def test_arrows_walk_tiles_and_cross_into_the_next_lane(
    panel: LanesPanel, workspace: Posed, qtbot: QtBot
) -> None:
    panel.focus_branch(0)
    view = lane(panel, "1x1")
    order = [int(channel) for channel in there(view.atlas).layout.order]
    assert view.look.focused == order[0]
    qtbot.keyClick(panel.area, Qt.Key.Key_Right)
    assert view.look.focused == order[1]
    qtbot.keyClick(panel.area, Qt.Key.Key_Down)
    assert view.look.focused == order[1 + there(view.atlas).layout.columns]
    assert workspace.hovered == Unit("4a", "1x1", view.look.focused)
    for _ in range(there(view.atlas).layout.columns - 1):
        qtbot.keyClick(panel.area, Qt.Key.Key_Right)
    assert view.look.focused is None
    assert lane(panel, "3x3").look.focused is not None
    qtbot.keyClick(panel.area, Qt.Key.Key_Left)
    assert lane(panel, "1x1").look.focused is not None


def test_home_and_end_go_to_the_ends_of_a_lane_and_enter_chooses(
    panel: LanesPanel, workspace: Posed, qtbot: QtBot
) -> None:
    panel.focus_branch(2)
    view = lane(panel, "5x5")
    qtbot.keyClick(panel.area, Qt.Key.Key_End)
    last = int(there(view.atlas).layout.order[-1])
    assert view.look.focused == last
    assert last in view.visible_channels()
    qtbot.keyClick(panel.area, Qt.Key.Key_Return)
    assert workspace.selection.unit == Unit("4a", "5x5", last)
    qtbot.keyClick(panel.area, Qt.Key.Key_Return)
    assert workspace.view.tile == 256
    qtbot.keyClick(panel.area, Qt.Key.Key_Escape)
    assert workspace.view.tile == 48
    qtbot.keyClick(panel.area, Qt.Key.Key_Home)
    assert view.look.focused == int(there(view.atlas).layout.order[0])


def test_the_place_of_the_keyboard_is_told_with_both_numbers(panel: LanesPanel, qtbot: QtBot) -> None:
    panel.focus_branch(1)
    channel = there(lane(panel, "3x3").look.focused)
    words = panel.area.accessibleDescription()
    assert f"4a/3x3:{channel}" in words
    assert f"channel {192 + channel} of 4a" in words


def test_a_place_of_the_photo_is_marked_in_every_visible_tile(panel: LanesPanel, workspace: Posed) -> None:
    result = workspace.result
    field = receptive_field(there(result).checkpoint.architecture, "4a/3x3", there(result).record.input_size)
    column, row = 5, 2
    on_input = (field.centre[0] + 0.5 + column * field.jump, field.centre[1] + 0.5 + row * field.jump)
    workspace.hover(None, there(result).geometry.to_picture(on_input))
    for view in panel.area.views:
        assert view.look.cells == ((column, row),)
    view = lane(panel, "1x1")
    image = view.grab().toImage()
    for channel in view.visible_channels()[:4]:
        tile = view.tile_rectangle(channel)
        side = there(tile).width() / 8
        above = QPoint(
            int(there(tile).left() + (column + 0.5) * side), round(there(tile).top() + row * side) - 1
        )
        assert image.pixelColor(above) == QColor("#FFFFFF")
    workspace.hover(None, (-500.0, 10.0))
    assert lane(panel, "1x1").look.cells == ()
    workspace.hover(None)
    workspace.pin_point(there(result).geometry.to_picture(on_input))
    assert lane(panel, "5x5").look.cells == ((column, row),)


def test_a_zero_map_is_plain_and_counted(panel: LanesPanel, workspace: Posed, world: World) -> None:
    def silence(maps: np.ndarray) -> None:
        maps[:] = np.abs(maps) + 0.1
        maps[7] = 0

    show(workspace, changed(world.results[0], {"4a/1x1": silence}))
    workspace.change_view(sort="index")
    view = lane(panel, "1x1")
    assert "192 of 192 · 1 zero" in view.accessibleName()
    assert (245, 246, 249) in colours(view, 7)
    assert (245, 246, 249) not in colours(view, 6)
    workspace.change_view(sort="mean")
    assert there(view.atlas).layout.order[-1] == 7


def test_values_that_are_no_numbers_are_striped_and_counted(
    panel: LanesPanel, workspace: Posed, world: World
) -> None:
    def break_one(maps: np.ndarray) -> None:
        maps[3, 2:4, 2:4] = np.nan

    show(workspace, changed(world.results[0], {"4a/5x5": break_one}))
    workspace.change_view(sort="index")
    view = lane(panel, "5x5")
    assert "1 NaN" in view.accessibleName()
    assert {(0x00, 0xE5, 0xFF), (0x0A, 0x28, 0x3C)} <= colours(view, 3)
    assert (0x00, 0xE5, 0xFF) not in colours(view, 4)
    assert np.isfinite(there(panel.header.bar.scale).limits.high)


def test_a_constant_map_says_so_and_divides_by_nothing(
    panel: LanesPanel, workspace: Posed, world: World
) -> None:
    def level(maps: np.ndarray) -> None:
        maps[2] = 1.5

    show(workspace, changed(world.results[0], {"4a/pool_proj": level}))
    workspace.change_view(sort="index", scale="map", tile=96)
    view = lane(panel, "pool_proj")
    assert len(colours(view, 2)) > 1  # the badge with its value
    workspace.change_view(tile=24)
    assert len(colours(view, 2)) == 1
