"""Pictures of what units want as one picture, beside the strongest crops of an index where there is one."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gnet_desktop.errors import UsageError
from gnet_desktop.network.naming import parse_unit

if TYPE_CHECKING:
    from gnet_desktop.checkpoints.checkpoint import Checkpoint
    from gnet_desktop.folder.strongest import Index
    from gnet_desktop.inspection.visualisation.recipe import Made

GAP: Final = 8
CROPS: Final = 6
Pixels = NDArray[np.uint8]


def sheet(made: "Sequence[Made]") -> Pixels:
    """All pictures on white, (height, width, 3): a row each where there are several apart, else a square."""
    pictures = [picture for one in made for picture in one.pictures]
    columns = made[0].recipe.count if made[0].recipe.count > 1 else math.ceil(math.sqrt(len(pictures)))
    return _laid_out(pictures, columns)


def beside(made: "Sequence[Made]", place: Path, checkpoint: "Checkpoint") -> Pixels:
    """A row a unit: its pictures, then its strongest crops in the index in ``place``.

    Raises UsageError for what is no unit that an index counts.
    """
    from gnet_desktop.folder import strongest

    index = strongest.opened(place, checkpoint)
    if index.pictures is None:
        raise UsageError(f"The pictures of {place.name} were not found.", "", "Make the index anew.")
    rows = [[*one.pictures, *_crops(one, index)] for one in made]
    columns = max(map(len, rows))
    blank = np.full_like(made[0].pictures[0], 255)
    return _laid_out([one for row in rows for one in [*row, *[blank] * (columns - len(row))]], columns)


def _crops(made: "Made", index: "Index") -> list[Pixels]:
    """Squares as large as the pictures."""
    from gnet_desktop.folder import strongest

    unit, side, found = parse_unit(made.wanted.name, index.architecture), made.recipe.size, []
    for _, crop in strongest.crops(index, unit, CROPS, side):
        square = Image.new("RGB", (side, side), "white")
        square.paste(crop, ((side - crop.width) // 2, (side - crop.height) // 2))
        found.append(np.asarray(square))
    return found


def _laid_out(pictures: Sequence[Pixels], columns: int) -> Pixels:
    side = pictures[0].shape[0]
    rows, pitch = -(-len(pictures) // columns), side + GAP
    whole = np.full((rows * pitch - GAP, columns * pitch - GAP, 3), 255, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // columns * pitch, place % columns * pitch
        whole[top : top + side, left : left + side] = picture
    return whole
