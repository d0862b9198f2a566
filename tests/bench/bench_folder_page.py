"""The Folder page on folders that were indexed: time to open, pace of scrolling, memory.

    QT_QPA_PLATFORM=offscreen python tests/bench/bench_folder_page.py PICTURES INDEX…
    python tests/bench/bench_folder_page.py repeat PICTURES INDEX WORK COUNT…

PICTURES and INDEX come in pairs (see bench_folder.py); each is opened in a process of its
own, with the answers of the index in the page's place. Frames are those of a gallery that
is scrolled half a row at a time, painted whole. Beside the clock stands the processor's
time, which tells more where a machine does other work, too. ``repeat`` makes WORK/picturesN and
WORK/indexN of COUNT pictures out of few: linked, with their answers and vectors again and
again, since the page neither knows nor cares that no network answered them.
"""

import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

FRAMES = 240


def measure(folder: Path, index: Path) -> dict[str, float]:
    """One folder, in this process."""
    from gnet_desktop.folder.indexing import ANSWERS
    from gnet_desktop.folder.store import Store
    from gnet_desktop.gui.app import make_application, make_window
    from gnet_desktop.gui.system.session import Session
    from gnet_desktop.resources import bundled_checkpoint
    from gnet_desktop.workspace import folder_jobs

    application = make_application()
    window, dispatcher = make_window(Session(None))
    window.resize(1600, 1000)
    window.show()
    window.workspace.open_checkpoint(bundled_checkpoint())
    while window.workspace.checkpoint is None:
        _wait(application, 20)
    run, store = window.folder_page.run, index / ANSWERS
    # the answers that were made by the index, where the page keeps its own
    place, opened = run._place(folder), folder_jobs.opened_store
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(store, place / "answers.sqlite")
    recipe = Store.recipe_of(store)
    folder_jobs.opened_store = lambda *given: Store(
        place / "answers.sqlite", recipe, given[2].network.temperatures
    )
    window.show_page("folder")
    _wait(application, 500)
    before = _resident()
    gallery, began, spent = window.folder_page.gallery, time.monotonic(), time.process_time()
    window.evaluate(folder)
    while gallery.pictures.rowCount() == 0:
        _wait(application, 5)
    gallery.viewport().repaint()
    opened_in, opened_spent = time.monotonic() - began, time.process_time() - spent
    while (state := run.state) is None or state.state != "done" or state.evaluation is None:
        _wait(application, 5)
    judged_in = time.monotonic() - began
    _wait(application, 2000)
    frames, painted, bar = [], [], gallery.verticalScrollBar()
    for frame in range(FRAMES):
        bar.setValue(min(bar.maximum(), 90 * frame))
        start, alone = time.monotonic(), time.thread_time()
        gallery.viewport().repaint()
        application.processEvents()
        frames.append(1000 * (time.monotonic() - start))
        painted.append(1000 * (time.thread_time() - alone))
    folder_jobs.opened_store = opened
    found = {
        "pictures": gallery.pictures.rowCount(),
        "open_s": round(opened_in, 2),
        "open_processor_s": round(opened_spent, 2),
        "judged_s": round(judged_in, 2),
        "frame_ms": round(statistics.median(frames), 2),
        "frame_99_ms": round(sorted(frames)[int(0.99 * FRAMES)], 2),
        "frame_processor_ms": round(statistics.median(painted), 2),
        "frame_processor_99_ms": round(sorted(painted)[int(0.99 * FRAMES)], 2),
        "before_mib": round(before),
        "more_mib": round(_resident() - before),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    window.close()
    del dispatcher
    return found


def repeat(pictures: Path, index: Path, work: Path, count: int) -> None:
    """A folder and an index of many pictures out of a few that were answered."""
    from gnet_desktop.checkpoints.reading import open_checkpoint
    from gnet_desktop.folder.indexing import ANSWERS
    from gnet_desktop.folder.store import Answered, Store
    from gnet_desktop.resources import bundled_checkpoint

    folder, place = work / f"pictures{count}", work / f"index{count}"
    recipe = Store.recipe_of(index / ANSWERS)
    temperatures = open_checkpoint(bundled_checkpoint()).temperatures
    few = Store(index / ANSWERS, recipe)
    known = list(few.answered())
    few.close()
    many = Store(place / ANSWERS, recipe, temperatures)

    def again() -> Iterator[Answered]:
        for number, one in enumerate(itertools.islice(itertools.cycle(known), count)):
            path = Path(one.path).parent / f"{number:06d}{Path(one.path).suffix}"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            if not (folder / path).exists():
                os.link(pictures / one.path, folder / path)
            yield replace(one, path=path.as_posix())

    many.put(again())
    many.close()


def _wait(application: "QApplication", milliseconds: float) -> None:
    """As the window does when nothing happens: other threads can work (they can't in QTest.qWait)."""
    end = time.monotonic() + milliseconds / 1000
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.002)


def _resident() -> float:
    text = Path("/proc/self/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    if sys.argv[1] == "repeat":
        pictures, index, work = map(Path, sys.argv[2:5])
        for count in map(int, sys.argv[5:]):
            repeat(pictures, index, work, count)
        return
    if sys.argv[1] == "one":
        print(json.dumps(measure(Path(sys.argv[2]), Path(sys.argv[3]))), flush=True)
        return
    for pair in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        with tempfile.TemporaryDirectory() as home:
            told = {"XDG_CACHE_HOME": home, "XDG_CONFIG_HOME": home}
            line = [sys.executable, __file__, "one", *pair]
            subprocess.run(line, env={**os.environ, **told}, check=True)


if __name__ == "__main__":
    main()
