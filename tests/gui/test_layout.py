"""Where panels stand: by the window's width, by hand, and after a restart."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.actions.table import MENUS
from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.controls.common import ElidedLabel, IconButton, PanelHeader
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.shell.docks import PANELS
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import resource
from tests.gui.made import there


@pytest.fixture
def window(qapp: QApplication) -> Iterator[Window]:
    """A window with a picture in its list; nothing is computed, since no checkpoint is open."""
    apply_theme(make_application(), "light")
    one, dispatcher = make_window(Session(None))
    one.show()
    one.take_pictures([resource("samples", "cat.jpg")])
    yield one
    one.close()
    del dispatcher


def settle(window: Window, width: int, height: int) -> dict[str, QRect]:
    """Resize and let layouts come to rest; where each panel that can be seen is, in the window."""
    window.setMinimumSize(1, 1)  # as on a screen that has no more
    window.resize(width, height)
    for _ in range(10):
        QApplication.processEvents()
    docks = window.area.docks
    return {
        name: docks[name].geometry()
        for name in PANELS
        if docks[name].isVisible() and not docks[name].visibleRegion().isEmpty()
    }


SMALL = [(910, 499), (853, 466), (683, 374)]
"""Screens of 1366 by 768 and 1280 by 720 pixels at scale 1.5 and 2, less the title of a window."""


@pytest.mark.parametrize("size", [(1600, 1000), (1280, 720), (1100, 700), (960, 600), *SMALL])
def test_no_panel_lies_over_another_or_outside(window: Window, size: tuple[int, int]) -> None:
    places = settle(window, *size)
    names = list(places)
    for name, place in places.items():
        assert window.area.rect().contains(place), name
        for other in names[names.index(name) + 1 :]:
            assert not place.intersects(places[other]), (name, other)


def test_in_a_small_window_answers_and_network_are_tabs(window: Window) -> None:
    docks = window.area.docks
    settle(window, 1600, 1000)
    assert window.area.tabifiedDockWidgets(docks["answers"]) == []
    wide = {name: dock.geometry() for name, dock in docks.items()}
    assert set(settle(window, 960, 600)) == set(PANELS) - {"network"}
    assert window.area.tabifiedDockWidgets(docks["answers"]) == [docks["network"]]
    docks["network"].raise_()
    assert "answers" not in settle(window, 960, 600)
    settle(window, 1600, 1000)
    assert {name: dock.geometry() for name, dock in docks.items()} == wide


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        ((910, 499), {"pictures", "photo", "lanes", "answers"}),
        ((683, 374), {"pictures", "photo", "answers"}),
    ],
)
def test_on_a_small_screen_more_panels_share_a_place(
    window: Window, size: tuple[int, int], seen: set[str]
) -> None:
    assert set(settle(window, *size)) == seen
    assert window.area.minimumSizeHint().width() <= size[0]
    settle(window, 1600, 1000)
    assert set(settle(window, 1600, 1000)) == set(PANELS)


@pytest.mark.parametrize("size", [(1100, 700), *SMALL])
def test_the_next_panel_comes_before_those_that_share_its_place(
    window: Window, qtbot: QtBot, size: tuple[int, int]
) -> None:
    settle(window, *size)
    window.activateWindow()
    visited = []
    for _ in PANELS:
        qtbot.keyClick(window, Qt.Key.Key_F6)
        now = window.panel_with_focus()
        assert now in settle(window, *size)
        visited.append(now)
    # answers and unit have nothing to work on yet, and take no keyboard
    assert set(visited) == set(PANELS) - {"answers", "unit"}


@pytest.mark.parametrize("size", [(1100, 700), *SMALL])
def test_teaching_is_seen_where_the_network_was_behind_answers(
    window: Window, qtbot: QtBot, size: tuple[int, int]
) -> None:
    before = settle(window, *size)
    assert "network" not in before
    qtbot.keyClick(window, Qt.Key.Key_T)
    assert "network" in settle(window, *size)
    qtbot.keyClick(window, Qt.Key.Key_T)
    assert settle(window, *size) == before


def test_what_a_hand_arranged_gives_way_where_it_has_no_room_and_comes_back(window: Window) -> None:
    settle(window, 1600, 1000)
    docks = window.area.docks
    window.area.splitDockWidget(docks["answers"], docks["unit"], Qt.Orientation.Horizontal)
    assert window.area.follows is None
    before = settle(window, 1600, 1000)
    settle(window, *SMALL[0])
    assert window.area.minimumSizeHint().width() <= SMALL[0][0]
    assert window.area.follows is None
    assert settle(window, 1600, 1000) == before


def test_a_unit_that_is_chosen_comes_forward_where_its_panel_was_behind_answers(window: Window) -> None:
    settle(window, *SMALL[0])
    window.workspace.choose_unit(Unit("4a", "1x1", 3))
    assert "unit" in settle(window, *SMALL[0])


@pytest.mark.parametrize("size", SMALL)
def test_everything_in_the_bar_has_room(window: Window, size: tuple[int, int]) -> None:
    settle(window, *size)
    bar = window.bar
    assert [one.text().replace("&", "") for one in bar.menus.actions()] == list(MENUS)
    assert bar.menus.width() >= bar.menus.sizeHint().width()
    shown = (bar.menus, bar.pages, bar.checkpoint, bar.device, bar.search, bar.theme)
    for left, right in pairwise(shown):
        assert left.geometry().right() < right.geometry().left()
    assert bar.theme.geometry().right() < bar.width()


def test_a_hidden_panel_stays_hidden_when_the_window_grows(window: Window) -> None:
    settle(window, 1100, 700)
    window.area.docks["unit"].hide()
    assert "unit" not in settle(window, 1600, 1000)
    window.actions_by_name["reset_layout"].trigger()
    assert "unit" in settle(window, 1600, 1000)


def test_what_a_hand_arranged_is_left_alone_until_reset(window: Window) -> None:
    settle(window, 1600, 1000)
    window.area.docks["unit"].setFloating(True)
    assert not window.area.follows
    settle(window, 1000, 700)
    assert window.area.docks["unit"].isFloating()
    assert window.area.tabifiedDockWidgets(window.area.docks["answers"]) == []
    window.actions_by_name["reset_layout"].trigger()
    assert not window.area.docks["unit"].isFloating()
    assert window.area.tabifiedDockWidgets(window.area.docks["answers"])


def test_teaching_on_and_off_at_the_first_pictures_leaves_the_layout(
    qapp: QApplication, qtbot: QtBot
) -> None:
    widths = []
    for keys in ("", "tt"):
        window, dispatcher = make_window(Session(None))
        window.resize(1600, 1000)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.wait(100)
        window.workspace.add_pictures([resource("samples", "cat.jpg")])
        for key in keys:  # before anything is laid out
            qtbot.keyClick(there(QApplication.focusWidget()), key)
        qtbot.wait(200)
        widths.append([dock.width() for dock in window.area.docks.values()])
        window.close()
        del dispatcher
    assert widths[1] == widths[0]


@pytest.mark.parametrize("size", [(1600, 1000), (1280, 720), (1000, 640), (960, 600)])
def test_after_teaching_the_layout_is_as_before(window: Window, qtbot: QtBot, size: tuple[int, int]) -> None:
    before = settle(window, *size)
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_T)
        assert window.workspace.view.teaching
        settle(window, *size)
        qtbot.keyClick(window, Qt.Key.Key_T)
        assert settle(window, *size) == before


def test_after_teaching_a_layout_made_by_hand_is_as_before(window: Window, qtbot: QtBot) -> None:
    settle(window, 1600, 1000)
    docks, down = window.area.docks, Qt.Orientation.Vertical
    window.area.resizeDocks([docks["photo"], docks["network"]], [250, 300], down)
    before = settle(window, 1600, 1000)
    qtbot.keyClick(window, Qt.Key.Key_T)
    during = settle(window, 1600, 1000)
    assert during["network"].height() > before["network"].height()
    qtbot.keyClick(window, Qt.Key.Key_T)
    assert settle(window, 1600, 1000) == before


def test_the_layout_comes_back_after_a_restart(qapp: QApplication, tmp_path: Path) -> None:
    apply_theme(make_application(), "light")
    kept = tmp_path / "session.json"
    sizes = []
    for start in range(2):
        one, dispatcher = make_window(Session(kept))
        one.show()
        settle(one, 1280, 720)
        one.take_pictures([resource("samples", "cat.jpg")])
        places = settle(one, 1280, 720)
        if start == 0:
            one.area.docks["network"].hide()
            one.area.resizeDocks([one.area.docks["unit"]], [400], Qt.Orientation.Horizontal)
            places = settle(one, 1280, 720)
        sizes.append({name: place.getRect() for name, place in places.items()})
        one.close()
        del dispatcher
    assert "network" not in sizes[0]
    assert sizes[1] == sizes[0]


def test_the_keyboard_stays_where_it_was_when_panels_move(window: Window) -> None:
    settle(window, 1600, 1000)
    window.activateWindow()
    window.panels.photo.setFocus(Qt.FocusReason.OtherFocusReason)
    settle(window, 960, 600)
    assert window.panel_with_focus() == "photo"


@pytest.fixture
def header(qtbot: QtBot) -> tuple[PanelHeader, QLabel, Segmented]:
    """A header with something that gives way and a choice that folds."""
    header, legend = PanelHeader("Network"), QLabel("legend")
    legend.setFixedWidth(120)
    choice = Segmented([("a", "Channels"), ("b", "Multiply-adds"), ("c", "Parameters")])
    header.add_left(legend)
    header.add(ElidedLabel("width shows"))
    header.add(choice)
    header.setMinimumWidth(100)
    qtbot.addWidget(header)
    header.show()
    return header, legend, choice


def test_a_narrow_header_loses_words_before_controls(header: tuple[PanelHeader, QLabel, Segmented]) -> None:
    panel, legend, choice = header
    states = []
    for width in (700, 360, 180):
        panel.resize(width, 32)
        QApplication.processEvents()
        assert choice.geometry().right() <= width
        states.append((not legend.isHidden(), choice.is_folded))
    assert states == [(True, False), (False, False), (False, True)]
    panel.resize(700, 32)
    QApplication.processEvents()
    assert not choice.is_folded


def test_a_folded_choice_offers_all_words_in_a_menu(
    header: tuple[PanelHeader, QLabel, Segmented], qtbot: QtBot
) -> None:
    panel, _, choice = header
    panel.resize(180, 32)
    QApplication.processEvents()
    menu = choice.menu()
    assert [(one.text(), one.isChecked()) for one in menu.actions()] == [
        ("Channels", True),
        ("Multiply-adds", False),
        ("Parameters", False),
    ]
    with qtbot.waitSignal(choice.chosen) as sent:
        menu.actions()[2].trigger()
    assert sent.args == ["c"]
    place = QPointF(choice.rect().center())
    event = QMouseEvent(
        QEvent.Type.MouseButtonPress, place, choice.mapToGlobal(place), Qt.MouseButton.LeftButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(choice, event)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()
    assert choice.value == "c"


def test_a_floating_panel_has_a_frame_and_can_be_put_back_or_closed(window: Window, qtbot: QtBot) -> None:
    settle(window, 1600, 1000)
    dock = window.area.docks["unit"]
    back, close = dock.titleBarWidget().findChildren(IconButton)[-2:]
    assert not back.isVisible()
    dock.setFloating(True)
    settle(window, 1600, 1000)
    edge = dock.grab().toImage().pixelColor(0, dock.height() // 2)
    assert edge == Theme.now().colour("text3")
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    assert not dock.isFloating()
    dock.setFloating(True)
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert dock.isHidden()
    assert not window.actions_by_name["panel unit"].isChecked()


@pytest.mark.parametrize("name", ["photo", "network"])
def test_a_panel_that_is_floated_and_put_back_keeps_the_keyboard(
    window: Window, qtbot: QtBot, name: str
) -> None:
    settle(window, 1600, 1000)
    window.activateWindow()
    dock = window.area.docks[name]
    header = there(dock.titleBarWidget())
    qtbot.mouseClick(header, Qt.MouseButton.LeftButton, pos=QPoint(12, 12))
    for floats in (True, False):
        dock.setFloating(floats)
        qtbot.waitUntil(lambda: window.panel_with_focus() == name)
        settle(window, 1600, 1000)
        assert window.panel_with_focus() == name


@pytest.mark.parametrize("name", ["pictures", "photo", "network"])
def test_a_click_on_a_panels_header_gives_it_the_keyboard_and_chooses_nothing(
    window: Window, qtbot: QtBot, name: str
) -> None:
    settle(window, 1600, 1000)
    window.activateWindow()
    chosen = window.workspace.selection
    header = window.area.docks[name].titleBarWidget()
    qtbot.mouseClick(header, Qt.MouseButton.LeftButton, pos=QPoint(4, header.height() - 4))
    assert window.panel_with_focus() == name
    assert window.workspace.selection == chosen
