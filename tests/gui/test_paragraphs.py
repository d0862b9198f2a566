"""Text of several lines is shown whole, or the less important part of it not at all."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.answers.notices import AbsentCard
from gnet_desktop.gui.app import make_application
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.folder.page import _Empty
from gnet_desktop.gui.looks.styles import apply_theme

LONG = "Pictures in folders that are called like the classes are judged. " * 6


@pytest.fixture(autouse=True)
def theme(qapp: object) -> None:
    apply_theme(make_application(), "light")


def lines_needed(label: Label) -> int:
    """The height of a label's words in its width, as the text engine lays them out."""
    box = label.fontMetrics().boundingRect(
        0, 0, label.contentsRect().width(), 10_000, int(Qt.TextFlag.TextWordWrap), label.text()
    )
    return box.height()


@pytest.mark.parametrize("width", [1600, 1100, 910, 400])
@pytest.mark.parametrize("alignment", [Qt.AlignmentFlag(0), Qt.AlignmentFlag.AlignHCenter])
def test_a_label_is_as_high_as_its_lines_in_any_layout(
    qtbot: QtBot, width: int, alignment: Qt.AlignmentFlag
) -> None:
    page, label = QWidget(), Label(LONG)
    label.setWordWrap(True)
    label.setMaximumWidth(560)
    column = QVBoxLayout(page)
    column.addStretch(1)
    column.addWidget(label, 0, alignment)
    column.addStretch(1)
    qtbot.addWidget(page)
    page.resize(width, 500)
    page.show()
    QApplication.processEvents()
    assert label.height() >= lines_needed(label)
    label.setText(LONG * 2)
    QApplication.processEvents()
    assert label.height() >= lines_needed(label)
    label.setText("Short.")
    QApplication.processEvents()
    assert label.minimumHeight() <= lines_needed(label) + 4


def test_a_label_that_was_narrow_is_no_higher_than_its_lines_when_it_is_wide(qtbot: QtBot) -> None:
    page, label = QWidget(), Label(LONG)
    label.setWordWrap(True)
    label.setMinimumWidth(1)
    column = QVBoxLayout(page)
    column.addWidget(label)
    column.addStretch(1)
    qtbot.addWidget(page)
    for width in (160, 900):
        page.resize(width, 900)
        page.show()
        QApplication.processEvents()
        assert lines_needed(label) <= label.height() <= lines_needed(label) + 8
        for other in (200, 500, 1200):
            fresh = Label(LONG)
            fresh.setWordWrap(True)
            assert abs(label.heightForWidth(other) - fresh.heightForWidth(other)) <= 2


@pytest.mark.parametrize("size", [(1600, 900), (1100, 600), (910, 400), (683, 300)])
def test_what_the_folder_page_is_for_is_read_whole(qtbot: QtBot, size: tuple[int, int]) -> None:
    empty = _Empty(lambda: None)
    qtbot.addWidget(empty)
    empty.resize(*size)
    empty.show()
    QApplication.processEvents()
    for label in empty.findChildren(Label):
        assert label.height() >= lines_needed(label)
        assert empty.rect().contains(label.geometry())


@pytest.mark.parametrize(("height", "whole"), [(240, True), (100, False), (72, False)])
def test_the_card_of_absent_heads_shows_its_reason_whole_or_as_a_tip(
    qtbot: QtBot, height: int, *, whole: bool
) -> None:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    card = AbsentCard()
    row.addWidget(card)
    qtbot.addWidget(holder)
    holder.setFixedSize(164, height)
    holder.show()
    card.say("This file has no auxiliary heads", "Many released files leave them out. " * 3)
    QApplication.processEvents()
    title, why = card.findChildren(Label)
    assert why.isVisible() == whole
    assert bool(card.toolTip()) != whole
    for label in (title, why):
        assert not label.isVisible() or label.height() >= lines_needed(label)
        assert not label.isVisible() or card.rect().contains(label.geometry())
