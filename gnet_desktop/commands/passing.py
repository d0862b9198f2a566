"""One picture through the network, and the class and head that a command asks about."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.commands.opening import CommandSession
from gnet_desktop.errors import PictureError, UsageError
from gnet_desktop.network.record import Record

if TYPE_CHECKING:
    from gnet_desktop.pictures.picture import Picture
    from gnet_desktop.pictures.preparation import Prepared


@dataclass(frozen=True, slots=True, eq=False)
class PassedPicture:
    """A picture, what the network was given of it, and its pass."""

    picture: "Picture"
    prepared: "Prepared"
    record: Record


def look_at(session: CommandSession, source: Path | bytes) -> PassedPicture:
    """One pass with the full record; raises PictureError."""
    from gnet_desktop.checkpoints.containers.sniffing import not_a_picture
    from gnet_desktop.pictures.decoding import read_picture
    from gnet_desktop.pictures.preparation import prepare

    name = "standard input" if isinstance(source, bytes) else None
    try:
        picture = read_picture(source, name=name, convert_profile=session.convention.profile == "srgb")
    except PictureError as error:
        raise not_a_picture(error, source) from error
    prepared = prepare(picture, session.convention)
    return PassedPicture(picture, prepared, session.network(prepared.tensor().to(session.device)))


def note_lines(notes: Sequence[str]) -> list[str]:
    """What was done to the picture on the way in, as a line of text; none where nothing was."""
    return [f"  note: {'; '.join(notes)}"] if notes else []


def class_index(checkpoint: Checkpoint, text: str) -> int:
    """The class that a name or a number means.

    A name is compared without case. Raises UsageError if there is none, or more than one.
    """
    names = checkpoint.labels.names
    if text.isascii() and text.isdigit():
        if int(text) < len(names):
            return int(text)
        raise UsageError(
            f"There is no class {text}.", f"This network tells {len(names)} apart, counted from 0."
        )
    found = [index for index, name in enumerate(names) if name.casefold() == text.strip().casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{len(found)} classes are called {text!r}.",
            "",
            f"Give its number: {', '.join(map(str, found))}.",
        )
    near = [name for name in names if text.casefold() in name.casefold()][:5]
    raise UsageError(
        f"There is no class {text!r}.",
        f"There are {', '.join(near)}." if near else "",
        "Give a name as 'classify' prints it, or a number.",
    )
