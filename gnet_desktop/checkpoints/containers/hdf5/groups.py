"""What is linked in a group of an HDF5 file: by an older group's table or by messages of its own."""

from collections.abc import Iterator
from typing import Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.hdf5.layout import Fields, File, Message
from gnet_desktop.checkpoints.containers.source import Damaged
from gnet_desktop.errors import CheckpointError

_TABLE: Final = 0x11
_LINK: Final = 0x06
_LINK_INFO: Final = 0x02
_SOFT: Final = 2
_DEEPEST: Final = 16
_LONGEST_NAME: Final = 1 << 12
_HARD: Final = 0


def links(file: File, messages: list[Message]) -> Iterator[tuple[str, int]]:
    """(name, address of its header) of everything in a group; links by path are passed over.

    Raises Damaged, or CheckpointError for a form of group that is not read.
    """
    for message in messages:
        fields = Fields(file, message.data)
        if message.kind == _TABLE:
            yield from _table(file, fields.place(), fields.place())
        elif message.kind == _LINK and (found := _link(fields)) is not None:
            yield found
        elif message.kind == _LINK_INFO:
            _check_listed(fields)


def _check_listed(fields: Fields) -> None:
    """Large groups of newer files are kept in a heap."""
    fields.take(1)
    fields.take(8 * (fields.number(1) & 1))
    if fields.address() is not None:
        raise CheckpointError(
            "It is an HDF5 file of a newer form.",
            "Its groups are kept in heaps, as h5py writes them with libver='latest'.",
            "Copy it with h5py's usual settings (or h5repack --low=0 --high=0), and open that.",
        )


def _link(fields: Fields) -> tuple[str, int] | None:
    fields.take(1)
    flags = fields.number(1)
    kind = fields.number(1) if flags & 8 else _HARD
    fields.take(8 * bool(flags & 4) + bool(flags & 16))
    name = _text(fields.take(min(fields.number(1 << (flags & 3)), _LONGEST_NAME)))
    return (name, fields.place()) if kind == _HARD else None


def nodes(file: File, root: int, kind: int, key: int) -> Iterator[tuple[bytes, int]]:
    """(key, address) of every leaf's entry under the root of a tree whose keys have so many bytes.

    Raises Damaged where a node is of another kind, or is its own descendant.
    """
    waiting, seen = [(root, _DEEPEST)], set[int]()
    while waiting:
        address, depth = waiting.pop()
        if address in seen:
            raise Damaged("A tree in it leads back to itself.")
        seen.add(address)
        head = file.fields(address, 8, b"TREE" + bytes([kind]))
        level, count = head.number(1), head.number(2)
        if level >= depth:
            raise Damaged("A tree in it has a node on a level where none can be.")
        current().steps(1 + count)
        size = count * (key + file.wide)
        entries = file.fields(address + 8 + 2 * file.wide, size)
        found = [(entries.take(key), entries.place()) for _ in range(count)]
        if level:
            waiting += [(child, level) for _, child in reversed(found)]
        else:
            yield from found


def _table(file: File, tree: int, heap: int) -> Iterator[tuple[str, int]]:
    """The entries of an older group: names are in a heap, places in a tree's leaves."""
    head = file.fields(heap, 8 + 2 * file.long + file.wide, b"HEAP")
    head.take(4)
    size, _free, place = head.length(), head.length(), head.place()
    current().array(size)
    names = file.read(place, size)
    for _, leaf in nodes(file, tree, 0, file.long):
        count = int.from_bytes(file.fields(leaf, 8, b"SNOD").take(4)[2:], "little")
        current().steps(count)
        entries = file.fields(leaf + 8, count * (2 * file.wide + 24))
        for _ in range(count):
            begin, address = entries.place(), entries.address()
            kind = entries.number(4)
            entries.take(20)
            if address is None or kind == _SOFT:
                continue
            end = names.find(b"\0", begin, begin + _LONGEST_NAME)
            if begin >= len(names) or end < 0:
                raise Damaged("A name in it has no end.")
            yield _text(names[begin:end]), address


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
