"""HDF5 files of weights: Keras's (``.h5``), Caffe's, MATLAB's (``.mat`` 7.3), any with named arrays.

What a file is, its groups and attributes tell; a convention that doesn't know a file says None.
"""

from collections.abc import Callable
from typing import Final

from gnet_desktop.checkpoints.containers import keras
from gnet_desktop.checkpoints.containers.hdf5 import layout
from gnet_desktop.checkpoints.containers.hdf5.tree import Node, read_tree
from gnet_desktop.checkpoints.containers.matlab import version7
from gnet_desktop.checkpoints.containers.source import Source
from gnet_desktop.checkpoints.containers.stored import Contents
from gnet_desktop.errors import CheckpointError

_BLOBS: Final = ("weight", "bias")


def claims(head: bytes, _source: Source) -> bool:
    """Whether HDF5's mark stands at one of its places."""
    return layout.start(head) is not None


def read_contents(source: Source) -> Contents:
    """The file's tensors; raises CheckpointError where it has none."""
    tree = read_tree(source)
    for convention in _CONVENTIONS:
        if (found := convention(tree)) is not None:
            return found
    raise CheckpointError(
        "This is an HDF5 file without weights.",
        "It holds no arrays of numbers.",
        "Save the network's weights (model.save_weights in Keras), and open that.",
    )


def _caffe(tree: Node) -> Contents | None:
    """Caffe keeps a layer's blobs by number under its name, which has slashes."""
    data = tree.inside.get("data")
    if data is None or not data.is_group:
        return None
    tensors = {}
    for path, node in data.walk():
        layer, _, number = path.rpartition("/")
        if node.tensor is not None and layer and number.isdecimal() and len(number) < 3:
            role = _BLOBS[int(number)] if int(number) < len(_BLOBS) else f"blob{int(number)}"
            tensors[f"{layer}.{role}"] = node.tensor
    return Contents("Caffe's blobs (HDF5)", tensors) if tensors else None


def _arrays(tree: Node) -> Contents | None:
    """Any other file: every array under its path."""
    tensors = {path: node.tensor for path, node in tree.walk() if node.tensor is not None}
    return Contents("HDF5", tensors) if tensors else None


_CONVENTIONS: Final[tuple[Callable[[Node], Contents | None], ...]] = (
    version7.variables_of,
    keras.layers_of,
    keras.variables_of,
    _caffe,
    _arrays,
)
