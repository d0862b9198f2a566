"""Python's garbage is collected on the window's thread only.

Its collector runs on whichever thread happens to make objects, and a reader makes many. A dialog
that is garbage would then be destroyed on the reader's thread, which ends the program: Qt's
objects may die only where they live. While a file is being read, what is read is no garbage yet: to
look through it all would keep the window waiting, so that waits until the file is read.
"""

import gc
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer

_PAUSE: Final = 1000
"""Milliseconds between two looks."""


class Collecting(QObject):
    """Collects now and then, by Python's own thresholds, until `stop`; not while ``reading()``."""

    def __init__(self, reading: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self._reading = reading
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(_PAUSE)

    def collect(self) -> None:
        """Look through the oldest generation that is due."""
        if self._reading():
            return
        due = [
            generation
            for generation, (count, threshold) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if count > threshold
        ]
        if due:
            gc.collect(due[-1])

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.enable()
