"""Readers that go through a file piece by piece let the window have its turn.

Qt asks for Python's lock in every call, hundreds of times while a window is laid out and painted.
Beside a thread that never pauses, each asking waits until the system's clock next looks: a thousandth
of a second on one machine, four on another, and a turn of ten milliseconds becomes a second. So
whoever does many small things calls `breathe` and rests for a moment now and then, in which a whole turn
gets done. An ordinary file is read before the first rest.
"""

import threading
import time
from typing import Final

PIECES: Final = 1_000
"""Small things that are done between two rests: a millisecond or two of work."""

_REST: Final = 0.001
"""Seconds; where the clock is coarse it becomes one of its steps."""

_beside_a_window = threading.Event()
_rest = time.sleep


class _Reader(threading.local):
    """How many pieces this thread may still do, and whether it is the window's own."""

    def __init__(self) -> None:
        self.left = PIECES
        self.main = threading.current_thread() is threading.main_thread()


_reader = _Reader()


def beside_a_window() -> None:
    """From now on there is a window in this process that wants its turns."""
    _beside_a_window.set()


def breathe(pieces: int = 1) -> None:
    """So many more pieces are done; rest now and then, beside a window and on another thread than its own."""
    reader = _reader
    reader.left -= pieces
    if reader.left > 0:
        return
    reader.left = PIECES
    if _beside_a_window.is_set() and not reader.main:
        _rest(_REST)
