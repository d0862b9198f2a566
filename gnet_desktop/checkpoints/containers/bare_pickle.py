"""Plain Python pickles: Paddle's parameters, dictionaries of arrays, tensors pickled without torch.save."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gnet_desktop.checkpoints.containers.lasagne import named
from gnet_desktop.checkpoints.containers.pickled.contents import NoTensors, contents
from gnet_desktop.checkpoints.containers.pickled.machine import load
from gnet_desktop.checkpoints.containers.pickled.rebuilding import KNOWN, Storage, bytes_source
from gnet_desktop.checkpoints.containers.source import Cursor, Source
from gnet_desktop.checkpoints.containers.stored import Contents
from gnet_desktop.checkpoints.containers.torch_legacy import read_value
from gnet_desktop.errors import CheckpointError

_STARTS: Final = (b"(dp", b"(d.", b"ccollections\n", b"ctorch", b"cnumpy", b"(lp", b"}q")
"""How pickles of the oldest protocols begin, which have no mark of their own."""


def claims(head: bytes, _source: Source) -> bool:
    """Whether it starts like a pickle; torch's own formats are asked first."""
    return (head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")) or head.startswith(
        _STARTS
    )


def read_contents(source: Source) -> Contents:
    """The tensors of a pickle; raises CheckpointError if it has none."""
    value = load(Cursor(source), _KNOWN)
    try:
        return named(contents(value, "a plain pickle"))
    except NoTensors as error:
        raise CheckpointError(
            "This is a plain pickle without weights.",
            f"It was not written by torch. {error.why}",
            "Save the weights with torch.save(model.state_dict(), …), and open that.",
        ) from error


def _storage(data: Any) -> Storage:
    """A storage that was pickled as a torch file of its own."""
    source = bytes_source(data)
    if source is None:
        raise TypeError("no bytes")
    value, _ = read_value(source)
    if not isinstance(value, Storage):
        raise TypeError("no storage")
    return value


_KNOWN: Final[Mapping[str, Callable[..., Any]]] = {**KNOWN, "torch.storage._load_from_bytes": _storage}
