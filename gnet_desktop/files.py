"""Files are written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gnet_desktop.errors import ExportError


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it in when it is complete; raises ExportError."""
    with whole_file(path) as beside:
        beside.write_bytes(data)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place to write to, in the same folder, that becomes ``path`` if the block ends well.

    Whatever goes wrong leaves ``path`` as it was and no remains; an OSError (a full disk, a
    missing right) becomes an ExportError.
    """
    beside: Path | None = None
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.name[:40]}-", suffix=path.suffix, dir=path.parent)
        os.close(number)
        beside = Path(name)
        beside.chmod(0o666 & ~_umask())
        yield beside
        os.replace(beside, path)
    except OSError as error:
        raise ExportError(
            f"{path.name} was not written.",
            f"{error.strerror or error}.",
            "Choose another place, or make room.",
        ) from error
    finally:
        if beside is not None:
            with suppress(OSError):
                beside.unlink(missing_ok=True)


def _umask() -> int:
    """The rights that new files don't get; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
