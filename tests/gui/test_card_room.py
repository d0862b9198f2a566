"""The checkpoint card in windows of all widths."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.card.dialog import CheckpointCard
from gnet_desktop.gui.card.widgets import WidthsTable
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.shell.window import Window
from tests.gui.made import of_type, there, wait_until
from tests.gui.whole_window import opened

__all__ = ["opened"]  # a fixture


@pytest.fixture(scope="module")
def card(opened: Window) -> Iterator[CheckpointCard]:
    """That of the bundled checkpoint."""
    one = of_type(CheckpointCard, opened.show_dialog("card"))
    wait_until(lambda: one.card is not None)
    yield one
    one.close()


def test_where_it_is_narrow_the_columns_stand_below_each_other(card: CheckpointCard, qtbot: QtBot) -> None:
    def left() -> int:
        return there(card.findChild(WidthsTable)).mapTo(card, QPoint()).x()

    card.resize(1280, 800)
    qtbot.waitUntil(lambda: left() > 600)
    card.resize(1000, 560)
    qtbot.waitUntil(lambda: left() < 100)
    assert there(card.findChild(WidthsTable)).width() > 700
    card.resize(1280, 800)
    qtbot.waitUntil(lambda: left() > 600)


# 911: what a screen of 1366 pixels has at 150 %
@pytest.mark.parametrize("width", [1000, 958, 911, 801, 700])
def test_nothing_lies_beyond_its_right_edge(card: CheckpointCard, qtbot: QtBot, width: int) -> None:
    card.resize(width, 500)
    qtbot.wait(100)
    assert card.width() == width
    assert there(card.findChild(ScrollPage)).horizontalScrollBar().maximum() == 0
