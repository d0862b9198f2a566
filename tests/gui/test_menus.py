"""Menus: the choice in use is marked, every entry has a letter, and what they say is what they do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from gnet_desktop.file_kinds import CHECKPOINT_ENDINGS, PICTURE_ENDINGS
from gnet_desktop.gui.actions.palette import find
from gnet_desktop.gui.actions.table import ACTIONS, with_mnemonics
from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.lanes.menus import colour_map_words, sort_words
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.inspection.colour_maps import OFFERED
from gnet_desktop.inspection.ranking import SORTS
from gnet_desktop.resources import resource
from tests.gui.conftest import plain_menu_words
from tests.gui.made import make_world, noting, of_type, there

GROUPS = {
    "Order of the maps": ("sort", Qt.Key.Key_S),
    "Scale of the maps": ("scale", Qt.Key.Key_L),
    "Colours of the maps": ("colour_map", None),
    "Theme": ("theme", None),
}


@pytest.fixture
def window(qapp: QApplication) -> Iterator[Window]:
    apply_theme(make_application(), "light")
    one, dispatcher = make_window(Session(None))
    one.resize(1400, 900)
    one.show()
    one.activateWindow()
    yield one
    one.close()
    del dispatcher


def all_menus(window: Window) -> list[QMenu]:
    """Those with a title; not by the entries that open them, with which PySide6 before 6.10 lets them go."""
    return [menu for menu in window.findChildren(QMenu) if menu.title()]


def submenu(window: Window, title: str) -> QMenu:
    return next(menu for menu in all_menus(window) if plain_menu_words(menu.title()) == title)


def marked(menu: QMenu) -> list[str]:
    return [plain_menu_words(entry.text()) for entry in menu.actions() if entry.isChecked()]


@pytest.mark.parametrize("group", GROUPS)
def test_a_choice_is_made_from_a_menu_that_marks_the_one_in_use(
    window: Window, qtbot: QtBot, group: str
) -> None:
    option, key = GROUPS[group]
    menu = submenu(window, group)
    choices = {one.value: one.text for one in ACTIONS if one.group == group and one.value}
    for value, text in choices.items():
        entry = next(one for one in menu.actions() if plain_menu_words(one.text()) == text)
        entry.trigger()
        assert getattr(window.workspace.view, option) == value
        assert marked(menu) == [text]
    if key is not None:
        qtbot.keyClick(window, key)
        assert marked(menu) == [choices[getattr(window.workspace.view, option)]]


def test_the_menus_choices_are_those_of_the_panels() -> None:
    texts = {
        group: {one.value: one.text for one in ACTIONS if one.group == group and one.value}
        for group in GROUPS
    }
    assert texts["Order of the maps"] == {name: sort_words(name) for name in SORTS}
    assert texts["Colours of the maps"] == {name: colour_map_words(name) for name in OFFERED}


def test_a_choice_is_found_by_its_menu_too(window: Window) -> None:
    found = [one.text for one in find("theme dark", window.workspace, print)]
    assert found[0] == "Theme: Dark"


def test_every_entry_has_a_letter_of_its_own(window: Window) -> None:
    for menu in all_menus(window):
        letters = [
            entry.text().replace("&&", "").partition("&")[2][:1].casefold()
            for entry in menu.actions()
            if not entry.isSeparator() and entry.isEnabled()
        ]
        assert all(letters), menu.title()
        assert len(letters) == len(set(letters)), menu.title()


def test_letters_are_of_a_words_beginning_where_one_is_free() -> None:
    assert with_mnemonics(["Open", "Open a folder", "Fit"]) == ["&Open", "Open &a folder", "&Fit"]
    assert with_mnemonics(["a & b", "a & b", "a & b", "1"]) == ["&a && b", "a && &b", "a && b", "&1"]
    # whoever has a choice gives way to who has none
    assert with_mnemonics(["ab", "a"]) == ["a&b", "&a"]


def test_alt_and_a_letter_opens_a_menu(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    popup = QApplication.activePopupWidget()
    assert plain_menu_words(of_type(QMenu, popup).title()) == "View"
    there(popup).close()


# Themes


def test_the_first_click_on_the_moon_is_seen(window: Window, qtbot: QtBot) -> None:
    assert window.workspace.view.theme == "system"
    before = Theme.now()
    qtbot.mouseClick(window.bar.theme, Qt.MouseButton.LeftButton)
    assert Theme.now() is not before
    qtbot.mouseClick(window.bar.theme, Qt.MouseButton.LeftButton)
    assert Theme.now() is before


# Samples and folders


def test_samples_are_in_reach_after_the_start_page(window: Window) -> None:
    menu = submenu(window, "Sample pictures")
    moose = next(one for one in menu.actions() if plain_menu_words(one.text()) == "moose")
    moose.trigger()
    moose.trigger()
    assert [entry.name for entry in window.workspace.pictures.values()] == ["moose.jpg", "moose.jpg"]
    assert "goldfish" in [one.text for one in window.palette_dialog.more()]


def test_after_a_sample_the_dialog_opens_where_it_would_have_before(
    window: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        QFileDialog,
        "getOpenFileNames",
        lambda parent, title, folder, kinds: noting(asked, (folder, kinds), ([], "")),
    )
    window.session.set_folder("pictures", tmp_path)
    window.take_pictures([resource("samples", "cat.jpg")])
    window.actions_by_name["open_pictures"].trigger()
    [(folder, kinds)] = asked
    assert folder == str(tmp_path)
    offered, everything = kinds.split(";;")
    assert all(f"*{ending} " in offered.replace(")", " ") for ending in PICTURE_ENDINGS)
    assert "*.JPG" in offered
    assert everything.endswith("(*)")


def test_a_dialog_for_checkpoints_offers_checkpoints(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda parent, title, folder, kinds: noting(asked, kinds, ("", ""))
    )
    window.actions_by_name["open_checkpoint"].trigger()
    assert all(f"*{ending}" in asked[0] for ending in CHECKPOINT_ENDINGS)
    window.actions_by_name["choose_labels"].trigger()
    assert "*.txt" in asked[1]


# What would be exported


def test_the_entry_and_the_dialog_say_what_would_be_exported(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        QFileDialog,
        "getSaveFileName",
        lambda parent, title, name, kinds: noting(asked, (title, Path(name).name), ("", "")),
    )
    window.take_pictures([resource("samples", "cat.jpg")])
    qtbot.waitUntil(window.isActiveWindow)
    entry = window.actions_by_name["export_shown"]
    file_menu = submenu(window, "File")
    for panel, words, name in (
        ("photo", "Export the photo", "photo.png"),
        ("network", "Export the network", "network.svg"),
        ("pictures", "Export the list of pictures", "pictures.png"),
    ):
        window.panels[panel].setFocus(Qt.FocusReason.ShortcutFocusReason)
        file_menu.aboutToShow.emit()
        assert plain_menu_words(entry.text()) == f"{words}…"
        qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        assert asked[-1] == (words, name)


def test_a_picture_of_a_window_is_asked_for_over_it_and_called_like_it(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        QFileDialog,
        "getSaveFileName",
        lambda parent, title, name, kinds: noting(asked, (parent, Path(name).name), ("", "")),
    )
    window.take_pictures([resource("samples", "cat.jpg")])
    beside = window.show_dialog("heads")
    qtbot.waitUntil(beside.isActiveWindow)
    qtbot.keyClick(beside, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert asked == [(beside, "heads.png")]
    beside.close()


def test_a_menu_that_was_opened_by_a_letter_still_means_the_panel(window: Window, qtbot: QtBot) -> None:
    window.take_pictures([resource("samples", "cat.jpg")])
    qtbot.waitUntil(window.isActiveWindow)
    window.panels.photo.setFocus(Qt.FocusReason.ShortcutFocusReason)
    window.bar.menus.setFocus(Qt.FocusReason.MenuBarFocusReason)
    assert window.panel_with_focus() == "photo"
    assert window.handlers.exporting.export_words() == "Export the photo…"


# The convention


def test_the_convention_in_the_status_line_opens_its_menu(window: Window, qtbot: QtBot) -> None:
    window.workspace.use(make_world(1).loaded)
    assert "crop" not in window.status.text  # without a picture it is no news
    window.take_pictures([resource("samples", "cat.jpg")])
    used = window.workspace.convention
    assert f"{there(used).name}: " in window.status.text
    window.status.grab()
    place = window.status.mapFromGlobal(window.status.convention_place) + QPoint(20, 8)
    qtbot.mouseClick(window.status, Qt.MouseButton.LeftButton, pos=place)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [entry.text().partition("\t")[0] for entry in menu.actions() if entry.isChecked()] == [
        there(used).name
    ]
    next(entry for entry in menu.actions() if entry.text().startswith("inception\t")).trigger()
    menu.close()
    assert there(window.workspace.convention).name == "inception"
    window.actions_by_name["choose_convention"].trigger()
    assert isinstance(QApplication.activePopupWidget(), QMenu)
    there(QApplication.activePopupWidget()).close()


def test_the_start_pages_status_tells_the_device_and_nothing_of_conventions(window: Window) -> None:
    window.workspace.use(make_world(1).loaded)
    assert window.status.text.startswith("CPU, ")
