"""The palette: groups, no void, arrows that pass over titles; what is bold, off or centred."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QImage
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.actions.help import about_html
from gnet_desktop.gui.actions.palette import Palette
from gnet_desktop.gui.actions.table import MENUS
from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.looks.icons import icon
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.photo.camera import in_the_middle
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import resource
from tests.gui.made import make_world


@pytest.fixture(scope="module")
def palette(qapp: QApplication) -> Iterator[Palette]:
    apply_theme(make_application(), "light")
    window, dispatcher = make_window(Session(None))
    window.resize(1200, 800)
    window.show()
    window.take_pictures([resource("samples", "cat.jpg")])
    yield window.palette_dialog
    window.close()
    del dispatcher


@pytest.fixture
def opened(palette: Palette) -> Iterator[Palette]:
    palette.open_with("")
    yield palette
    palette.hide()


def lines(palette: Palette) -> list[tuple[str, bool]]:
    """Words of every line, and whether it does something."""
    items = [palette.list.item(row) for row in range(palette.list.count())]
    return [(item.text(), item.data(Qt.ItemDataRole.UserRole) is not None) for item in items]


def test_commands_stand_under_the_names_of_their_menus(opened: Palette) -> None:
    titles = [words for words, does in lines(opened) if not does]
    assert titles == [name for name in MENUS if name in titles]
    assert titles[:3] == ["File", "Edit", "View"]


def test_arrows_pass_over_the_names_of_groups(opened: Palette, qtbot: QtBot) -> None:
    opened.field.setText("cat")
    found = [words for words, does in lines(opened) if does]
    assert len(found) < len(lines(opened))
    seen = [opened.list.currentItem().text()]
    for _ in range(len(found) + 2):
        qtbot.keyClick(opened.field, Qt.Key.Key_Down)
        seen.append(opened.list.currentItem().text())
    assert list(dict.fromkeys(seen)) == found
    for _ in range(len(found) + 2):
        qtbot.keyClick(opened.field, Qt.Key.Key_Up)
    assert opened.list.currentItem().text() == found[0]


def test_no_void_stands_below_what_is_found(opened: Palette, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: opened.height() > 400)
    opened.field.setText("cat")
    last = opened.list.item(opened.list.count() - 1)
    bottom = opened.list.mapTo(opened, opened.list.visualItemRect(last).bottomLeft()).y()
    qtbot.waitUntil(lambda: 0 <= opened.height() - bottom <= 24)
    assert opened.list.verticalScrollBar().maximum() == 0
    opened.field.setText("nothing has this name")
    qtbot.waitUntil(lambda: opened.height() < 150)


# What is bold, off, or centred


def ink(label: Label) -> int:
    """How dark all of a label is together."""
    image = label.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    return sum(
        255 - image.pixelColor(x, y).red() for y in range(image.height()) for x in range(image.width())
    )


def test_what_is_bold_has_a_weight_that_ships(qapp: QApplication) -> None:
    apply_theme(make_application(), "light")
    assert max(QFontDatabase.weight("Inter", style) for style in QFontDatabase.styles("Inter")) == 600
    label, wanted = Label(), Label()
    for one, mark in ((label, "<b>"), (wanted, '<span style="font-weight:600">')):
        one.setTextFormat(Qt.TextFormat.RichText)
        one.setText(f"{mark}They agree.{mark.replace('<', '</').split(' ')[0].rstrip('>')}>")
        one.setFixedSize(120, 24)
    assert ink(label) == ink(wanted)


def test_names_with_marks_stay_as_they_are(qapp: QApplication) -> None:
    assert Label("<b>.pth").text() == "<b>.pth"


def test_a_sign_of_what_is_in_use_is_seen_though_its_button_is_off(qapp: QApplication) -> None:
    apply_theme(make_application(), "dark")
    button = QPushButton()
    button.setIcon(icon("check", "accent", faint="accent"))
    button.setEnabled(False)
    image = button.grab().toImage()
    accent = QColor(Theme.now().accent)
    assert any(image.pixelColor(x, y) == accent for y in range(image.height()) for x in range(image.width()))
    apply_theme(make_application(), "light")


def test_about_shows_tables_and_no_marks(qapp: QApplication) -> None:
    page = about_html()
    assert page.count("<table") == 1
    assert "|---" not in page
    assert "`" not in page
    assert "Stéfan van der Walt" in page


def test_a_photo_lies_in_the_middle_where_that_leaves_the_bar_free() -> None:
    tall, wide = (0.0, 0.0, 100.0, 400.0), (0.0, 0.0, 800.0, 100.0)
    room, view = (34.0, 0.0, 400.0, 200.0), (460.0, 200.0)
    left, _, right, _ = in_the_middle(tall, room, view).box_to_view(tall)
    assert (left + right) / 2 == pytest.approx(view[0] / 2)
    left, top, right, bottom = in_the_middle(wide, room, view).box_to_view(wide)
    assert (left + right) / 2 == pytest.approx((room[0] + room[2]) / 2)
    assert room[0] < left < right < room[2]
    assert (top + bottom) / 2 == pytest.approx(view[1] / 2)


def test_a_key_finds_what_it_does(opened: Palette) -> None:
    opened.field.setText("ctrl")
    assert {"Open pictures…", "Undo the last change of the network"} <= set(opened.found)
    opened.field.setText("ctrl+z")
    assert opened.found[0] == "Undo the last change of the network"


def test_a_unit_is_found_as_soon_as_the_checkpoint_is_open(qapp: QApplication, qtbot: QtBot) -> None:
    window, dispatcher = make_window(Session(None))
    window.show()
    palette = window.palette_dialog
    palette.open_with("")
    qtbot.keyClicks(palette.field, "4a/3x3:38")
    assert palette.found == []
    assert palette.nothing.text().endswith("when a checkpoint is open.")
    window.workspace.use(make_world(0).loaded)
    assert palette.found == ["4a/3x3:38"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.workspace.selection.unit == Unit("4a", "3x3", 38)
    window.close()
    del dispatcher
