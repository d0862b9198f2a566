"""The window is painted before what takes long begins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from gnet_desktop.gui.app import AfterPaint
from gnet_desktop.resources import bundled_checkpoint


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


# as `run` goes; prints what the window says where `begin`, which reads files, would be called
SAYING = """
import os, sys
from pathlib import Path
from gnet_desktop.gui import app
def begun(window, *given):
    print(window.start.ready.text(), window.status.text, window.bar.checkpoint.text(), sep="; ", flush=True)
    os._exit(0)
app.begin = begun
app.run(paths=[Path(one) for one in sys.argv[1:]], clean=True)
"""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["photo.jpg", "mine.caffemodel"], "mine.caffemodel"),
        (["photo.jpg"], bundled_checkpoint().name),
        ([], bundled_checkpoint().name),
    ],
)
def test_the_first_paint_says_what_is_being_opened(given: list[str], said: str, tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    program = [sys.executable, "-c", SAYING, *given]
    ended = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert f"opening {said}…" in ended.stdout
    assert f"opening {said};" in ended.stdout
    assert "no checkpoint" not in ended.stdout.lower()
