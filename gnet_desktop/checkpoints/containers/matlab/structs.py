"""MATLAB's values that are more than an array of numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gnet_desktop.checkpoints.containers.stored import StoredTensor

DEEPEST: Final = 16
"""How deep values may lie in values."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell array's values, column by column."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Struct:
    """A struct array: its fields, one row an element."""

    rows: tuple[Mapping[str, Any], ...]


Value = StoredTensor | str | Cell | Struct | None
"""None is what is neither: a function, an object of a class, an empty value."""


def texts(value: Value) -> list[str]:
    """The texts of a cell, or a text alone."""
    if isinstance(value, str):
        return [value]
    values = value.values if isinstance(value, Cell) else ()
    return [one for one in values if isinstance(one, str)]


def rows(value: Value) -> tuple[Mapping[str, Any], ...]:
    """A struct's rows, also where each stands in a cell of its own."""
    if isinstance(value, Cell):
        return tuple(row for one in value.values if isinstance(one, Struct) for row in one.rows)
    return value.rows if isinstance(value, Struct) else ()
