"""Looking for pictures under files and folders, on a thread of its own: the list fills as they come."""

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from gnet_desktop.pictures.finding import find_pictures
from gnet_desktop.workspace.engine import Post, Request, Works
from gnet_desktop.workspace.signal import Signal

PORTION: Final = 200
"""Pictures that come at once: what is done with them is over before anybody notices."""

_PATIENCE: Final = 0.1


class Finder:
    """Finds pictures in the background and hands them to ``take``, the first one alone.

    Signals:
      changed()      `count` grew, or `looking` changed
      ended(count)   all was looked through, or the person stopped it
    """

    def __init__(
        self,
        worker: Works,
        post: Post,
        take: Callable[[list[Path]], None],
        tell: Callable[[BaseException], None],
    ) -> None:
        self.changed, self.ended = Signal(), Signal()
        self.count = 0
        self._worker, self._post, self._take, self._tell = worker, post, take, tell
        self._stop: threading.Event | None = None

    @property
    def looking(self) -> bool:
        """Whether it is looking now."""
        return self._stop is not None

    def find(self, paths: Iterable[Path]) -> None:
        """Look through these; what was looked through before is left where it is."""
        self.stop()
        stop = self._stop = threading.Event()
        self.count = 0
        self.changed.emit()
        given = list(paths)
        self._worker.ask(
            Request(
                "find",
                lambda: self._walk(given, stop),
                lambda _: self._end(stop),
                lambda error: self._fail(stop, error),
            )
        )

    def stop(self) -> None:
        """Look no further; what was found stays."""
        if self._stop is not None:
            self._stop.set()
            self._end(self._stop)

    def close(self) -> bool:
        """Stop, and end the worker; False if it hangs."""
        self.stop()
        return self._worker.close()

    def _walk(self, paths: list[Path], stop: threading.Event) -> None:
        """On the worker's thread. The next portion waits until the last one is in the list."""
        for portion in portions(find_pictures(paths)):
            taken = threading.Event()

            def hand_over(portion: list[Path] = portion, taken: threading.Event = taken) -> None:
                self._have(stop, portion)
                taken.set()

            self._post(hand_over)
            while not taken.wait(_PATIENCE):
                if stop.is_set():
                    return
            self._worker.heard()
            if stop.is_set():
                return

    def _have(self, stop: threading.Event, portion: list[Path]) -> None:
        if stop is self._stop:
            self.count += len(portion)
            self._take(portion)
            self.changed.emit()

    def _end(self, stop: threading.Event) -> None:
        if stop is self._stop:
            self._stop = None
            self.changed.emit()
            self.ended.emit(self.count)

    def _fail(self, stop: threading.Event, error: BaseException) -> None:
        if stop is self._stop:
            self._stop = None
            self.changed.emit()
            self._tell(error)


def portions(paths: Iterator[Path]) -> Iterator[list[Path]]:
    """The first one alone, since somebody waits for it; then `PORTION` at once."""
    size = 1
    while portion := list(islice(paths, size)):
        yield portion
        size = PORTION
