"""The one family of errors that people see.

    GNetError
    ├── CheckpointError   the file is not a GoogLeNet that can be opened
    ├── LabelsError       the class names cannot be read or do not fit
    ├── PictureError      the picture cannot be read or prepared
    ├── UsageError        an argument, a unit's name or a convention is wrong
    ├── ExportError       something could not be written
    ├── MachineError      this machine lacks something (exit status 3)
    └── Cancelled         the person stopped it; nothing to show

Each is raised at the place that knows, and carries three short texts: what
happened, why, and what to do. Anything else that escapes is a bug.
"""

import re
from typing import Final

from typing_extensions import override

from gnet_desktop.shown import plain

_LONGEST: Final = 1000
"""Letters of a text that people are shown; the longest of our own have half as many."""


class GNetError(Exception):
    """A failure with a sentence for people.

    ``what`` names the thing and the failure, ``why`` the cause, ``todo`` the
    next step. Each is a sentence with its full stop, or empty. Whatever comes from outside
    in them cannot make them endless, and has no signs that do more than be read.
    """

    exit_status = 2

    def __init__(self, what: str, why: str = "", todo: str = "") -> None:
        self.what, self.why, self.todo = (plain(text, _LONGEST) for text in (what, why, todo))
        super().__init__(self.what, self.why, self.todo)

    @override
    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.todo) if part)


class CheckpointError(GNetError):
    """The file is not a GoogLeNet checkpoint that can be opened."""


class LabelsError(GNetError):
    """Class names cannot be read, or their number does not fit."""


class PictureError(GNetError):
    """A picture cannot be read, or cannot be prepared for this network."""


class UsageError(GNetError):
    """An argument, a unit's name or an input convention is wrong."""


class ExportError(GNetError):
    """Something could not be written; no partial file is left."""


class MachineError(GNetError):
    """This machine lacks a display, a library or the device asked for."""

    exit_status = 3


class Cancelled(GNetError):
    """The person stopped the work; there is nothing to show."""

    exit_status = 130

    def __init__(self) -> None:
        super().__init__("Stopped.")


_LINK: Final = re.compile(r"([a-z][a-z0-9+.-]+):/+([^/].*)", re.IGNORECASE | re.DOTALL)


_WITHOUT_HOST: Final = ("file", "trash", "recycle", "recent")
"""Schemes whose addresses name no machine."""


def link(text: str) -> str:
    """The address in what was given as a path, with the slashes that a path loses; or ""."""
    found = _LINK.fullmatch(text)
    if not found:
        return ""
    slashes = ":///" if found[1].lower() in _WITHOUT_HOST else "://"
    return f"{found[1]}{slashes}{found[2]}"


def only_a_link(address: str, thing: str) -> tuple[str, str, str]:
    """What is said of an address in a file's place: ``thing`` is what it should be."""
    place = "folder" if thing == "folder" else "file"
    what, scheme = f"{address} is a link, not a {place}.", address.partition(":")[0].lower()
    if scheme == "file":
        return what, "", f"Give the path that it leads to: {address.removeprefix('file://')}."
    if scheme in _WITHOUT_HOST:
        return what, "Only the file manager can follow it.", f"Copy the {thing} into a folder first."
    return what, "Nothing is downloaded without asking.", f"Save the {thing} first, then open the {place}."
