"""A person's hand on a real display: drags a folder's name onto a class. Run by `test_dragging`.

Prints as JSON what the dialog then says that the name means.
"""

import json
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QListWidget

from gnet_desktop.folder.truth import Truth
from gnet_desktop.gui.folder.matching import Matching

STEPS = 12


@dataclass
class Run:
    """Stands for the folder's run: keeps what it is told."""

    table: Path | None = None
    said: list[tuple[str, int | None]] = field(default_factory=list)

    def correct(self, name: str, index: int | None) -> None:
        self.said.append((name, index))


def hand(*words: object) -> None:
    subprocess.run(["xdotool", *map(str, words)], check=True)
    time.sleep(0.08)


def centre(shown: QListWidget, row: int) -> QPoint:
    return shown.viewport().mapToGlobal(shown.visualItemRect(shown.item(row)).center())


def drag(start: QPoint, end: QPoint) -> None:
    hand("mousemove", start.x(), start.y())
    hand("mousedown", 1)
    for step in range(1, STEPS + 1):
        at = start + (end - start) * step / STEPS
        hand("mousemove", at.x(), at.y())
    hand("mousemove", end.x() + 1, end.y())
    hand("mouseup", 1)


def main() -> None:
    application = QApplication([])
    run = Run()
    truth = Truth("class folders", {"a/1.png": "lapdog"}, {}, {"lapdog": "no class is called so"})
    dialog = Matching(run, lambda: truth, ("cat", "dog", "fox", "owl"))  # type: ignore[arg-type]
    dialog.move(40, 40)
    dialog.show()

    def work() -> None:
        drag(centre(dialog.names, 0), centre(dialog.classes, 2))

    begin = QTimer(singleShot=True, interval=800)
    begin.timeout.connect(lambda: threading.Thread(target=work, daemon=True).start())
    begin.start()
    seen = QTimer(interval=50)
    seen.timeout.connect(lambda: application.quit() if run.said else None)
    seen.start()
    QTimer.singleShot(150_000, application.quit)
    application.exec()
    print(json.dumps(run.said))


if __name__ == "__main__":
    main()
