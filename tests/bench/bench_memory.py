"""Memory of browsing 300 pictures of 12 megapixels with records on.

    python tests/bench/bench_memory.py [COUNT]

A few photos are made and linked under many names; each is shown until all panels are
current. Prints the growth above the level after the tenth; the goal is 300 MB at most.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.system.session import Session
from gnet_desktop.resources import bundled_checkpoint

SIZE = (4000, 3000)


def make_photos(folder: Path, count: int) -> list[Path]:
    random = np.random.default_rng(0)
    made = []
    for number in range(6):
        rough = Image.fromarray(random.integers(0, 255, (30, 40, 3), np.uint8))
        made.append(folder / f"photo{number}.jpg")
        rough.resize(SIZE, Image.Resampling.BICUBIC).save(made[-1], quality=90)
    paths = []
    for number in range(count):
        paths.append(folder / f"p{number}.jpg")
        os.link(made[number % len(made)], paths[-1])
    return paths


def resident() -> float:
    """Megabytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    app = make_application()
    apply_theme(app, "light")
    window, dispatcher = make_window(Session(None))
    window.show()
    workspace = window.workspace
    with tempfile.TemporaryDirectory() as folder:
        workspace.open_checkpoint(bundled_checkpoint())
        workspace.add_pictures(make_photos(Path(folder), count))
        levels = []
        for place in range(count):
            while workspace.result is None or workspace.stale:
                QApplication.processEvents()
                time.sleep(0.002)
            levels.append(resident())
            workspace.step_picture(1)
            if place in (9, count - 101, count - 1) or place % 50 == 49:
                print(f"after {place + 1:3d}: {levels[-1]:7.0f} MB", flush=True)
        print(f"most above the level after ten: {max(levels[10:]) - levels[9]:.0f} MB, goal 300")
        window.close()
    del dispatcher


if __name__ == "__main__":
    main()
