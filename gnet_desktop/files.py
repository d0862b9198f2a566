"""Files: what lies at a path, what the system says of it in words, and writing whole or not at all.

Asking the system about a path fails in many ways (a locked folder, a name that is too long,
a network folder that went away), and whoever asks in another way than here has to expect all
of them.
"""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from gnet_desktop.errors import ExportError

_GONE: Final = (
    *(errno.ESTALE, errno.EIO, errno.ENOTCONN, errno.ENXIO, errno.ENODEV, errno.ETIMEDOUT),
    *(errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ECONNREFUSED, errno.ECONNRESET),
    *(getattr(errno, name) for name in ("EHOSTDOWN", "EREMOTEIO", "EREMCHG") if hasattr(errno, name)),
)
"""What disks and network folders say that don't answer any more."""

_CONNECT: Final = "Connect the disk or the network folder again, and try once more."
_READING: Final[dict[int, tuple[str, str]]] = {
    errno.EACCES: ("This account has no permission to read it.", "Change its permissions and try again."),
    errno.EPERM: ("This account has no permission to read it.", "Change its permissions and try again."),
    errno.ENOENT: ("It is not there.", "Check its name and folder."),
    errno.ENAMETOOLONG: ("Its name is longer than the system allows.", "Check the name, or shorten it."),
    errno.ELOOP: ("It is a link that leads in circles.", "Name the file itself."),
    errno.ENOTDIR: ("Something on its path is a file, not a folder.", "Check the path."),
    errno.EMFILE: ("Too many files are open.", "Close other programs and try again."),
    **dict.fromkeys(_GONE, ("Its disk or network folder does not answer.", _CONNECT)),
}
_WRITING: Final[dict[int, tuple[str, str]]] = {
    errno.ENOSPC: ("The disk is full.", "Make room, or choose another place."),
    errno.EDQUOT: ("This account may use no more of the disk.", "Make room, or choose another place."),
    errno.EFBIG: ("The disk takes no file of that size.", "Choose another place."),
    errno.EROFS: ("That place can only be read.", "Choose another place."),
    errno.EACCES: ("This account may not write there.", "Choose another place."),
    errno.EPERM: ("This account may not write there.", "Choose another place."),
    errno.ENOENT: ("The folder is not there.", "Choose another place."),
    errno.ENOTDIR: ("Something on its path is a file, not a folder.", "Choose another place."),
    errno.EEXIST: ("A file is in its place.", "Choose another place."),
    errno.EISDIR: ("A folder has that name.", "Choose another name."),
    errno.ENOTEMPTY: ("A folder has that name.", "Choose another name."),
    errno.ENAMETOOLONG: ("Its name is longer than the system allows.", "Choose a shorter name."),
    **dict.fromkeys(_GONE, ("The disk or the network folder does not answer.", _CONNECT)),
}


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether a file can be seen there; never raises."""
    return os.path.isfile(path)


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Whether a folder can be seen there; never raises."""
    return os.path.isdir(path)


def exists(path: str | os.PathLike[str]) -> bool:
    """Whether anything can be seen there; never raises."""
    return os.path.exists(path)


def why_unreadable(error: OSError | ValueError) -> tuple[str, str]:
    """Why something cannot be read, and what to do about it: two sentences."""
    return _in_words(error, _READING, "Check the file, or try again.")


def why_unwritten(error: OSError | ValueError) -> tuple[str, str]:
    """Why something could not be written, and what to do about it: two sentences."""
    return _in_words(error, _WRITING, "Choose another place.")


def _in_words(
    error: OSError | ValueError, known: dict[int, tuple[str, str]], otherwise: str
) -> tuple[str, str]:
    number = error.errno if isinstance(error, OSError) else None
    said = (error.strerror if isinstance(error, OSError) else None) or str(error) or "nothing"
    return known.get(number or 0, (f"The system says: {said.rstrip('.')}.", otherwise))


# Writing


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it in when it is complete.

    Bytes and no stream: libraries that write by themselves don't tell what went wrong.
    Whatever goes wrong leaves ``path`` as it was and no remains; an OSError (a full disk, a
    missing right) becomes an ExportError.
    """
    beside: Path | None = None
    try:
        if is_folder(path):
            raise IsADirectoryError(errno.EISDIR, "", str(path))
        number, name = tempfile.mkstemp(prefix=f".{path.name[:40]}-", suffix=path.suffix, dir=path.parent)
        beside = Path(name)
        with open(number, "wb") as file:
            file.write(content)
        beside.chmod(0o666 & ~_umask())
        os.replace(beside, path)
    except OSError as error:
        raise ExportError(f"{path.name} was not written.", *why_unwritten(error)) from error
    finally:
        if beside is not None:
            with suppress(OSError):
                beside.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A place to write files to that are moved into ``folder`` all at once if the block ends well.

    What the folder has already stays, unless a new file has its name. Whatever goes wrong
    leaves it as it was; an OSError becomes an ExportError.
    """
    made, whole = [one for one in (folder, *folder.parents) if not exists(one)], False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gnet-", dir=folder) as temporary:
            (new := Path(temporary) / "new").mkdir()
            (old := Path(temporary) / "old").mkdir()
            yield new
            _move(new, folder, old)
        whole = True
    except OSError as error:
        raise ExportError(f"Nothing was written to {folder}.", *why_unwritten(error)) from error
    finally:
        for one in () if whole else made:
            with suppress(OSError):
                one.rmdir()


def _move(new: Path, folder: Path, old: Path) -> None:
    """Move all files in; those that they replace are put back if one cannot be moved."""
    names = sorted(os.listdir(new))
    try:
        for name in names:
            if is_folder(folder / name):
                raise IsADirectoryError(errno.EISDIR, "", str(folder / name))
            if exists(folder / name):
                os.replace(folder / name, old / name)
            os.replace(new / name, folder / name)
    except OSError:
        for name in names:
            if not exists(new / name):
                os.replace(folder / name, new / name)
            if exists(old / name):
                os.replace(old / name, folder / name)
        raise


def _umask() -> int:
    """The rights that new files don't get; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
