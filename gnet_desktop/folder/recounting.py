"""Some pictures of an index once more: the maps of one part, for what the index has not counted."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from gnet_desktop.convention import Convention
from gnet_desktop.folder import reading
from gnet_desktop.folder.indexing import ANSWERS
from gnet_desktop.folder.store import Store
from gnet_desktop.folder.units import Counted

if TYPE_CHECKING:
    from torch import Tensor

MOST: Final = 1000
"""Pictures that are looked at once more; of larger folders so many, evenly spread."""


def some_pictures(place: Path, most: int = MOST) -> list[str]:
    """The paths of at most so many pictures that an index could read, evenly spread over all."""
    file = place / ANSWERS
    store = Store(file, Store.recipe_of(file))
    try:
        failed = store.failed()
        paths = sorted(path for path in store.stamps() if path not in failed)
    finally:
        store.close()
    places = np.linspace(0, len(paths) - 1, min(most, len(paths))).round().astype(int)
    return [paths[one] for one in places]


def maps_of(
    folder: Path, paths: Sequence[str], network: Counted, convention: Convention, part: str
) -> Iterator[tuple[list[str], "Tensor"]]:
    """(paths, maps) of one part, (pictures, channels, height, width), after the rectifier.

    Pictures that can no longer be read are left out.
    """
    import torch

    names = iter(paths)
    for batch in reading.batches((folder / path for path in paths), convention):
        good = [(name, one.prepared.array) for one, name in zip(batch, names, strict=False) if one.prepared]
        if good:
            value = torch.from_numpy(np.stack([array for _, array in good]))
            yield [name for name, _ in good], network.outputs(value, (part,))[part]
