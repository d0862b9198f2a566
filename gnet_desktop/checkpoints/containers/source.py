"""Random access to the bytes of a file: nothing is read before it is asked for.

Files are read, not mapped: a mapped file that shrinks while it is open ends the
program with a signal.
"""

import io
import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Final, Protocol

from typing_extensions import override

from gnet_desktop.budget import current
from gnet_desktop.errors import CheckpointError, link, only_a_link
from gnet_desktop.files import exists, is_file, why_unreadable
from gnet_desktop.shown import shown, whole

CHUNK: Final = 1 << 20
_PIECES: Final = 16
"""Small pieces that are charged together."""


class Damaged(CheckpointError):
    """The container contradicts itself; ``why`` says where. `reading` names the file."""

    def __init__(self, why: str, todo: str = "Download or copy it again.") -> None:
        super().__init__("The file is damaged.", why, todo)


class Incomplete(CheckpointError):
    """The file ends before what it announces."""

    def __init__(self, why: str) -> None:
        super().__init__("The file is incomplete.", why, "Download or copy it again.")


class Source(Protocol):
    """Bytes that can be read anywhere. ``size`` is their number."""

    @property
    def size(self) -> int:
        """Number of bytes."""
        ...

    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill ``target`` with the bytes from ``offset`` on; all of them exist."""
        ...


class Closing(Protocol):
    """Something that has to be given back."""

    def close(self) -> None:
        """Give it back."""
        ...


def read(source: Source, offset: int, length: int) -> bytes:
    """The bytes of a span; raises Damaged where it reaches outside."""
    if not (0 <= offset <= offset + length <= source.size):
        raise _outside(source, offset, length)
    current().handle(length)
    buffer = bytearray(length)
    source.read_into(offset, memoryview(buffer))
    return bytes(buffer)


def _outside(source: Source, offset: int, length: int) -> Damaged:
    return Damaged(
        f"It asks for {shown(length)} bytes at {shown(offset)}, but has only {whole(source.size)}."
    )


def chunks(source: Source) -> Iterator[memoryview]:
    """All bytes in pieces; a piece is overwritten by the next one."""
    buffer = memoryview(bytearray(min(CHUNK, max(source.size, 1))))
    for offset in range(0, source.size, CHUNK):
        piece = buffer[: min(CHUNK, source.size - offset)]
        source.read_into(offset, piece)
        yield piece


class Placed(ABC):
    """A source that has a name, and may have others beside it: a file in a folder or an archive."""

    path: PurePath

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of bytes."""

    @abstractmethod
    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill ``target`` with the bytes from ``offset`` on; all of them exist."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether a file of that name is beside it; never raises."""

    @abstractmethod
    def beside(self, name: str) -> "Placed":
        """The file of that name beside it; raises CheckpointError where there is none."""


class FileSource(Placed):
    """A regular file, open until `close`; a context manager.

    Raises CheckpointError for what is no file or cannot be opened.
    """

    path: Path

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _opened(path)
        self._state = os.fstat(self._file.fileno())
        self._companions: dict[Path, FileSource] = {}
        self._adopted: list[Closing] = []
        self._budget = current()
        self._budget.grow(self.size)

    @property
    @override
    def size(self) -> int:
        """Size in bytes when it was opened."""
        return self._state.st_size

    @override
    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill ``target``; raises CheckpointError if the file shrank or cannot be read."""
        self._budget.handle(len(target))
        try:
            self._file.seek(offset)
            while len(target):
                count = self._file.readinto(target)
                if not count:
                    raise self._changed()
                target = target[count:]
        except OSError as error:
            raise CheckpointError(f"{self.path.name} cannot be read.", *why_unreadable(error)) from error

    @override
    def has(self, name: str) -> bool:
        return is_file(self.path.parent / name)

    @override
    def beside(self, name: str) -> "FileSource":
        """A file in the same folder (or below it), opened once and closed with this one.

        Raises CheckpointError if it isn't there, or is a link that leads out of the folder.
        """
        folder = self.path.parent.resolve()
        place = _resolved(folder, name)
        if place not in self._companions:
            if not place.is_relative_to(folder):
                raise CheckpointError(
                    f"Its weights are in {shown(str(place))}.",
                    "That is outside the model's folder.",
                    "Copy it beside the model.",
                )
            if not exists(place):
                raise CheckpointError(
                    f"Its weights are in {shown(name)}, which is not there.",
                    f"The file has only the description ({whole(self.size)} bytes).",
                    f"Put {shown(name)} beside it.",
                )
            self._companions[place] = FileSource(place)
        return self._companions[place]

    @property
    def whole_size(self) -> int:
        """Size in bytes together with the files beside it that were opened."""
        return sum(file.size for file in self.whole)

    @property
    def whole(self) -> "tuple[FileSource, ...]":
        """This file and those beside it that were opened, in the order of their names."""
        beside = (self._companions[place] for place in sorted(self._companions))
        return (self, *(file for companion in beside for file in companion.whole))

    def check_unchanged(self) -> None:
        """Raise CheckpointError if a file was written to since it was opened."""
        for file in self.whole:
            now = os.fstat(file._file.fileno())
            if (now.st_size, now.st_mtime_ns) != (file._state.st_size, file._state.st_mtime_ns):
                raise file._changed()

    def _changed(self) -> CheckpointError:
        return CheckpointError(
            f"{self.path.name} changed while it was read.", "Another program is writing it.", "Open it again."
        )

    def adopt(self, thing: "Closing") -> None:
        """Close something together with this file."""
        self._adopted.append(thing)

    def close(self) -> None:
        """Give the file back, those beside it and what it has adopted."""
        self._file.close()
        for thing in (*self._companions.values(), *self._adopted):
            thing.close()

    def __enter__(self) -> "FileSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _resolved(folder: Path, name: str) -> Path:
    """Where a name that a file gives leads; raises CheckpointError for one that cannot be a name."""
    try:
        place = (folder / name).resolve()
        with suppress(FileNotFoundError, NotADirectoryError):
            place.stat()
    except (OSError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"Its weights are in {shown(name)}.", "No file can be called so.", "Save the model again."
        ) from error
    return place


def _opened(path: Path) -> io.FileIO:
    """A pipe or a device is never opened: that could wait for ever."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise CheckpointError(
                f"{path.name or path} is a folder.",
                "A checkpoint is a single file.",
                "Choose the file inside it.",
            )
        if not stat.S_ISREG(mode):
            raise CheckpointError(f"{path.name} is not an ordinary file.", "", "Choose a checkpoint file.")
        return io.FileIO(path, "rb")
    except FileNotFoundError as error:
        if address := link(str(path)):
            raise CheckpointError(*only_a_link(address, "checkpoint")) from error
        raise CheckpointError(f"{path} does not exist.", "", "Check its name and folder.") from error
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be opened.", *why_unreadable(error)) from error


class MemorySource:
    """Bytes that are in memory already."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)

    @property
    def size(self) -> int:
        """Number of bytes."""
        return len(self._data)

    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill ``target``."""
        target[:] = self._data[offset : offset + len(target)]


class Span:
    """A part of another source, itself a source.

    Raises Damaged where it reaches outside.
    """

    __slots__ = ("offset", "size", "source")

    def __init__(self, source: Source, offset: int, size: int) -> None:
        if not (0 <= offset <= offset + size <= source.size):
            raise _outside(source, offset, size)
        self.source, self.offset, self.size = source, offset, size

    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill ``target``."""
        self.source.read_into(self.offset + offset, target)

    def read(self) -> bytes:
        """All of it, in memory."""
        return read(self, 0, self.size)


class Cursor:
    """Reads forward through a source in small pieces, with a block of look-ahead; a piece is a step."""

    def __init__(self, source: Source, position: int = 0, end: int | None = None) -> None:
        self.source, self.position = source, position
        self.end = source.size if end is None else end
        self._block, self._start = b"", 0
        self._budget, self._pieces = current(), 0
        self._budget.steps()

    def take(self, count: int) -> bytes:
        """The next bytes; raises Incomplete where there are too few."""
        self._pieces += 1
        if self._pieces == _PIECES:
            self._pieces = 0
            self._budget.steps(_PIECES)
        begin = self.position - self._start
        end = begin + count
        if not 0 <= begin <= end <= len(self._block):
            begin, end = self._loaded(count), count
        self.position += count
        return self._block[begin:end]

    def peek(self) -> bytes:
        """The next byte, which is not taken; raises Incomplete at the end."""
        begin = self._loaded(1)
        return self._block[begin : begin + 1]

    def _loaded(self, count: int) -> int:
        """Where in the block the next bytes begin, so many of which are in it now."""
        begin = self.position - self._start
        if not (begin >= 0 and begin + count <= len(self._block)):
            self._load(count)
            begin = 0
        return begin

    def _load(self, count: int) -> None:
        left = self.end - self.position
        if count > left:
            raise Incomplete(f"It ends at byte {self.end}, {shown(count - left)} bytes too early.")
        self._start = self.position
        self._block = read(self.source, self.position, min(left, max(count, CHUNK // 4)))

    def skip(self, count: int) -> Span:
        """Step over bytes without reading them; they can be read later from the span."""
        if not 0 <= count <= self.end - self.position:
            left = self.end - self.position
            raise Incomplete(f"It announces {shown(count)} bytes at {self.position}, but only {left} follow.")
        span = Span(self.source, self.position, count)
        self.position += count
        return span

    def line(self, limit: int = 4096) -> bytes:
        """The bytes up to the next line feed, which is taken but not given."""
        self._budget.steps()
        most = min(limit + 1, self.end - self.position)
        begin = self._loaded(most)
        end = self._block.find(b"\n", begin, begin + most)
        if end < 0:
            raise Damaged(f"A line at byte {self.position} has no end.")
        self.position += end - begin + 1
        return self._block[begin:end]

    @property
    def at_end(self) -> bool:
        """Whether nothing follows."""
        return self.position >= self.end
