"""Which pictures lie in a folder, and what changed since the last look."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gnet_desktop.errors import PictureError, UsageError, link, only_a_link
from gnet_desktop.files import is_folder
from gnet_desktop.folder.store import Stamp
from gnet_desktop.pictures.finding import find_pictures


@dataclass(frozen=True, slots=True)
class Changes:
    """What must be done to bring kept answers up to date; paths relative to the folder, sorted."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    vanished: tuple[str, ...]

    @property
    def to_answer(self) -> tuple[str, ...]:
        """Pictures without an answer that still holds."""
        return tuple(sorted((*self.new, *self.changed)))


def scan(folder: Path, shard: tuple[int, int] = (1, 1)) -> dict[str, Stamp]:
    """{path relative to the folder, with /: stamp} of its pictures, sorted by path.

    ``shard`` (i, n) takes every n-th of them, beginning with the i-th: n machines with i
    from 1 to n share a folder without speaking to each other. Raises UsageError if it is
    no folder, PictureError if there are no pictures in it.
    """
    if not is_folder(folder):
        if address := link(str(folder)):
            raise UsageError(*only_a_link(address, "folder"))
        raise UsageError(f"{folder} is not a folder.", "", "Choose a folder that holds pictures.")
    names = sorted(path.relative_to(folder).as_posix() for path in find_pictures([folder]))
    if not names:
        raise PictureError(f"No picture was found in {folder}.", "", "Choose a folder that holds pictures.")
    part, parts = shard
    found = {}
    for name in names[part - 1 :: parts]:
        try:
            found[name] = Stamp.of(folder / name)
        except OSError:
            continue  # it vanished while we were looking
    return found


def compare(found: Mapping[str, Stamp], known: Mapping[str, Stamp]) -> Changes:
    """What is new, changed or vanished against what is known."""
    return Changes(
        new=tuple(sorted(path for path in found if path not in known)),
        changed=tuple(sorted(path for path in found if path in known and known[path] != found[path])),
        vanished=tuple(sorted(path for path in known if path not in found)),
    )
