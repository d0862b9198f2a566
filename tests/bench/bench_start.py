"""From start to window and to usable, as a person waits for it.

    python tests/bench/bench_start.py [ROUNDS]

Starts the program anew each time on the offscreen platform with the bundled checkpoint
and one sample; prints medians of: first paint of the window, the processor time until then,
checkpoint usable, sample answered. Warm: one round before is not counted.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

CHILD = """
import gc, json, sys, time
gc.disable()  # both as the command does
from gnet_desktop.gui.system.sources import leave_sources_unread
leave_sources_unread()
begun = float(sys.argv[1])
from PySide6.QtCore import QTimer
from gnet_desktop.gui import app
from gnet_desktop.gui.system.session import Session
from gnet_desktop.resources import resource
application = app.make_application()
app.apply_theme(application, "light")
window, dispatcher = app.make_window(Session(None))
seen = {}
window.show()
application.processEvents()
window.grab()
seen["window"], seen["processor"] = time.time() - begun, time.process_time()
seen["torch before window"] = "torch" in sys.modules
def look():
    workspace = window.workspace
    if workspace.checkpoint is not None:
        seen.setdefault("usable", time.time() - begun)
    if workspace.result is not None:
        seen["answered"] = time.time() - begun
        print(json.dumps(seen))
        window.close()
        application.quit()
timer = QTimer()
timer.timeout.connect(look)
timer.start(5)
QTimer.singleShot(0, lambda: app.begin(window, [resource("samples", "cat.jpg")], None, "cpu"))
application.exec()
"""


def once() -> dict[str, float]:
    import time

    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(time.time())],
        capture_output=True, text=True, check=True, env=environment, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    once()
    seen = [once() for _ in range(rounds)]
    for name in ("window", "processor", "usable", "answered"):
        values = sorted(one[name] for one in seen)
        print(
            f"{name:<9} median {statistics.median(values):5.2f} s, from {values[0]:.2f} to {values[-1]:.2f}"
        )
    assert not any(one["torch before window"] for one in seen)


if __name__ == "__main__":
    main()
