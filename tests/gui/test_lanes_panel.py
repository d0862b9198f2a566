"""The lanes: every channel of every branch, by hand and by keys."""

import queue
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.lanes.area import LanesArea
from gnet_desktop.gui.lanes.arrangement import SCROLLER
from gnet_desktop.gui.lanes.lane_view import LaneView
from gnet_desktop.gui.lanes.painting import count_form
from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.gui.looks.theme import Theme, font
from gnet_desktop.gui.painting.glyphs import GLYPH
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.network.changes import Change
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.exporting import save_array
from tests.gui.made import World, changed, make_workspace, make_world, point_at, rgb, show, there
from tests.workspace.workers import Posed

Calls = queue.Queue[Callable[[], None]]
WIDTHS = {"1x1": 192, "3x3": 208, "5x5": 48, "pool_proj": 64}


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world()


@pytest.fixture
def calls() -> Calls:
    return queue.Queue()


@pytest.fixture
def workspace(world: World, calls: Calls) -> Iterator[Posed]:
    one = make_workspace(world, calls.put)
    yield one
    one.close()


@pytest.fixture
def panel(workspace: Posed, qtbot: QtBot) -> LanesPanel:
    workspace.choose_module("4a")
    one = LanesPanel(workspace)
    qtbot.addWidget(one)
    one.resize(1047, 372)
    one.show()
    qtbot.waitExposed(one)
    QApplication.processEvents()
    return one


def lane(panel: LanesPanel, branch: str) -> LaneView:
    return next(view for view in panel.area.views if there(view.lane).branch == branch)


def centre(view: LaneView, channel: int) -> QPoint:
    return there(view.tile_rectangle(channel)).center().toPoint()


def turn(
    view: LaneView,
    place: QPoint,
    amount: int,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    event = QWheelEvent(
        QPointF(place),
        QPointF(view.mapToGlobal(place)),
        QPoint(),
        QPoint(0, amount),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def colours(view: LaneView, channel: int) -> set[tuple[int, int, int]]:
    image = view.grab().toImage()
    tile = there(view.tile_rectangle(channel)).toRect()
    return {
        rgb(image.pixelColor(x, y))
        for x in range(tile.left() + 1, tile.right())
        for y in range(tile.top() + 1, tile.bottom())
    }


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


@pytest.mark.parametrize("sort", ["mean", "maximum", "nonzero", "index"])
def test_tiles_stand_in_the_order_that_is_asked_for(panel: LanesPanel, workspace: Posed, sort: str) -> None:
    workspace.change_view(sort=sort)
    maps = there(workspace.result).record["4a/3x3"]
    keys = {
        "mean": maps.astype(np.float64).mean(axis=(1, 2)),
        "maximum": maps.max(axis=(1, 2)),
        "nonzero": (maps != 0).mean(axis=(1, 2)),
        "index": -np.arange(208),
    }[sort]
    shown = keys[there(lane(panel, "3x3").atlas).layout.order]
    assert (np.diff(shown) <= 1e-9).all()


def test_likeness_puts_the_chosen_unit_first(panel: LanesPanel, workspace: Posed) -> None:
    strong = int(there(lane(panel, "3x3").atlas).layout.order[3])
    workspace.choose_unit(Unit("4a", "3x3", strong))
    workspace.change_view(sort="similarity")
    assert there(lane(panel, "3x3").atlas).layout.order[0] == strong


def test_an_order_that_has_nothing_to_go_by_says_which_one_stands_in(
    panel: LanesPanel, workspace: Posed
) -> None:
    workspace.choose_unit(None)
    workspace.change_view(sort="similarity")
    assert panel.area.contents.sort == "mean"
    assert panel.header.sort.text() == "Strongest first"
    assert "Like the chosen unit" in panel.header.sort.toolTip()


def test_contributions_put_first_what_adds_most_to_the_answer(
    panel: LanesPanel, workspace: Posed, calls: Calls
) -> None:
    workspace.choose_module("5b")
    workspace.change_view(sort="contribution")
    calls.get(timeout=10)()
    record, (weights, _) = there(workspace.result).record, there(workspace.network).network.weights("fc")
    best = int(record["logits"].argmax())
    parts = (record["5b"].mean(axis=(1, 2)) * weights[best])[: len(record["5b/1x1"])]
    view = lane(panel, "1x1")
    active = record["5b/1x1"].max(axis=(1, 2)) > 0
    shown = [channel for channel in there(view.atlas).layout.order if active[channel]]
    assert (np.diff(parts[shown]) <= 1e-5).all()


def test_effects_put_first_what_the_answer_misses_most(
    panel: LanesPanel, workspace: Posed, calls: Calls
) -> None:
    """In the last module a unit without which a logit loses what its mean adds through the classifier."""
    workspace.choose_module("5b")
    workspace.explain(2)
    workspace.change_view(sort="effect")
    assert panel.header.sort.text().endswith("%")
    calls.get(timeout=20)()
    record, (weights, _) = there(workspace.result).record, there(workspace.network).network.weights("fc")
    lost = (record["5b"].mean(axis=(1, 2)) * weights[2])[: len(record["5b/1x1"])]
    shown = there(lane(panel, "1x1").atlas).layout.order
    active = record["5b/1x1"].max(axis=(1, 2)) > 0
    assert (np.diff(np.abs(lost)[[one for one in shown if active[one]]]) <= 1e-4).all()
    assert panel.header.sort.text() == f"Missed most by {there(workspace.checkpoint).labels.names[2]}"
    most = int(np.abs(lost).argmax())
    told = panel.area.describe(Unit("5b", "1x1", most))[-1]
    assert told.startswith("without it")
    assert number(float(abs(lost[most]))) in told
    assert ("loses" in told) == (lost[most] > 0)


def test_a_sweep_over_units_gives_way_to_another_picture(
    panel: LanesPanel, workspace: Posed, world: World
) -> None:
    workspace.change_view(sort="effect")
    assert panel.area.sorting.effects.share is not None
    workspace.add_change(Change("4a/1x1"))
    assert panel.area.sorting.effects.share is None


def test_the_class_that_is_explained_is_the_one_that_units_stand_by(
    panel: LanesPanel, workspace: Posed, calls: Calls
) -> None:
    record, (weights, _) = there(workspace.result).record, there(workspace.network).network.weights("fc")
    last = int(record["logits"].argmin())
    workspace.choose_module("5b")
    workspace.change_view(sort="contribution")
    calls.get(timeout=10)()
    workspace.explain(last)
    calls.get(timeout=10)()
    parts = (record["5b"].mean(axis=(1, 2)) * weights[last])[: len(record["5b/1x1"])]
    active = record["5b/1x1"].max(axis=(1, 2)) > 0
    shown = [channel for channel in there(lane(panel, "1x1").atlas).layout.order if active[channel]]
    assert (np.diff(parts[shown]) <= 1e-5).all()
    name = there(workspace.checkpoint).labels.names[last]
    assert panel.header.sort.toolTip().endswith(name)
    most = int(parts.argmax())
    told = panel.area.describe(Unit("5b", "1x1", most))[-1]
    assert told == f"adds {number(float(parts[most]))} to {name}"
    workspace.change_view(sort="mean")
    assert "adds" not in " ".join(panel.area.describe(Unit("5b", "1x1", most)))


def test_the_chosen_tile_stays_in_sight_when_the_lane_is_sorted_anew(
    panel: LanesPanel, workspace: Posed
) -> None:
    view = lane(panel, "3x3")
    channel = view.visible_channels()[4]
    workspace.choose_unit(there(view.lane).unit(channel))
    height = there(view.tile_rectangle(channel)).top()
    for sort in ("index", "energy", "maximum", "mean"):
        workspace.change_view(sort=sort)
        QApplication.processEvents()
        assert channel in view.visible_channels(), sort
        assert QRectF(view.rect()).intersects(there(view.tile_rectangle(channel))), sort
    assert there(view.tile_rectangle(channel)).top() == height


def test_the_chosen_tile_stays_in_sight_when_the_lanes_get_lower(panel: LanesPanel, workspace: Posed) -> None:
    view = lane(panel, "3x3")
    channel = view.visible_channels()[-1]
    workspace.choose_unit(there(view.lane).unit(channel))
    for height in (300, 220, 160, 300):
        panel.resize(1047, height)
        QApplication.processEvents()
        assert channel in view.visible_channels(), height


@pytest.mark.parametrize("width", [370, 460, 560, 700])
def test_low_lanes_keep_their_names_and_give_their_counts_in_one_form(panel: LanesPanel, width: int) -> None:
    panel.resize(width, 180)
    QApplication.processEvents()
    texts = [(view._texts, view.view().area.width()) for view in panel.area.views]
    forms = {len(one.counts) for one, _ in texts}
    assert len(forms) == 1
    for one, wide in texts:
        name = QFontMetricsF(font(13.5, 600)).horizontalAdvance(one.title)
        assert GLYPH + 2 + name <= wide + SCROLLER
        fits = count_form(one, wide)
        assert fits in (0, None)


def test_the_order_and_the_scroll_survive_another_picture(
    panel: LanesPanel, workspace: Posed, world: World
) -> None:
    workspace.change_view(sort="maximum")
    view = lane(panel, "3x3")
    view.scroll_to(200)
    show(workspace, world.results[1])
    maxima = world.results[1].record["4a/3x3"].max(axis=(1, 2))
    assert (np.diff(maxima[there(view.atlas).layout.order]) <= 0).all()
    assert view.scrolled == 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0-3, 9", {"1x1": [0, 1, 2, 3, 9], "3x3": [0, 1, 2, 3, 9], "5x5": [0, 1, 2, 3, 9]}),
        ("200-", {"1x1": [], "3x3": list(range(200, 208)), "5x5": []}),
        ("mixed4a_3x3:11", {"1x1": [], "3x3": [11], "5x5": []}),
        ("4a:411", {"3x3": [], "5x5": [11]}),
        ("inception_4a/5x5", {"1x1": [], "5x5": list(range(48))}),
        ("3x3:7 5", {"1x1": [5], "3x3": [5, 7]}),
    ],
)
def test_the_filter_knows_numbers_ranges_and_every_name(
    panel: LanesPanel, workspace: Posed, text: str, expected: Mapping[str, list[int]]
) -> None:
    panel.header.filter.setText(text)
    assert workspace.view.filter == text
    for branch, channels in expected.items():
        assert sorted(there(lane(panel, branch).atlas).layout.order) == channels
    count = sum(len(there(view.atlas).layout.order) for view in panel.area.views)
    assert panel.header.note.startswith(f"{count} of 512 maps")


def test_a_filter_that_names_nothing_hides_nothing_and_says_why(panel: LanesPanel, workspace: Posed) -> None:
    panel.header.filter.setText("zebra")
    assert panel.area.contents.error is not None
    assert "zebra" in panel.header.filter.toolTip()
    assert panel.header.note.startswith("512 of 512")


def test_enter_in_the_filter_goes_to_a_unit_of_any_module(
    panel: LanesPanel, workspace: Posed, qtbot: QtBot
) -> None:
    panel.header.filter.setText("mixed5b:900")
    qtbot.keyClick(panel.header.filter, Qt.Key.Key_Return)
    assert workspace.selection.unit == Unit("5b", "pool_proj", 900 - 896)
    assert workspace.view.filter == ""


def test_the_scale_in_use_is_written_with_its_numbers(panel: LanesPanel, workspace: Posed) -> None:
    record = there(workspace.result).record
    assert there(panel.header.bar.scale).limits.high == pytest.approx(float(record["4a"].max()))
    assert panel.header.bar.ends == ("0", number(float(record["4a"].max())))
    assert all(view.legend is None for view in panel.area.views)
    workspace.change_view(scale="branch")
    # each lane tells its own, and nothing claims one for all
    assert panel.header.bar.scale is None
    for view in panel.area.views:
        high = float(record[there(view.lane).part].max())
        assert there(view.legend).ends == ("0", number(high))
        assert there(view.legend).scale.limits.high == pytest.approx(high)
        assert number(high) in view.accessibleDescription()
    scales = {
        there(view.lane).branch: scale
        for view, scale in zip(panel.area.views, panel.area.contents.scales, strict=True)
    }
    for branch, scale in scales.items():
        assert scale.limits[0].high == pytest.approx(float(record[f"4a/{branch}"].max()))
    workspace.change_view(scale="map")
    ends = panel.area.contents.scales[1].limits
    assert [one.high for one in ends] == pytest.approx(record["4a/3x3"].max(axis=(1, 2)).tolist())
    # no number holds for all of them
    assert not any(letter.isdigit() for letter in panel.header.bar.ends[1])
    assert "its own maximum" in panel.header.bar.toolTip()
    assert all(view.legend is None for view in panel.area.views)


def test_a_scale_that_is_cut_off_says_that_more_lies_beyond(panel: LanesPanel, workspace: Posed) -> None:
    workspace.change_view(clip=95.0)
    high = there(panel.header.bar.scale).limits.high
    assert high < float(there(workspace.result).record["4a"].max())
    assert panel.header.bar.ends[1] == f"≥\u2009{number(high)}"


def test_tiles_begin_below_a_lanes_own_colour_bar(panel: LanesPanel, workspace: Posed) -> None:
    view = panel.area.views[0]
    before = there(view.tile_rectangle(view.visible_channels()[0])).top()
    workspace.change_view(scale="branch")
    below = there(view.tile_rectangle(view.visible_channels()[0])).top()
    assert below >= before + 12
    image = view.grab().toImage()
    # the bright end of the strip, in the middle of the line above the tiles
    bright = [image.pixelColor(x, round(below) - 12).lightness() for x in range(view.width() - 70)]
    assert max(bright) > 200 > 60 > min(bright)


def test_stale_maps_are_grey_until_the_next_result(panel: LanesPanel, workspace: Posed, world: World) -> None:
    view = lane(panel, "3x3")
    channel = view.visible_channels()[0]
    assert any(red != green for red, green, _ in colours(view, channel))
    show(workspace, world.results[0], stale=True)
    assert all(red == green == blue for red, green, blue in colours(view, channel))
    assert panel.header.note == "of made 1"
    show(workspace, world.results[1])
    assert any(red != green for red, green, _ in colours(view, view.visible_channels()[0]))


def test_energy_shares_are_those_of_the_squares(panel: LanesPanel, workspace: Posed) -> None:
    record = there(workspace.result).record
    total = float((record["4a"].astype(np.float64) ** 2).sum())
    for view in panel.area.views:
        expected = float((record[there(view.lane).part].astype(np.float64) ** 2).sum()) / total
        assert there(view.lane).share == pytest.approx(expected, rel=1e-5)
        assert f"{expected * 100:.0f} %" in view.accessibleName()


def test_kernels_are_the_true_ones_of_this_file(panel: LanesPanel) -> None:
    paths = {there(view.lane).branch: there(view.lane).path for view in panel.area.views}
    assert paths == {
        "1x1": "kernel 1×1",
        "3x3": "1×1 → 96 → 3×3",
        "5x5": "1×1 → 16 → 3×3",
        "pool_proj": "3×3 max → 1×1",
    }


def test_reductions_and_the_pool_unfold_beside_their_branches(panel: LanesPanel, workspace: Posed) -> None:
    workspace.change_view(reductions=True)
    shown = [(there(view.lane).branch, len(there(view.lane))) for view in panel.area.views]
    assert shown == [
        ("1x1", 192), ("3x3_reduce", 96), ("3x3", 208), ("5x5_reduce", 16), ("5x5", 48), ("pool", 480),
        ("pool_proj", 64),
    ]  # fmt: skip
    name, numbers = panel.area.describe(Unit("4a", "3x3_reduce", 4))
    assert (name, numbers.split()[0]) == ("4a/3x3_reduce:4", "max")
    workspace.change_view(reductions=False)
    assert len(panel.area.views) == 4


def test_many_small_turns_of_a_wheel_scroll_as_far_as_one_notch(panel: LanesPanel) -> None:
    view = lane(panel, "3x3")
    place = centre(view, view.visible_channels()[0])
    turn(view, place, -120)
    notch = view.scrolled
    view.scroll_to(0)
    for _ in range(120):
        turn(view, place, -1)
    assert notch > 0
    assert view.scrolled == pytest.approx(notch, abs=1)


def test_ctrl_and_wheel_zoom_every_tile_to_the_same_region(panel: LanesPanel) -> None:
    view = lane(panel, "3x3")
    place = centre(view, view.visible_channels()[5])
    for _ in range(3):
        turn(view, place, 120, Qt.KeyboardModifier.ControlModifier)
    cells = {there(other.atlas).layout.cells for other in panel.area.views}
    assert cells == {(4, 4)}
    assert panel.area.zoomed
    assert there(view.tile_rectangle(view.visible_channels()[0])).width() == 48
    panel.change_tile(0)
    assert {there(other.atlas).layout.cells for other in panel.area.views} == {(8, 8)}


def test_zoomed_maps_are_shifted_together_with_the_middle_button(panel: LanesPanel, qtbot: QtBot) -> None:
    view = lane(panel, "1x1")
    place = centre(view, view.visible_channels()[3])
    turn(view, place, 480, Qt.KeyboardModifier.ControlModifier)
    before = panel.area.region
    qtbot.mousePress(view, Qt.MouseButton.MiddleButton, pos=place)
    qtbot.mouseMove(view, place - QPoint(48, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.MiddleButton, pos=place - QPoint(48, 0))
    after = panel.area.region
    assert there(after).left > there(before).left
    assert (there(after).top, there(after).size) == (there(before).top, there(before).size)


def test_dragging_the_thumb_to_its_end_shows_the_end(panel: LanesPanel, qtbot: QtBot) -> None:
    view = lane(panel, "1x1")
    x = view.width() - 3
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(x, 64))
    qtbot.mouseMove(view, QPoint(x, view.height() + 50))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(x, view.height() + 50))
    assert int(there(view.atlas).layout.order[-1]) in view.visible_channels()


def test_the_menu_of_a_unit_pins_and_copies(panel: LanesPanel, workspace: Posed) -> None:
    unit = Unit("4a", "3x3", 5)
    menu = panel.menu_of(unit)
    actions = {action.text(): action for action in menu.actions()}
    actions["Pin to the tray"].trigger()
    assert workspace.tray == (unit,)
    actions["Copy 4a:197"].trigger()
    assert QGuiApplication.clipboard().text() == "4a:197"
    actions["Copy numbers"].trigger()
    rows = [row.split("\t") for row in QGuiApplication.clipboard().text().splitlines()]
    assert np.array(rows, np.float32) == pytest.approx(there(workspace.result).record["4a/3x3"][5], rel=1e-6)


def test_a_map_is_saved_where_the_person_says_and_a_failure_is_told(
    panel: LanesPanel, workspace: Posed, tmp_path: Path
) -> None:
    panel.ask_path = lambda name: tmp_path / name
    actions = {action.text(): action for action in panel.menu_of(Unit("4a", "3x3", 5)).actions()}
    actions["Save map as .npy…"].trigger()
    saved = np.load(tmp_path / "4a_3x3_5.npy")
    assert (saved == there(workspace.result).record["4a/3x3"][5]).all()
    actions["Save map as .png…"].trigger()
    assert QImage(str(tmp_path / "4a_3x3_5.png")).width() == 512
    told: list[object] = []
    workspace.failed.subscribe(told.append)
    (tmp_path / "in the way").write_text("")
    before = sorted(tmp_path.iterdir())
    panel.ask_path = lambda name: tmp_path / "in the way" / name
    actions = {action.text(): action for action in panel.menu_of(Unit("4a", "3x3", 5)).actions()}
    next(action for words, action in actions.items() if words.startswith("Save") and "3x3" in words).trigger()
    assert "in the way" in str(told[0])
    assert sorted(tmp_path.iterdir()) == before


def test_a_saved_branch_is_exact_and_explained(workspace: Posed, tmp_path: Path) -> None:
    save_array(tmp_path / "maps.npy", there(workspace.result), "4a/3x3")
    saved = np.load(tmp_path / "maps.npy", allow_pickle=False)
    assert saved.dtype == np.float32
    assert (saved == there(workspace.result).record["4a/3x3"]).all()
    assert '"part": "4a/3x3"' in (tmp_path / "maps.json").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["maps.json", "maps.npy"]


def test_copied_numbers_are_a_table_of_all_shown_maps(panel: LanesPanel, workspace: Posed) -> None:
    workspace.change_view(filter="0-1")
    header, *rows = panel.copy_numbers().splitlines()
    assert header.split("\t")[:4] == ["unit", "in module", "max", "mean"]
    assert len(rows) == 8
    first = dict(zip(header.split("\t"), rows[0].split("\t"), strict=True))
    maps = there(workspace.result).record["4a/1x1"]
    channel = int(first["unit"].partition(":")[2])
    assert float(first["max"]) == pytest.approx(float(maps[channel].max()))


def test_actions_step_through_orders_scales_and_sizes(panel: LanesPanel, workspace: Posed) -> None:
    panel.next_scale()
    assert workspace.view.scale == "map"
    panel.next_sort()
    assert workspace.view.sort == "maximum"
    for expected in (96, 256, 256):
        panel.change_tile(1)
        assert workspace.view.tile == expected
    panel.change_tile(0)
    assert workspace.view.tile == 48


def test_a_short_panel_shortens_its_headers_not_its_lanes(panel: LanesPanel) -> None:
    panel.resize(911, 259)
    QApplication.processEvents()
    for view in panel.area.views:
        assert view.view().area.top() == 44
        assert view.isVisible()
    assert panel.area.views[-1].geometry().right() <= 911


def test_nothing_open_is_a_sentence(workspace: Posed, qtbot: QtBot) -> None:
    workspace.remove_all_pictures()
    panel = LanesPanel(workspace)
    qtbot.addWidget(panel)
    panel.show()
    assert panel.empty.isVisible()
    assert panel.empty.text()
    assert panel.area.views == []


def test_a_change_of_colours_keeps_the_tiles(panel: LanesPanel, workspace: Posed) -> None:
    view = lane(panel, "3x3")
    before = view.atlas
    workspace.change_view(colour_map="lagoon")
    assert view.atlas is before
    workspace.change_view(colour_map="tide")
    assert view.atlas is not before
    assert there(panel.header.bar.scale).limits.low == -there(panel.header.bar.scale).limits.high


def test_the_area_forgets_the_workspace_when_it_ends(workspace: Posed, qapp: QApplication) -> None:
    area = LanesArea(workspace)
    area.deleteLater()
    qapp.sendPostedEvents(area, 0)
    QApplication.processEvents()
    del area
    workspace.choose_module("3a")
    workspace.hover(Unit("3a", "1x1", 0))
