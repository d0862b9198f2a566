"""How fast the lanes and the unit panel follow a choice, the cursor and the wheel.

    QT_QPA_PLATFORM=offscreen python tests/bench/bench_panels.py [CHECKPOINT] [PICTURE]

The panels have the sizes that they have in a window of 1600×1000. Each figure is from the
call until the widget is painted into its backing store; ``first`` includes the statistics
of a module that was not looked at before. Goals: choosing ≤ 8 ms, hover ≤ 8 ms,
scrolling ≤ 4 ms.
"""

import os
import queue
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from typing_extensions import override

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.gui.looks.styles import apply_theme, load_fonts
from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import bundled_checkpoint, resource
from gnet_desktop.workspace.state import Workspace

LANES, UNIT = (1047, 372), (335, 960)
ROUNDS = 60
LARGEST = ("3b", "4e", "5b")  # most cells, most cells at 14×14, most maps


class Paints(QObject):
    """Counts how often a panel's inner widgets are painted."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self.panel, self.count = panel, 0
        for widget in panel.findChildren(QWidget):
            widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False

    def finish(self, before: int) -> None:
        """Paint now what Qt would leave to the next refresh of the screen: all of it, an upper bound."""
        QApplication.sendPostedEvents()
        if self.count == before:
            self.panel.repaint()


def measure(change: Callable[[int], object], paints: Paints, *, every: int = 1) -> list[float]:
    """Median and 95th percentile, and the median on an idle machine (time of this thread alone), in ms.

    From a change until everything that it makes stale is painted; only each ``every``-th
    change counts.
    """
    walls, own = [], []
    for turn in range(ROUNDS * every):
        started, began = time.perf_counter(), time.thread_time()
        before = paints.count
        change(turn)
        paints.finish(before)
        if turn % every == every - 1:
            walls.append((time.perf_counter() - started) * 1000)
            own.append((time.thread_time() - began) * 1000)
    return [statistics.median(walls), sorted(walls)[int(0.95 * ROUNDS)], statistics.median(own)]


def report(what: str, times: list[float], goal: float) -> None:
    median, p95, own = times
    print(f"{what:<50} median {median:6.2f}  p95 {p95:6.2f}  own time {own:6.2f} ms  goal {goal:g}")


def open_workspace(checkpoint: Path, picture: Path) -> Workspace:
    """A workspace with a picture of 224 px looked at, everything waited for."""
    calls: queue.Queue[Callable[[], None]] = queue.Queue()
    workspace = Workspace(calls.put)
    workspace.open_checkpoint(checkpoint)
    workspace.add_pictures([picture])

    def settled() -> bool:
        current = workspace.convention is not None and workspace.convention.crop == 224
        return current and workspace.result is not None and not workspace.stale

    while not settled():
        calls.get(timeout=120)()
        if workspace.convention is not None and workspace.convention.crop != 224:
            workspace.set_convention(CONVENTIONS["torchvision"])
    return workspace


def bench_lanes(workspace: Workspace) -> None:
    panel = LanesPanel(workspace)
    panel.resize(*LANES)
    panel.show()
    QApplication.processEvents()
    paints = Paints(panel)
    for tile in (24, 48, 96, 256):
        workspace.change_view(tile=tile)
        for module in LARGEST:
            choose = alternate(workspace, module)
            report(f"choose {module}, tiles of {tile}", measure(choose, paints, every=2), 8)
    workspace.change_view(tile=48)
    for module in LARGEST:

        def first(turn: int, module: str = module) -> None:
            panel.area.measured.forget()
            workspace.choose_module(module if turn % 2 else "3a")

        report(f"choose {module} for the first time, tiles of 48", measure(first, paints, every=2), 8)
    workspace.choose_module("5b")
    lane = panel.area.views[1]
    report("hover a tile", measure(lambda turn: workspace.hover(Unit("5b", "3x3", turn)), paints), 8)
    hover = measure(lambda turn: workspace.hover(None, (60 + 3 * turn, 150)), paints)
    report("hover the photo, the cell marked in every tile", hover, 8)
    workspace.hover(None)
    for tile in (24, 48, 96, 256):
        workspace.change_view(tile=tile)
        QApplication.processEvents()
        scroll = measure(lambda turn: lane.scroll_to(60 * turn), paints)
        report(f"scroll a lane by 60 px, tiles of {tile}", scroll, 4)
    workspace.change_view(tile=48)
    maps = ("ember", "lagoon")
    report(
        "change the colour map", measure(lambda t: workspace.change_view(colour_map=maps[t % 2]), paints), 8
    )
    report("sort", measure(lambda t: workspace.change_view(sort=("mean", "index")[t % 2]), paints), 8)
    panel.close()


def alternate(workspace: Workspace, module: str) -> Callable[[int], None]:
    return lambda turn: workspace.choose_module(module if turn % 2 else "3a")


def bench_unit(workspace: Workspace) -> None:
    panel = UnitPanel(workspace)
    panel.resize(*UNIT)
    panel.show()
    QApplication.processEvents()
    paints = Paints(panel)
    for module in ("3b", "5b"):

        def choose_unit(turn: int, module: str = module) -> None:
            workspace.choose_unit(Unit(module, "3x3", turn))

        choose = measure(choose_unit, paints)
        report(f"choose a unit of {module}", choose, 8)
    hover = measure(lambda turn: workspace.hover(None, (60 + 3 * turn, 150)), paints)
    report("hover the photo, the strongest units listed", hover, 8)
    panel.close()


def main() -> None:
    application = QApplication([])
    application.setStyle("Fusion")
    load_fonts(application)
    apply_theme(application, "light")
    checkpoint = Path(sys.argv[1]) if len(sys.argv) > 1 else bundled_checkpoint()
    picture = Path(sys.argv[2]) if len(sys.argv) > 2 else resource("samples", "cat.jpg")
    workspace = open_workspace(checkpoint, picture)
    bench_lanes(workspace)
    bench_unit(workspace)
    workspace.close()
    application.quit()


if __name__ == "__main__":
    main()
