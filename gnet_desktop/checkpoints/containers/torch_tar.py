"""PyTorch's first format, a tar archive (before 0.1.10; ARCHITECTURES 8.3)."""

from typing import Any, Final

from gnet_desktop.checkpoints.containers.pickled.contents import contents
from gnet_desktop.checkpoints.containers.pickled.machine import load
from gnet_desktop.checkpoints.containers.pickled.rebuilding import (
    KNOWN,
    Storage,
    TensorValue,
    storage_dtype,
)
from gnet_desktop.checkpoints.containers.pickled.values import Global
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, Source, Span, read
from gnet_desktop.checkpoints.containers.stored import Contents, stepped_size

_BLOCK: Final = 512
_MOST_MEMBERS: Final = 64
_FILES: Final = (b"0", b"\0", b"7")
"""Types of a member that is a file."""
_MOST_TENSORS: Final = 10_000
_MOST_SIDES: Final = 16
_NEEDED: Final = frozenset(("storages", "tensors", "pickle"))


def claims(head: bytes, source: Source) -> bool:
    """Whether it is a tar archive with torch's three members."""
    return (
        len(head) >= _BLOCK
        and _name(head[:_BLOCK]) in (*_NEEDED, "sys_info")
        and members(source).keys() >= _NEEDED
    )


def read_contents(source: Source) -> Contents:
    """Everything in the archive; raises Damaged or Incomplete."""
    parts = members(source)
    try:
        values: dict[str, Any] = _storages(Cursor(parts["storages"]))
        values |= _tensors(Cursor(parts["tensors"]), values)
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged("A tensor in it is described wrongly.") from error

    def persistent(reference: Any) -> Any:
        return values[str(reference)]

    return contents(load(Cursor(parts["pickle"]), KNOWN, persistent), "PyTorch, the first format (tar)")


def members(source: Source) -> dict[str, Span]:
    """The files of a tar archive by name; what lies behind a broken header is left out.

    Headers that only say more of the next file, folders and links are passed over.
    """
    found: dict[str, Span] = {}
    position = headers = 0
    while position + _BLOCK <= source.size and headers < _MOST_MEMBERS:
        headers += 1
        header = read(source, position, _BLOCK)
        size = _size(header)
        if not header.rstrip(b"\0") or size is None or position + _BLOCK + size > source.size:
            break
        if header[156:157] in _FILES and not _name(header).endswith("/"):
            found[_name(header)] = Span(source, position + _BLOCK, size)
        position += _BLOCK + -(-size // _BLOCK) * _BLOCK
    return found


def _name(header: bytes) -> str:
    return header[:100].partition(b"\0")[0].decode("latin-1").removeprefix("./")


def _size(header: bytes) -> int | None:
    digits = header[124:136].strip(b" \0")
    return int(digits, 8) if digits and all(digit in b"01234567" for digit in digits) else None


def _count(cursor: Cursor) -> int:
    count = load(cursor, KNOWN)
    if not isinstance(count, int) or not 0 <= count <= _MOST_TENSORS:
        raise Damaged("It claims an absurd number of tensors.")
    return count


def _integer(cursor: Cursor, size: int = 8) -> int:
    return int.from_bytes(cursor.take(size), "little", signed=True)


def _storages(cursor: Cursor) -> dict[str, Storage]:
    found: dict[str, Storage] = {}
    for _ in range(_count(cursor)):
        key, device, kind = _triple(load(cursor, KNOWN))
        storage = Storage(storage_dtype(kind), _integer(cursor), str(device))
        storage.source = cursor.skip(storage.count * stepped_size(storage.dtype))
        found[str(key)] = storage
    views = load(cursor, KNOWN)
    for view in views if isinstance(views, list) else ():
        target, root, start, count = view
        base = found[str(root)]
        found[str(target)] = Storage(base.dtype, int(count), base.device, root=base, start=int(start))
    return found


def _triple(value: Any) -> tuple[Any, Any, Any]:
    if not isinstance(value, tuple) or len(value) != 3:
        raise Damaged("A tensor in it is described wrongly.")
    return value


def _tensors(cursor: Cursor, storages: dict[str, Any]) -> dict[str, TensorValue]:
    found: dict[str, TensorValue] = {}
    for _ in range(_count(cursor)):
        key, storage, kind = _triple(load(cursor, KNOWN))
        sides = _integer(cursor, 4)
        cursor.take(4)
        if not 0 <= sides <= _MOST_SIDES or not isinstance(kind, Global) or str(storage) not in storages:
            raise Damaged("A tensor in it is described wrongly.")
        shape, strides = (tuple(_integer(cursor) for _ in range(sides)) for _ in range(2))
        found[str(key)] = TensorValue(storages[str(storage)], _integer(cursor), shape, strides)
    return found
