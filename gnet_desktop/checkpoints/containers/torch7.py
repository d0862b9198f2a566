"""Torch7's binary files (``.t7``): Lua's tables, tensors and objects, each kept once and referred to.

Written from the published description of its serialisation: a number says what follows; tables
and objects have an index under which they may stand again. Longs have eight bytes, as on every
machine of 64 bits. Nothing in a file is called; functions are passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from struct import Struct
from typing import Any, Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers import torch7_modules
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, Source, Span
from gnet_desktop.checkpoints.containers.stored import MOST_SIDES, Contents, StoredTensor, element_size, sides
from gnet_desktop.checkpoints.containers.torch7_modules import Table
from gnet_desktop.shown import shown

_NIL, _NUMBER, _STRING, _TABLE, _TORCH, _BOOLEAN, _FUNCTION, _OLD_CLOSURE, _CLOSURE = range(9)
_STARTS: Final = tuple(kind.to_bytes(4, "little") + b"\1\0\0\0" for kind in (_TABLE, _TORCH))
_INT, _LONG, _DOUBLE = map(Struct, ("<i", "<q", "<d"))
_DEEPEST: Final = 60
_LONGEST_TEXT: Final = 1 << 16
_LARGEST: Final = 1 << 53

_DTYPES: Final[Mapping[str, str]] = {
    "Float": "float32",
    "Double": "float64",
    "Half": "float16",
    "Byte": "uint8",
    "Char": "int8",
    "Short": "int16",
    "Int": "int32",
    "Long": "int64",
    "Cuda": "float32",
    "CudaDouble": "float64",
    "CudaHalf": "float16",
}


def claims(head: bytes, _source: Source) -> bool:
    """Whether it begins with a table or an object, which is the first one."""
    if head[:8] not in _STARTS:
        return False
    return head[0] == _TABLE or head[8:12] == b"\3\0\0\0" or head[12:14] in (b"nn", b"to", b"cu")


def read_contents(source: Source) -> Contents:
    """The tensors of the file's value; raises CheckpointError."""
    return torch7_modules.contents(_Reader(source).value(0))


@dataclass(frozen=True, slots=True)
class _Storage:
    """Numbers that tensors look into."""

    data: Span
    dtype: str


@dataclass
class _Reader:
    source: Source
    seen: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cursor = Cursor(self.source)

    def value(self, depth: int) -> Any:
        """The next value; None for what is nothing here."""
        current().values()
        if depth > _DEEPEST:
            raise Damaged("Its values are nested too deep.")
        kind = self.integer()
        match kind:
            case 0:
                return None
            case 1:
                return _number(_DOUBLE.unpack(self.cursor.take(8))[0])
            case 2:
                return self.text()
            case 5:
                return bool(self.integer())
            case 3 | 4 | 7 | 8:
                return self.indexed(kind, depth)
            case 6:
                return self.function(depth)
        raise Damaged(f"It holds a value of an unknown kind ({shown(kind)}).")

    def indexed(self, kind: int, depth: int) -> Any:
        """A value that stands once in the file, by its index."""
        index = self.integer()
        if index in self.seen:
            return self.seen[index]
        if kind in (_OLD_CLOSURE, _CLOSURE):
            self.seen[index] = None
            return self.function(depth)
        if kind == _TABLE:
            self.seen[index] = found = Table()
            self.fill(found, depth)
            return found
        self.seen[index] = None
        return self.thing(index, depth)

    def thing(self, index: int, depth: int) -> Any:
        """An object of a class: a tensor, its numbers, or a table of fields."""
        name = self.text()
        name = self.text() if name.startswith("V ") else name
        word = name.removeprefix("torch.")
        if (dtype := _DTYPES.get(word.removesuffix("Tensor"))) and word.endswith("Tensor"):
            self.seen[index] = self.tensor(dtype, depth)
        elif (dtype := _DTYPES.get(word.removesuffix("Storage"))) and word.endswith("Storage"):
            count = self.long_integer()
            if not 0 <= count <= _LARGEST:
                raise Damaged(f"A storage in it claims {shown(count)} numbers.")
            self.seen[index] = _Storage(self.cursor.skip(count * element_size(dtype)), dtype)
        else:
            self.seen[index] = found = Table(kind=name[:200])
            inner = self.value(depth + 1)
            found.fields = inner.fields if isinstance(inner, Table) else {}
        return self.seen[index]

    def fill(self, table: Table, depth: int) -> None:
        """Keys and values of a table; keys that are no texts or numbers are left out."""
        count = self.integer()
        if count < 0:
            raise Damaged("A table in it has fewer entries than none.")
        for _ in range(count):
            key, value = self.value(depth + 1), self.value(depth + 1)
            if isinstance(key, str | int) and not isinstance(key, bool):
                table.fields[key] = value

    def tensor(self, dtype: str, depth: int) -> StoredTensor | None:
        """A tensor as a window into its storage; None for an empty one."""
        rank = self.integer()
        if not 0 <= rank <= MOST_SIDES:
            raise Damaged(f"A tensor in it has {shown(rank)} sides.")
        shape, strides = (sides(self.long_integer() for _ in range(rank)) for _ in range(2))
        offset, storage = self.long_integer() - 1, self.value(depth + 1)
        if not isinstance(storage, _Storage) or not rank:
            return None
        if storage.dtype != dtype or not 0 <= offset <= _LARGEST or min((*shape, *strides)) < 0:
            raise Damaged("A tensor in it is described in a way that makes no sense.")
        return StoredTensor(storage.data, dtype, shape, offset * element_size(dtype), strides)

    def function(self, depth: int) -> None:
        """A function's code and what it encloses, neither of which is used."""
        self.cursor.skip(max(self.integer(), 0))
        self.value(depth + 1)

    def text(self) -> str:
        """A text; of a very long one its beginning."""
        data = self.cursor.skip(self.length())
        current().keep(min(data.size, _LONGEST_TEXT))
        return Span(data, 0, min(data.size, _LONGEST_TEXT)).read().decode("utf-8", "replace")

    def length(self) -> int:
        """How many bytes a text has."""
        found = self.integer()
        if found < 0:
            raise Damaged("A text in it has fewer letters than none.")
        return found

    def integer(self) -> int:
        """A whole number of four bytes."""
        found: int = _INT.unpack(self.cursor.take(4))[0]
        return found

    def long_integer(self) -> int:
        """A whole number of eight bytes."""
        found: int = _LONG.unpack(self.cursor.take(8))[0]
        return found


def _number(value: float) -> float | int:
    """Lua has one kind of number, which counts as well."""
    return int(value) if value.is_integer() and abs(value) < _LARGEST else value
