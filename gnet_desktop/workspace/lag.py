"""When panels hear that what they show is old."""

import threading
from collections.abc import Callable
from typing import Final

from gnet_desktop.workspace.engine import Post

LAG: Final = 0.15
"""Seconds before panels are told of a result that lags: a usual pass is over sooner, and painting
everything as old would only flicker, and slow the pass."""


class Lag:
    """Calls ``announce`` on the owner's thread once a lag has lasted ``seconds`` and isn't over."""

    def __init__(
        self,
        post: Post,
        announce: Callable[[], None],
        seconds: float = LAG,
    ) -> None:
        self._post = post
        self._announce = announce
        self._seconds = seconds
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        """What is shown is old from now on, if it wasn't before."""
        if self._timer is not None:
            return

        def over() -> None:
            if self._timer is timer:
                self._timer = None
                self._announce()

        timer = self._timer = threading.Timer(self._seconds, lambda: self._post(over))
        timer.daemon = True
        timer.start()

    def end(self) -> None:
        """What is shown is current again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
