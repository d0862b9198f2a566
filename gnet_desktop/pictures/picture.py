"""A decoded picture, as a value."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from typing_extensions import override

if TYPE_CHECKING:
    from PIL.Image import Image

INCOMPLETE: Final = "the picture is incomplete"
"""How the note begins that says how much of a picture could be read."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An upright 8-bit RGB picture and what was done to get there.

    ``source`` is for people (a path, ``pasted picture``); ``file_size`` the size
    stored in the file before EXIF turned it; ``frames`` the number of frames in the
    file and ``frame`` the one shown; ``notes`` the conversions in words.
    """

    image: "Image"
    source: str
    format: str
    file_size: tuple[int, int]
    frame: int = 0
    frames: int = 1
    notes: tuple[str, ...] = ()

    @property
    def incomplete(self) -> bool:
        """Whether the file was cut or damaged, and only a part of the picture could be read."""
        return any(note.startswith(INCOMPLETE) for note in self.notes)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels, upright."""
        return self.image.size

    @override
    def __repr__(self) -> str:
        return f"<Picture {self.source}: {self.size[0]}×{self.size[1]}, {self.format}>"
