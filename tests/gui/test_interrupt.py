"""Ctrl+C in the terminal ends the program whenever it comes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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
    program = [sys.executable, "-m", "gnet_desktop"]
    running = subprocess.Popen(program, env=environment, stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 0, said
    assert "Traceback" not in said
