"""Directions in a part's channels as virtual units: from a file, or as factors of a class's cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from gnet_desktop.checkpoints.directions import read_directions
from gnet_desktop.errors import UsageError
from gnet_desktop.folder.along import Along, Cells, answers
from gnet_desktop.folder.recounting import some_pictures
from gnet_desktop.inspection.factors import nonnegative_factors
from gnet_desktop.inspection.visualisation.wanted import channel_count, direction_wanted
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.workspace.units.items import Item
from gnet_desktop.workspace.units.recounts import Recount

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gnet_desktop.folder.strongest import Index

FACTORS: Final = 6
OF_CLASS: Final = 48
"""Pictures of a class whose cells are taken apart."""
CELLS: Final = 12_000
"""Cells that are taken apart at most, evenly spread."""


@dataclass(frozen=True, slots=True)
class Directions:
    """Directions in a part, each an item; ``name`` is the file's or the class's."""

    name: str
    part: str
    items: tuple[Item, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """What they are, to know them again."""
        return ("along", self.part, *(item.wanted.direction.digest for item in self.items))

    @property
    def vectors(self) -> "NDArray[np.float32]":
        """(directions, channels)."""
        return np.stack([item.wanted.direction.array for item in self.items]).astype(np.float32)


def directions_of(
    architecture: Architecture, part: str, name: str, vectors: "NDArray[np.float32]"
) -> Directions:
    """Items of (directions, channels); those that are 0 everywhere are left out.

    Raises UsageError where none is left or they don't fit the part.
    """
    module = part.partition("/")[0]
    items: list[Item] = []
    for number, vector in enumerate(vectors):
        if np.any(vector):
            wanted = direction_wanted(architecture, part, vector, f"{name}:{number}")
            items.append(Item(wanted, None, module, number, len(items)))
    if not items:
        raise UsageError(f"{name} has no directions.", "All of them are 0.")
    return Directions(name, part, tuple(items))


def read(path: Path, architecture: Architecture, part: str) -> Directions:
    """The directions of a file for a part; raises CheckpointError or UsageError."""
    found = read_directions(path, channel_count(architecture, part))
    return directions_of(architecture, part, found.name, found.vectors)


def counted(directions: Directions) -> Recount:
    """What they do over the indexed folder, as a `Spectrum`."""
    return Recount(
        directions.part,
        lambda index: some_pictures(index.place),
        lambda index: Along(directions.vectors, answers(index.place)),
    )


def factors(part: str, label: int) -> Recount:
    """Factors of the cells of the pictures that were answered as a class: (factors, channels)."""
    return Recount(part, lambda index: _answered(index, label), lambda _index: Cells(), taken_apart)


def _answered(index: "Index", label: int) -> Sequence[str]:
    found = sorted(path for path, answer in answers(index.place).items() if answer == label)
    if not found:
        raise UsageError("No picture of the folder was answered as this class.", "", "Choose another class.")
    return found[:OF_CLASS]


def taken_apart(cells: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Factors of cells (cells, channels): (factors, channels), the one that explains most first."""
    step = max(1, len(cells) // CELLS)
    return nonnegative_factors(np.maximum(cells[::step], 0), FACTORS).directions
