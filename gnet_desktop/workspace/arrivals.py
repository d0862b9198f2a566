"""What arrives by drop, paste, dialog or command line: checkpoints first, then pictures."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gnet_desktop.errors import LabelsError
from gnet_desktop.file_kinds import CHECKPOINT_ENDINGS, LABEL_ENDINGS
from gnet_desktop.files import is_file, is_folder
from gnet_desktop.pictures.recognition import HEAD

LOOKED_INTO: Final = 200
"""Files of one drop that are opened to see what they are."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """``checkpoints``, ``pictures`` (files, or folders with pictures) and lists of class names (``labels``).

    Each in the order they came.
    """

    checkpoints: tuple[Path, ...] = ()
    pictures: tuple[Path, ...] = ()
    labels: tuple[Path, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing came."""
        return not (self.checkpoints or self.pictures or self.labels)


def sort_arrivals(paths: Iterable[Path]) -> Arrivals:
    """Tell checkpoints from pictures by looking into the files; a folder without weights holds pictures.

    Of very many files only the first are looked into; of the rest the name decides.
    """
    checkpoints: list[Path] = []
    pictures: list[Path] = []
    labels: list[Path] = []
    for place, path in enumerate(paths):
        looked_into = place < LOOKED_INTO
        if looks_like_weights(path) if looked_into else _is_called_weights(path):
            checkpoints.append(path)
        else:
            (labels if looked_into and holds_labels(path) else pictures).append(path)
    return Arrivals(tuple(checkpoints), tuple(pictures), tuple(labels))


def holds_labels(path: Path) -> bool:
    """Whether a file is called like a list of class names and reads as one."""
    if path.suffix.lower() not in LABEL_ENDINGS or not is_file(path):
        return False
    from gnet_desktop.checkpoints.labels import read_labels

    try:
        return len(read_labels(path).names) > 1
    except LabelsError:
        return False


def looks_like_weights(path: Path) -> bool:
    """Whether a file or folder is more likely a checkpoint than pictures."""
    from gnet_desktop.checkpoints.containers.sniffing import holds_weights
    from gnet_desktop.pictures.decoders import perhaps_picture, surely_picture

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
    return not perhaps_picture(head) and _is_called_weights(path)


def _is_called_weights(path: Path) -> bool:
    return path.suffix.lower() in CHECKPOINT_ENDINGS
