"""What reading a file may cost, whoever wrote it: one budget a file, spent by everything that reads it.

A small file can ask for any amount of work: a list that is copied a hundred thousand
times, an archive that unpacks to a thousand times its size. So every reader charges what it does
before it does it, and a file that asks for far more than any network needs is refused. What
is charged doesn't depend on the machine: a file opens everywhere or nowhere.

    with spending(Budget(CheckpointError)) as budget:   # around the reading of a file
        current().steps(len(values))                    # in a reader, before it walks through them
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from gnet_desktop.breathing import breathe
from gnet_desktop.errors import Cancelled, GNetError
from gnet_desktop.shown import whole

STEPS: Final = 1_500_000
"""Small things done one by one. An ONNX file whose paddings are worked out in the graph takes 500,000."""

VALUES: Final = 250_000
"""Values made: lists, names, fields. A GoogLeNet with an optimiser's state has some 60,000."""

KEPT: Final = 1 << 27
"""Bytes that may be kept in memory beyond the file's own size."""

HANDLED: Final = 1 << 29
"""Bytes read, unpacked or converted beyond sixteen times the file's own size."""

_TIMES_HANDLED: Final = 16
_ARRAY: Final = 1 << 26
_TIMES_ARRAY: Final = 4
"""An array of a file may be this many times as large as it (eight bits become thirty-two), or `_ARRAY`."""

_ASKED: Final = 1 << 14
"""Steps between two questions whether the person has stopped the reading."""


class Budget:
    """What may still be spent on a file; `grow` adds the size of each file that is read.

    ``refusal`` is raised where there is no more, with ``todo`` as the next step;
    ``cancelled`` is asked now and then, and ends the reading with Cancelled.
    """

    def __init__(
        self,
        refusal: type[GNetError] = GNetError,
        *,
        todo: str = "Do not trust this file.",
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.size = 0
        self._refusal, self._todo, self._cancelled = refusal, todo, cancelled
        self._steps, self._values, self._kept, self._handled = STEPS, VALUES, KEPT, HANDLED
        self._ask = STEPS - _ASKED

    def grow(self, size: int) -> None:
        """A file of so many bytes is read, too."""
        self.size += size
        self._kept += size
        self._handled += _TIMES_HANDLED * size

    def steps(self, count: int = 1) -> None:
        """So many small things are done, one by one."""
        breathe(count)
        self._steps -= count
        if self._steps < self._ask:
            self._look_up()

    def _look_up(self) -> None:
        if self._steps < 0:
            raise self._over(f"To read it takes more than {whole(STEPS)} steps, far more than for a network.")
        self._ask = max(self._steps - _ASKED, 0)
        if self._cancelled is not None and self._cancelled():
            raise Cancelled

    def values(self, count: int = 1) -> None:
        """So many values are made: lists, names, fields, entries."""
        self._values -= count
        if self._values < 0:
            raise self._over(
                f"Its description has more than {whole(VALUES)} values, far more than a network's."
            )

    def keep(self, size: int) -> None:
        """So many bytes stay in memory until the file is read."""
        self._kept -= size
        if self._kept < 0:
            raise self._over("It would take far more memory than it is large.")

    def handle(self, size: int) -> None:
        """So many bytes are read, unpacked or converted, whether they stay or not."""
        self._handled -= size
        if self._handled < 0:
            raise self._over("It would have to be read, or unpacked, over and over again.")

    def array(self, size: int) -> None:
        """An array of so many bytes is made at once."""
        if size > _TIMES_ARRAY * self.size + _ARRAY:
            raise self._over("It would take far more memory than it is large.")
        self.handle(size)

    def _over(self, why: str) -> GNetError:
        return self._refusal("The file is not read to its end.", why, self._todo)


_CURRENT: Final[ContextVar[Budget | None]] = ContextVar("budget", default=None)


def current() -> Budget:
    """The budget of the file that is being read; a fresh one where none is."""
    return _CURRENT.get() or Budget()


@contextmanager
def spending(budget: Budget) -> Iterator[Budget]:
    """Everything that is read inside is charged to this budget."""
    token = _CURRENT.set(budget)
    try:
        yield budget
    finally:
        _CURRENT.reset(token)
