"""Directions in a layer's channels from a file: decoders of sparse autoencoders, concept vectors, factors.

Any container of weights will do; nothing in it is run. What fits is found by its shape.
"""

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Final

import numpy as np

from gnet_desktop.checkpoints.containers import read_container
from gnet_desktop.checkpoints.containers.source import FileSource, read
from gnet_desktop.checkpoints.containers.stored import Floats, StoredTensor
from gnet_desktop.errors import CheckpointError, GNetError
from gnet_desktop.shown import shown

MOST: Final = 1 << 17
"""Directions that are read from one file."""
_ARRAY: Final = b"\x93NUMPY"
_FEW: Final = 8
"""Tensors in a file of directions: an autoencoder's two matrices, their biases, and what goes with them."""
_DECODERS: Final = ("dec", "dictionary", "components", "directions", "concept", "cav")
"""What a matrix is called that leads back to the channels; an encoder beside it is another thing."""


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """``vectors`` is float32 (directions, channels), as stored; ``name`` that of the tensor."""

    name: str
    vectors: Floats

    def __len__(self) -> int:
        return len(self.vectors)


def read_directions(path: Path, channels: int) -> Directions:
    """The directions in a layer of so many channels: one a row, or one a column where only that fits.

    Raises CheckpointError where there is no such matrix, or more than one that is called
    neither a decoder nor anything like it.
    """
    with FileSource(path) as source:
        alone = read(source, 0, len(_ARRAY)) == _ARRAY
    name, values = (path.stem, _array(path, channels)) if alone else _from_container(path, channels)
    values = np.atleast_2d(values)
    vectors = values if values.shape[1] == channels else values.T
    if not np.isfinite(vectors).all():
        raise CheckpointError(f"{shown(name)} has values that are not numbers.")
    return Directions(name, np.ascontiguousarray(vectors))


def holds_directions(path: Path) -> bool:
    """Whether a file is a matrix or a few of them, and not the weights of a network; never raises."""
    try:
        with FileSource(path) as source:
            if read(source, 0, len(_ARRAY)) == _ARRAY:
                return True
            shapes = [one.shape for one in read_container(source).tensors.values()]
    except GNetError:
        return False
    matrices = [shape for shape in shapes if len(shape) == 2]
    return 0 < len(matrices) <= _FEW and len(shapes) <= _FEW and max(map(len, shapes)) <= 2


def _array(path: Path, channels: int) -> Floats:
    """A NumPy file of one array, which no container of weights is."""
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise CheckpointError("This NumPy file cannot be read.", f"{error}".rstrip(".") + ".") from error
    if not _has_shape(found.shape, channels) or found.dtype.kind not in "fiu":
        raise _nothing(channels)
    return np.asarray(found, np.float32)


def _from_container(path: Path, channels: int) -> tuple[str, Floats]:
    with FileSource(path) as source:
        fitting = {
            name: one
            for name, one in read_container(source).tensors.items()
            if _has_shape(one.shape, channels)
        }
        name = _chosen(fitting, channels)
        fitting[name].check(name)
        values = np.asarray(fitting[name].numbers(), np.float32).reshape(fitting[name].shape)
    return name, values


def _has_shape(shape: tuple[int, ...], channels: int) -> bool:
    return 0 < len(shape) <= 2 and channels in shape and 0 < prod(shape) <= MOST * channels


def _chosen(fitting: dict[str, StoredTensor], channels: int) -> str:
    names = [name for name, one in fitting.items() if len(one.shape) == 2] or list(fitting)
    if len(names) > 1:
        names = [name for name in names if any(word in name.lower() for word in _DECODERS)] or names
    if not names:
        raise _nothing(channels)
    if len(names) > 1:
        raise CheckpointError(
            "The file has several matrices that fit.",
            f"They are {', '.join(map(shown, names[:4]))}.",
            "Keep the one that is meant in a file of its own.",
        )
    return names[0]


def _nothing(channels: int) -> CheckpointError:
    return CheckpointError(
        "No directions for this layer are in the file.",
        f"None of its tensors has a side of {channels}, the layer's channels.",
        "Choose the layer that they were made for.",
    )
