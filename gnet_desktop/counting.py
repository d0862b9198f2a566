"""Letters of a long text are counted piece by piece: one call over megabytes keeps Python's lock."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from gnet_desktop.breathing import PIECES, breathe

_PIECE: Final = 1 << 18
"""Letters that are looked through at a time, in less than a millisecond."""


def how_often(text: str, marks: Collection[str], *, most: int) -> int:
    """How often these letters stand in a text, altogether, counted up to a piece beyond ``most``."""
    count = 0
    for piece in _pieces(text):
        count += sum(piece.count(mark) for mark in marks)
        if count > most:
            break
    return count


def has_digits_in_a_row(text: str, count: int) -> bool:
    """Whether a text has so many (two at least) decimal digits in a row somewhere.

    Such a row fills a whole block of half its length, wherever it begins: most blocks end the question
    at their first letter.
    """
    half = count // 2
    # the look back keeps a row of digits from being gone through from each of its digits
    row = re.compile(rf"(?<![0-9])[0-9]{{{count}}}")
    for start in range(0, len(text), half):
        if text[start : start + half].isdecimal():
            breathe(half)
            if row.search(text[max(0, start - count) : start + half + count]):
                return True
    return False


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE):
        breathe(PIECES)
        yield text[start : start + _PIECE]
