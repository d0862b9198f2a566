"""What is looked at in passing ends when the pointer or the keyboard leaves, or another choice is made."""

import queue
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.gui.photo.panel import PhotoPanel
from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.inspection.colour_maps import COLOUR_MAPS
from gnet_desktop.network.naming import Unit
from tests.gui.made import World, make_workspace, make_world, point_at, rgb, there
from tests.workspace.workers import Posed


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world()


@pytest.fixture
def workspace(world: World) -> Iterator[Posed]:
    calls: queue.Queue[Callable[[], None]] = queue.Queue()
    one = make_workspace(world, calls.put)
    one.choose_module("4a")
    yield one
    one.close()


class Bench:
    """Lanes, photo, unit and a field in one window."""

    def __init__(self, workspace: Posed) -> None:
        self.window = QWidget()
        self.lanes, self.photo, self.unit = LanesPanel(workspace), PhotoPanel(workspace), UnitPanel(workspace)
        self.field = QLineEdit()
        column = QVBoxLayout(self.window)
        for widget in (self.photo, self.lanes, self.unit, self.field):
            column.addWidget(widget)
        self.window.resize(1047, 1100)
        self.window.show()
        self.window.activateWindow()

    @property
    def tip(self) -> bool:
        return self.lanes.tip.isVisible()


@pytest.fixture
def bench(workspace: Posed, qtbot: QtBot) -> Iterator[Bench]:
    one = Bench(workspace)
    qtbot.waitUntil(one.window.isActiveWindow)
    yield one
    one.window.close()


def by_keys(bench: Bench, qtbot: QtBot) -> Unit:
    """Go to a tile by the keyboard; the unit it is."""
    bench.lanes.setFocus(Qt.FocusReason.ShortcutFocusReason)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(bench.lanes.area, key)
    assert bench.tip
    unit = bench.photo.view.unit
    assert unit is not None
    return unit


def test_a_unit_that_the_keyboard_was_on_is_left_with_the_panel(
    bench: Bench, workspace: Posed, qtbot: QtBot
) -> None:
    unit = by_keys(bench, qtbot)
    assert workspace.hovered == unit
    bench.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert workspace.hovered is None
    assert not bench.tip


def test_after_keys_photo_and_unit_panel_show_the_same_unit(
    bench: Bench, workspace: Posed, qtbot: QtBot
) -> None:
    by_keys(bench, qtbot)
    qtbot.keyClick(bench.lanes.area, Qt.Key.Key_Return)
    chosen = workspace.selection.unit
    qtbot.keyClick(bench.lanes.area, Qt.Key.Key_Right)
    assert bench.photo.view.unit != chosen
    bench.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert bench.photo.view.unit == there(bench.unit.body.facts).unit == chosen
    assert not bench.tip


def test_another_choice_ends_what_was_hovered(bench: Bench, workspace: Posed, qtbot: QtBot) -> None:
    hovered, other = by_keys(bench, qtbot), Unit("4a", "5x5", 7)
    assert hovered != other
    workspace.choose_unit(other)
    assert workspace.hovered is None
    assert bench.photo.view.unit == other
    assert not bench.tip


def test_another_module_ends_what_was_hovered(bench: Bench, workspace: Posed, qtbot: QtBot) -> None:
    by_keys(bench, qtbot)
    workspace.choose_module("5b")
    assert workspace.hovered is None
    assert not bench.tip


def test_a_click_keeps_what_the_cursor_is_over(bench: Bench, workspace: Posed, qtbot: QtBot) -> None:
    view = bench.lanes.area.views[1]
    place = there(view.tile_rectangle(view.visible_channels()[3])).center().toPoint()
    point_at(view, place)
    unit = workspace.hovered
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    assert workspace.selection.unit == workspace.hovered == unit
    assert bench.tip


def test_leaving_with_the_cursor_ends_it(bench: Bench, workspace: Posed) -> None:
    view = bench.lanes.area.views[1]
    point_at(view, there(view.tile_rectangle(view.visible_channels()[3])).center().toPoint())
    assert workspace.hovered is not None
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert workspace.hovered is None
    assert not bench.tip


def test_a_place_of_the_photo_stays_pointed_at_while_the_choice_changes(
    bench: Bench, workspace: Posed
) -> None:
    workspace.hover(None, (100.0, 100.0))
    workspace.choose_unit(Unit("4a", "5x5", 7))
    assert workspace.point == (100.0, 100.0)


@pytest.mark.parametrize("colour_map", ["ember", "lagoon", "grey"])
def test_the_overlays_colour_bar_has_the_colours_of_the_overlay(
    bench: Bench, workspace: Posed, colour_map: str
) -> None:
    workspace.change_view(colour_map=colour_map)
    assert workspace.result is not None
    strongest = workspace.result.record["4a/5x5"].max((1, 2)).argmax()  # a silent one has no bar
    workspace.choose_unit(Unit("4a", "5x5", int(strongest)))
    view = bench.photo.view
    image = view.grab().toImage()
    tall = min(150.0, view.height() * 0.5)
    for share in (0.2, 0.5, 0.8):
        seen = image.pixelColor(view.width() - 66 + 4, round(18 + tall * (1 - share)))
        # overlays are coloured by the value to the power of 0.85
        colour = COLOUR_MAPS[colour_map].table(1001)[round(1000 * share**0.85)]
        apart = max(abs(int(one) - other) for one, other in zip(colour[:3], rgb(seen), strict=True))
        assert apart <= 6, share
