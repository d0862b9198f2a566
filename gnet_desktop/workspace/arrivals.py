"""What arrives by drop, paste, dialog or command line: checkpoints first, then pictures."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gnet_desktop.checkpoints.containers.sniffing import holds_weights
from gnet_desktop.file_kinds import CHECKPOINT_ENDINGS
from gnet_desktop.files import is_folder
from gnet_desktop.pictures.decoders import perhaps_picture, surely_picture
from gnet_desktop.pictures.finding import find_pictures
from gnet_desktop.pictures.recognition import HEAD


@dataclass(frozen=True, slots=True)
class Arrivals:
    """``checkpoints`` and ``pictures`` (files, or folders with pictures) in the order they came."""

    checkpoints: tuple[Path, ...] = ()
    pictures: tuple[Path, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing came."""
        return not (self.checkpoints or self.pictures)


def sort_arrivals(paths: Iterable[Path]) -> Arrivals:
    """Tell checkpoints from pictures by looking into the files; a folder without weights holds pictures."""
    checkpoints: list[Path] = []
    pictures: list[Path] = []
    for path in paths:
        (checkpoints if looks_like_weights(path) else pictures).append(path)
    return Arrivals(tuple(checkpoints), tuple(pictures))


def looks_like_weights(path: Path) -> bool:
    """Whether a file or folder is more likely a checkpoint than pictures."""
    if is_folder(path):
        return holds_weights(path)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except (OSError, ValueError):
        head = b""
    if surely_picture(head):
        return False
    if head and holds_weights(path):
        return True
    # a name only where the content says neither picture nor weights
    return not perhaps_picture(head) and path.suffix.lower() in CHECKPOINT_ENDINGS


def expand_pictures(paths: Iterable[Path]) -> list[Path]:
    """Files as they are, folders as the pictures in them."""
    return list(find_pictures(paths))
