"""A name is dragged onto a class by the pointer of a real display: press, moves, release."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("xvfb-run", "xdotool")


@pytest.mark.slow
@pytest.mark.skipif(
    any(shutil.which(one) is None for one in NEEDED), reason=f"{' or '.join(NEEDED)} is missing"
)
def test_a_folders_name_is_dragged_onto_the_class_that_it_means() -> None:
    line = ["xvfb-run", "-a", "-s", "-screen 0 1280x900x24", sys.executable, "-m", "tests.gui.dragging"]
    told = {**os.environ, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(line, env=told, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [["lapdog", 2]]
