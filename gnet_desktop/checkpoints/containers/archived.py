"""One network's files in a zip or tar archive: the one that opens it, and those that belong to it."""

import zlib
from collections.abc import Callable, Collection, Iterator
from pathlib import PurePosixPath

from typing_extensions import override

from gnet_desktop.checkpoints.containers.source import Damaged, FileSource, Placed, Source, chunks
from gnet_desktop.checkpoints.containers.spooled import spooled_pieces
from gnet_desktop.checkpoints.containers.together import opener, openers
from gnet_desktop.checkpoints.containers.torch_tar import members
from gnet_desktop.checkpoints.containers.zipped import ZipEntry, content, directory, is_packed
from gnet_desktop.errors import CheckpointError
from gnet_desktop.file_kinds import CHECKPOINT_ENDINGS
from gnet_desktop.shown import listed, shown


def in_zip(source: Source, root: FileSource | None) -> "Member | None":
    """The weights in a zip archive; None where it has none, CheckpointError where it has several."""
    entries = directory(source)
    names = [name for name in entries if not name.endswith("/")]
    return _member(names, lambda name: unpacked(source, entries[name], root))


def in_tar(source: Source) -> "Member | None":
    """The same of a tar archive."""
    files = members(source)
    return _member(files, lambda name: files[name])


def unpacked(source: Source, entry: ZipEntry, root: FileSource | None) -> Source:
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


class Member(Placed):
    """A file of an archive; others are beside it if the archive has them in the same folder."""

    def __init__(self, name: str, names: Collection[str], opened: Callable[[str], Source]) -> None:
        self.path = PurePosixPath(name)
        self.name = name
        self._names, self._opened, self._source = names, opened, opened(name)
        self._beside: dict[str, Member] = {}

    @property
    @override
    def size(self) -> int:
        return self._source.size

    @override
    def read_into(self, offset: int, target: memoryview) -> None:
        self._source.read_into(offset, target)

    @override
    def has(self, name: str) -> bool:
        return self._place(name) in self._names

    @override
    def beside(self, name: str) -> "Member":
        place = self._place(name)
        if place not in self._names:
            raise CheckpointError(
                f"Its weights are in {shown(name)}, which is not in the archive.",
                f"{shown(self.name)} has only the description.",
                "Pack both together, or unpack it and put the other beside it.",
            )
        if place not in self._beside:
            self._beside[place] = Member(place, self._names, self._opened)
        return self._beside[place]

    def _place(self, name: str) -> str:
        return str(self.path.parent / name)


def _member(names: Collection[str], opened: Callable[[str], Source]) -> Member | None:
    name = _chosen([name for name in names if not _is_hidden(name)])
    return Member(name, names, opened) if name is not None else None


def _chosen(names: list[str]) -> str | None:
    """The only file that is called as weights are or opens others, or the only file at all.

    What belongs to another, and what a Mac puts beside them, doesn't count.
    """
    known = frozenset(names)
    found = [name for name in names if name.lower().endswith(CHECKPOINT_ENDINGS)]
    found = list(dict.fromkeys([*(name for name in found if not opener(name, known)), *openers(known)]))
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
