"""Tensors that a file holds in another form: worked out from what is there when they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.source import Damaged
from gnet_desktop.checkpoints.containers.stored import Floats, StoredTensor

_LARGEST_SIDE: Final = 1 << 24
"""Coordinates are read as float32, which is exact up to here."""


@dataclass(frozen=True, slots=True)
class Made:
    """A source of float32 numbers that are worked out of ``parts`` each time they are read."""

    parts: tuple[StoredTensor, ...]
    count: int
    work_out: Callable[..., NDArray[Any]]

    @property
    def size(self) -> int:
        """Number of bytes."""
        return 4 * self.count

    def read_into(self, offset: int, target: memoryview) -> None:
        """Fill ``target``; raises CheckpointError where a part cannot be read or doesn't fit."""
        for part in self.parts:
            part.check("that another is worked out of")
        with np.errstate(all="ignore"):  # what is no number stays none, and is told later
            worked_out = self.work_out(*(part.numbers() for part in self.parts))
            numbers = np.ascontiguousarray(worked_out, "<f4")
        target[:] = numbers.reshape(-1).view(np.uint8).data[offset : offset + len(target)]


def made(
    parts: tuple[StoredTensor, ...],
    work_out: Callable[..., NDArray[Any]],
    *,
    shape: tuple[int, ...] = (),
    kind: str = "",
    how: str = "",
) -> StoredTensor:
    """A tensor worked out of others: by default of the first one's shape and kind."""
    shape, kind = shape or parts[0].shape, kind or parts[0].kind or parts[0].dtype
    return StoredTensor(Made(parts, prod(shape), work_out), "float32", shape, kind=kind, how=how)


def dequantised(
    values: StoredTensor, *by_channel: StoredTensor, axis: int = 0, scale: float = 1.0, zero: float = 0.0
) -> StoredTensor:
    """Whole numbers as what they stand for: (value − zero point) · scale.

    ``by_channel`` are scales and perhaps zero points along ``axis``, each one number or
    one a channel; without them ``scale`` and ``zero`` are for all.
    """
    if not by_channel:
        return made((values,), partial(_dequantise, scale=scale, zero=zero))
    if not 0 <= axis < len(values.shape):
        raise Damaged("A quantised tensor has no such axis as its scales are for.")
    for part in by_channel:
        if part.count not in (1, values.shape[axis]):
            raise Damaged(f"A quantised tensor has {part.count} scales for {values.shape[axis]} channels.")
    return made((values, *by_channel), partial(_dequantise, axis=axis))


def _dequantise(
    values: Floats, scale: Floats | float = 1.0, zero: Floats | float = 0.0, *, axis: int = 0
) -> NDArray[Any]:
    sides = [-1 if place == axis else 1 for place in range(values.ndim)]
    scales, zeros = (np.asarray(part, np.float32).reshape(sides) for part in (scale, zero))
    return (values - zeros) * scales


_FILLED: Final = "filled up with zeros"
_MISFIT: Final = "The coordinates of a sparse tensor do not fit its values."


def dense(indices: StoredTensor, values: StoredTensor, *, shape: tuple[int, ...]) -> StoredTensor:
    """A sparse tensor (coordinates as sides × entries, and the values there) with its zeros."""
    sides = indices.shape[0] if len(indices.shape) == 2 else -1
    fits = 0 < sides <= len(shape) and values.shape == (indices.shape[1], *shape[sides:])
    if not fits or max(shape, default=0) > _LARGEST_SIDE:
        raise Damaged(_MISFIT)
    return made((values, indices), partial(_scattered, shape=shape), shape=shape, how=_FILLED)


def dense_rows(
    ends: StoredTensor, columns: StoredTensor, values: StoredTensor, *, shape: tuple[int, ...]
) -> StoredTensor:
    """A sparse matrix (where each row begins, and each entry's column and value) with its zeros."""
    fits = len(shape) == 2 and ends.shape == (shape[0] + 1,) and values.shape == columns.shape
    if not fits or len(values.shape) != 1 or max(*shape, values.count) > _LARGEST_SIDE:
        raise Damaged(_MISFIT)
    return made((values, ends, columns), partial(_rowed, shape=shape), shape=shape, how=_FILLED)


def _rowed(values: Floats, ends: Floats, columns: Floats, *, shape: tuple[int, ...]) -> Floats:
    counts: NDArray[np.int64] = np.diff(ends).astype(np.int64)
    if (counts < 0).any() or counts.sum() != len(values):
        raise Damaged(_MISFIT)
    rows = np.repeat(np.arange(shape[0], dtype=np.float32), counts)
    return _scattered(values, np.stack([rows, columns]), shape=shape)


def _scattered(values: Floats, indices: Floats, *, shape: tuple[int, ...]) -> Floats:
    found = np.zeros(shape, np.float32)
    places = indices.astype(np.int64)
    bounds = np.array(shape[: len(places)])[:, None]
    if ((places < 0) | (places >= bounds)).any():
        raise Damaged("A sparse tensor has a number outside its shape.")
    np.add.at(found, tuple(places), values)
    return found
