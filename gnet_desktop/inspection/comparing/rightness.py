"""Which of two networks is right about more pictures, and how likely that is by chance."""

from dataclasses import dataclass
from math import comb


@dataclass(frozen=True, slots=True)
class Rightness:
    """Two networks' first answers about pictures whose class is known to both.

    Of ``judged`` pictures ``both`` are answered rightly by both; ``first`` and ``second`` are the
    places of those that one alone answers rightly.
    """

    judged: int
    both: int
    first: tuple[int, ...]
    second: tuple[int, ...]

    @property
    def chance(self) -> float:
        """`mcnemar` of the pictures about which they differ."""
        return mcnemar(len(self.first), len(self.second))


def mcnemar(first: int, second: int) -> float:
    """McNemar's exact p, two-sided, 0…1.

    How likely it is that ``first`` and ``second``, the pictures that one of two networks alone
    answers rightly, are at least so far apart if neither is better: each of them is then as good as
    the toss of a coin. 1 where they are equal.
    """
    count = first + second
    tail = sum(comb(count, right) for right in range(min(first, second) + 1))
    return min(1.0, 2 * tail / (1 << count))
