"""How fast the lanes and the unit panel follow a choice, the cursor and the wheel.

    QT_QPA_PLATFORM=offscreen python tests/bench/bench_panels.py [CHECKPOINT] [PICTURE]

The panels have the sizes that they have in a window of 1600×1000. Each figure is from the
call until the widget is painted into its backing store; ``first`` includes the statistics
of a module that was not looked at before. DESIGN 7: choosing ≤ 8 ms, hover ≤ 8 ms,
scrolling ≤ 4 ms.
"""

import os
import queue
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.gui.lanes_panel import LanesPanel
from gnet_desktop.gui.unit_panel import UnitPanel
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import resource
from gnet_desktop.workspace.state import Workspace

LANES, UNIT = (1047, 372), (335, 960)
ROUNDS = 60
LARGEST = ("3b", "4e", "5b")  # most cells, most cells at 14×14, most maps


def measure(change: Callable[[int], object], widget: QWidget, rounds: int = ROUNDS) -> tuple[float, float]:
    """Median and 95th percentile, in ms, of a change until the widget is painted."""
    times = []
    for turn in range(rounds):
        started = time.perf_counter()
        change(turn)
        QApplication.sendPostedEvents()
        widget.repaint()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), sorted(times)[int(0.95 * rounds)]


def report(what: str, times: tuple[float, float], goal: float) -> None:
    print(f"{what:<52} median {times[0]:6.2f}   p95 {times[1]:6.2f} ms   goal {goal:g}")


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
    for tile in (24, 48, 96, 256):
        workspace.change_view(tile=tile)
        for module in LARGEST:
            choose = alternate(workspace, module)
            report(f"choose {module}, tiles of {tile}", measure_second(choose, panel), 8)
    workspace.change_view(tile=48)
    for module in LARGEST:

        def first(turn: int, module: str = module) -> None:
            panel.area.measured.forget()
            workspace.choose_module(module if turn % 2 else "3a")

        report(f"choose {module} for the first time, tiles of 48", measure_second(first, panel), 8)
    workspace.choose_module("5b")
    lane = panel.area.views[1]
    report("hover a tile", measure(lambda turn: workspace.hover(Unit("5b", "3x3", turn)), panel), 8)
    hover = measure(lambda turn: workspace.hover(None, (60 + 3 * turn, 150)), panel)
    report("hover the photo, the cell marked in every tile", hover, 8)
    workspace.hover(None)
    for tile in (24, 48, 96, 256):
        workspace.change_view(tile=tile)
        QApplication.processEvents()
        scroll = measure(lambda turn: lane.scroll_to(60 * turn), lane)
        report(f"scroll a lane by 60 px, tiles of {tile}", scroll, 4)
    workspace.change_view(tile=48)
    maps = ("ember", "lagoon")
    report(
        "change the colour map", measure(lambda t: workspace.change_view(colour_map=maps[t % 2]), panel), 8
    )
    report("sort", measure(lambda t: workspace.change_view(sort=("mean", "index")[t % 2]), panel), 8)
    panel.close()


def alternate(workspace: Workspace, module: str) -> Callable[[int], None]:
    return lambda turn: workspace.choose_module(module if turn % 2 else "3a")


def measure_second(change: Callable[[int], object], widget: QWidget) -> tuple[float, float]:
    """As `measure`, of every second change only."""
    times = []
    for turn in range(2 * ROUNDS):
        started = time.perf_counter()
        change(turn)
        QApplication.sendPostedEvents()
        widget.repaint()
        if turn % 2:
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), sorted(times)[int(0.95 * ROUNDS)]


def bench_unit(workspace: Workspace) -> None:
    panel = UnitPanel(workspace)
    panel.resize(*UNIT)
    panel.show()
    QApplication.processEvents()
    for module in ("3b", "5b"):
        choose = measure(lambda turn, m=module: workspace.choose_unit(Unit(m, "3x3", turn)), panel)
        report(f"choose a unit of {module}", choose, 8)
    hover = measure(lambda turn: workspace.hover(None, (60 + 3 * turn, 150)), panel)
    report("hover the photo, the strongest units listed", hover, 8)
    panel.close()


def main() -> None:
    application = QApplication.instance() or QApplication([])
    checkpoint = (
        Path(sys.argv[1]) if len(sys.argv) > 1 else resource("checkpoints", "everyday100.safetensors")
    )
    picture = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("../shared/images/egyptian_cat.jpg")
    workspace = open_workspace(checkpoint, picture)
    bench_lanes(workspace)
    bench_unit(workspace)
    workspace.close()
    application.quit()


if __name__ == "__main__":
    main()
