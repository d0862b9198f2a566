"""What a saved picture of a window holds."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.exports.saving import whole_of

HEAD, PART = 30, 100
COLOURS = ("red", "green", "blue", "cyan", "magenta", "yellow", "black", "gray")


def stripe(colour: str, height: int) -> QWidget:
    made = QLabel()
    made.setFixedHeight(height)
    made.setAutoFillBackground(True)
    made.setPalette(QPalette(QColor(colour)))
    return made


def test_a_page_that_scrolls_is_saved_whole_and_without_its_bar(qtbot: QtBot) -> None:
    window, page, inside = QWidget(), ScrollPage("Page"), QWidget()
    qtbot.addWidget(window)
    column, rows = QVBoxLayout(window), QVBoxLayout(inside)
    for layout in (column, rows):
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
    for colour in COLOURS:
        rows.addWidget(stripe(colour, PART))
    page.setWidget(inside)
    column.addWidget(stripe("white", HEAD))
    column.addWidget(page)
    window.resize(400, 300)
    window.show()
    page.verticalScrollBar().setValue(150)
    qtbot.waitUntil(page.verticalScrollBar().isVisible)
    image = whole_of(window)
    assert (image.width(), image.height()) == (400, HEAD + PART * len(COLOURS))
    assert image.pixelColor(QPoint(10, 5)) == QColor("white")
    found = [image.pixelColor(QPoint(10, HEAD + PART * place + 50)).name() for place in range(len(COLOURS))]
    assert found == [QColor(colour).name() for colour in COLOURS]
    # one ground where the bar stood, from top to bottom
    assert len({image.pixel(398, y) for y in range(HEAD + 2, image.height())}) == 1
    assert page.verticalScrollBar().value() == 150
