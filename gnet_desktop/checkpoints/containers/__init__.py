"""The kinds of file that weights come in, one module each.

A module has ``claims(head, source)``, true if a file that starts like this is its own,
and ``read_contents(source)``. To add one, write it and list it here.
"""

from typing import Final, Protocol

from gnet_desktop.checkpoints.containers import (
    bare_pickle,
    caffemodel,
    distributed,
    exported,
    mxnet,
    neighbours,
    numpy_files,
    onnx,
    safetensors,
    shards,
    tensorflow_graph,
    torch_legacy,
    torch_tar,
    torch_zip,
)
from gnet_desktop.checkpoints.containers.composing import composed
from gnet_desktop.checkpoints.containers.refusals import refusal, refuse_placeholders
from gnet_desktop.checkpoints.containers.source import Source, read
from gnet_desktop.checkpoints.containers.stored import Contents

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
    torch_zip,
    exported,
    torch_legacy,
    torch_tar,
    numpy_files,
    bare_pickle,
    safetensors,
    mxnet,
    neighbours,
    onnx,
    tensorflow_graph,
    caffemodel,
)


def read_container(source: Source) -> Contents:
    """The contents of a file, whatever its ending says; raises CheckpointError with what it is instead."""
    head = read(source, 0, min(HEAD, source.size))
    for container in CONTAINERS:
        if container.claims(head, source):
            contents = composed(container.read_contents(source))
            refuse_placeholders(contents)
            return contents
    raise refusal(head, source)
