"""Files that want to do harm, built here: none is stored.

Each function gives the bytes of a file. Those that would run a command write to the
path ``trace``: after opening them it must not exist.
"""

import io
import json
import pickle
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from typing_extensions import override

from tests.checkpoints import writing


class _Call:
    """Pickled as a call of a function with arguments."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.function, self.arguments = function, arguments

    @override
    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.function, self.arguments


def torch_zip(description: bytes, *, method: int = zipfile.ZIP_STORED, **entries: bytes) -> bytes:
    """A zip archive with torch's entries around any pickle."""
    with zipfile.ZipFile(data := io.BytesIO(), "w", method) as archive:
        archive.writestr("archive/data.pkl", description)
        archive.writestr("archive/version", b"3\n")
        for key, content in entries.items():
            archive.writestr(f"archive/data/{key.removeprefix('k')}", content)
    return data.getvalue()


def runs_a_command(trace: Path, *, protocol: int = 2) -> bytes:
    import os

    return pickle.dumps(_Call(os.system, f"touch {trace}"), protocol=protocol)


def runs_python(trace: Path) -> bytes:
    return pickle.dumps({"state_dict": _Call(exec, f"open({str(trace)!r}, 'w').close()")})


def writes_a_file(trace: Path) -> bytes:
    return pickle.dumps({"weights": [_Call(open, str(trace), "w")]})


def opens_a_socket(port: int) -> bytes:
    return pickle.dumps(_Call(socket.create_connection, ("127.0.0.1", port)))


def imports_a_module(name: str) -> bytes:
    return b"\x80\x02c" + name.encode() + b"\nanything\n."


def builds_with_code(trace: Path) -> bytes:
    """A call hidden in a BUILD of a known class, and one in the persistent reference."""
    call = pickle.dumps(_Call(exec, f"open({str(trace)!r}, 'w').close()"), protocol=2)[2:-1]
    return b"\x80\x02ccollections\nOrderedDict\n)R" + call + b"b0" + call + b"Q."


# What can be done with any of these: as a plain pickle, inside torch's formats


def in_legacy(description: bytes) -> bytes:
    head = b"".join(
        pickle.dumps(value, protocol=2) for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})
    )
    return head + description + pickle.dumps([], protocol=2)


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "a plain pickle": lambda description: description,
    "a torch zip": torch_zip,
    "a legacy file": in_legacy,
}


# Files that want memory or time


def nested_lists(depth: int = 100_000) -> bytes:
    return b"\x80\x02" + b"]" * depth + b"a" * (depth - 1) + b"."


def nested_tuples(depth: int = 100_000) -> bytes:
    return b"\x80\x02)" + b"\x85" * depth + b"."


def endless_instructions(count: int = 1_200_000) -> bytes:
    return b"\x80\x02" + b"}0" * (count // 2) + b"N."


def doubling_lists(times: int = 64) -> bytes:
    """A list that holds the last one twice, 64 times over: 2^64 elements, were it spread out."""
    step = b"]q\x01(h\x00h\x00e" + b"q\x00"
    return b"\x80\x02]q\x00" + step * times + b"."


def itself_inside() -> bytes:
    return b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s."


def huge_integer() -> bytes:
    return b"\x80\x02\x8b" + struct.pack("<I", 1 << 24) + b"\xff" * (1 << 24) + b"."


def many_marks(count: int = 200_000) -> bytes:
    return b"\x80\x02" + b"(" * count + b"."


def colliding_keys(count: int = 50_000) -> bytes:
    """Integers with one hash: a dictionary of them takes quadratic time."""
    prime = (1 << 61) - 1
    keys = b"".join(
        b"\x8a\x20" + (index * prime).to_bytes(32, "little", signed=True) + b"N" for index in range(1, count)
    )
    return b"\x80\x02}(" + keys + b"u."


def long_data_that_is_not_there() -> bytes:
    return b"\x80\x04\x8e" + struct.pack("<Q", 1 << 62) + b"xyz."


def safetensors(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def header_of_a_terabyte() -> bytes:
    return struct.pack("<Q", 1 << 39) + b'{"a": 1}'


def tensor_of_a_terabyte() -> bytes:
    return safetensors({"a": {"dtype": "F32", "shape": [1 << 38], "data_offsets": [0, 1 << 40]}}, bytes(64))


def shape_that_overflows() -> bytes:
    return safetensors({"a": {"dtype": "F32", "shape": [1 << 62, 1 << 62], "data_offsets": [0, 0]}})


def nested_header() -> bytes:
    return safetensors(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


def _tensor_call(shape: tuple[int, ...], stride: tuple[int, ...], *, count: int, offset: int = 0) -> bytes:
    """A state dict of one tensor that claims a shape on a small storage."""
    import torch

    class Storage:
        pass

    class Pickler(pickle.Pickler):
        @override
        def persistent_id(self, value: Any) -> Any:
            return ("storage", torch.FloatStorage, "0", "cpu", count) if isinstance(value, Storage) else None

    rebuild = torch._utils._rebuild_tensor_v2
    data = io.BytesIO()
    value = {"layer_1.0.weight": _Call(rebuild, Storage(), offset, shape, stride, False, {})}
    Pickler(data, protocol=2).dump(value)
    return data.getvalue()


def one_number_a_billion_times() -> bytes:
    return torch_zip(_tensor_call((1 << 20, 3, 7, 7), (0, 0, 0, 0), count=1), k0=bytes(4))


def tensor_outside_its_storage() -> bytes:
    return torch_zip(_tensor_call((64, 3, 7, 7), (147, 49, 7, 1), count=9408, offset=5), k0=bytes(9408 * 4))


def negative_strides() -> bytes:
    return torch_zip(_tensor_call((64, 3, 7, 7), (-147, 49, 7, 1), count=9408), k0=bytes(9408 * 4))


def storage_that_claims_too_much() -> bytes:
    return torch_zip(_tensor_call((64, 3, 7, 7), (147, 49, 7, 1), count=1 << 50), k0=bytes(9408 * 4))


def zip_bomb() -> bytes:
    """Half a gigabyte of zeros in half a megabyte, said to be the description."""
    return torch_zip(bytes(1 << 29), method=zipfile.ZIP_DEFLATED)


def zip_that_lies_about_sizes() -> bytes:
    """The directory says a terabyte; what is packed is four bytes."""
    data = bytearray(
        torch_zip(_tensor_call((1 << 38,), (1,), count=1 << 38), method=zipfile.ZIP_DEFLATED, k0=bytes(4))
    )
    place = data.rfind(b"archive/data/0") - 46
    struct.pack_into("<I", data, place + 24, 0xFFFFFFF0)
    return bytes(data)


def ends_early(junk: int) -> bytes:
    """An npz whose array is packed to less than it claims, with ``junk`` bytes behind."""
    npy = io.BytesIO()
    np.save(npy, np.arange(64, dtype=np.float32))
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    content = packer.compress(npy.getvalue()[:100]) + packer.flush() + bytes(range(256)) * (junk // 256 + 1)
    content = content[: len(content) - 256 * (junk // 256 + 1) + junk]
    with zipfile.ZipFile(data := io.BytesIO(), "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("conv1.npy", content)
    whole, size = bytearray(data.getvalue()), len(npy.getvalue())
    for magic, method, claimed in ((b"PK\3\4", 8, 22), (b"PK\1\2", 10, 24)):
        at = whole.index(magic)
        whole[at + method : at + method + 2] = struct.pack("<H", zipfile.ZIP_DEFLATED)
        whole[at + claimed : at + claimed + 4] = struct.pack("<I", size)
    return bytes(whole)


def zip_with_a_million_entries() -> bytes:
    """A directory that claims far more entries than it has bytes."""
    data = bytearray(torch_zip(b"N."))
    place = data.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", data, place + 8, 0xFFFE, 0xFFFE)
    return bytes(data)


def zip_entries_on_one_another() -> bytes:
    """Every storage's entry points to the same bytes of the archive."""
    names = [f"archive/data/{index}".encode() for index in range(50)]
    content = bytes(1000)
    local = (
        struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, 0, 0, zlib.crc32(content), 1000, 1000, 1, 0)
        + b"x"
        + content
    )
    directory = b"".join(
        struct.pack(
            "<4s6H3I5H2I",
            b"PK\x01\x02",
            20,
            20,
            0,
            0,
            0,
            0,
            zlib.crc32(content),
            1000,
            1000,
            len(name),
            0,
            0,
            0,
            0,
            0,
            0,
        )
        + name
        for name in [b"archive/data.pkl", *names]
    )
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 51, 51, len(directory), len(local), 0)
    return local + directory + end


def caffe_blob_of_a_terabyte() -> bytes:
    shape = writing.message(7, writing.message(1, writing.varint(1 << 38)))
    layer = writing.text(1, "conv1/7x7_s2") + writing.message(7, shape + writing.message(5, bytes(16)))
    return writing.text(1, "GoogleNet") + writing.message(100, layer)


def caffe_length_beyond_its_parent() -> bytes:
    return writing.text(1, "GoogleNet") + writing.varint(100 << 3 | 2) + writing.varint(1 << 60) + b"abc"


def caffe_of_tiny_fields(count: int = 400_000) -> bytes:
    return writing.text(1, "GoogleNet") + writing.message(100, b"\x50\x01" * count)


def onnx_cycle() -> bytes:
    """Operations that read their own output."""

    def node(kind: str, reads: str, gives: str) -> bytes:
        return writing.message(
            1, writing.text(1, reads) + writing.text(1, "w") + writing.text(2, gives) + writing.text(4, kind)
        )

    weights = writing.message(
        5,
        writing.number(1, 1) * 4 + writing.number(2, 1) + writing.text(8, "w") + writing.message(9, bytes(4)),
    )
    graph = (
        node("Identity", "a", "a")
        + node("Conv", "a", "b")
        + node("Relu", "b", "b")
        + node("MaxPool", "c", "c")
        + node("Concat", "b", "d")
        + weights
    )
    return writing.number(1, 8) + writing.message(7, graph)


COSTLY: dict[str, Callable[[], bytes]] = {
    function.__name__: function
    for function in (
        nested_lists,
        nested_tuples,
        endless_instructions,
        doubling_lists,
        itself_inside,
        huge_integer,
        many_marks,
        colliding_keys,
        long_data_that_is_not_there,
        header_of_a_terabyte,
        tensor_of_a_terabyte,
        shape_that_overflows,
        nested_header,
        one_number_a_billion_times,
        tensor_outside_its_storage,
        negative_strides,
        storage_that_claims_too_much,
        zip_bomb,
        zip_that_lies_about_sizes,
        zip_with_a_million_entries,
        zip_entries_on_one_another,
        caffe_blob_of_a_terabyte,
        caffe_length_beyond_its_parent,
        caffe_of_tiny_fields,
        onnx_cycle,
    )
}
