"""A home for accounts without one, as containers give them: any number, no HOME, no entry in passwd."""

import os
import stat
import tempfile
from pathlib import Path


def ensure_home() -> str:
    """Give this process a HOME where it has none; what to say about it, or nothing.

    Settings, fetched checkpoints and torch's own cache then lie in a folder of this
    account's among the temporary files: the same one each time, read by nobody else.
    """
    try:
        Path.home()
    except RuntimeError:
        home = _own_folder()
        os.environ["HOME"] = os.fspath(home)
        return (
            "This account has no home folder. "
            f"Settings and fetched checkpoints are kept in {home}. Set HOME to keep them elsewhere."
        )
    return ""


def _own_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"gnet-desktop-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # somebody else may have made it, to hand us settings or weights
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
        return folder
    return Path(tempfile.mkdtemp(prefix="gnet-desktop-"))
