"""Work on a file in steps: each is announced, and between two of them a person can stop it."""

from collections.abc import Callable
from dataclasses import dataclass

from gnet_desktop.errors import Cancelled

Progress = Callable[[str, float], None]
"""Gets a stage in words and the share done (0…1)."""


def _quiet(_stage: str, _share: float) -> None:
    """Nobody watches."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Steps:
    """``progress`` is told of each step; ``cancelled`` is asked whether a person stopped the work."""

    progress: Progress = _quiet
    cancelled: Callable[[], bool] = _never

    def at(self, stage: str, share: float) -> None:
        """Announce a step; raises Cancelled where a person stopped it."""
        if self.cancelled():
            raise Cancelled
        self.progress(stage, share)
