"""MXNet's parameter files (``.params``, GluonCV): a list of arrays, then their names."""

from math import prod
from typing import Final

from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, Source
from gnet_desktop.checkpoints.containers.stored import MOST_SIDES, Contents, StoredTensor, element_size, sides
from gnet_desktop.shown import whole

_MAGIC: Final = (0x112).to_bytes(8, "little") + bytes(8)
# An array's edition: V1 has sides of 64 bits, V2 a kind of storage, V3 a signed number of sides.
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_DTYPES: Final = ("float32", "float64", "float16", "uint8", "int32", "int8", "int64")
_MOST_ARRAYS: Final = 10_000
_LONGEST_NAME: Final = 1 << 12


def claims(head: bytes, _source: Source) -> bool:
    """Whether the file starts with the magic number of a list of arrays."""
    return head.startswith(_MAGIC)


def read_contents(source: Source) -> Contents:
    """All arrays by name; raises Damaged or Incomplete."""
    cursor = Cursor(source, len(_MAGIC))
    arrays = [_array(cursor) for _ in range(_count(cursor))]
    names = [_name(cursor) for _ in range(_count(cursor))]
    if len(names) != len(arrays):
        raise Damaged(f"It has {len(arrays)} arrays, but {len(names)} names.")
    tensors = {name: array for name, array in zip(names, arrays, strict=True) if array is not None}
    return Contents("MXNet parameters", tensors)


def _number(cursor: Cursor, size: int) -> int:
    return int.from_bytes(cursor.take(size), "little")


def _count(cursor: Cursor) -> int:
    count = _number(cursor, 8)
    if count > _MOST_ARRAYS:
        raise Damaged(f"It claims {whole(count)} arrays.")
    return count


def _array(cursor: Cursor) -> StoredTensor | None:
    """An array where it lies; None for one without values."""
    edition = _number(cursor, 4)
    if edition in (_V2, _V3) and _number(cursor, 4) != 0:
        raise Damaged("It holds sparse arrays.", "Save it with dense ones.")
    named = edition in (_V1, _V2, _V3)
    count = _number(cursor, 4) if named else edition  # the oldest edition starts with the number of sides
    if edition == _V3 and count == 0xFFFFFFFF:
        return None
    if count > MOST_SIDES:
        raise Damaged(f"An array in it claims {whole(count)} sides.")
    shape = sides(_number(cursor, 8 if named else 4) for _ in range(count))
    if not shape and edition != _V3:
        return None
    cursor.take(8)  # the device that it was on
    kind = _number(cursor, 4)
    if kind >= len(_DTYPES):
        raise Damaged(f"An array in it is of an unknown kind ({kind}).")
    data = cursor.skip(prod(shape) * element_size(_DTYPES[kind]))
    return StoredTensor(data, _DTYPES[kind], shape)


def _name(cursor: Cursor) -> str:
    length = _number(cursor, 8)
    if length > _LONGEST_NAME:
        raise Damaged("A name in it is absurdly long.")
    name = cursor.take(length).decode("utf-8", "replace")
    return name.removeprefix("arg:").removeprefix("aux:")
