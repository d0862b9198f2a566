"""The kinds of file that weights come in, one module each.

A module has ``claims(head, source)``, true if a file that starts like this is its own,
and ``read_contents(source)``. To add one, write it and list it here.
"""

from dataclasses import replace
from typing import Final, Protocol

from gnet_desktop.checkpoints.containers import (
    bare_pickle,
    caffe2,
    caffemodel,
    coreml,
    distributed,
    exported,
    hdf5_files,
    keras_archive,
    mxnet,
    ncnn,
    neighbours,
    numpy_files,
    onnx,
    safetensors,
    shards,
    tensorflow_checkpoint,
    tensorflow_graph,
    tensorflow_lite,
    torch7,
    torch_legacy,
    torch_tar,
    torch_zip,
)
from gnet_desktop.checkpoints.containers.admitting import admitted
from gnet_desktop.checkpoints.containers.composing import composed
from gnet_desktop.checkpoints.containers.matlab import version5 as matlab
from gnet_desktop.checkpoints.containers.openvino import files as openvino
from gnet_desktop.checkpoints.containers.refusals import (
    Unclaimed,
    by_name,
    foreign,
    refuse_without_weights,
)
from gnet_desktop.checkpoints.containers.source import FileSource, Incomplete, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents
from gnet_desktop.checkpoints.containers.wrapped import unwrapped
from gnet_desktop.shown import shown

HEAD: Final = 4096
"""How many bytes from the start a container is recognised by."""


class Container(Protocol):
    """What each module of this folder offers."""

    def claims(self, head: bytes, source: Source, /) -> bool:
        """Whether a file that starts like this is such a container."""
        ...

    def read_contents(self, source: Source, /) -> Contents:
        """What is in it, unread; raises CheckpointError."""
        ...


CONTAINERS: Final[tuple[Container, ...]] = (
    distributed,
    shards,
    ncnn,
    openvino,
    tensorflow_checkpoint,
    torch_zip,
    exported,
    hdf5_files,
    keras_archive,
    matlab,
    torch7,
    torch_legacy,
    torch_tar,
    numpy_files,
    bare_pickle,
    safetensors,
    mxnet,
    neighbours,
    caffe2,
    coreml,
    onnx,
    tensorflow_graph,
    tensorflow_lite,
    caffemodel,
)


_DEEPEST: Final = 3
"""Files in files: a torch file in a tar archive that is packed with gzip."""


def read_container(source: Source) -> Contents:
    """The contents of a file, whatever its ending says; raises CheckpointError with what it is instead."""
    try:
        contents = composed(_read(source, source if isinstance(source, FileSource) else None, 0))
    except Incomplete as error:
        if (named := by_name(source)) is not None:  # a part, or a download that is still under way
            raise named.error() from error
        raise
    refuse_without_weights(contents)
    return contents


def _read(source: Source, root: FileSource | None, depth: int) -> Contents:
    """What is in a file or, where it is only packed, in the file inside."""
    head = read(source, 0, min(HEAD, source.size))
    for container in CONTAINERS:
        if container.claims(head, source):
            return admitted(container.read_contents(source))
    inner = unwrapped(head, source, root) if depth < _DEEPEST else None
    if inner is None:
        raise Unclaimed(foreign(head, source))
    try:
        found = _read(inner.source, root, depth + 1)
    except Unclaimed as error:
        why = f"It holds {shown(inner.name)}: {error.kind.is_a}."
        raise Unclaimed(replace(foreign(head, source), why=why)) from error
    note = f"The weights were unpacked from {inner.words}: {shown(inner.name)}."
    return replace(found, container=f"{found.container}, in {inner.words}", notes=(note, *found.notes))
