"""What if: how soon the window follows a change, what a sweep costs, and memory after many changes.

    QT_QPA_PLATFORM=offscreen python -m tests.bench.bench_what_if [--rounds 15] [--threads 2] [--changes 200]

A change is timed from the call until everything that is shown is that of the changed run and
painted; it alternates with whole passes of the same picture, so that the ratio hardly moves
when the machine is busy. "The pass from there on" is what of that the network takes.
"""

import argparse
import os
import time
from collections.abc import Callable
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import torch
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.inspection.ablation import classes_of, effects
from gnet_desktop.network.changes import Change, changeable_parts
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from gnet_desktop.resources import bundled_checkpoint, resource
from tests.bench.bench_memory import resident

PARTS = ("5b", "4a/5x5", "conv2")
PATIENCE = 60.0
WARMING = 60
"""Changes until as many runs are kept as ever."""


def settle(window: Window) -> None:
    """Until what is shown is what is looked at, and painted."""
    workspace, until = window.workspace, time.perf_counter() + PATIENCE
    while workspace.result is None or workspace.stale or not workspace.idle:
        QApplication.processEvents()
        if time.perf_counter() > until:
            raise SystemExit("It did not come.")
        time.sleep(0.0005)
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # as the event loop does


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def changing(window: Window, network: GoogLeNet, record: Record, part: str, rounds: int) -> None:
    """Milliseconds and ratios to a pass of one part switched off; each round's run is a new one."""
    assert record.input is not None
    value, rows = torch.from_numpy(record.input)[None], []
    for number in range(rounds + 2):
        change = Change(part, "scaled", factor=number / (rounds + 2))

        def shown(change: Change = change) -> None:
            window.workspace.set_changes((change,))
            settle(window)

        alone = timed(partial(network.resume, record, (change,)))
        rows.append((timed(lambda: network(value)), alone, timed(shown)))
    whole, alone, shown_ = np.array(rows[2:]).T
    print(
        f"{part:8} all current {np.median(shown_):6.1f} ms, {np.median(shown_ / whole):4.2f} of a pass "
        f"({np.median(whole):.1f} ms); the pass from there on {np.median(alone):6.1f} ms, "
        f"{np.median(alone / whole):4.2f}"
    )


def sweeping(network: GoogLeNet, record: Record, rounds: int) -> None:
    """Milliseconds of all branches off, one by one."""
    assert record.input is not None
    value, classes = torch.from_numpy(record.input)[None], classes_of(record)
    rows = [
        (timed(lambda: network(value)), timed(lambda: list(effects(network, record, classes))))
        for _ in range(max(3, rounds // 3))
    ]
    whole, sweep = np.array(rows[1:]).T
    print(f"sweep of 36 branches {np.median(sweep):6.0f} ms, {np.median(sweep / whole):4.1f} passes")


def remembering(window: Window, count: int) -> None:
    """Megabytes as changes follow each other, there and back, once as many runs are kept as ever."""
    workspace = window.workspace
    result = workspace.result
    assert result is not None
    parts = [part for part in changeable_parts(result.checkpoint.architecture) if part in result.record]

    def change(number: int) -> float:
        workspace.toggle_change(Change(parts[number * 7 % len(parts)]))
        settle(window)
        return resident()

    full = [change(number) for number in range(WARMING)][-1]
    levels = [change(number) for number in range(WARMING, WARMING + count)]
    while workspace.can_undo:
        workspace.undo()
        settle(window)
    print(
        f"{count} changes: {levels[-1] - full:+.0f} MB above the level before ({full:.0f} MB, with the kept "
        f"runs), at most {max(levels) - full:+.0f} MB; all undone one by one {resident() - full:+.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--changes", type=int, default=200)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    app = make_application()
    apply_theme(app, "light")
    window, dispatcher = make_window(Session(None))
    window.resize(1600, 1000)
    window.show()
    workspace = window.workspace
    workspace.open_checkpoint(bundled_checkpoint())
    workspace.add_pictures([resource("samples", "espresso.jpg")])
    settle(window)
    assert workspace.network is not None
    assert workspace.result is not None
    network, record = workspace.network.network, workspace.result.record
    for part in PARTS:
        changing(window, network, record, part, options.rounds)
    workspace.reset_changes()
    settle(window)
    sweeping(network, record, options.rounds)
    remembering(window, options.changes)
    window.close()
    del dispatcher


if __name__ == "__main__":
    main()
