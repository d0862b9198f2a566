"""Where the files that ship with the program are.

In a wheel or a bundle they lie inside the package; in a checkout beside it.
"""

from pathlib import Path
from typing import Final

from gnet_desktop.files import is_folder

BUNDLED: Final = "everyday180"
"""The name of the checkpoint that ships with the program."""

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """Path of a bundled file, e.g. ``resource("samples", "cat.jpg")``."""
    beside = _PACKAGE.parent / "resources"
    inside = _PACKAGE / "resources"
    return (beside if is_folder(beside) else inside).joinpath(*parts)


def bundled_checkpoint() -> Path:
    """The file of the checkpoint that ships with the program."""
    return resource("checkpoints", f"{BUNDLED}.safetensors")
