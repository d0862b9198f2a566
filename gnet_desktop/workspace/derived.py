"""Values that the engine's thread works out of what is shown: asked for once, dropped when old."""

from collections.abc import Callable
from typing import Generic, TypeVar

from gnet_desktop.workspace.state import Workspace

K = TypeVar("K")
V = TypeVar("V")


class Derived(Generic[K, V]):
    """The value for one key at a time; keys are compared by ``==``.

    ``ready`` is called when the value that was asked for last has come; `end` when its
    owner is gone.
    """

    def __init__(self, workspace: Workspace, purpose: str, ready: Callable[[], None]) -> None:
        self._workspace, self._purpose, self._ready = workspace, purpose, ready
        self._key: K | None = None
        self._value: V | None = None

    @property
    def key(self) -> K | None:
        """What was asked for."""
        return self._key

    @property
    def value(self) -> V | None:
        """The value for `key`; None while it is worked out."""
        return self._value

    def get(self, key: K, work: Callable[[], V]) -> V | None:
        """The value for ``key``; None while ``work`` is worked out, which is asked for once."""
        if key != self._key:
            self._key, self._value = key, None
            self._workspace.compute(self._purpose, work, lambda value: self._take(key, value))
        return self._value

    def forget(self) -> None:
        """Nothing is wanted now; what is under way is dropped."""
        self._key = self._value = None

    def end(self) -> None:
        """The owner is gone: nobody is told any more."""
        self.forget()
        self._ready = lambda: None

    def _take(self, key: K, value: V) -> None:
        if key == self._key:
            self._value = value
            self._ready()
