"""Orders as people mean them, worked out in pieces so that other threads are not kept waiting."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Any, Final, TypeVar

Thing = TypeVar("Thing")

_PIECE: Final = 4096
"""Things that are sorted at once. Python lets no other thread run meanwhile: some milliseconds."""

_NUMBER: Final = re.compile(r"\d+")


def natural_key(name: str) -> str:
    """A text that sorts as people count: 2.jpg before 10.jpg, capitals beside small letters.

    A number stands before any letter or sign in its place, and the shorter number first.
    """
    text = name if name.isascii() else unicodedata.normalize("NFD", name)
    return _NUMBER.sub(_padded, text.casefold())


def _padded(found: re.Match[str]) -> str:
    digits = found[0] if found[0].isascii() else "".join(str(int(sign)) for sign in found[0])
    digits = digits.lstrip("0")
    return f"\0{len(digits):04d}{digits}"


def gently_sorted(things: Iterable[Thing], key: Callable[[Thing], Any]) -> Iterator[Thing]:
    """The things in order, alike ones in theirs."""
    coming = iter(things)
    pieces = iter(lambda: list(islice(coming, _PIECE)), [])
    yield from merge(*(sorted(piece, key=key) for piece in pieces), key=key)


def natural_order(things: Iterable[Thing], name: Callable[[Thing], str]) -> list[Thing]:
    """Things by their names, numbers in them counted."""
    return list(gently_sorted(things, lambda thing: (natural_key(name(thing)), name(thing))))
