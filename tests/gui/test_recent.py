"""Files that were opened before can be opened again, from the menu and from the palette."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.resources import resource
from tests.gui.made import there


@pytest.fixture
def window(qapp: QApplication) -> Iterator[Window]:
    apply_theme(make_application(), "light")
    one, dispatcher = make_window(Session(None))
    one.show()
    yield one
    one.close()
    del dispatcher


def photo(folder: Path, name: str) -> Path:
    Image.new("RGB", (20, 20)).save(folder / name)
    return folder / name


def names(window: Window) -> list[str]:
    window.recent.fill()
    return [action.text() for action in window.recent.actions() if not action.isSeparator()]


def test_pictures_and_folders_are_offered_in_the_order_they_came(window: Window, tmp_path: Path) -> None:
    assert names(window) == ["Nothing was opened yet"]
    folder = tmp_path / "R&D"
    folder.mkdir()
    photo(folder, "inner.png")
    window.take_pictures([photo(tmp_path, "one.png"), photo(tmp_path, "two.png")])
    window.take_pictures([folder])
    window.take_pictures([resource("samples", "cat.jpg")])
    # an ampersand is not a key; samples are on the start page anyway
    assert names(window) == ["R&&D", "one.png", "two.png"]
    (tmp_path / "one.png").unlink()
    assert names(window) == ["R&&D", "two.png"]


def test_choosing_one_opens_it(window: Window, tmp_path: Path) -> None:
    window.take_pictures([photo(tmp_path, "one.png")])
    window.workspace.remove_picture(there(window.workspace.current))
    names(window)
    window.recent.actions()[0].trigger()
    assert [entry.name for entry in window.workspace.pictures.values()] == ["one.png"]


def test_the_palette_finds_them_and_says_what_they_are(window: Window, tmp_path: Path) -> None:
    window.take_pictures([photo(tmp_path, "harbour.png")])
    window.workspace.remove_picture(there(window.workspace.current))
    palette = window.palette_dialog
    palette.open_with("")
    assert "harbour.png" not in palette.found
    QTest.keyClicks(palette.field, "recent harb")
    assert palette.found == ["harbour.png"]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert [entry.name for entry in window.workspace.pictures.values()] == ["harbour.png"]


def test_the_palette_says_so_when_nothing_is_found(window: Window) -> None:
    palette = window.palette_dialog
    palette.open_with("no such thing at all")
    assert palette.found == []
    assert palette.nothing.isVisible()
    assert not palette.list.isVisible()
    palette.hide()
