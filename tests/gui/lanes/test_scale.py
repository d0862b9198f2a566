"""The lanes' filter, scale and words."""

from collections.abc import Mapping

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.network.naming import Unit
from tests.gui.lanes.by_hand import colours, lane
from tests.gui.made import World, show, there
from tests.workspace.workers import Posed


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
