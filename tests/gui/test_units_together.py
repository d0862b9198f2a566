"""Several units changed at once: those marked in the lanes, the tray's, those that the filter shows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.changes import Change
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import resource
from tests.gui.made import of_type, pause, there, wait_until

LEFT, CTRL, SHIFT = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1600, 1000)
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures([resource("samples", name) for name in ("espresso.jpg", "pan.jpg")])
    wait_until(lambda: made.workspace.result is not None)
    yield made
    made.close()
    del dispatcher


@pytest.fixture(autouse=True)
def unchanged(window: Window) -> Iterator[None]:
    window.workspace.choose_module("4a")
    window.workspace.change_view(filter="")
    current(window)
    yield
    window.workspace.reset_changes()
    window.workspace.mark_units(())
    window.workspace.choose_unit(None)
    for unit in window.workspace.tray:
        window.workspace.toggle_in_tray(unit)
    current(window)


def current(window: Window) -> None:
    workspace = window.workspace
    wait_until(
        lambda: not workspace.stale and (workspace.reference_result is not None) == bool(workspace.changes)
    )
    pause(20)


def click(window: Window, unit: Unit, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    area = window.panels.lanes.area
    area.reveal(unit)
    view = next(view for view in area.views if there(view.lane).part == unit.part)
    QTest.mouseClick(view, LEFT, held, there(view.tile_rectangle(unit.channel)).center().toPoint())


def entries(menu: QMenu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions()}


def chips(window: Window) -> list[str]:
    return [chip.text() for chip in window.strip.chips]


def test_x_switches_all_marked_units_off_in_one_step_and_on_again(window: Window) -> None:
    workspace = window.workspace
    click(window, Unit("4a", "1x1", 3))
    click(window, Unit("4a", "1x1", 5), CTRL)
    click(window, Unit("4a", "5x5", 7), CTRL)
    click(window, Unit("4a", "5x5", 8), CTRL)
    click(window, Unit("4a", "5x5", 8), CTRL)
    assert [unit.name for unit in workspace.marked_units] == ["4a/1x1:3", "4a/1x1:5", "4a/5x5:7"]
    assert "3 marked" in window.panels.lanes.header.note
    QTest.keyClick(window, Qt.Key.Key_X)
    assert workspace.changes == (Change("4a/1x1", "off", (3, 5)), Change("4a/5x5", "off", (7,)))
    current(window)
    silent = ~there(workspace.result).record["4a/1x1"].any((1, 2))
    before = ~there(workspace.reference_result).record["4a/1x1"].any((1, 2))
    assert set(np.flatnonzero(silent)) == set(np.flatnonzero(before)) | {3, 5}
    assert chips(window) == ["4a/1×1:3,5 off", "4a/5×5:7 off"]
    QTest.keyClick(window, Qt.Key.Key_X)
    assert workspace.changes == ()
    workspace.undo()
    workspace.undo()
    assert workspace.changes == ()
    assert not workspace.can_undo


def test_shift_marks_what_stands_between_as_it_stands(window: Window) -> None:
    click(window, Unit("4a", "3x3", 20))
    view = next(view for view in window.panels.lanes.area.views if there(view.lane).part == "4a/3x3")
    order = there(view.atlas).layout.order.tolist()
    start = order.index(20)
    until = start + 5 if start + 5 < len(order) else start - 5
    click(window, Unit("4a", "3x3", order[until]), SHIFT)
    between = order[min(start, until) : max(start, until) + 1]
    assert {unit.channel for unit in window.workspace.marked_units} == set(between)
    assert view.look.marked == set(between)


def test_a_click_escape_or_another_module_takes_the_marks_off(window: Window) -> None:
    workspace = window.workspace
    ways: tuple[Callable[[], None], ...] = (
        lambda: click(window, Unit("4a", "1x1", 0)),
        lambda: QTest.keyClick(window.panels.lanes.area, Qt.Key.Key_Escape),
        lambda: workspace.choose_module("4b"),
    )
    for take_off in ways:
        workspace.choose_module("4a")
        pause(20)
        click(window, Unit("4a", "1x1", 1), CTRL)
        assert workspace.marked_units
        take_off()
        assert workspace.marked_units == ()


def test_keys_mark_too(window: Window) -> None:
    area = window.panels.lanes.area
    area.setFocus()
    window.workspace.choose_unit(Unit("4a", "1x1", 4))
    QTest.keyClick(area, Qt.Key.Key_Right)  # to the chosen one
    QTest.keyClick(area, Qt.Key.Key_Space, CTRL)
    assert window.workspace.marked_units == (Unit("4a", "1x1", 4),)
    QTest.keyClick(area, Qt.Key.Key_Right)
    QTest.keyClick(area, Qt.Key.Key_Space, CTRL)
    assert len(window.workspace.marked_units) == 2
    QTest.keyClick(area, Qt.Key.Key_Space, CTRL)
    assert window.workspace.marked_units == (Unit("4a", "1x1", 4),)


def test_the_menu_of_a_marked_unit_is_for_all_of_them(window: Window) -> None:
    workspace = window.workspace
    click(window, Unit("4a", "1x1", 3))
    click(window, Unit("4a", "pool_proj", 9), CTRL)
    menu = window.panels.lanes.menu_of(Unit("4a", "1x1", 3))
    found = entries(menu)
    kinds = entries(of_type(QMenu, found["Change the 2 marked units"].menu()))
    kinds["× 0.5"].trigger()
    assert workspace.changes == (
        Change("4a/1x1", "scaled", (3,), 0.5),
        Change("4a/pool_proj", "scaled", (9,), 0.5),
    )
    workspace.undo()
    assert workspace.changes == ()
    kinds["As usual: mean of 2 pictures"].trigger()
    wait_until(lambda: len(workspace.changes) == 2)
    assert [(one.name, one.kind) for one in workspace.changes] == [
        ("4a/1x1:3", "usual"),
        ("4a/pool_proj:9", "usual"),
    ]
    menu.close()


def test_all_that_the_filter_shows_goes_at_once(window: Window) -> None:
    workspace, header = window.workspace, window.panels.lanes.header
    QTest.keyClicks(header.filter, "0-5, 3x3:20")
    pause(20)
    menu = window.panels.lanes.menu_of(None)
    entries(menu)["Switch the 25 units that the filter shows off"].trigger()
    first = tuple(range(6))
    assert workspace.changes == (
        Change("4a/1x1", "off", first),
        Change("4a/3x3", "off", (*first, 20)),
        Change("4a/5x5", "off", first),
        Change("4a/pool_proj", "off", first),
    )
    assert chips(window)[1] == "4a/3×3, 7 units off"
    workspace.undo()
    assert workspace.changes == ()
    workspace.change_view(filter="5x5")
    pause(20)
    window.handlers.run("switch_filtered")
    assert workspace.changes == (Change("4a/5x5"),)  # all of a branch is the branch
    menu.close()


def test_a_filter_that_says_nothing_switches_nothing_off(window: Window) -> None:
    window.workspace.change_view(filter="no such unit")
    pause(20)
    window.handlers.run("switch_filtered")
    window.workspace.change_view(filter="")
    window.handlers.run("switch_filtered")
    assert window.workspace.changes == ()


def test_the_tray_goes_at_once_whatever_modules_it_is_of(window: Window) -> None:
    workspace = window.workspace
    for unit in (Unit("4a", "5x5", 11), Unit("3b", "1x1", 2), Unit("4a", "5x5", 3)):
        workspace.toggle_in_tray(unit)
    menu = window.panels.unit.menu_of(Unit("3b", "1x1", 2))
    entries(menu)["Switch the 3 units of the tray off"].trigger()
    assert workspace.changes == (Change("3b/1x1", "off", (2,)), Change("4a/5x5", "off", (3, 11)))
    current(window)
    assert not there(workspace.result).record["3b/1x1"][2].any()
    assert not there(workspace.result).record["4a/5x5"][[3, 11]].any()
    window.handlers.run("switch_tray")
    assert workspace.changes == ()
    menu.close()
