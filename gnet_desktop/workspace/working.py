"""Work on the engine's thread that a person waits for, and may stop: how far it is."""

from collections.abc import Callable
from typing import TypeVar

from gnet_desktop.workspace.engine import Post
from gnet_desktop.workspace.signal import Signal

T = TypeVar("T")


class Working:
    """One piece at a time; ``changed()`` when it begins, gets further or ends."""

    def __init__(self, post: Post) -> None:
        self.changed = Signal()
        self._post = post
        self._token: object | None = None
        self._share = 0.0  # written by the engine's thread

    @property
    def share(self) -> float | None:
        """How far it is, 0…1; None while nothing is under way."""
        return None if self._token is None else self._share

    def watch(self, work: Callable[[Callable[[float], bool]], T]) -> Callable[[], T]:
        """``work`` to be asked for: it tells the share that is done, and hears whether to go on."""
        token = self._token = object()
        self._share = 0.0
        self.changed.emit()

        def wanted(share: float) -> bool:
            if self._token is token:
                self._share = share
                self._post(self.changed.emit)
            return self._token is token

        def run() -> T:
            try:
                return work(wanted)
            finally:
                self._post(lambda: self._end(token))

        return run

    def stop(self) -> None:
        """Nobody waits for it any more."""
        self._end(self._token)

    def _end(self, token: object) -> None:
        if token is not None and self._token is token:
            self._token = None
            self.changed.emit()
