"""Where things lie in an HDF5 file: the superblock, and the messages of an object's header.

Written from the format's published specification (versions 1 to 3). Addresses count from
where the superblock is, which may stand behind a block of the owner's (MATLAB's has 512 bytes).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.source import Damaged, Incomplete, Source, read
from gnet_desktop.shown import shown, whole

MAGIC: Final = b"\x89HDF\r\n\x1a\n"
_STARTS: Final = (0, 512, 1024, 2048)
_WIDTHS: Final = (4, 8)
_SUPERBLOCK: Final = 100
"""Bytes that hold any superblock."""
_MOST_BLOCKS: Final = 200
_CONTINUATION: Final = 0x10
_SHARED: Final = 2
"""Flag of a message whose value is kept elsewhere."""


@dataclass(frozen=True, slots=True)
class File:
    """An HDF5 file: ``wide`` and ``long`` are the bytes of an address and of a length."""

    source: Source
    base: int
    wide: int
    long: int
    root: int

    def read(self, address: int, count: int) -> bytes:
        """Bytes at an address; raises Damaged where these are outside."""
        return read(self.source, self.base + address, count)

    def fields(self, address: int, count: int, mark: bytes = b"") -> "Fields":
        """The same to be read field by field, behind the mark that must stand there."""
        data = self.read(address, count)
        if not data.startswith(mark):
            raise Damaged(f"What it keeps at byte {shown(address)} is not what it is announced as.")
        return Fields(self, data, len(mark))


class Fields:
    """Bytes read forward, field by field; raises Damaged where they end too early."""

    __slots__ = ("_data", "_file", "position")

    def __init__(self, file: File, data: bytes, position: int = 0) -> None:
        self._file, self._data, self.position = file, data, position

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count < 0 or self.position + count > len(self._data):
            raise Damaged("A description in it ends too early.")
        self.position += count
        return self._data[self.position - count : self.position]

    def number(self, count: int) -> int:
        """The next bytes as a number."""
        return int.from_bytes(self.take(count), "little")

    def length(self) -> int:
        """A number as wide as lengths are in the file."""
        return self.number(self._file.long)

    def address(self) -> int | None:
        """An address; None for one that leads nowhere."""
        found = self.take(self._file.wide)
        return None if found == b"\xff" * len(found) else int.from_bytes(found, "little")

    def place(self) -> int:
        """An address that must lead somewhere."""
        found = self.address()
        if found is None:
            raise Damaged("Something that is announced in it lies nowhere.")
        return found

    @property
    def left(self) -> int:
        """How many bytes follow."""
        return len(self._data) - self.position


def start(head: bytes) -> int | None:
    """Where the superblock is in a file that starts like this; None if it is no HDF5 file."""
    return next((place for place in _STARTS if head.startswith(MAGIC, place)), None)


def opened(source: Source) -> File:
    """The file behind its superblock; raises Damaged or Incomplete."""
    base = start(read(source, 0, min(_STARTS[-1] + len(MAGIC), source.size)))
    if base is None:
        raise Damaged("It is not an HDF5 file: it has no superblock.")
    data = read(source, base, min(_SUPERBLOCK, source.size - base))
    edition = data[8] if len(data) > 8 else -1
    if edition not in range(4):
        raise Damaged(f"It is an HDF5 file of an unknown edition ({edition}).")
    wide, long = (*data[9:11], 0, 0)[:2] if edition > 1 else (*data[13:15], 0, 0)[:2]
    if wide not in _WIDTHS or long not in _WIDTHS:
        raise Damaged(f"It is an HDF5 file whose addresses have {wide} bytes.")
    # behind the sizes: flags, then base, one more address, the file's end, and further ones up to the root's
    first, between = (12, 0) if edition > 1 else (24 + 4 * (edition == 1), 2)
    fields = Fields(File(source, base, wide, long, 0), data, first + 2 * wide)
    end = fields.address()
    if end is not None and end > source.size:
        raise Incomplete(f"It has {whole(source.size)} bytes, and says itself that these are {whole(end)}.")
    fields.take(between * wide)
    return File(source, base, wide, long, fields.place())


@dataclass(frozen=True, slots=True)
class Message:
    """A part of an object's header: its type and its bytes."""

    kind: int
    data: bytes


def messages(file: File, address: int) -> list[Message]:
    """All messages of an object's header, whatever blocks they lie in; raises Damaged."""
    newer = file.read(address, 4) == b"OHDR"
    first, order = _newer(file, address) if newer else _older(file, address)
    blocks, found = [first], list[Message]()
    for place, size in blocks:
        if len(blocks) > _MOST_BLOCKS:
            raise Damaged("An object's description lies in far too many pieces.")
        current().steps()
        for kind, flags, data in _parts(Fields(file, file.read(place, size)), order, newer=newer):
            if kind == _CONTINUATION:
                more = Fields(file, data)
                where, length = more.place(), more.length()
                # the newer ones begin with a mark and end with a checksum
                blocks.append((where + 4, length - 8) if newer else (where, length))
            elif not flags & _SHARED:
                found.append(Message(kind, data))
    return found


def _older(file: File, address: int) -> tuple[tuple[int, int], int]:
    """Where the first block of messages lies."""
    head = file.fields(address, 12, b"\x01")
    head.take(7)
    return (address + 16, head.number(4)), 0


def _newer(file: File, address: int) -> tuple[tuple[int, int], int]:
    """Where the first block of messages lies, and the bytes of an order in each."""
    head = file.fields(address, 6, b"OHDR\x02")
    flags = head.number(1)
    start = address + 6 + 16 * bool(flags & 0x20) + 4 * bool(flags & 0x10)
    width = 1 << (flags & 3)
    return (start + width, int.from_bytes(file.read(start, width), "little")), 2 * bool(flags & 4)


def _parts(fields: Fields, order: int, *, newer: bool) -> Iterator[tuple[int, int, bytes]]:
    """(type, flags, bytes) of each message in a block."""
    while fields.left >= (4 + order if newer else 8):
        current().steps()
        kind, size, flags = fields.number(1 if newer else 2), fields.number(2), fields.number(1)
        fields.take(order if newer else 3)
        yield kind, flags, fields.take(size)
