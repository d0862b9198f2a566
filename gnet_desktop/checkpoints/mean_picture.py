"""Caffe keeps the mean of its training pictures beside the weights (DIGITS: ``mean.binaryproto``)."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from gnet_desktop.checkpoints.containers.caffemodel import read_blob
from gnet_desktop.checkpoints.containers.source import FileSource
from gnet_desktop.checkpoints.containers.stored import Floats
from gnet_desktop.convention import Convention
from gnet_desktop.errors import CheckpointError

_USUAL: Final = "mean.binaryproto"
_LARGEST: Final = 1 << 24
"""Most numbers of a mean picture: some 2300 × 2300 in colour."""


def with_mean_beside(
    path: Path, convention: Convention, source: str
) -> tuple[Convention, str, tuple[str, ...]]:
    """A Caffe model's convention with the means of the mean picture beside it, if there is one.

    Also where the convention comes from in words, and notes. The mean of each channel is
    subtracted; a square mean picture also tells the size that pictures were brought to.
    """
    try:
        candidates = sorted(path.parent.glob("*.binaryproto"), key=lambda one: (one.name != _USUAL, one.name))
    except OSError:
        return convention, source, ()
    for candidate in candidates:
        try:
            picture = read_mean(candidate, convention.channels)
        except CheckpointError as error:
            usual = ", ".join(f"{value:g}" for value in convention.mean)
            return convention, source, (f"{candidate.name} beside it is not used, but {usual}: {error}",)
        return _with(picture, candidate.name, convention, source)
    return convention, source, ()


def read_mean(path: Path, channels: int) -> Floats:
    """A mean picture as channels × height × width, in the order that the network reads.

    Raises CheckpointError where it is none, or one of another number of channels.
    """
    with FileSource(path) as file:
        tensor = read_blob("the mean", file)
        shape = tensor.shape[1:] if len(tensor.shape) == 4 and tensor.shape[0] == 1 else tensor.shape
        if len(shape) != 3 or shape[0] != channels or not 0 < tensor.count <= _LARGEST:
            raise CheckpointError(f"It is no mean picture of {channels} channels.")
        tensor.check("the mean")
        found = tensor.numbers().reshape(shape)
    if not np.isfinite(found).all():
        raise CheckpointError("It has values that are no numbers.")
    return found


def _with(
    picture: Floats, name: str, convention: Convention, source: str
) -> tuple[Convention, str, tuple[str, ...]]:
    means = tuple(round(float(value), 4) for value in picture.mean(axis=(1, 2), dtype=np.float64))
    _, height, width = picture.shape
    fits = height == width and height >= (convention.crop or 1)
    size = height if fits and convention.resize == "exact" else convention.size
    words = ", ".join(f"{value:g}" for value in means)
    spread = float(np.abs(picture - np.array(means, np.float32)[:, None, None]).max())
    note = (
        f"The means {words} are those of {name} beside the file, a mean picture of {width} × {height}; "
        f"its places, which differ from them by up to {spread:.0f}, are not subtracted one by one."
    )
    changed = replace(convention, name=f"{convention.name} with {name}", mean=means, size=size)
    return changed, f"{source}, with the means of {name}", (note,)
