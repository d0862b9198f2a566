"""The sheet of keys: complete, found by any word, in columns that fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.actions.keys import Caps, KeysSheet, key_groups, split
from gnet_desktop.gui.actions.table import ACTIONS
from gnet_desktop.gui.app import make_application
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.looks.styles import apply_theme
from tests.gui.made import there


@pytest.fixture
def sheet(qapp: QApplication, qtbot: QtBot) -> KeysSheet:
    apply_theme(make_application(), "light")
    one = KeysSheet()
    qtbot.addWidget(one)
    one.show()
    QApplication.processEvents()
    return one


def test_everything_that_has_a_key_is_on_the_sheet_once() -> None:
    rows = [row for group in key_groups() for row in group.rows]
    words = [row.words for row in rows]
    for action in ACTIONS:
        if action.name.startswith("module "):
            continue
        assert words.count(action.text) == bool(action.keys), action.name
    assert words.count("Module 3a … 5b") == 1
    assert len(words) == len(set(words))


def test_keys_are_those_that_qt_binds() -> None:
    rows = {row.words: row for group in key_groups() for row in group.rows}
    assert rows["Open a checkpoint…"].keys == (("Ctrl", "Shift", "O"),)
    assert rows["Larger"].keys == (("+",), ("=",))
    assert rows["Back"].keys == (("Alt", "←"),)
    assert rows["Module 3a … 5b"].keys == (("1", "…", "9"),)
    arrows = {"←": "Left", "→": "Right"}
    for action in ACTIONS:
        if action.keys and action.text in rows:
            told = ["+".join(arrows.get(cap, cap) for cap in caps) for caps in rows[action.text].keys]
            assert [QKeySequence(one) for one in told] == [QKeySequence(one) for one in action.keys]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("checkpoint card", ["Checkpoint card…"]),
        ("shift+o", ["Open a checkpoint…"]),
        ("heat", ["Overlay"]),  # a word that only the palette knows
        ("hold space", ["Photo alone"]),
        ("module 4c", ["Module 3a … 5b"]),
        ("nothing of this kind", []),
    ],
)
def test_any_word_finds(sheet: KeysSheet, qtbot: QtBot, query: str, found: list[str]) -> None:
    qtbot.keyClicks(sheet.field, query)
    assert sheet.found == found
    lines = [line for card in sheet.cards for line in card.lines if line.isVisible()]
    assert [line.row.words for line in lines] == found
    assert sheet.nothing.isVisible() == (not found)


def test_letters_are_text_in_the_field_and_the_next_time_it_is_empty(sheet: KeysSheet, qtbot: QtBot) -> None:
    assert sheet.field.hasFocus()
    qtbot.keyClicks(sheet.field, "tx5")
    assert sheet.field.text() == "tx5"
    sheet.close()
    sheet.show()
    assert sheet.field.text() == ""
    assert len(sheet.found) > 40


@pytest.mark.parametrize(("width", "columns"), [(960, 2), (560, 1)])
def test_there_are_as_many_columns_as_fit(sheet: KeysSheet, width: int, columns: int) -> None:
    sheet.resize(width, 700)
    QApplication.processEvents()
    titles = [group.title for group in key_groups()]
    left, right = sheet.columns()
    assert left + right == titles
    assert bool(right) == (columns == 2)
    assert sheet.cards[0].width() > (width - 60) / columns * 0.9
    for caps in sheet.findChildren(Caps):
        assert caps.visibleRegion().isEmpty() or caps.mapTo(sheet, caps.rect().topRight()).x() < width


def test_it_scrolls_by_keys_while_the_field_has_them(sheet: KeysSheet, qtbot: QtBot) -> None:
    sheet.resize(960, 300)
    QApplication.processEvents()
    bar = sheet._scroller.verticalScrollBar()
    qtbot.keyClick(sheet.field, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    qtbot.keyClick(sheet.field, Qt.Key.Key_PageUp)
    assert bar.value() == 0


@given(st.lists(st.integers(1, 500), max_size=8))
def test_two_columns_are_as_even_as_their_order_allows(rooms: list[int]) -> None:
    count = split(rooms)
    assert max(sum(rooms[:count]), sum(rooms[count:])) == min(
        max(sum(rooms[:place]), sum(rooms[place:])) for place in range(len(rooms) + 1)
    )


def test_on_a_screen_that_is_high_enough_nothing_scrolls(sheet: KeysSheet) -> None:
    assert there(sheet.findChild(ScrollPage)).verticalScrollBar().maximum() == 0
