"""One file of weights inside another: packed with gzip, bzip2 or xz, or in a zip or tar archive.

What is packed is unpacked once into a file that has no name and is gone when the
checkpoint is open: a little at a time, and not beyond a bound.
"""

import bz2
import gzip
import io
import lzma
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any, Final

from typing_extensions import override

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.source import (
    CHUNK,
    Damaged,
    FileSource,
    Incomplete,
    Source,
    chunks,
)
from gnet_desktop.checkpoints.containers.torch_tar import members
from gnet_desktop.checkpoints.containers.zipped import MAGIC, Entry, content, directory, is_packed
from gnet_desktop.errors import CheckpointError
from gnet_desktop.file_kinds import CHECKPOINT_ENDINGS
from gnet_desktop.shown import listed, shown, whole

_RATIO: Final = 20
_SPARE: Final = 1 << 26
"""Weights hardly shrink: more than the ratio and this many bytes is no network."""
_XZ_MEMORY: Final = 1 << 27
_BROKEN: Final = (OSError, ValueError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True)
class Inner:
    """A file inside: its name, where its bytes are, and what it is in, in words."""

    name: str
    source: Source
    words: str


def unwrapped(head: bytes, source: Source, root: FileSource | None) -> Inner | None:
    """The one file of weights in a packed file or an archive; None for any other file.

    ``root`` is the file on the disk; what is unpacked is closed with it. Raises
    CheckpointError naming the candidates where there are several.
    """
    for magic, (words, unpack) in _PACKERS.items():
        if head.startswith(magic):
            spooled = spooled_pieces(unpack(source), source.size, root)
            return Inner(_stem(root) if source is root else "a file", spooled, f"a file packed with {words}")
    if head.startswith(MAGIC):
        return _in_zip(source, root)
    return _in_tar(source) if head[257:262] == b"ustar" else None


def first_bytes(head: bytes, count: int) -> bytes:
    """How a packed file's content begins, as far as its own first bytes tell."""
    unpack = next((unpack for magic, (_, unpack) in _PACKERS.items() if head.startswith(magic)), None)
    try:
        return next(unpack(_Cut(head)), b"")[:count] if unpack else b""
    except (*_BROKEN, EOFError, CheckpointError):
        return b""


# Packed files


class _Reader(io.RawIOBase):
    """A source as the standard library's unpackers read it."""

    def __init__(self, source: Source) -> None:
        self._source, self._position = source, 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self._source.size - self._position)
        self._source.read_into(self._position, memoryview(buffer)[:count])
        self._position += count
        return count


class _Cut:
    """The beginning of a source."""

    def __init__(self, head: bytes) -> None:
        self._head, self.size = head, len(head)

    def read_into(self, offset: int, target: memoryview) -> None:
        target[:] = self._head[offset : offset + len(target)]


def _pieces(opener: Callable[[Any], IO[bytes]]) -> Callable[[Source], Iterator[bytes]]:
    def unpack(source: Source) -> Iterator[bytes]:
        with opener(io.BufferedReader(_Reader(source), CHUNK // 4)) as file:
            while piece := file.read1(CHUNK):  # type: ignore[attr-defined]
                yield piece

    return unpack


def _xz(source: Source) -> Iterator[bytes]:
    """By hand, since only so the memory that a file asks for can be bounded."""
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
    for packed in chunks(source):
        data = bytes(packed)
        while data or not unpacker.needs_input:
            if piece := unpacker.decompress(data, CHUNK):
                yield piece
            data = b""
            if unpacker.eof:
                return
    raise EOFError


_PACKERS: Final[Mapping[bytes, tuple[str, Callable[[Source], Iterator[bytes]]]]] = {
    b"\x1f\x8b": ("gzip", _pieces(lambda file: gzip.GzipFile(fileobj=file))),  # type: ignore[arg-type,return-value]
    b"BZh": ("bzip2", _pieces(bz2.BZ2File)),
    b"\xfd7zXZ\0": ("xz", _xz),
}


class _Spooled:
    """Unpacked bytes in a file without a name."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self.size = file, size

    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill ``target``; raises CheckpointError where the disk fails."""
        try:
            self._file.seek(offset)
            data = self._file.read(len(target))
        except OSError as error:
            raise CheckpointError("The unpacked file cannot be read.", f"{error.strerror}.") from error
        target[: len(data)] = data

    def close(self) -> None:
        """Give the space back."""
        self._file.close()


def spooled_pieces(pieces: Iterator[bytes], packed: int, root: FileSource | None) -> _Spooled:
    """What pieces make, on the disk, closed with ``root``; CheckpointError where it is far too much.

    ``packed`` is how many bytes it was made from.
    """
    most, size = _RATIO * packed + _SPARE, 0
    file = tempfile.TemporaryFile()  # noqa: SIM115
    spooled = _Spooled(file, 0)
    if root is not None:
        root.adopt(spooled)
    for piece in _checked(pieces):
        current().handle(len(piece))
        size += len(piece)
        if size > most:
            raise CheckpointError(
                "It unpacks to far more than a network's weights.",
                f"Its {whole(packed)} bytes become more than {whole(most)}.",
                "Do not trust this file.",
            )
        _write(file, piece)
    spooled.size = size
    return spooled


def _checked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except EOFError as error:
        raise Incomplete("What is packed in it ends too early.") from error
    except _BROKEN as error:
        raise Damaged("It cannot be unpacked.") from error


def _write(file: IO[bytes], piece: bytes) -> None:
    try:
        file.write(piece)
    except OSError as error:
        raise CheckpointError(
            "It could not be unpacked.", f"{error.strerror}.", "Make room in the folder for temporary files."
        ) from error


def _stem(root: FileSource | None) -> str:
    return root.path.stem if root is not None else "a file"


# Archives


def _in_zip(source: Source, root: FileSource | None) -> Inner | None:
    entries = directory(source)
    name = _chosen([name for name in entries if not name.endswith("/")])
    if name is None:
        return None
    return Inner(name, unpacked(source, entries[name], root), "a zip archive")


def unpacked(source: Source, entry: Entry, root: FileSource | None) -> Source:
    """An entry's content where it can be read anywhere; raises Damaged where its checksum doesn't fit."""
    found = content(source, entry)
    if not is_packed(entry):
        if not found.is_intact():
            raise Damaged(f"The checksum of {shown(entry.name)} does not fit.")
        return found

    def pieces() -> Iterator[bytes]:
        crc = 0
        for piece in chunks(found):
            crc = zlib.crc32(piece, crc)
            yield bytes(piece)
        if crc != entry.crc:
            raise Damaged(f"The checksum of {shown(entry.name)} does not fit.")

    return spooled_pieces(pieces(), entry.packed, root)


def _in_tar(source: Source) -> Inner | None:
    files = members(source)
    name = _chosen(list(files))
    return Inner(name, files[name], "a tar archive") if name is not None else None


def _chosen(names: list[str]) -> str | None:
    """The only file that is called as weights are, or the only file at all.

    What a Mac puts beside them doesn't count.
    """
    names = [name for name in names if not _is_hidden(name)]
    found = [name for name in names if name.lower().endswith(CHECKPOINT_ENDINGS)]
    if len(found) > 1:
        raise CheckpointError(
            "This is an archive of several files of weights.",
            f"It holds {listed(found)}.",
            "Unpack it and open the one that you want.",
        )
    return found[0] if found else names[0] if len(names) == 1 else None


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or any(part.startswith(".") for part in parts)
