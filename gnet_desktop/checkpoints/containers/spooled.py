"""Unpacked bytes on the disk: a file without a name, gone when the checkpoint is open.

What is packed is unpacked a little at a time, and not beyond a bound.
"""

import lzma
import tempfile
import zlib
from collections.abc import Iterator
from typing import IO, Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.source import Damaged, FileSource, Incomplete
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import whole

_RATIO: Final = 20
_SPARE: Final = 1 << 26
"""Weights hardly shrink: more than the ratio and this many bytes is no network."""

BROKEN: Final = (OSError, ValueError, zlib.error, lzma.LZMAError)
"""What unpackers raise of bytes that were never packed so."""


class Spooled:
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


def spooled_pieces(pieces: Iterator[bytes], packed: int, root: FileSource | None) -> Spooled:
    """What pieces make, on the disk, closed with ``root``; CheckpointError where it is far too much.

    ``packed`` is how many bytes it was made from.
    """
    most, size = _RATIO * packed + _SPARE, 0
    file = tempfile.TemporaryFile()  # noqa: SIM115
    spooled = Spooled(file, 0)
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
    except BROKEN as error:
        raise Damaged("It cannot be unpacked.") from error


def _write(file: IO[bytes], piece: bytes) -> None:
    try:
        file.write(piece)
    except OSError as error:
        raise CheckpointError(
            "It could not be unpacked.", f"{error.strerror}.", "Make room in the folder for temporary files."
        ) from error
