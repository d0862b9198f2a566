"""PyTorch's files before 1.6: five pickles in a row, then the storages (docs/formats.md#containers)."""

from typing import Any, Final

from gnet_desktop.checkpoints.containers.pickled.contents import contents
from gnet_desktop.checkpoints.containers.pickled.machine import load
from gnet_desktop.checkpoints.containers.pickled.rebuilding import KNOWN, Storage, parts, storage_dtype
from gnet_desktop.checkpoints.containers.pickled.values import Global, Instance, key_text
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, Incomplete, Source
from gnet_desktop.checkpoints.containers.stored import Contents, stepped_size
from gnet_desktop.shown import shown, whole

_MAGIC: Final = 0x1950A86A20F9469CFC6C
_HEAD: Final = b"\x8a\n" + _MAGIC.to_bytes(10, "little") + b"."


def claims(head: bytes, _source: Source) -> bool:
    """Whether the file starts with torch's magic number, pickled."""
    return head[2:].startswith(_HEAD) and head[:1] == b"\x80"


def read_contents(source: Source) -> Contents:
    """Everything in the file; raises Damaged or Incomplete."""
    value, order = read_value(source)
    return contents(value, "PyTorch, the format before 1.6", order=order)


def read_value(source: Source) -> tuple[Any, str]:
    """The value that the file describes, and the order of the bytes in its numbers."""
    cursor = Cursor(source)
    storages = _Storages()
    _magic, _version, system = (load(cursor, KNOWN) for _ in range(3))
    value = load(cursor, KNOWN, storages.refer)
    keys = load(cursor, KNOWN)
    order = ">" if isinstance(system, dict) and system.get("little_endian") is False else "<"
    storages.locate(cursor, keys, "big" if order == ">" else "little")
    return value, order


class _Storages:
    """The storages by their key; they are found behind the pickles that refer to them."""

    def __init__(self) -> None:
        self.by_key: dict[str, Storage] = {}

    def refer(self, reference: Any) -> Any:
        """A storage, or a module with its class's source text."""
        word, *rest = parts(reference, 2)
        if isinstance(word, str | bytes) and key_text(word) == "module":
            return rest[0] if isinstance(rest[0], Global) else Instance(rest[0])
        _word, kind, key, device, count, *view = parts(reference, 5)
        if not isinstance(count, int):
            raise TypeError("no storage")
        kind = key_text(kind) if isinstance(kind, bytes) else kind
        root = self.by_key.setdefault(key_text(key), Storage(storage_dtype(kind), count, shown(device)))
        if not view or view[0] is None:
            return root
        view_key, start, size = parts(view[0], 3)
        if not isinstance(start, int) or not isinstance(size, int):
            raise TypeError("no view")
        return self.by_key.setdefault(
            f"{key_text(key)} {key_text(view_key)}",
            Storage(root.dtype, size, root.device, root=root, start=start),
        )

    def locate(self, cursor: Cursor, keys: Any, order: Any) -> None:
        """Note where each storage's numbers lie: a count and the numbers, in the order of the keys."""
        for key in keys if isinstance(keys, list) else ():
            storage = self.by_key.get(key_text(key)) if isinstance(key, str | bytes | int) else None
            count = int.from_bytes(cursor.take(8), order)
            if storage is None:
                raise Damaged("It lists data that none of its tensors uses.")
            if count != storage.count:
                raise Damaged(f"A storage has {whole(count)} numbers instead of {shown(storage.count)}.")
            size = count * stepped_size(storage.dtype)
            if size > cursor.end - cursor.position:
                raise Incomplete(
                    f"It has {whole(cursor.end)} bytes,"
                    f" but a tensor's data ends at {whole(cursor.position + size)}."
                )
            storage.source = cursor.skip(size)
