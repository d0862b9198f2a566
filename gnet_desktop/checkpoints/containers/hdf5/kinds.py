"""Kinds of numbers, shapes and attributes of an HDF5 file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.hdf5.layout import Fields, File, Message
from gnet_desktop.checkpoints.containers.source import Damaged
from gnet_desktop.checkpoints.containers.stored import MOST_SIDES, sides

_SPACE: Final = 0x01
_TYPE: Final = 0x03
_ATTRIBUTE: Final = 0x0C

_WHOLE, _FLOATING, _STRING, _REFERENCE, _VARIABLE = 0, 1, 3, 7, 9

_FLOATS: Final[Mapping[tuple[int, int], str]] = {
    (2, 5): "float16",
    (2, 8): "bfloat16",
    (4, 8): "float32",
    (8, 11): "float64",
}
"""(bytes, bits of the exponent) of the kinds that are read."""

_MOST_TEXTS: Final = 20_000
_LONGEST_TEXT: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Kind:
    """What one element is: ``dtype`` is empty for what is no number, ``word`` says what that is."""

    size: int
    dtype: str = ""
    order: str = "<"
    word: str = ""


def kind_of(file: File, data: bytes) -> Kind:
    """A datatype as its message describes it."""
    fields = Fields(file, data)
    tag, bits, size = fields.number(1) & 15, fields.number(3), fields.number(4)
    order = ">" if bits & 1 else "<"
    if tag == _WHOLE and size in (1, 2, 4, 8):
        return Kind(size, f"{'' if bits & 8 else 'u'}int{8 * size}", order)
    if tag == _FLOATING:
        fields.take(5)
        return Kind(size, _FLOATS.get((size, fields.number(1)), ""), order)
    if tag == _STRING:
        return Kind(size, word="text")
    if tag == _REFERENCE:
        return Kind(size, word="reference")
    if tag == _VARIABLE and bits & 15 == 1:
        return Kind(size, word="variable text")
    return Kind(size)


def shape_of(file: File, data: bytes) -> tuple[int, ...] | None:
    """A dataspace's sides as its message describes them; None for an empty one."""
    fields = Fields(file, data)
    edition, rank, _flags = fields.number(1), fields.number(1), fields.number(1)
    empty = fields.number(1) == 2 if edition > 1 else bool(fields.take(5)) and False
    if rank > MOST_SIDES:
        raise Damaged(f"A tensor in it has more than {MOST_SIDES} sides.")
    return None if empty else sides(fields.length() for _ in range(rank))


def described(file: File, messages: list[Message]) -> tuple[Kind, tuple[int, ...]] | None:
    """Kind and shape of a dataset; None for what has none."""
    found = {message.kind: message.data for message in messages}
    if _SPACE not in found or _TYPE not in found:
        return None
    shape = shape_of(file, found[_SPACE])
    return None if shape is None else (kind_of(file, found[_TYPE]), shape)


@dataclass
class Texts:
    """Reads texts of any length, which lie in heaps that many of them share."""

    file: File
    heaps: dict[int, dict[int, bytes]] = field(default_factory=dict)

    def attributes(self, messages: list[Message]) -> dict[str, list[str]]:
        """Attributes that are texts, by name; others are passed over."""
        return dict(self._attributes(messages))

    def _attributes(self, messages: list[Message]) -> Iterator[tuple[str, list[str]]]:
        for message in messages:
            if message.kind != _ATTRIBUTE:
                continue
            fields = Fields(self.file, message.data)
            edition, flags = fields.number(1), fields.number(1)
            lengths = [fields.number(2) for _ in range(3)]
            fields.take(edition > 2)
            name, kind, space = (_padded(fields, length, padded=edition == 1) for length in lengths)
            if edition > 1 and flags & 3:
                continue  # its kind or shape is kept elsewhere
            texts = self.read(kind_of(self.file, kind), shape_of(self.file, space), fields)
            if texts is not None:
                yield name.rstrip(b"\0").decode("utf-8", "replace"), texts

    def read(self, kind: Kind, shape: tuple[int, ...] | None, fields: Fields) -> list[str] | None:
        """Texts of a kind and a shape; None for what is none."""
        if shape is None or not kind.word.endswith("text"):
            return None
        count = prod(shape)
        if not 0 <= count <= _MOST_TEXTS or count * kind.size > fields.left:
            raise Damaged("A list of texts in it is longer than what there is of it.")
        current().values(count)
        if kind.word == "text":
            return [_text(fields.take(kind.size)) for _ in range(count)]
        return [self._variable(fields) for _ in range(count)]

    def _variable(self, fields: Fields) -> str:
        length, address, number = fields.number(4), fields.address(), fields.number(4)
        if not length or not address:
            return ""
        if address not in self.heaps:
            self.heaps[address] = dict(self._heap(address))
        return _text(self.heaps[address].get(number, b"")[: min(length, _LONGEST_TEXT)])

    def _heap(self, address: int) -> Iterator[tuple[int, bytes]]:
        head = self.file.fields(address, 8 + self.file.long, b"GCOL")
        head.take(4)
        size = head.length() - 8 - self.file.long
        current().keep(max(size, 0))
        things = self.file.fields(address + 8 + self.file.long, size)
        while things.left >= 8 + self.file.long:
            current().steps()
            number = things.number(2)
            things.take(6)
            length = things.length()
            if not number:
                return
            yield number, things.take(length)
            things.take(min(-length % 8, things.left))


def _padded(fields: Fields, length: int, *, padded: bool) -> bytes:
    found = fields.take(length)
    fields.take(-length % 8 if padded else 0)
    return found


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "replace")
