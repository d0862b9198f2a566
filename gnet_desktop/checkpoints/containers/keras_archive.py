"""Keras 3's files (``.keras``): a zip archive of the weights in HDF5 and the model's description."""

from dataclasses import replace
from typing import Final

from gnet_desktop.checkpoints.containers.archived import unpacked
from gnet_desktop.checkpoints.containers.hdf5.tree import read_tree
from gnet_desktop.checkpoints.containers.keras import Model, model_of, variables_of
from gnet_desktop.checkpoints.containers.source import Damaged, FileSource, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents
from gnet_desktop.checkpoints.containers.zipped import MAGIC, ZipEntry, content, directory
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import whole

_WEIGHTS: Final = "model.weights.h5"
_DESCRIPTION: Final = "config.json"
_LARGEST_TEXT: Final = 1 << 22


def claims(head: bytes, source: Source) -> bool:
    """Whether it is a zip archive with both."""
    return head.startswith(MAGIC) and {_WEIGHTS, _DESCRIPTION} <= directory(source).keys()


def read_contents(source: Source) -> Contents:
    """The variables under the names of their layers; raises CheckpointError."""
    entries = directory(source)
    root = source if isinstance(source, FileSource) else None
    weights = unpacked(source, entries[_WEIGHTS], root)
    found = variables_of(read_tree(weights), _described(source, entries[_DESCRIPTION]))
    if found is None:
        raise CheckpointError(
            "This is a Keras file without weights.",
            f"No layer in its {_WEIGHTS} has variables.",
            "Save the network again after it was built.",
        )
    return replace(found, container="Keras 3 model")


def _described(source: Source, entry: ZipEntry) -> Model:
    if entry.size > _LARGEST_TEXT:
        raise Damaged(f"Its description takes {whole(entry.size)} bytes, far more than a network's.")
    return model_of(read(content(source, entry), 0, entry.size).decode("utf-8", "replace"))
