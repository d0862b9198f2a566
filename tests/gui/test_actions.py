"""One table of actions: no key twice, every entry does something, letters stay in text fields."""

from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.actions.palette import find
from gnet_desktop.gui.actions.table import ACTIONS, MENUS, matches
from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.looks.theme import DARK, LIGHT, Theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.inspection.colour_maps import OFFERED


@pytest.fixture(scope="module")
def window(qapp: QApplication) -> Iterator[Window]:
    apply_theme(make_application(), "light")
    one, dispatcher = make_window(Session(None))
    one.resize(1400, 900)
    one.show()
    yield one
    one.close()
    del dispatcher


def test_no_key_is_bound_twice() -> None:
    keys = Counter(QKeySequence(key).toString() for action in ACTIONS for key in action.keys)
    assert [key for key, count in keys.items() if count > 1] == []
    assert len({action.name for action in ACTIONS}) == len(ACTIONS)


def test_every_action_stands_in_a_menu_and_has_a_handler(window: Window) -> None:
    for action in ACTIONS:
        assert action.menu in MENUS
        assert action.option or " " in action.name or callable(window.handlers.named(action.name))


@pytest.fixture
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is asked for a file changes their mind."""
    for ask in ("getOpenFileName", "getOpenFileNames", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, ask, lambda *_, ask=ask: ([] if ask.endswith("s") else "", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")


@pytest.mark.parametrize("name", [action.name for action in ACTIONS if action.name != "quit"])
def test_every_action_is_harmless_with_nothing_open(window: Window, nobody_answers: None, name: str) -> None:
    window.actions_by_name[name].trigger()
    QApplication.processEvents()
    for widget in QApplication.topLevelWidgets():
        if widget is not window and widget.isVisible():
            widget.close()


def test_letters_are_text_where_text_is_written(window: Window, qtbot: QtBot) -> None:
    field = window.panels.lanes.header.filter
    window.pages.setCurrentIndex(1)
    field.setFocus()
    before = window.workspace.view
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_T, Qt.KeyboardModifier.NoModifier, "t")
    event.ignore()
    QApplication.sendEvent(field, event)
    assert event.isAccepted()  # the field claims the letter before a shortcut can
    assert window.workspace.view == before


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("theme", "Theme: As the system"),
        ("color", "Next colours"),
        ("pic next", "Next picture"),
        ("5b", "Module 5b"),
    ],
)
def test_the_palette_finds_by_any_word_in_any_order(window: Window, query: str, expected: str) -> None:
    assert expected in [one.text for one in find(query, window.workspace, lambda name: None)]


def test_a_word_that_is_nowhere_finds_nothing() -> None:
    assert matches("picture zebra", "Next picture") is None
    assert matches("", "Next picture") == 0


def test_the_theme_changes_all_at_once(window: Window) -> None:
    window.workspace.change_view(theme="dark")
    assert Theme.now() is DARK
    window.workspace.change_view(theme="light")
    assert Theme.now() is LIGHT


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("text", ["text", "text2", "text3", "accent", "good", "warn", "bad"])
def test_every_text_stands_out_from_its_ground(theme: Theme, text: str) -> None:
    grounds = ["panel", "raised"] + (["accentbg", "window"] if text.startswith("text") else [])
    for ground in grounds:
        assert contrast(getattr(theme, text), getattr(theme, ground)) >= 4.5
    assert contrast(theme.onaccent, theme.accent) >= 4.5
    assert contrast(theme.tiptext, theme.tip) >= 4.5


def test_dialogs_are_made_once(window: Window) -> None:
    first, second = window.show_dialog("help"), window.show_dialog("help")
    assert first is second
    assert isinstance(first, QDialog)
    first.close()


def test_the_colour_map_goes_round_all_that_are_offered(window: Window) -> None:
    seen = []
    for _ in OFFERED:
        window.actions_by_name["next_colours"].trigger()
        seen.append(window.workspace.view.colour_map)
    assert sorted(seen) == sorted(OFFERED)
