"""The one way in which the workspace announces changes: plain callbacks."""

from collections.abc import Callable
from typing import Any


class Signal:
    """A list of callbacks. Not thread-safe: subscribe and emit on one thread.

    A callback is called with what `emit` was given. Subscribing twice calls twice.
    """

    def __init__(self) -> None:
        self._callbacks: list[Callable[..., Any]] = []

    def subscribe(self, callback: Callable[..., Any]) -> Callable[[], None]:
        """Call ``callback`` at every `emit`; the returned function ends that."""
        self._callbacks.append(callback)
        return lambda: self._remove(callback)

    def emit(self, *arguments: Any) -> None:
        """Call every subscriber, in the order of subscription."""
        for callback in tuple(self._callbacks):
            callback(*arguments)

    def _remove(self, callback: Callable[..., Any]) -> None:
        if callback in self._callbacks:
            self._callbacks.remove(callback)
