"""The runs that are kept, within a budget of bytes."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from numpy.typing import NDArray

from gnet_desktop.workspace.values import Outcome, Result, RunKey

BUDGET: Final = 160 * 2**20
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Memory:
    """What results hold: ``spans`` of bytes of arrays, and the bytes of each decoded picture."""

    spans: frozenset[Span]
    pictures: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, result: Result) -> "Memory":
        """The memory of one result."""
        width, height = result.picture.size
        spans = map(_span, result.record.activations.values())
        return cls(frozenset(spans), frozenset({(id(result.picture), width * height * 3)}))


def size_of(memories: Iterable[Memory]) -> int:
    """Bytes held together; what several hold, and what is a view of another array, counts once."""
    memories = tuple(memories)
    pictures = frozenset[tuple[int, int]]().union(*(one.pictures for one in memories))
    spans = frozenset[Span]().union(*(one.spans for one in memories))
    return _length(sorted(spans)) + sum(size for _, size in pictures)


def _span(array: NDArray[Any]) -> Span:
    """The addresses of the first byte and behind the last one; for strides that are not negative."""
    start: int = array.__array_interface__["data"][0]
    steps = sum((count - 1) * stride for count, stride in zip(array.shape, array.strides, strict=True))
    return start, start + steps + array.itemsize


def _length(spans: list[Span]) -> int:
    """Bytes that sorted spans cover."""
    total = reached = 0
    for start, end in spans:
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


class Results:
    """The most recently used runs; the oldest go when the budget is exceeded.

    The newest one always stays, whatever its size.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._kept: OrderedDict[RunKey, tuple[Outcome, Memory]] = OrderedDict()

    def get(self, key: RunKey) -> Outcome | None:
        """What that run gave, now the most recent; None if it isn't kept."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def put(self, outcome: Outcome) -> None:
        """Keep what a run gave; drop the least recently used beyond the budget."""
        key = outcome.result.key
        self._kept[key] = (outcome, Memory.of(outcome.result))
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and size_of(memory for _, memory in self._kept.values()) > self._budget:
            self._kept.popitem(last=False)

    def all(self) -> list[Outcome]:
        """Everything that is kept, the longest unused first."""
        return [outcome for outcome, _ in self._kept.values()]

    def keep(self, wanted: Callable[[RunKey], bool]) -> None:
        """Forget the runs that are not wanted."""
        for key in [key for key in self._kept if not wanted(key)]:
            del self._kept[key]
