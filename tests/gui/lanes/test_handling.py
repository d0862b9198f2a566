"""The lanes by wheel and menu; what is saved and copied."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.lanes.area import LanesArea
from gnet_desktop.gui.lanes.lane_view import LaneView
from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.exporting import save_array
from tests.gui.lanes.by_hand import centre, lane
from tests.gui.made import there
from tests.workspace.workers import Posed


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
