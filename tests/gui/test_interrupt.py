"""Ctrl+C, a log-out and a closed terminal end the program whenever they come, and nothing is forgotten."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT can be sent to one process there"),
]

# as `run` goes, with an interrupt at the point that is named
PROGRAM = """
import os, signal, sys
from gnet_desktop.gui import app
point = getattr(app, sys.argv[1])
def interrupted(*given, **named):
    os.kill(os.getpid(), signal.SIGINT)
    return point(*given, **named)
setattr(app, sys.argv[1], interrupted)
sys.exit(app.run(clean=True))
"""

# ends itself while the checkpoint is being read
OPENING = """
import os, signal, sys
from gnet_desktop.gui import app
begin = app.begin
def begun(window, *given):
    window.workspace.loading_changed.subscribe(lambda: os.kill(os.getpid(), signal.SIGINT))
    begin(window, *given)
app.begin = begun
sys.exit(app.run())
"""

# as above, and says when a worker is waited for that cannot be stopped
WAITING = (
    """
from gnet_desktop.workspace.engine import Worker
Worker.close = lambda worker, timeout=0: print("waited")
"""
    + OPENING
)


@pytest.mark.parametrize("point", ["make_application", "make_window", "_close_on_interrupt", "begin"])
def test_an_interrupt_at_any_point_of_the_start_ends_it(point: str) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, point], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_interrupt_while_a_checkpoint_is_opened_ends_it(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    program = [sys.executable, "-c", OPENING]
    ended = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_opens_a_checkpoint_is_not_waited_for_and_settings_are_kept(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    program = [sys.executable, "-c", WAITING]
    ended = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    (file,) = tmp_path.rglob("*.json")
    assert "theme" in file.read_text()


# ends itself once a picture is open
LEAVING = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from gnet_desktop.gui import app
begin = app.begin
def begun(window, *given):
    begin(window, *given)
    window.timer = QTimer()
    window.timer.timeout.connect(lambda: window.workspace.current and os.kill(os.getpid(), int(sys.argv[1])))
    window.timer.start(50)
app.begin = begun
sys.exit(app.run(paths=[Path(sys.argv[2])]))
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_what_was_open_is_remembered_however_the_program_is_ended(name: str, tmp_path: Path) -> None:
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    program = [sys.executable, "-c", LEAVING, str(int(getattr(signal, name))), str(tmp_path / "a.png")]
    ended = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    (file,) = tmp_path.rglob("*.json")
    assert json.loads(file.read_text())["pictures"] == [str(tmp_path / "a.png")]


# closes its window while a thread computes that nobody can stop
BUSY = """
import sys, threading
from PySide6.QtCore import QTimer
from gnet_desktop.gui import app
begin = app.begin
def compute():
    import torch
    square = torch.ones(300, 300)
    while True:
        square @ square
def begun(window, *given):
    threading.Thread(target=compute, daemon=True).start()
    window.timer = QTimer()
    window.timer.timeout.connect(window.close)
    window.timer.start(3000)
app.begin = begun
sys.exit(app.run())
"""


def test_closing_the_window_beside_a_busy_thread_is_no_crash(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    program = [sys.executable, "-c", BUSY]
    ended = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert list(tmp_path.rglob("*.json"))  # what is remembered is written
