"""A value that a person changes, with the way back and forth."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class History(Generic[T]):
    """The values that one had, and which of them it has now.

    A new value after going back forgets what lay ahead.
    """

    def __init__(self, first: T) -> None:
        self._values = [first]
        self._place = 0

    @property
    def now(self) -> T:
        """The value."""
        return self._values[self._place]

    @property
    def can_go_back(self) -> bool:
        """Whether there is a value before this one."""
        return self._place > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a value that was left by going back."""
        return self._place + 1 < len(self._values)

    def add(self, value: T) -> None:
        """Another value from now on."""
        del self._values[self._place + 1 :]
        self._values.append(value)
        self._place += 1

    def replace(self, value: T) -> None:
        """Another value in the place of this one: the way back leads past both."""
        del self._values[self._place + 1 :]
        self._values[self._place] = value

    def go(self, step: int) -> bool:
        """The value ``step`` places on, -1 the one before; False if there is none."""
        if not 0 <= self._place + step < len(self._values):
            return False
        self._place += step
        return True

    def revise(self, revised: Callable[[T], T]) -> None:
        """Every value as ``revised`` makes it; equal neighbours become one."""
        now = revised(self.now)
        before = _distinct([*map(revised, self._values[: self._place]), now])
        after = _distinct([now, *map(revised, self._values[self._place + 1 :])])
        self._values, self._place = before + after[1:], len(before) - 1


def _distinct(values: list[T]) -> list[T]:
    """Without what equals the value before it."""
    return [value for index, value in enumerate(values) if not index or value != values[index - 1]]
