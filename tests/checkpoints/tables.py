"""TensorFlow's checkpoints as their published descriptions have them: sorted tables and what is in them."""

import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from tests.checkpoints.writing import message, number, text, varint

Array = np.ndarray[Any, Any]
Pack = Callable[[bytes], tuple[int, bytes]]
"""A block's kind of packing and its bytes."""

KINDS = {"float32": 1, "float64": 2, "int32": 3, "int64": 9, "bfloat16": 14, "float16": 19}
_FIELDS = {
    "float32": (5, "<f4"),
    "float64": (6, "<f8"),
    "int32": (7, ""),
    "int64": (10, ""),
    "float16": (13, ""),
}


def plain(data: bytes) -> tuple[int, bytes]:
    return 0, data


def snapped(data: bytes) -> tuple[int, bytes]:
    """Snappy by another program."""
    import imagecodecs

    encode: Any = imagecodecs.snappy_encode
    try:
        return 1, bytes(encode(data))
    except TypeError:  # the release of October 2026 takes two, whatever it says
        return 1, bytes(encode(data, None))


def table(entries: Iterable[tuple[bytes, bytes]], *, pack: Pack = plain, size: int = 4096) -> bytes:
    """A table of entries in order, in blocks of about so many bytes."""
    data, index, block = b"", [], list[tuple[bytes, bytes]]()

    def close() -> None:
        nonlocal data
        if block:
            found, place = _stored(_block(block), pack), len(data)
            data += found
            index.append((block[-1][0], varint(place) + varint(len(found) - 5)))
            block.clear()

    for entry in entries:
        block.append(entry)
        if sum(len(key) + len(value) for key, value in block) > size:
            close()
    close()
    meta = len(data)
    data += _stored(_block([]), plain)
    start = len(data)
    data += _stored(_block(index), plain)
    handles = varint(meta) + varint(start - meta - 5) + varint(start) + varint(len(data) - start - 5)
    return data + handles.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


def _stored(block: bytes, pack: Pack) -> bytes:
    kind, data = pack(block)
    return data + bytes([kind]) + bytes(4)  # the checksum is not looked at


def _block(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Keys share their beginning with the one before, but for every sixteenth."""
    data, restarts, last = b"", [0], b""
    for place, (key, value) in enumerate(entries):
        shared = 0
        if place % 16:
            while shared < min(len(key), len(last)) and key[shared] == last[shared]:
                shared += 1
        elif place:
            restarts.append(len(data))
        data += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    return data + struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))


def shape(sides: Iterable[int]) -> bytes:
    return b"".join(message(2, number(1, side)) for side in sides)


def first_format(state: Mapping[str, Array], *, pack: Pack = plain, as_content: bool = False) -> bytes:
    """A checkpoint in one file; keys behind the first stand in the order of the names."""
    whole = {
        name: message(4, b"" if not array.ndim else message(1, b"") * array.ndim)
        for name, array in state.items()
    }
    meta = b"".join(
        message(
            1,
            text(1, name) + message(2, shape(array.shape)) + number(3, KINDS[str(array.dtype)]) + whole[name],
        )
        for name, array in state.items()
    )
    entries = [(b"", message(1, meta + message(2, number(1, 8))))]
    for name in sorted(state):
        array = state[name]
        numbers = message(4, array.tobytes()) if as_content else _numbers(array)
        entries.append((b"\0" + name.encode() + b"\0\1", message(2, text(1, name) + message(3, numbers))))
    return table(entries, pack=pack, size=1 << 18)


def _numbers(array: Array) -> bytes:
    field, code = _FIELDS[str(array.dtype)]
    if code:
        return message(field, array.astype(code).tobytes())
    whole = array.view(np.uint16) if array.dtype == np.float16 else array
    return message(field, b"".join(varint(int(value)) for value in whole.ravel()))


def bundle(
    state: Mapping[str, Array], *, shards: int = 1, objects: bytes = b"", pack: Pack = plain
) -> tuple[bytes, list[bytes]]:
    """The second format: its index, and the files of numbers in turn."""
    files, entries = [b""] * shards, dict[bytes, bytes]()
    for place, name in enumerate(sorted(state)):
        array, shard = state[name], place % shards
        entry = number(1, KINDS[str(array.dtype)]) + message(2, shape(array.shape)) + number(3, shard)
        entry += number(4, len(files[shard])) + number(5, array.nbytes) + b"\x35" + bytes(4)
        files[shard] += array.tobytes()
        entries[name.encode()] = entry
    if objects:
        data = varint(len(objects)) + bytes(4) + objects
        entries[b"_CHECKPOINTABLE_OBJECT_GRAPH"] = (
            number(1, 7) + number(4, len(files[0])) + number(5, len(data)) + b"\x35" + bytes(4)
        )
        files[0] += data
    header = number(1, shards) + message(3, number(1, 1))
    return table([(b"", header), *sorted(entries.items())], pack=pack), files


def object_graph(variables: Mapping[str, str]) -> bytes:
    """A program's objects: each key with its variable's own name."""
    nodes = (
        message(2, text(1, "VARIABLE_VALUE") + text(2, own) + text(3, key)) for key, own in variables.items()
    )
    return b"".join(message(1, node) for node in nodes)
