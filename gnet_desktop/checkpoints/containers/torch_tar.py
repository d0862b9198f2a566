"""PyTorch's first format, a tar archive (before 0.1.10; docs/formats.md#containers)."""

from typing import Any, Final

from gnet_desktop.checkpoints.containers.pickled.contents import contents
from gnet_desktop.checkpoints.containers.pickled.machine import load
from gnet_desktop.checkpoints.containers.pickled.rebuilding import (
    KNOWN,
    Storage,
    TensorValue,
    parts,
    storage_dtype,
)
from gnet_desktop.checkpoints.containers.pickled.values import Global, key_text
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, Source, Span, read
from gnet_desktop.checkpoints.containers.stored import MOST_SIDES, Contents, sides, stepped_size
from gnet_desktop.shown import shown

_BLOCK: Final = 512
_MOST_MEMBERS: Final = 64
_FILES: Final = (b"0", b"\0", b"7")
"""Types of a member that is a file."""
_MOST_TENSORS: Final = 10_000
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
    files = members(source)
    try:
        values: dict[str, Any] = _storages(Cursor(files["storages"]))
        values |= _tensors(Cursor(files["tensors"]), values)
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged("A tensor in it is described wrongly.") from error

    def persistent(reference: Any) -> Any:
        return values[key_text(reference)]

    return contents(load(Cursor(files["pickle"]), KNOWN, persistent), "PyTorch, the first format (tar)")


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
        storage = Storage(storage_dtype(kind), _integer(cursor), shown(device))
        storage.source = cursor.skip(storage.count * stepped_size(storage.dtype))
        found[key_text(key)] = storage
    views = load(cursor, KNOWN)
    for view in views if isinstance(views, list) else ():
        target, root, start, count = parts(view, 4)
        if not isinstance(start, int) or not isinstance(count, int):
            raise TypeError("no view")
        base = found[key_text(root)]
        found[key_text(target)] = Storage(base.dtype, count, base.device, root=base, start=start)
    return found


def _triple(value: Any) -> tuple[Any, Any, Any]:
    if not isinstance(value, tuple) or len(value) != 3:
        raise Damaged("A tensor in it is described wrongly.")
    return value


def _tensors(cursor: Cursor, storages: dict[str, Any]) -> dict[str, TensorValue]:
    found: dict[str, TensorValue] = {}
    for _ in range(_count(cursor)):
        key, storage, kind = _triple(load(cursor, KNOWN))
        count = _integer(cursor, 4)
        cursor.take(4)
        if not 0 <= count <= MOST_SIDES or not isinstance(kind, Global):
            raise Damaged("A tensor in it is described wrongly.")
        shape, strides = (sides(_integer(cursor) for _ in range(count)) for _ in range(2))
        found[key_text(key)] = TensorValue(storages[key_text(storage)], _integer(cursor), shape, strides)
    return found
