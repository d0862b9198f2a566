"""Files of other programs in Google's wire format, called by their names.

They begin as an ONNX file or a caffemodel may begin, so they are asked for before
these. Nothing of them is read; where they belong to a TensorFlow checkpoint, that is.
"""

from collections.abc import Iterator
from typing import Final

from gnet_desktop.checkpoints.containers import tensorflow_checkpoint
from gnet_desktop.checkpoints.containers.refusals import Foreign
from gnet_desktop.checkpoints.containers.source import Placed, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents
from gnet_desktop.checkpoints.containers.tensorflow_checkpoint import VARIABLES

_HEAD: Final = 4096
_VARINT, _BYTES = 0, 2
_MOST: Final = 8

_SOLVER: Final = Foreign(
    "a Caffe solver's state",
    "It holds what training needs to go on, and only the name of the weights: {}.",
    "Open that caffemodel.",
)
_SAVED_MODEL: Final = Foreign(
    "TensorFlow's SavedModel",
    "Its weights are in the folder `variables`, which is not beside it.",
    "Put the folder beside it, or open variables.index.",
)
_META_GRAPH: Final = Foreign(
    "the graph of a TensorFlow checkpoint (.meta)",
    "Its weights are in an .index and a .data file, which are not beside it.",
    "Put them beside it, or open the .index file.",
)


def claims(head: bytes, _source: Source) -> bool:
    """Whether it begins as one of these does."""
    return _kind(head) is not None


def read_contents(source: Source) -> Contents:
    """The checkpoint that it belongs to; raises CheckpointError with what it is where there is none."""
    found = _kind(read(source, 0, min(_HEAD, source.size)))
    assert found is not None
    if isinstance(source, Placed) and found in (_SAVED_MODEL, _META_GRAPH):
        name = VARIABLES if found is _SAVED_MODEL else f"{source.path.stem}.index"
        if source.has(name):
            return tensorflow_checkpoint.read_contents(source.beside(name))
    raise found.error()


def _kind(head: bytes) -> Foreign | None:
    fields = list(peek(head))
    match fields[:2]:
        case [(1, int()), (2, bytes() as second)]:
            return _solver(second) or _model(second)
        case [(1, bytes() as first), *_] if _is_meta_info(first):
            return _META_GRAPH
    return None


def _solver(text: bytes) -> Foreign | None:
    if not text.endswith((b".caffemodel", b".caffemodel.h5")):
        return None
    name = text.decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2]
    return Foreign(_SOLVER.is_a, _SOLVER.why.format(name), _SOLVER.todo)


def _model(message: bytes) -> Foreign | None:
    """A message inside the second field: a graph with its meta information."""
    first = next(peek(message), (0, 0))
    if first[0] != 1 or not isinstance(first[1], bytes):
        return None
    return _SAVED_MODEL if _is_meta_info(first[1]) else None


def _is_meta_info(message: bytes) -> bool:
    """Whether it lists operations, or has the tags that only a saved graph has."""
    fields = dict(peek(message))
    operations = fields.get(2, 0)
    if isinstance(operations, bytes) and operations.startswith(b"\x0a"):
        return True
    return 1 not in fields and any(isinstance(fields.get(number), bytes) for number in (4, 5))


def peek(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The first fields of a message of which only the beginning is here, the last one perhaps cut."""
    position = 0
    for _ in range(_MOST):
        tag, position = _varint(data, position)
        value, position = _varint(data, position)
        kind = tag & 7
        if position < 0 or kind not in (_VARINT, _BYTES):
            return
        if kind == _VARINT:
            yield tag >> 3, value
            continue
        yield tag >> 3, data[position : position + value]
        position += value


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """A number and where it ends; -1 where there is none."""
    result = 0
    for shift in range(0, 70, 7):
        if not 0 <= position < len(data):
            break
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
    return 0, -1
