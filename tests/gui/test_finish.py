"""Small things that a careful eye sees: edges that meet, nothing said of nothing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMenu, QStyle
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.app import make_application
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.heads.bars import HeadBars
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.photo.layers import unit_layer
from gnet_desktop.gui.shell.start_page import Sample, StartPage, _DropPlace
from gnet_desktop.network.naming import Unit
from gnet_desktop.network.record import Answers
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.pictures.preparation import prepare
from tests.gui.made import World, make_workspace, make_world, there
from tests.gui.snapshots import pixels

PLAIN: dict[str, Any] = {"logits": False, "faint": False, "stale": False}


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world(1)


@pytest.mark.parametrize("width", [960, 1600])
def test_the_samples_are_as_wide_as_the_card_above(world: World, qtbot: QtBot, width: int) -> None:
    apply_theme(make_application(), "light")
    workspace = make_workspace(world, lambda call: call())
    page = StartPage(workspace)
    qtbot.addWidget(page)
    page.resize(width, 800)
    page.show()
    card = page.findChild(_DropPlace)
    samples = sorted(page.findChildren(Sample), key=Sample.x)
    assert samples[0].x() == there(card).x()
    assert samples[-1].geometry().right() == there(card).geometry().right()
    workspace.close()


@pytest.mark.parametrize(("classes", "rest"), [(3, ""), (5, ""), (6, "1 other"), (9, "4 others")])
def test_nothing_is_said_of_classes_that_are_not_there(qtbot: QtBot, classes: int, rest: str) -> None:
    logits = np.arange(classes, dtype=np.float32)
    shares = np.exp(logits) / np.exp(logits).sum()
    view = HeadBars()
    qtbot.addWidget(view)
    view.show_answers(Answers(logits, shares), tuple("abcdefghi"[:classes]), **PLAIN)
    assert view.rest[0] == rest


def test_no_cell_is_drawn_beyond_the_photo(world: World) -> None:
    """A network whose last cells reach over the edge of what it reads, which is all of the photo."""
    result = world.results[0]
    convention = result.checkpoint.convention.changed(size=120, crop=120)
    photo = Picture(Image.new("RGB", (90, 90)), "square", "PNG", (90, 90))
    result = replace(result, geometry=prepare(photo, convention).geometry)
    beyond = 0
    for part in (("3a", "1x1"), ("4a", "3x3"), ("5b", "1x1")):
        layer = unit_layer(result, Unit(*part, 0))
        columns, rows = there(layer).grid.size
        for cell in ((0, 0), (columns - 1, rows - 1)):
            beyond += result.geometry.cell_box(there(layer).grid, *cell)[2] > 90
            left, top, right, bottom = there(layer).cell_box(result, cell)
            assert 0 <= left <= right <= 90
            assert 0 <= top <= bottom <= 90
    assert beyond


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_buttons_of_dialogs_have_no_signs_of_another_style(qtbot: QtBot, theme: str) -> None:
    apply_theme(make_application(), theme)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close | QDialogButtonBox.StandardButton.Ok)
    qtbot.addWidget(buttons)
    buttons.show()
    assert all(button.icon().isNull() for button in buttons.buttons())
    hint = QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons
    assert not buttons.style().styleHint(hint, None, buttons)
    apply_theme(make_application(), "light")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_button_with_a_menu_has_its_arrow_at_half_of_its_height(qtbot: QtBot, theme: str) -> None:
    """Qt itself puts it in the lower corner of a button with a border, in some of its versions."""
    apply_theme(make_application(), theme)
    button = Button("Kept")
    qtbot.addWidget(button)
    button.setMenu(QMenu(button))
    button.resize(120, 28)
    seen = pixels(button.grab().toImage())[4:-4, 90:-4].astype(int)
    apart = np.abs(seen - seen[0, 0]).sum(2) > 60
    rows = np.flatnonzero(apart.any(1)) + 4
    assert rows.size > 2
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(14, abs=2)
