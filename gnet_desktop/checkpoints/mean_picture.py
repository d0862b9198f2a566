"""Caffe keeps the mean of its training pictures beside the weights (DIGITS: ``mean.binaryproto``)."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from gnet_desktop.checkpoints.containers.caffemodel import read_blob
from gnet_desktop.checkpoints.containers.source import FileSource
from gnet_desktop.checkpoints.containers.stored import Floats
from gnet_desktop.convention import Convention, MeanPlaces
from gnet_desktop.errors import CheckpointError

_USUAL: Final = "mean.binaryproto"
_LARGEST: Final = 1 << 24
"""Most numbers of a mean picture: some 2300 × 2300 in colour."""

_DIGITS: Final = 2
"""Digits of a mean behind the point, as people write it; its places make up for the rest."""


def with_mean_beside(
    path: Path, convention: Convention, source: str
) -> tuple[Convention, str, tuple[str, ...]]:
    """A Caffe model's convention with the means of the mean picture beside it, if there is one.

    Also where the convention comes from in words, and notes. A square mean picture tells the
    size that pictures were brought to, and is subtracted place by place, as Caffe does in
    training; of any other the mean of each channel is.
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
            raise CheckpointError(f"It is not a mean picture of {channels} channels.")
        tensor.check("the mean")
        found = tensor.numbers().reshape(shape)
    if not np.isfinite(found).all():
        raise CheckpointError("It has values that are not numbers.")
    return found


def _with(
    picture: Floats, name: str, convention: Convention, source: str
) -> tuple[Convention, str, tuple[str, ...]]:
    means = tuple(round(float(value), _DIGITS) for value in picture.mean(axis=(1, 2), dtype=np.float64))
    _, height, width = picture.shape
    size = f"a mean picture of {width} × {height}"
    words = ", ".join(f"{value:g}" for value in means)
    changed = convention.changed(name=f"{convention.name} with {name}", mean=means)
    if height != width or height < (convention.crop or 1) or convention.resize != "exact":
        note = (
            f"The means {words} are those of {name} beside the file, {size}. Pictures are not brought to "
            "that size here, so that its places are not subtracted one by one."
        )
        return changed, f"{source}, with the means of {name}", (note,)
    differences = np.ascontiguousarray(picture - np.array(means, np.float32)[:, None, None])
    places = MeanPlaces(hashlib.sha256(differences.tobytes()).hexdigest(), differences)
    note = (
        f"From each pixel the value at its place in {name} beside the file is subtracted, {size} "
        f"(means {words})."
    )
    changed = replace(changed, size=height, places=places)
    return changed, f"{source}, with {name}", (note,)
