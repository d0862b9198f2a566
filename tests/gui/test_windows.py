"""The windows beside the main one: the same keys, Esc, and room on the screen."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.actions.help import TextDialog
from gnet_desktop.gui.actions.table import ACTIONS
from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system import screens
from gnet_desktop.gui.system.screens import fit_screen, fitted, restore_geometry, stored_geometry
from gnet_desktop.gui.system.session import Session
from gnet_desktop.resources import resource
from tests.gui.made import make_world, there

BESIDE = ("card", "heads", "try_both", "catalogue", "help", "about")


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[Window]:
    """A window with two pictures; nothing is computed, since no checkpoint is open."""
    apply_theme(make_application(), "light")
    one, dispatcher = make_window(Session(None))
    one.resize(1200, 800)
    one.show()
    one.take_pictures([resource("samples", f"{name}.jpg") for name in ("cat", "moose")])
    yield one
    one.close()
    del dispatcher


def opened(window: Window, name: str, qtbot: QtBot) -> QWidget:
    beside = window.show_dialog(name)
    qtbot.waitUntil(beside.isActiveWindow)
    return beside


@pytest.mark.parametrize("name", BESIDE)
def test_escape_closes_every_window_beside_the_main_one(window: Window, qtbot: QtBot, name: str) -> None:
    beside = opened(window, name, qtbot)
    qtbot.keyClick(beside.focusWidget() or beside, Qt.Key.Key_Escape)
    assert not beside.isVisible()
    assert window.isVisible()


@pytest.mark.parametrize("name", ["card", "heads", "try_both"])
def test_the_keys_of_the_table_work_in_every_window(window: Window, qtbot: QtBot, name: str) -> None:
    beside, workspace = opened(window, name, qtbot), window.workspace
    first = there(workspace.current)
    qtbot.keyClick(beside, Qt.Key.Key_PageDown)
    assert workspace.current == first + 1
    qtbot.keyClick(beside, Qt.Key.Key_T)
    assert workspace.view.teaching
    qtbot.keyClick(beside, Qt.Key.Key_5)
    assert workspace.selection.module == "4c"
    qtbot.keyClick(beside, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_dialog.isVisible()
    qtbot.keyClick(window.palette_dialog.field, Qt.Key.Key_Escape)
    assert not window.palette_dialog.isVisible()
    assert beside.isVisible()
    other = {"heads": (Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier, "card")}.get(
        name, (Qt.Key.Key_H, Qt.KeyboardModifier.NoModifier, "heads")
    )
    qtbot.keyClick(beside, *other[:2])
    assert window.dialogs.show(other[2]).isVisible()


def test_letters_typed_into_the_palette_are_text_over_every_window(window: Window, qtbot: QtBot) -> None:
    beside = opened(window, "card", qtbot)
    qtbot.keyClick(beside, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.palette_dialog.field, "t5h")
    assert window.palette_dialog.field.text() == "t5h"
    assert not window.workspace.view.teaching
    window.palette_dialog.hide()


def test_the_next_panel_is_reached_from_a_window_beside(window: Window, qtbot: QtBot) -> None:
    beside = opened(window, "heads", qtbot)
    qtbot.keyClick(beside, Qt.Key.Key_F6)
    qtbot.waitUntil(window.isActiveWindow)
    assert window.panel_with_focus() is not None


def test_a_page_of_text_scrolls_by_the_keys_that_elsewhere_change_the_picture(
    window: Window, qtbot: QtBot
) -> None:
    page = opened(window, "about", qtbot)
    assert isinstance(page, TextDialog)
    page.resize(400, 200)
    page.browser.setFocus()
    before = window.workspace.current
    qtbot.keyClick(page.browser, Qt.Key.Key_PageDown)
    assert page.browser.verticalScrollBar().value() > 0
    assert window.workspace.current == before
    page.close()


def test_what_the_keyboard_is_in_is_copied(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = opened(window, "card", qtbot)
    monkeypatch.setattr(type(card), "copy_numbers", lambda self: "the card's numbers")
    qtbot.keyClick(card, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "the card's numbers"


def test_every_key_of_the_table_is_bound_for_all_windows(window: Window) -> None:
    for action in ACTIONS:
        bound = window.actions_by_name[action.name]
        assert bound.shortcuts() == [QKeySequence(key) for key in action.keys]
        assert bound.shortcutContext() == Qt.ShortcutContext.ApplicationShortcut


# The screen

FRAME = QMargins(2, 30, 2, 2)
DESKTOPS = {
    "1920x1200 at scale 2": QRect(0, 0, 960, 600),
    "1920x1080 at scale 1.5": QRect(0, 0, 1280, 720),
    "1366x768 with a bar at the left": QRect(60, 24, 1306, 744),
    "a second screen": QRect(-2560, 200, 2560, 1440),
}


@pytest.mark.parametrize("room", DESKTOPS.values(), ids=DESKTOPS)
@pytest.mark.parametrize("middle", [QPoint(100, 100), QPoint(900, 560)])
def test_a_window_and_its_frame_lie_inside_the_screen(room: QRect, middle: QPoint) -> None:
    for wanted in (QSize(1600, 1000), QSize(620, 640), QSize(400, 300)):
        inside = fitted(wanted, room, middle, FRAME)
        assert room.contains(inside.marginsAdded(FRAME))
        assert inside.width() == min(wanted.width(), room.width() - 4)
        assert inside.height() == min(wanted.height(), room.height() - 32)


def test_a_window_with_room_lies_around_the_middle_of_the_other() -> None:
    inside = fitted(QSize(400, 300), QRect(0, 0, 2000, 1000), QPoint(1200, 500), FRAME)
    assert (inside.marginsAdded(FRAME).center() - QPoint(1200, 500)).manhattanLength() <= 1


@pytest.mark.parametrize("room", DESKTOPS.values(), ids=DESKTOPS)
def test_every_window_opens_inside_the_screen(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, room: QRect
) -> None:
    monkeypatch.setattr(screens, "room_for", lambda _: room)
    monkeypatch.setattr(screens, "frame_of", lambda _: FRAME)
    one, dispatcher = make_window(Session(None))
    one.setWindowState(Qt.WindowState.WindowNoState)
    one.show()
    assert room.contains(one.geometry().marginsAdded(FRAME))
    for name in BESIDE:
        beside = one.show_dialog(name)
        assert room.contains(beside.geometry().marginsAdded(FRAME)), name
        beside.close()
    one.close()
    del dispatcher


@pytest.mark.parametrize("state", [Qt.WindowState.WindowMaximized, Qt.WindowState.WindowNoState])
def test_a_window_left_on_a_larger_screen_fits_the_one_that_is_there(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, state: Qt.WindowState
) -> None:
    room = QRect(0, 0, 910, 512)
    left = QWidget()
    left.setGeometry(40, 60, 1600, 1000)
    left.setWindowState(state)
    stored = stored_geometry(left)
    monkeypatch.setattr(screens, "room_for", lambda _: room)
    monkeypatch.setattr(screens, "frame_of", lambda _: FRAME)
    window = QWidget()
    window.setMinimumSize(960, 600)
    assert restore_geometry(window, stored)
    assert window.isMaximized() == (state == Qt.WindowState.WindowMaximized)
    assert room.contains(QRect(room.topLeft(), window.minimumSize()).marginsAdded(FRAME).translated(2, 30))
    assert room.contains(window.normalGeometry().marginsAdded(FRAME)) or window.isMaximized()


def test_a_window_that_had_no_room_is_told(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "room_for", lambda _: QRect(0, 0, 960, 600))
    small, large = QWidget(), QWidget()
    small.resize(400, 300)
    large.resize(1600, 1000)
    assert fit_screen(small)
    assert not fit_screen(large)


def test_plus_minus_and_zero_are_for_the_panel_with_the_keyboard(window: Window, qtbot: QtBot) -> None:
    window.workspace.use(make_world(1).loaded)
    qtbot.waitUntil(window.isActiveWindow)
    network, tile = window.panels.network.map, window.workspace.view.tile
    window.panels.network.setFocus(Qt.FocusReason.ShortcutFocusReason)
    qtbot.keyClick(network, Qt.Key.Key_Plus)
    assert network.zoom > 1
    assert window.workspace.view.tile == tile
    window.panels.pictures.setFocus(Qt.FocusReason.ShortcutFocusReason)
    qtbot.keyClick(window, Qt.Key.Key_Plus)
    assert window.workspace.view.tile > tile
    qtbot.keyClick(window, Qt.Key.Key_0)
    assert network.zoom == 1
    assert window.workspace.view.tile == tile
