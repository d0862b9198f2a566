"""Google's flat buffers, as far as TensorFlow Lite's models need them: tables, lists and numbers in place.

A table's fields are found by the list of offsets that it points back to. Every place is
checked against the file before it is read.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.source import Damaged, Source, Span, read

_SIZES = {"b": 1, "B": 1, "H": 2, "i": 4, "I": 4, "f": 4, "q": 8}


@dataclass(frozen=True)
class Table:
    """A table at a place of a file; its fields are known by number."""

    data: Source
    place: int

    def number(self, field: int, code: str, usual: Any = 0) -> Any:
        """A number, of the kind that ``struct`` has a letter for."""
        place = self._field(field)
        return usual if place is None else _number(self.data, place, code)

    def table(self, field: int) -> "Table | None":
        """The table that a field points to."""
        place = self._field(field)
        return None if place is None else Table(self.data, _target(self.data, place))

    def tables(self, field: int) -> Iterator["Table"]:
        """A list of tables."""
        start, count = self._list(field)
        for index in range(count):
            current().values()
            yield Table(self.data, _target(self.data, start + 4 * index))

    def numbers(self, field: int, code: str) -> list[Any]:
        """A list of numbers."""
        start, count = self._list(field)
        current().values(count)
        packed = read(self.data, start, count * _SIZES[code])
        return list(struct.unpack(f"<{count}{code}", packed))

    def span(self, field: int, size: int = 1) -> Span:
        """The bytes of a list of numbers of so many bytes each, unread; none where there is no list."""
        start, count = self._list(field)
        return Span(self.data, start, count * size)

    def text(self, field: int, limit: int = 1 << 12) -> str:
        """A text; raises Damaged if it is absurdly long."""
        found = self.span(field)
        if found.size > limit:
            raise Damaged("A name in it is not text.")
        return found.read().decode("utf-8", "replace")

    def _field(self, field: int) -> int | None:
        """Where a field is; None where the table has none."""
        offsets = self.place - _number(self.data, self.place, "i")
        size = _number(self.data, offsets, "H")
        entry = 4 + 2 * field
        offset = _number(self.data, offsets + entry, "H") if entry + 2 <= size else 0
        return self.place + offset if offset else None

    def _list(self, field: int) -> tuple[int, int]:
        """Where a list's first entry is, and how many there are."""
        place = self._field(field)
        if place is None:
            return 0, 0
        start = _target(self.data, place)
        return start + 4, _number(self.data, start, "I")


def root(data: Source) -> Table:
    """The table that a file begins with."""
    return Table(data, _target(data, 0))


def _target(data: Source, place: int) -> int:
    """The place that a place points to."""
    target: int = place + _number(data, place, "I")
    return target


def _number(data: Source, place: int, code: str) -> Any:
    current().steps()
    return struct.unpack(f"<{code}", read(data, place, _SIZES[code]))[0]
