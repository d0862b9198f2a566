"""How many pictures go through the network at once: a batch must fit a stated memory, whatever its size."""

from collections.abc import Iterator, Sequence
from typing import Final

MEMORY: Final = 160 * 2**20
"""Bytes that a batch may take on top of everything else."""

_BYTES_A_PIXEL: Final = 280
"""What a pass without derivatives holds for each input pixel, at most."""
_DERIVATIVES: Final = 4
"""How much more it holds with them."""


def batch_size(shape: Sequence[int], *, derivatives: bool = False) -> int:
    """Pictures of (channels, height, width) that fit `MEMORY`, 1…16."""
    each = shape[-1] * shape[-2] * _BYTES_A_PIXEL * (_DERIVATIVES if derivatives else 1)
    return max(1, min(16, MEMORY // each))


def in_batches(count: int, size: int) -> Iterator[slice]:
    """0…count in slices of ``size``."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
