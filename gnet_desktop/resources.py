"""Where the files that ship with the program are.

In a wheel or a bundle they lie inside the package; in a checkout beside it.
"""

from pathlib import Path

from gnet_desktop.files import is_folder

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """Path of a bundled file, e.g. ``resource("checkpoints", "everyday100.safetensors")``."""
    beside = _PACKAGE.parent / "resources"
    inside = _PACKAGE / "resources"
    return (beside if is_folder(beside) else inside).joinpath(*parts)
