"""Which pictures of a folder look alike to the network: by the cosine of their pooled vectors."""

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.folder.store import Store
from gnet_desktop.network.record import Array


@dataclass(frozen=True, slots=True, order=True)
class Near:
    """A picture of the store, and the cosine of the angle between its pooled vector and another's, −1…1."""

    path: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """A picture of the store, and those most like it, the nearest first."""

    path: str
    near: tuple[Near, ...]


def alike(store: Store, path: str, count: int) -> Lookalikes:
    """The pictures of the store most like one of its own; none where no vector of that one is kept."""
    vector = store.pooled_of(path)
    return Lookalikes(path, () if vector is None else tuple(nearest(store, vector, count, but=path)))


def nearest(store: Store, vector: Array, count: int, *, but: str | None = None) -> list[Near]:
    """The pictures most alike, the nearest first, ties by path; ``but`` one of them.

    A vector of zeros is like nothing: its cosine counts as 0.
    """
    found: list[tuple[float, str]] = []
    for paths, vectors in store.pooled():
        likeness = cosines(vectors, vector)
        chunk = ((-float(one), path) for one, path in zip(likeness, paths, strict=True) if path != but)
        found = heapq.nsmallest(count, [*found, *chunk])
    return [Near(path, -negative) for negative, path in found]


def cosines(vectors: Array, vector: Array) -> NDArray[np.float64]:
    """The cosine of each row of (pictures, channels) with a vector (channels,), in float64."""
    rows, one = vectors.astype(np.float64), vector.astype(np.float64)
    sizes = np.linalg.norm(rows, axis=1) * np.linalg.norm(one)
    cosines: NDArray[np.float64] = np.divide(rows @ one, sizes, out=np.zeros(len(rows)), where=sizes > 0)
    return cosines
