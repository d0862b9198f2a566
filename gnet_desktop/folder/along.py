"""Directions in a part's channels over pictures: the same numbers that an index has of units."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.folder import spectrum
from gnet_desktop.folder.indexing import ANSWERS
from gnet_desktop.folder.spectrum import Peaks, Spectrum
from gnet_desktop.folder.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

Floats = NDArray[np.float32]


class Along:
    """Counts ``vectors`` (directions, channels), made one long, a batch of maps at a time.

    A direction's value at a cell is its product with the channels there after the
    rectifier; ``classes`` says what the pictures are by their paths, −1 for nothing.
    """

    def __init__(self, vectors: Floats, classes: Mapping[str, int]) -> None:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        self._vectors = np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)
        self._classes = classes
        self._state = spectrum.empty(len(vectors))

    def add(self, paths: Sequence[str], maps: "Tensor") -> None:
        """Maps (pictures, channels, height, width) of some pictures."""
        import torch

        along = torch.einsum("dk,nkhw->ndhw", torch.from_numpy(self._vectors).to(maps.device), maps)
        flat = along.flatten(2).cpu().numpy()
        rows, columns = np.divmod(flat.argmax(2), maps.shape[3])
        peaks = Peaks(
            paths,
            flat.max(2),
            np.stack([rows, columns], 2).astype(np.uint16),
            flat.min(2),
            np.array([self._classes.get(path, -1) for path in paths], np.int64),
        )
        self._state = spectrum.merge(self._state, spectrum.of_peaks(peaks))

    def found(self) -> Spectrum:
        """What the directions do over all of them."""
        return self._state


class Cells:
    """All cells of some pictures' maps, (cells, channels), to be taken apart into factors."""

    def __init__(self) -> None:
        self._cells: list[Floats] = []

    def add(self, _paths: Sequence[str], maps: "Tensor") -> None:
        """Maps (pictures, channels, height, width) of some pictures."""
        self._cells.append(maps.permute(0, 2, 3, 1).flatten(0, 2).cpu().numpy())

    def found(self) -> Floats:
        """All cells so far."""
        return np.concatenate(self._cells)


def answers(place: "Path") -> dict[str, int]:
    """{path: the main head's first answer} of the pictures in an index."""
    file = place / ANSWERS
    store = Store(file, Store.recipe_of(file))
    try:
        return {
            path: int(row.argmax())
            for paths, values in store.logits("main")
            for path, row in zip(paths, values, strict=True)
        }
    finally:
        store.close()
