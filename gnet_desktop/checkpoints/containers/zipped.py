"""The directory of a zip archive, read with the bounds checked.

Python's zipfile keeps some 500 bytes for an entry that takes 47 in the file, and
has no limit of entries; here both are bounded. Only the central directory counts.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.source import (
    CHUNK,
    Damaged,
    FileSource,
    Incomplete,
    Source,
    Span,
    chunks,
    read,
)
from gnet_desktop.shown import shown, whole

MAGIC: Final = b"PK\x03\x04"

_MOST_ENTRIES: Final = 20_000
_LONGEST_NAME: Final = 1 << 10
_LARGEST_DIRECTORY: Final = 1 << 24
_COMMENT: Final = 1 << 16
_STORED, _DEFLATED = 0, 8
_HUGE: Final = 0xFFFFFFFF

_END: Final = struct.Struct("<4s4H2IH")
_END64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR64: Final = struct.Struct("<4sIQI")
_ENTRY: Final = struct.Struct("<4s6H3I5H2I")
_LOCAL: Final = struct.Struct("<4s5H3I2H")


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file in the archive; ``size`` is that of its content, ``packed`` what it takes."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    encrypted: bool


_DIRECTORIES: Final[WeakKeyDictionary[FileSource, Mapping[str, ZipEntry]]] = WeakKeyDictionary()
"""Directories of the files that are open: every kind of archive asks for them."""


def directory(source: Source) -> Mapping[str, ZipEntry]:
    """The entries by name, in their order; raises Incomplete or Damaged."""
    if not isinstance(source, FileSource):
        return _directory(source)
    if source not in _DIRECTORIES:
        _DIRECTORIES[source] = _directory(source)
    return _DIRECTORIES[source]


def _directory(source: Source) -> Mapping[str, ZipEntry]:
    count, size, offset = _end(source)
    if count > _MOST_ENTRIES or size > _LARGEST_DIRECTORY:
        raise Damaged(f"Its directory claims {whole(count)} entries, far more than a network has.")
    data = read(source, offset, size)
    current().steps(count)
    entries, position = {}, 0
    for _ in range(count):
        entry, position = _entry(data, position)
        entries[entry.name] = entry
    return entries


def _end(source: Source) -> tuple[int, int, int]:
    """Number of entries, size and offset of the central directory."""
    length = min(source.size, _END.size + _COMMENT)
    start = source.size - length
    tail = read(source, start, length)
    position = tail.rfind(b"PK\x05\x06")
    if position < 0 or position + _END.size > length:
        raise Incomplete(
            f"It has {whole(source.size)} bytes, and the archive's directory at its end is missing."
        )
    *_, count, size, offset, _comment = _END.unpack_from(tail, position)
    if count == 0xFFFF or _HUGE in (size, offset):
        return _end64(source, start + position - _LOCATOR64.size)
    return count, size, offset


def _end64(source: Source, position: int) -> tuple[int, int, int]:
    if position < 0:
        raise Damaged("Its directory is announced but missing.")
    signature, _disk, offset, _disks = _LOCATOR64.unpack(read(source, position, _LOCATOR64.size))
    if signature != b"PK\x06\x07":
        raise Damaged("Its directory is announced but missing.")
    fields = _END64.unpack(read(source, offset, _END64.size))
    if fields[0] != b"PK\x06\x06":
        raise Damaged("Its directory is announced but missing.")
    return fields[7], fields[8], fields[9]


def _entry(data: bytes, position: int) -> tuple[ZipEntry, int]:
    if position + _ENTRY.size > len(data) or data[position : position + 4] != b"PK\x01\x02":
        raise Damaged("The archive's directory is broken.")
    fields = _ENTRY.unpack_from(data, position)
    flags, method, crc, packed, size = fields[3], fields[4], fields[7], fields[8], fields[9]
    name_length, extra_length, comment_length, offset = fields[10], fields[11], fields[12], fields[16]
    if name_length > _LONGEST_NAME:
        raise Damaged(f"The archive's directory has a name of {whole(name_length)} letters.")
    start = position + _ENTRY.size
    name = data[start : start + name_length].decode("utf-8", "replace")
    extra = data[start + name_length : start + name_length + extra_length]
    size, packed, offset = _large(extra, [size, packed, offset])
    end = start + name_length + extra_length + comment_length
    return ZipEntry(name, method, crc, packed, size, offset, encrypted=bool(flags & 1)), end


def _large(extra: bytes, values: list[int]) -> list[int]:
    """Sizes and offset, replaced from the zip64 field where they are too large for 32 bits."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        field = extra[position + 4 : position + 4 + length]
        if kind == 1:
            wide = [int.from_bytes(field[start : start + 8], "little") for start in range(0, len(field), 8)]
            return [wide.pop(0) if value == _HUGE and wide else value for value in values]
        position += 4 + length
    return values


def is_packed(entry: ZipEntry) -> bool:
    """Whether its content is compressed, so that it is read forward only."""
    return entry.method == _DEFLATED


def content(source: Source, entry: ZipEntry) -> "Content":
    """An entry's content, unread; raises Damaged if it cannot be got at."""
    local = _LOCAL.unpack(read(source, entry.offset, _LOCAL.size))
    if local[0] != MAGIC:
        raise Damaged(f"The entry {shown(entry.name)} is not where the directory says.")
    span = Span(source, entry.offset + _LOCAL.size + local[9] + local[10], entry.packed)
    if entry.encrypted:
        raise Damaged("It is encrypted.", "Unpack it with its password first.")
    if entry.method not in (_STORED, _DEFLATED):
        raise Damaged(f"{shown(entry.name)} is compressed in an unusual way.", "Unpack it and save it again.")
    if entry.method == _STORED and entry.size != entry.packed:
        raise Damaged(f"The entry {shown(entry.name)} has two different sizes.")
    return Content(_Inflated(span, entry) if entry.method == _DEFLATED else span, entry)


class Content:
    """An entry's content as a source, with the checksum that was written beside it."""

    def __init__(self, inner: Source, entry: ZipEntry) -> None:
        self._inner, self._entry = inner, entry
        self.size = entry.size

    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill ``target``."""
        self._inner.read_into(offset, target)

    def is_intact(self) -> bool:
        """Whether the content is what was written; reads all of it."""
        crc = 0
        for piece in chunks(self._inner):
            crc = zlib.crc32(piece, crc)
        return crc == self._entry.crc


class _Inflated:
    """A compressed entry, unpacked a little at a time: nothing of it is kept.

    Reading forward goes on where it was; reading backward starts anew. What is unpacked is
    charged each time.
    """

    def __init__(self, packed: Span, entry: ZipEntry) -> None:
        self._packed, self._name, self.size = packed, entry.name, entry.size
        self._budget = current()
        self._restart()

    def _restart(self) -> None:
        self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        self._taken = self._position = 0

    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill ``target``; raises Damaged where the entry cannot be unpacked so far."""
        if offset < self._position:
            self._restart()
        while self._position < offset:
            self._next(min(CHUNK, offset - self._position))
        while len(target):
            piece = self._next(min(CHUNK, len(target)))
            target[: len(piece)] = piece
            target = target[len(piece) :]

    def _next(self, most: int) -> bytes:
        """The next bytes, at least one and at most that many."""
        while True:
            packed = self._unpacker.unconsumed_tail or self._more()
            try:
                piece = self._unpacker.decompress(packed, most)
            except zlib.error as error:
                raise Damaged(f"The entry {shown(self._name)} cannot be unpacked.") from error
            if piece:
                self._budget.handle(len(piece))
                self._position += len(piece)
                return piece
            # at its end zlib may hold on to a tail that it will never take
            if not packed or self._unpacker.eof:
                raise Damaged(f"The entry {shown(self._name)} does not unpack to the size that it claims.")

    def _more(self) -> bytes:
        count = min(CHUNK // 16, self._packed.size - self._taken)
        data = read(self._packed, self._taken, count)
        self._taken += count
        return data
