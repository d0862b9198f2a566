"""The window is painted before what takes long begins."""

from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from gnet_desktop.gui.app import AfterPaint


class Noting(QWidget):
    """Notes when it is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self.noted.append("painted")


def test_it_waits_for_the_paint_however_many_turns_that_takes(qapp: QApplication, qtbot: QtBot) -> None:
    window = Noting()
    qtbot.addWidget(window)
    AfterPaint(window, lambda: window.noted.append("called"), patience=60000)
    for _ in range(20):
        QApplication.processEvents()
    assert window.noted == []
    window.show()
    qtbot.waitUntil(lambda: "called" in window.noted)
    assert window.noted[0] == "painted"
    window.update()
    QTest.qWait(50)
    assert window.noted.count("called") == 1


def test_what_nobody_sees_begins_all_the_same(qapp: QApplication, qtbot: QtBot) -> None:
    window = Noting()
    qtbot.addWidget(window)
    AfterPaint(window, lambda: window.noted.append("called"), patience=20)
    qtbot.waitUntil(lambda: window.noted == ["called"])
