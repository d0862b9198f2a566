"""The results kept, within a budget of bytes."""

from collections import OrderedDict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.workspace.values import Result

BUDGET: Final = 160 * 2**20


def size_of(result: Result) -> int:
    """Bytes that a result holds: its activations and its decoded picture."""
    memory = {id(owner): owner.nbytes for owner in map(_owner, result.record.activations.values())}
    width, height = result.picture.size
    return sum(memory.values()) + width * height * 3


def _owner(array: NDArray[Any]) -> NDArray[Any]:
    """The array whose memory this one looks into."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


class Results:
    """The most recently used results; the oldest go when the budget is exceeded.

    The newest one always stays, whatever its size.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._kept: OrderedDict[int, Result] = OrderedDict()
        self._sizes: dict[int, int] = {}

    def get(self, entry_id: int) -> Result | None:
        """The result of that picture, now the most recent; None if it isn't kept."""
        if entry_id in self._kept:
            self._kept.move_to_end(entry_id)
        return self._kept.get(entry_id)

    def put(self, result: Result) -> None:
        """Keep a result; drop the least recently used ones beyond the budget."""
        self.drop(result.entry_id)
        self._kept[result.entry_id] = result
        self._sizes[result.entry_id] = size_of(result)
        while sum(self._sizes.values()) > self._budget and len(self._kept) > 1:
            self.drop(next(iter(self._kept)))

    def drop(self, entry_id: int) -> None:
        """Forget the result of that picture."""
        self._kept.pop(entry_id, None)
        self._sizes.pop(entry_id, None)

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._sizes.clear()
