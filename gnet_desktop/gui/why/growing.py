"""Values that take seconds: how far they are, the part that is there already, and a way to stop them."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer

from gnet_desktop.inspection.attribution.attribution import Progress
from gnet_desktop.network.record import Array
from gnet_desktop.workspace.state import Workspace

K = TypeVar("K")
V = TypeVar("V")

_LOOK: Final = 100
"""Milliseconds between two looks at how far it is."""
_KEPT: Final = 12
"""Values that are kept, so that going back costs nothing: a few megabytes."""


class Growing(QObject, Generic[K, V]):
    """The value for one key at a time; ``changed`` is called whenever there is more to show.

    Whatever is under way for an older key stops at its next step. ``most`` values are kept.
    """

    def __init__(
        self, workspace: Workspace, purpose: str, changed: Callable[[], None], *, most: int = _KEPT
    ) -> None:
        super().__init__()
        self._most = most
        self._workspace, self._purpose, self._changed = workspace, purpose, changed
        self._key: K | None = None
        self._kept: OrderedDict[K, V] = OrderedDict()
        # written by the engine's thread, as one value
        self._told: tuple[K | None, float, Array | None] = (None, 0.0, None)
        self._seen = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether the value that was asked for last is still being worked out."""
        return self._key is not None and self._key not in self._kept

    @property
    def share(self) -> float:
        """How far it is, 0…1."""
        return self._told[1] if self._told[0] == self._key else 0.0

    @property
    def part(self) -> Array | None:
        """The map so far; None before there is one."""
        return self._told[2] if self._told[0] == self._key else None

    def get(self, key: K, work: Callable[[Progress], V]) -> V | None:
        """The value for ``key``; None while ``work`` is worked out, which is asked for once."""
        if key in self._kept:
            self._key = key
            self._timer.stop()
            self._kept.move_to_end(key)
            return self._kept[key]
        if key != self._key:
            self._key, self._seen = key, 0.0
            self._told = (key, 0.0, None)
            self._timer.start()
            self._workspace.compute(
                self._purpose, lambda: work(self._watch(key)), lambda value: self._take(key, value)
            )
        return None

    def stop(self) -> None:
        """Nothing is wanted any more; what is under way stops."""
        self._key = None
        self._timer.stop()

    def end(self) -> None:
        """The owner is gone: nobody is told any more."""
        self._key = None  # the timer may be gone already
        self._changed = lambda: None

    def _watch(self, key: K) -> Progress:
        def progress(share: float, so_far: Array | None) -> bool:
            if self._key == key:
                self._told = (key, share, so_far)
            return self._key == key

        return progress

    def _look(self) -> None:
        if not self.busy:
            self._timer.stop()
        elif self.share != self._seen:
            self._seen = self.share
            self._changed()

    def _take(self, key: K, value: V) -> None:
        self._kept[key] = value
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        if key == self._key:
            self._timer.stop()
            self._changed()
