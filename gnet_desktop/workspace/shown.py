"""What panels show: a result, and what it is compared with."""

from gnet_desktop.workspace.engine import Post
from gnet_desktop.workspace.lag import Lag
from gnet_desktop.workspace.signal import Signal
from gnet_desktop.workspace.values import Result


class ShownPair:
    """A result and its reference, always a pair: an old result keeps the reference that it had.

    Signals:
      result_changed()       `result` is new, or has been old for a while (see `lag`)
      reference_changed()    `reference` is new, or there is none now
    """

    def __init__(self, post: Post) -> None:
        self.result_changed, self.reference_changed = Signal(), Signal()
        self.result: Result | None = None
        self.reference: Result | None = None
        self._told: Result | None = None
        self._lag = Lag(post, self.result_changed.emit)

    def set(self, result: Result | None, reference: Result | None) -> None:
        """Another pair, of which `show` tells later, when all that belongs to it is in place."""
        self.result, self.reference = result, reference

    def show(self, result: Result | None, reference: Result | None) -> None:
        """Show another pair."""
        self._lag.end()
        self.set(result, reference)
        self.result_changed.emit()
        self.compare(self.reference)

    def compare(self, reference: Result | None) -> None:
        """Compare what is shown with something else."""
        self.reference = reference
        if reference is not self._told:
            self._told = reference
            self.reference_changed.emit()

    def lag(self) -> None:
        """What is shown is old from now on."""
        self._lag.begin()

    def close(self) -> None:
        """Announce nothing any more by oneself."""
        self._lag.end()
