"""A home for accounts without one, as containers give them: any number, no HOME, no entry in passwd."""

import os
import stat
import tempfile
from pathlib import Path

from gnet_desktop.files import is_folder


def ensure_home() -> str:
    """Give this process a HOME where it has none; what to say about it, or nothing.

    Settings, fetched checkpoints and torch's own cache then lie in a folder of this
    account's among the temporary files: the same one each time, read by nobody else.
    """
    if _has_home():
        return ""
    home = _own_folder()
    os.environ["HOME"] = os.fspath(home)
    return (
        "This account has no home folder. "
        f"Settings and fetched checkpoints are kept in {home}. Set HOME to keep them elsewhere."
    )


def _has_home() -> bool:
    """Whether there is one, or can be: containers say "/", systems "/nonexistent", for nobody's own.

    A home of one's own that can only be read stays what it is.
    """
    try:
        home = Path.home()
    except RuntimeError:
        return False
    if is_folder(home) and home != Path(home.anchor):
        return True
    nearest = next((each for each in (home, *home.parents) if is_folder(each)), home)
    return os.access(nearest, os.W_OK)


def _own_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"gnet-desktop-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # somebody else may have made it, to hand us settings or weights
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
        return folder
    return Path(tempfile.mkdtemp(prefix="gnet-desktop-"))
