"""Readers that go through a file piece by piece let the window have its turn.

Qt asks for Python's lock in every call, hundreds of times while a window is laid out and painted.
Beside a thread that never pauses, each asking waits for that thread's current step and for a core
to wake up: a turn of ten milliseconds becomes one of hundreds. So whoever does many small things,
or a few long ones, calls `breathe`: where somebody else wanted the lock meanwhile, the reader rests
for a moment, in which a whole turn gets done. An ordinary file is read before the first rest.
"""

import threading
import time
from typing import Final

PIECES: Final = 500
"""Small things that are done between two looks: less than a millisecond of work."""

_WAITED: Final = 0.0002
"""Seconds that a thread waits between two looks only where another one has its turn."""

_REST: Final = 0.003
"""Seconds."""

_beside_a_window = threading.Event()
_rest = time.sleep


class _Reader(threading.local):
    """What one thread has done since it looked last."""

    def __init__(self) -> None:
        self.left = PIECES
        self.main = threading.current_thread() is threading.main_thread()
        self.look()

    def look(self) -> None:
        self.clock, self.own = time.perf_counter(), time.thread_time()

    def waited(self) -> float:
        """Seconds since the last look in which this thread did nothing."""
        return (time.perf_counter() - self.clock) - (time.thread_time() - self.own)


_reader = _Reader()


def beside_a_window() -> None:
    """From now on there is a window in this process that wants its turns."""
    _beside_a_window.set()


def breathe(pieces: int = 1) -> None:
    """So many more pieces are done; rest now and then, if the window was kept waiting for them."""
    reader = _reader
    reader.left -= pieces
    if reader.left > 0:
        return
    reader.left = PIECES
    if reader.main or not _beside_a_window.is_set():
        return
    if reader.waited() > _WAITED:
        _rest(_REST)
    reader.look()
