"""The whole window: from a hand's move until everything that answers it is painted.

    python tests/bench/bench_window.py [CHECKPOINT] [PICTURE] [OTHER PICTURE]

1600×1000, offscreen, real events processed to the end. Prints medians and 95th percentiles.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import bundled_checkpoint, resource

ROUNDS = 60


def painted() -> None:
    """Carry out everything that was asked for, painting included."""
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    QApplication.processEvents()


def measure(name: str, goal: float, acts: Sequence[Callable[[], object]], window: Window) -> None:
    times = []
    for turn in range(ROUNDS):
        while not window.workspace.idle:
            painted()
        painted()
        begun = time.perf_counter()
        acts[turn % len(acts)]()
        painted()
        times.append((time.perf_counter() - begun) * 1000)
    times = sorted(times[len(acts) :])
    late = times[int(len(times) * 0.95)]
    print(f"{name:<44} median {statistics.median(times):6.2f} ms  p95 {late:6.2f}  goal {goal:g}")


def main() -> None:
    app = make_application()
    apply_theme(app, "light")
    window, dispatcher = make_window(Session(None))
    window.resize(1600, 1000)
    window.show()
    workspace = window.workspace
    chosen = [Path(one) for one in sys.argv[1:]]
    checkpoint = chosen[0] if chosen else bundled_checkpoint()
    pictures = chosen[1:3] or [resource("samples", "cat.jpg"), resource("samples", "espresso.jpg")]
    workspace.open_checkpoint(checkpoint)
    workspace.add_pictures(pictures)
    while workspace.result is None or not workspace.idle:
        painted()

    modules = [partial(workspace.choose_module, name) for name in ("3b", "4e", "5b")]
    measure("choose a module (3b, 4e, 5b)", 8, modules, window)
    workspace.choose_module("4a")
    units = [partial(workspace.hover, Unit("4a", "3x3", c)) for c in range(12)]
    measure("hover a tile: overlay, field, marks", 8, units, window)
    points = [partial(workspace.hover, None, (60.0 + 9 * x, 120.0)) for x in range(12)]
    workspace.choose_unit(Unit("4a", "3x3", 5))
    measure("hover the photo: marks, field, units", 8, points, window)
    workspace.hover(None)

    def step() -> None:
        workspace.choose_picture(next(one for one in workspace.pictures if one != workspace.current))
        while workspace.stale:
            painted()

    measure("another picture that is kept, all current", 30, [step], window)
    extra = []
    for _ in range(12):
        begun = time.perf_counter()
        workspace.add_pictures(pictures[:1])
        while workspace.stale:
            painted()
        extra.append((time.perf_counter() - begun) * 1000 - workspace.result.record.milliseconds)
        while not workspace.idle:
            painted()
    print(f"{'a new picture: beyond the pass itself':<44} median {statistics.median(extra):6.2f} ms  goal 30")
    window.close()
    del dispatcher


if __name__ == "__main__":
    main()
