"""One file of weights inside another: packed with gzip, bzip2 or xz, or in a zip or tar archive."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

from typing_extensions import override

from gnet_desktop.checkpoints.containers.archived import in_tar, in_zip
from gnet_desktop.checkpoints.containers.source import CHUNK, FileSource, Source, chunks
from gnet_desktop.checkpoints.containers.spooled import BROKEN, spooled_pieces
from gnet_desktop.checkpoints.containers.zipped import MAGIC
from gnet_desktop.errors import CheckpointError

_XZ_MEMORY: Final = 1 << 27


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
        found, words = in_zip(source, root), "a zip archive"
    elif head[257:262] == b"ustar":
        found, words = in_tar(source), "a tar archive"
    else:
        return None
    return Inner(found.name, found, words) if found is not None else None


def first_bytes(head: bytes, count: int) -> bytes:
    """How a packed file's content begins, as far as its own first bytes tell."""
    unpack = next((unpack for magic, (_, unpack) in _PACKERS.items() if head.startswith(magic)), None)
    try:
        return next(unpack(_Cut(head)), b"")[:count] if unpack else b""
    except (*BROKEN, EOFError, CheckpointError):
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


def _stem(root: FileSource | None) -> str:
    return root.path.stem if root is not None else "a file"
