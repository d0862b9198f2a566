"""torch.export's archives (``.pt2``): the weights beside the program, which is not run.

Since torch 2.8 each tensor is an entry of its own, described in JSON; before, the state
dict is one torch file in the archive.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, Final

from gnet_desktop.checkpoints.containers import torch_zip
from gnet_desktop.checkpoints.containers.source import Damaged, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, sides, stepped_size
from gnet_desktop.checkpoints.containers.zipped import MAGIC, ZipEntry, content, directory
from gnet_desktop.plain_json import parsed
from gnet_desktop.shown import shown, whole

_CONFIG: Final = "_weights_config.json"
_MOST_SHARING: Final = 100
_STATE: Final = "serialized_state_dict.pt"
_LARGEST_TEXT: Final = 1 << 22

# torch.export's own numbers of dtypes
_DTYPES: Final[Mapping[int, str]] = {
    1: "uint8",
    2: "int8",
    3: "int16",
    4: "int32",
    5: "int64",
    6: "float16",
    7: "float32",
    8: "float64",
    9: "complex32",
    10: "complex64",
    11: "complex128",
    12: "bool",
    13: "bfloat16",
    28: "uint16",
    29: "float8_e4m3fn",
    30: "float8_e5m2",
}


def claims(head: bytes, source: Source) -> bool:
    """Whether this is a zip archive with a program's weights."""
    return head.startswith(MAGIC) and _weights(directory(source)) is not None


def read_contents(source: Source) -> Contents:
    """The parameters and buffers by their names in the module; raises Damaged or Incomplete."""
    entries = directory(source)
    entry = _weights(entries)
    assert entry is not None
    description = content(source, entry)
    if entry.name.endswith(_STATE):
        found = torch_zip.read_contents(description)
        return Contents("torch.export", found.tensors, devices=found.devices)
    folder = entry.name.rpartition("/")[0]
    tensors: dict[str, StoredTensor] = {}
    seen = Counter[str]()
    for name, told in _described(description):
        data = entries.get(f"{folder}/{shown(told.get('path_name'), 200)}")
        if data is None:
            raise Damaged(f"The data of {shown(name)} is not in it.")
        seen[data.name] += 1
        if seen[data.name] > _MOST_SHARING:
            raise Damaged(f"Far too many tensors share the entry {shown(data.name)}.")
        tensors[name] = _tensor(name, told, content(source, data))
    return Contents("torch.export", tensors)


def _weights(entries: Mapping[str, ZipEntry]) -> ZipEntry | None:
    """The entry that describes the weights, or holds them all."""
    return next((entry for name, entry in entries.items() if name.endswith((_CONFIG, _STATE))), None)


def _described(text: Source) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if text.size > _LARGEST_TEXT:
        raise Damaged(f"Its description takes {whole(text.size)} bytes, far more than a network's.")
    try:
        config = parsed(read(text, 0, text.size).decode("utf-8"))["config"]
        yield from ((str(name), dict(told)) for name, told in config.items())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Damaged("The description of its weights makes no sense.") from error


def _tensor(name: str, told: Mapping[str, Any], data: Source) -> StoredTensor:
    if told.get("use_pickle"):
        tensors = torch_zip.read_contents(data).tensors
        return next(iter(tensors.values()))
    try:
        meta = told["tensor_meta"]
        shape, strides = (sides(_integer(side) for side in meta[key]) for key in ("sizes", "strides"))
        number = meta["dtype"]
        offset, dtype = _integer(meta["storage_offset"]), _DTYPES.get(number, f"kind {shown(number)}")
    except (KeyError, TypeError, ValueError) as error:
        raise Damaged(f"The description of {shown(name)} makes no sense.") from error
    if len(shape) != len(strides) or min((*shape, *strides, offset), default=0) < 0:
        raise Damaged(f"The tensor {shown(name)} has no shape.")
    size = stepped_size(dtype) if dtype in _DTYPES.values() else 0
    if strides == _row_major(shape) and not offset and size and data.size < prod(shape) * size:
        raise Damaged(
            f"The tensor {shown(name)} has {whole(data.size)} bytes, which is not what its shape takes."
        )
    return StoredTensor(data, dtype, shape, offset * size, strides)


def _row_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def _integer(value: Any) -> int:
    """A side: ``{"as_int": 64}``."""
    number = value["as_int"]
    if type(number) is not int:
        raise TypeError("no integer")
    return number
