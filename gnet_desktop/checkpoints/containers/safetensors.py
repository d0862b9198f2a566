"""safetensors: a JSON header, then the numbers (docs/formats.md#containers). Every rule is checked here."""

import json
from collections.abc import Mapping
from math import prod
from types import MappingProxyType
from typing import Any, Final

from gnet_desktop.checkpoints.containers.source import Damaged, Incomplete, Source, Span, read
from gnet_desktop.checkpoints.containers.stored import Contents, StoredTensor, element_size, sides
from gnet_desktop.plain_json import parsed
from gnet_desktop.shown import shown, whole

_LARGEST_HEADER: Final = 1 << 23
"""The header of a GoogLeNet has some 40 kB; parsed, it takes ten times as much memory."""

_DTYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "F64": "float64",
        "F32": "float32",
        "F16": "float16",
        "BF16": "bfloat16",
        "I64": "int64",
        "I32": "int32",
        "I16": "int16",
        "I8": "int8",
        "U64": "uint64",
        "U32": "uint32",
        "U16": "uint16",
        "U8": "uint8",
        "BOOL": "bool",
        "F8_E4M3": "float8_e4m3fn",
        "F8_E5M2": "float8_e5m2",
    }
)


def claims(head: bytes, _source: Source) -> bool:
    """Whether a plausible length and a brace come first."""
    return len(head) > 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 1 << 40


def read_contents(source: Source) -> Contents:
    """All tensors and the metadata; raises Damaged or Incomplete."""
    length = int.from_bytes(read(source, 0, 8), "little")
    if length > source.size - 8:
        raise Incomplete(
            f"Its header takes {whole(length)} bytes, but the file has only {whole(source.size)}."
        )
    if length > _LARGEST_HEADER:
        raise Damaged(f"Its header claims {whole(length)} bytes, far more than a network's.")
    header = _header(read(source, 8, length))
    texts = header.pop("__metadata__", {})
    data = Span(source, 8 + length, source.size - 8 - length)
    tensors = {name: _tensor(name, entry, data) for name, entry in header.items()}
    _check_cover([_offsets(name, entry) for name, entry in header.items()], data.size)
    return Contents(
        "safetensors",
        tensors,
        texts={key: value for key, value in texts.items() if isinstance(value, str)}
        if isinstance(texts, dict)
        else {},
    )


def _header(data: bytes) -> dict[str, Any]:
    try:
        found = parsed(data.decode("utf-8"), pairs=_without_doubles)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Damaged("Its header is not JSON.") from error
    except ValueError as error:
        raise Damaged(f"Its header is not that of a network: {error}.") from error
    if not isinstance(found, dict):
        raise Damaged("Its header is not a table of tensors.")
    return found


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Damaged("Its header names a tensor twice.")
    return found


def _tensor(name: str, entry: Any, data: Span) -> StoredTensor:
    begin, end = _offsets(name, entry)
    shape, kind = entry.get("shape"), entry.get("dtype")
    if not isinstance(shape, list) or min(full := sides(shape), default=0) < 0:
        raise Damaged(f"The tensor {shown(name)} has no shape.")
    dtype = _DTYPES.get(kind, kind) if isinstance(kind, str) else "?"
    # A kind that isn't known is refused only if the network needs this tensor.
    if dtype in _DTYPES.values() and prod(full) * element_size(dtype) != end - begin:
        raise Damaged(
            f"The tensor {shown(name)} has {whole(end - begin)} bytes, which is not what its shape takes."
        )
    return StoredTensor(data, dtype, full, begin)


def _offsets(name: str, entry: Any) -> tuple[int, int]:
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(value) is int for value in offsets):
        raise Damaged(f"The tensor {shown(name)} has no place.")
    begin, end = offsets
    if not 0 <= begin <= end:
        raise Damaged(f"The tensor {shown(name)} has no place.")
    return begin, end


def _check_cover(offsets: list[tuple[int, int]], size: int) -> None:
    """The tensors must lie one behind the other, without holes, up to the file's end."""
    position = 0
    for begin, end in sorted(offsets):
        if begin != position:
            raise Damaged("Its tensors overlap or leave holes.")
        position = end
    if position > size:
        raise Incomplete(f"Its tensors take {whole(position)} bytes, but only {whole(size)} are there.")
    if position < size:
        raise Damaged(f"{whole(size - position)} bytes at its end belong to no tensor.")
