"""TensorFlow's checkpoints: one table with the numbers in it, or ``.index`` and ``.data-…`` files.

The first format keeps everything in one file. The second keeps names and places in the
``.index``, whose format is the same, and the numbers beside it; opening any of the files opens
the whole. What TensorFlow 2 calls by the path to an object gets the name of its variable.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Final

from gnet_desktop.checkpoints.containers.protobuf import (
    BYTES,
    VARINT,
    Field,
    fields,
    numbers,
    packed_varints,
    varint,
)
from gnet_desktop.checkpoints.containers.sorted_table import entries, is_table
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, Placed, Source, Span
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, element_size, sides
from gnet_desktop.checkpoints.containers.tensorflow_graph import DTYPES, shape_sides
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import shown, whole

VARIABLES: Final = "variables/variables.index"
"""Where a SavedModel's folder has its weights."""

_DATA: Final = re.compile(r"(.+)\.data-\d{5}-of-\d{5}")
_MOST_SHARDS: Final = 1000
_OBJECTS: Final = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE: Final = "/.ATTRIBUTES/VARIABLE_VALUE"

# TensorProto's lists of numbers: by kind, the field, and whether each is a varint
_CONTENT: Final = 4
_LISTS: Final[Mapping[str, tuple[int, bool]]] = {
    "float32": (5, False),
    "float64": (6, False),
    **dict.fromkeys(("int32", "int16", "int8", "uint8", "uint16"), (7, True)),
    "int64": (10, True),
    "bool": (11, True),
    **dict.fromkeys(("float16", "bfloat16"), (13, True)),
}


def claims(_head: bytes, source: Source) -> bool:
    """Whether it is a table, or called as the file with the numbers is."""
    return is_table(source) or _index_name(source) is not None


def read_contents(source: Source) -> Contents:
    """All variables by name.

    Raises CheckpointError, also where a file is missing beside this one.
    """
    index = source
    if isinstance(source, Placed) and (name := _index_name(source)) is not None:
        if not source.has(name):
            raise CheckpointError(
                "This is the numbers of a TensorFlow checkpoint, without their names.",
                f"The names are in {shown(name)}, which is not beside it.",
                f"Put {shown(name)} beside it, and open either.",
            )
        index = source.beside(name)
    table = entries(index)
    key, value = next(table, (b"?", index))
    header = {item.number: item for item in fields(value)} if not key else {}
    if (first := header.get(1)) is None:
        raise CheckpointError(
            "This is a sorted table of another program (LevelDB).",
            "It does not begin as TensorFlow's checkpoints do.",
            "Open a checkpoint of a GoogLeNet.",
        )
    if first.kind == BYTES:
        found = dict(_first_format(first, table))
        return Contents("TensorFlow checkpoint of the first format", _by_use(found))
    return _bundle(source, index, header, table)


def _index_name(source: Source) -> str | None:
    """The name of the index that a file of numbers belongs to; None for any other file."""
    found = _DATA.fullmatch(source.path.name) if isinstance(source, Placed) else None
    return f"{found[1]}.index" if found else None


# The first format


def _first_format(meta: Field, table: Iterator[tuple[bytes, Source]]) -> Iterator[tuple[str, StoredTensor]]:
    """Each tensor by the description at the front and the numbers behind it."""
    told = dict(
        _described(item.data) for item in fields(meta.data) if item.number == 1 and item.kind == BYTES
    )
    for _, value in table:
        for item in fields(value):
            if item.number == 2 and item.kind == BYTES:
                parts = {part.number: part for part in fields(item.data)}
                name = parts[1].text() if 1 in parts else ""
                dtype, shape = told.get(name, ("", ()))
                if dtype and 3 in parts:
                    yield name, _numbers(name, parts[3], dtype, shape)


def _described(message: Source) -> tuple[str, tuple[str, tuple[int, ...]]]:
    """A tensor's name, kind and shape."""
    name, kind, shape = "", 0, tuple[int, ...]()
    for item in fields(message):
        if item.number == 1:
            name = item.text()
        elif item.number == 2 and item.kind == BYTES:
            shape = sides(shape_sides(item.data))
        elif item.number == 3:
            kind = item.value
    return name, (DTYPES.get(kind, ""), shape)


def _numbers(name: str, tensor: Field, dtype: str, shape: tuple[int, ...]) -> StoredTensor:
    field, as_varints = _LISTS[dtype]
    pieces: dict[int, list[Field]] = {}
    for item in fields(tensor.data):
        pieces.setdefault(item.number, []).append(item)
    if _CONTENT in pieces or not as_varints:
        data = numbers(pieces.get(_CONTENT) or pieces.get(field, []))
    else:
        data = packed_varints(pieces.get(field, []), f"<u{element_size(dtype)}")
    return _checked(name, data, dtype, shape)


def _checked(name: str, data: Source, dtype: str, shape: tuple[int, ...]) -> StoredTensor:
    size = prod(shape) * element_size(dtype)
    if min(shape, default=0) < 0 or data.size > size:
        raise Damaged(
            f"The tensor {shown(name)} has {whole(data.size)} bytes, which is not what its shape takes."
        )
    if data.size < size:
        raise _in_pieces(name)
    return StoredTensor(data, dtype, shape)


def _in_pieces(name: str) -> CheckpointError:
    return CheckpointError(
        f"The variable {shown(name)} is stored in pieces.",
        "It was partitioned for its training, and such a checkpoint is not put together here.",
        "Save it once more with whole variables.",
    )


# The second format


def _bundle(
    source: Source, index: Source, header: Mapping[int, Field], table: Iterator[tuple[bytes, Source]]
) -> Contents:
    """Names and places of the index, numbers of the files beside it."""
    shards, big = header[1].value, 2 in header and header[2].value
    if not isinstance(source, Placed) or not isinstance(index, Placed):
        raise CheckpointError(
            "This is the index of a TensorFlow checkpoint.",
            "Its numbers are in files beside it, and it was packed alone.",
            "Unpack it, put the .data files beside it, and open any of them.",
        )
    if big or not 0 < shards <= _MOST_SHARDS:
        raise Damaged("Its index says that its numbers are in no known order or number of files.")
    stem = index.path.name.removesuffix(".index")
    found: dict[str, StoredTensor] = {}
    names: dict[str, str] = {}
    for key, value in table:
        name, entry = key.decode("utf-8", "replace"), _entry(value)
        if not entry.dtype and name != _OBJECTS:
            continue  # texts
        if entry.pieces:
            raise _in_pieces(name)
        file = f"{stem}.data-{entry.shard:05d}-of-{shards:05d}"
        data = Span(source if file == source.path.name else source.beside(file), entry.offset, entry.size)
        if name == _OBJECTS:
            names = dict(_variables(data))
        else:
            found[name] = _checked(name, data, entry.dtype, entry.shape)
    return Contents(
        f"TensorFlow checkpoint in {shards + 1} files",
        _by_use(_named(found, names)),
        notes=(f"Weights are read from the files {stem}.index and {stem}.data-…",),
    )


@dataclass(frozen=True)
class _Entry:
    """Where the index says that a tensor lies; ``dtype`` is empty for what is no number."""

    dtype: str
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    pieces: bool


def _entry(message: Source) -> _Entry:
    numbers, shape, pieces = dict[int, int](), tuple[int, ...](), False
    for item in fields(message):
        if item.kind == VARINT:
            numbers[item.number] = item.value
        elif item.number == 2 and item.kind == BYTES:
            shape = sides(shape_sides(item.data))
        pieces |= item.number == 7
    kind, shard, offset, size = (numbers.get(number, 0) for number in (1, 3, 4, 5))
    return _Entry(DTYPES.get(kind, ""), shape, shard, offset, size, pieces)


def _variables(data: Source) -> Iterator[tuple[str, str]]:
    """Keys and the variables' own names in the order of the program's objects.

    The list is a text, which lies behind its length and a checksum.
    """
    cursor = Cursor(data)
    length = varint(cursor)
    cursor.take(4)
    for node in fields(cursor.skip(length)):
        for item in fields(node.data) if node.number == 1 and node.kind == BYTES else ():
            if item.number == 2 and item.kind == BYTES:
                texts = {part.number: part.text() for part in fields(item.data) if part.kind == BYTES}
                yield texts.get(3, ""), texts.get(2, "")


# Names


def _named(tensors: Mapping[str, StoredTensor], names: Mapping[str, str]) -> dict[str, StoredTensor]:
    """Tensors in the order of ``names``, by their variables' own names if these are all different.

    An exported program lists all of its variables in several places.
    """
    order = [*(key for key in names if key in tensors), *(key for key in tensors if key not in names)]
    state = [key for key in order if _TRAINING.search(key)]
    own = {key: names.get(key, "") for key in order if key not in state}
    if not all(own.values()):
        names = {}
    for root in dict.fromkeys(key.partition("/")[0] for key in own if names):
        listed = {key: name for key, name in own.items() if key.startswith(f"{root}/")}
        if {*listed.values()} == {*own.values()}:
            own = listed
            break
    if not names or len({*own.values()}) < len(own):
        own = {key: key.removesuffix(_VALUE) for key in own}
    return {own[key]: tensors[key] for key in own} | {key.removesuffix(_VALUE): tensors[key] for key in state}


def _by_use(tensors: Mapping[str, StoredTensor]) -> dict[str, StoredTensor]:
    """Averages of the weights as a set of their own, and a training's state where it is known as such."""
    found = {}
    for name, tensor in tensors.items():
        if average := _AVERAGE.fullmatch(name):
            found[f"ema/{average[1]}"] = tensor
        else:
            found[f"optimizer/{name}" if _TRAINING.search(name) else name] = tensor
    return found


_AVERAGE: Final = re.compile(r"(.+)/ExponentialMovingAverage")
_TRAINING: Final = re.compile(
    r"/(RMSProp|Momentum|Adam|Adagrad|Adadelta|Ftrl|AdaMax|Nadam)(_\d+)?$|(^|/)beta[12]_power(_\d+)?$"
    r"|/\.OPTIMIZER_SLOT/|^(_?optimizer|keras_api|_?loss_tracker|_?metrics?|save_counter)(/|$)"
)
"""Names of what an optimiser keeps beside the weights, and of what is counted in a training."""
