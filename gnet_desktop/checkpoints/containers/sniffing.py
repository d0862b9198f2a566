"""Whether a file is one of weights: its content decides, for the window, the command line and folders."""

import os
from pathlib import Path
from typing import Final

from gnet_desktop.checkpoints.containers import (
    CONTAINERS,
    HEAD,
    caffemodel,
    onnx,
    tensorflow_graph,
)
from gnet_desktop.checkpoints.containers.folders import checkpoint_in
from gnet_desktop.checkpoints.containers.refusals import foreign, is_text
from gnet_desktop.checkpoints.containers.source import FileSource, Source, read
from gnet_desktop.checkpoints.containers.wrapped import first_bytes
from gnet_desktop.errors import CheckpointError, GNetError, PictureError
from gnet_desktop.files import is_file, is_folder

_WITHOUT_A_MARK: Final = (onnx, tensorflow_graph, caffemodel)
"""Any file may begin as these do: they are what they seem if tensors can be found in them."""


def holds_weights(path: Path) -> bool:
    """Whether a file is one of weights, whatever it is called and whether it can be opened or not.

    A folder is one if it has what a checkpoint's folder is opened by.
    """
    try:
        if is_folder(path):
            return checkpoint_in(path) is not None
        with FileSource(path) as source:
            return _is_one(source)
    except (OSError, ValueError, CheckpointError):
        return False


def not_a_picture(error: GNetError, source: object) -> GNetError:
    """What to say of a file that could not be read as a picture: if it is one of weights, that it is."""
    if not isinstance(source, Path) or not is_file(source) or not holds_weights(source):
        return error
    name = os.fsencode(source).decode("utf-8", "replace")
    return PictureError(
        f"{name} is a file of weights, not a picture.",
        "Its content says so, whatever its name.",
        "Open it as the checkpoint.",
    )


def _is_one(source: Source) -> bool:
    head = read(source, 0, min(HEAD, source.size))
    for container in CONTAINERS:
        if container.claims(head, source):
            return container not in _WITHOUT_A_MARK or bool(container.read_contents(source).tensors)
    if first := first_bytes(head, HEAD):
        return not is_text(first)
    return foreign(head, source).weights
