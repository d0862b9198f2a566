"""Archives that unpack to far more than they hold, and descriptions that claim what no network has.

Each function gives the bytes of a file; none would run a command.
"""

import io
import json
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from typing_extensions import override

from tests.checkpoints import writing
from tests.checkpoints.hostile import safetensors
from tests.checkpoints.tiny import onnx_tensor, small_state

# Zip archives


def deflated_zeros(megabytes: int) -> bytes:
    """Zeros packed a thousand to one, made without packing all of them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packer.compress(bytes(1 << 20))
    packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS).flush()


def packed_entries(entries: Mapping[str, tuple[bytes, int]]) -> bytes:
    """An archive of entries that are packed already: name → (packed, the size that is claimed)."""
    found, directory = b"", b""
    for name, (packed, size) in entries.items():
        word = name.encode()
        large = struct.pack("<2HQ", 1, 8, size) if size >= 0xFFFFFFFF else b""
        short = 0xFFFFFFFF if large else size
        common = struct.pack("<2H", 0, zipfile.ZIP_DEFLATED) + struct.pack(
            "<2H3I", 0, 0, 0, len(packed), short
        )
        directory += b"PK\1\2" + struct.pack("<2H", 45, 45) + common
        directory += struct.pack("<5H2I", len(word), len(large), 0, 0, 0, 0, len(found)) + word + large
        found += b"PK\3\4" + struct.pack("<H", 45) + common + struct.pack("<2H", len(word), 0) + word + packed
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(found), 0)
    return found + directory + end


def deflated(data: bytes) -> tuple[bytes, int]:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush(), len(data)


def windows(state: Mapping[str, Tensor], offsets: Callable[[int], int], count: int) -> bytes:
    """A pickle of tensors that are windows into one storage."""

    class Storage:
        pass

    class Window:
        def __init__(self, tensor: Tensor, offset: int) -> None:
            self.tensor, self.offset = tensor, offset

        @override
        def __reduce__(self) -> Any:
            shape, strides = tuple(self.tensor.shape), tuple(self.tensor.contiguous().stride())
            return torch._utils._rebuild_tensor_v2, (storage, self.offset, shape, strides, False, {})

    class Pickler(pickle.Pickler):
        @override
        def persistent_id(self, value: Any) -> Any:
            return ("storage", torch.FloatStorage, "0", "cpu", count) if value is storage else None

    storage = Storage()
    data = io.BytesIO()
    Pickler(data, protocol=2).dump(
        {name: Window(tensor, offsets(place)) for place, (name, tensor) in enumerate(state.items())}
    )
    return data.getvalue()


def _storage_of_zeros(megabytes: int, offsets: Callable[[int], int]) -> bytes:
    description = windows(small_state(), offsets, megabytes << 18)
    return packed_entries(
        {
            "archive/data.pkl": deflated(description),
            "archive/version": deflated(b"3\n"),
            "archive/data/0": (deflated_zeros(megabytes), megabytes << 20),
        }
    )


def sixteen_gigabytes_of_zeros() -> bytes:
    """A whole network at the far end of a storage that unpacks to 16 GB."""
    return _storage_of_zeros(16_384, lambda place: (16_384 << 18) - 100_000)


def read_backwards() -> bytes:
    """Every tensor lies in front of the last one, in a packed storage."""
    return _storage_of_zeros(512, lambda place: (512 << 18) - (place + 1) * 100_000)


def description_of_zeros() -> bytes:
    return packed_entries({"archive/data.pkl": (deflated_zeros(60), 60 << 20)})


def many_entries(count: int = 65_000) -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        for index in range(count):
            archive.writestr(f"{index}.npy", b"")
    return data.getvalue()


def entries_with_long_names(count: int = 250) -> bytes:
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        for index in range(count):
            archive.writestr(f"{index}" + "a" * 60_000, b"")
    return data.getvalue()


def pools_in_a_long_text() -> bytes:
    """A frozen script whose program text is sixty megabytes of beginnings of a pool."""
    text = b"max_pool2d(" * 5_000_000
    with zipfile.ZipFile(data := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}.")
        archive.writestr("archive/constants.pkl", pickle.dumps({}, protocol=2))
        archive.writestr("archive/code/a.py", text)
    return data.getvalue()


# NumPy


def npy(header: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header


def shape_of_digits() -> bytes:
    """A description that fits in millions of ways until its last letter fits in none."""
    return npy(b"{'descr': '<f4', 'fortran_order': False, 'shape': (" + b"1" * 4000 + b"!), }")


def npz_of_zeros() -> bytes:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1073741824,), }"
    packed = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = packed.compress(npy(header)) + packed.flush(zlib.Z_FULL_FLUSH)
    return packed_entries({"a.npy": (start + deflated_zeros(4096), (4096 << 20) + len(npy(header)))})


# safetensors


def state_in_safetensors(metadata: Mapping[str, str], changed: Mapping[str, Tensor] | None = None) -> bytes:
    """A whole network, with a few tensors changed."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    data = b""
    for name, tensor in {**small_state(), **(changed or {})}.items():
        content = tensor.numpy().tobytes()
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": offsets}
        data += content
    return safetensors(header, data)


def kernel_without_sides() -> bytes:
    return state_in_safetensors({}, {"inception5b.branch1.conv.weight": torch.zeros(())})


def classifier_without_sides() -> bytes:
    return state_in_safetensors({}, {"fc.weight": torch.zeros(())})


def head_without_sides() -> bytes:
    return state_in_safetensors({}, {"aux1.fc1.weight": torch.zeros(())})


def shape_of_hundreds_of_thousands() -> bytes:
    return safetensors({"a": {"dtype": "F32", "shape": [1] * 700_000, "data_offsets": [0, 4]}}, bytes(4))


def sides_of_thousands_of_digits() -> bytes:
    entry = {"dtype": "F32", "shape": [10**4200] * 8, "data_offsets": [0, 4]}
    return safetensors(b'{"a":' + json.dumps(entry).encode() + b"}", bytes(4))


def many_lists() -> bytes:
    return safetensors(b'{"a":[' + b"[]," * 2_700_000 + b"[]]}")


def many_tensors(count: int = 100_000) -> bytes:
    entry = {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}
    return safetensors({f"t{index}": entry for index in range(count)})


def name_of_megabytes() -> bytes:
    return safetensors({"a" * 7_000_000: {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}})


def names_that_nearly_fit(count: int = 100) -> bytes:
    name = "._packed_params" * 4000
    entry = {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}
    return safetensors({f"{index}{name}": entry for index in range(count)})


def class_names_of_odd_content() -> bytes:
    return state_in_safetensors({"labels": json.dumps([[["x" * 100] * 10_000] * 100] * 4)[:7_000_000]})


def class_names_that_are_no_names() -> bytes:
    return state_in_safetensors({"labels": json.dumps([[[index] * 1_000 for index in range(1_000)]] * 4)})


def deep_words_of_its_own() -> bytes:
    """Metadata whose texts are JSON that is nested five thousand deep."""
    keys = ("labels", "input", "temperatures", "nothing_fits", "figures", "training")
    return state_in_safetensors(dict.fromkeys(keys, "[" * 5_000))


def signs_in_words_of_its_own() -> bytes:
    return state_in_safetensors({"description": "a \x1b[31m\u202e" * 50_000, "x" * 100_000: "y"})


# Google's wire format


def shape_in_twenty_runs() -> bytes:
    """Caffe's shape as twenty lists of a hundred thousand huge numbers."""
    sides = writing.message(1, writing.varint((1 << 63) - 1) * 100_000)
    layer = writing.text(1, "conv1/7x7_s2") + writing.message(
        7, b"".join(writing.message(7, sides) for _ in range(20)) + writing.message(5, bytes(16))
    )
    return writing.text(1, "GoogleNet") + writing.message(100, layer)


def onnx_sides() -> bytes:
    tensor = writing.message(1, writing.varint(3) * 700_000) + writing.number(2, 1) + writing.text(8, "w")
    return writing.number(1, 8) + writing.message(
        7, writing.message(5, tensor + writing.message(9, bytes(4)))
    )


def _outside(location: str, **more: str) -> bytes:
    entries = {"location": location, **more}
    pairs = b"".join(
        writing.message(13, writing.text(1, key) + writing.text(2, value)) for key, value in entries.items()
    )
    tensor = writing.number(1, 1) + writing.number(2, 1) + writing.text(8, "w") + pairs
    return writing.number(1, 8) + writing.message(7, writing.message(5, tensor))


def place_with_a_long_name() -> bytes:
    return _outside("a" * 5_000)


def place_with_a_long_number() -> bytes:
    return _outside("weights", offset="9" * 60_000, length="9" * 4_000)


def fields_in_turn(count: int = 150_000) -> bytes:
    """Two kinds of field in turn: a reader that looks far ahead for a run finds none, every time."""
    layer = (b"\x55" + bytes(4) + b"\x5d" + bytes(4)) * count + b"\x55" + bytes(4) * 2_000_000
    return writing.text(1, "GoogleNet") + writing.message(100, layer[: count * 10 + 1_000_000])


def walks_to_one_end(nodes: int = 15_000) -> bytes:
    """Joins that all read the end of one long chain of operations that change nothing."""

    def node(kind: str, reads: list[str], gives: str) -> bytes:
        inputs = b"".join(writing.text(1, name) for name in reads)
        return writing.message(1, inputs + writing.text(2, gives) + writing.text(4, kind))

    chain = b"".join(node("Identity", [f"i{place}"], f"i{place + 1}") for place in range(63))
    joins = b"".join(node("Concat", ["i63"] * 4, f"c{index}") for index in range(nodes))
    return writing.number(1, 8) + writing.message(7, chain + joins)


def joins_of_long_names(count: int = 200) -> bytes:
    names = b"".join(
        writing.message(11, writing.text(1, f"{index}" + "a" * 60_000)) for index in range(count)
    )
    return writing.number(1, 8) + writing.message(7, names + onnx_tensor("w", torch.zeros(1)))


def half_precision_in_numbers(size: int = 50_000_000) -> bytes:
    """Fifty megabytes of small numbers, one a byte."""
    tensor = writing.message(1, writing.varint(size)) + writing.number(2, 10) + writing.text(8, "w")
    return writing.number(1, 8) + writing.message(
        7, writing.message(5, tensor + writing.message(5, bytes(size)))
    )


# A tar archive and others


def views_of_views(count: int = 9_000) -> bytes:
    """Each storage is a window into the one before."""
    storages = io.BytesIO()
    pickle.dump(1, storages, protocol=2)
    pickle.dump(("s0", "cpu", torch.FloatStorage), storages, protocol=2)
    storages.write(struct.pack("<q", 4) + bytes(16))
    pickle.dump([(f"s{index + 1}", f"s{index}", 0, 4) for index in range(count)], storages, protocol=2)
    tensors = io.BytesIO()
    pickle.dump(1, tensors, protocol=2)
    pickle.dump(("0", f"s{count}", torch.FloatTensor), tensors, protocol=2)
    tensors.write(struct.pack("<i4x", 1) + struct.pack("<3q", 4, 1, 0))
    with tarfile.open(fileobj=(found := io.BytesIO()), mode="w") as archive:
        members = {
            "storages": storages.getvalue(),
            "tensors": tensors.getvalue(),
            "pickle": b"\x80\x02}X\x01\x00\x00\x00aX\x01\x00\x00\x000Qs.",
        }
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return found.getvalue()


def title_of_blanks() -> bytes:
    return b"<html><title>" + b" " * 4_080


def networks_under_many_names(count: int = 150) -> bytes:
    """A hundred and fifty whole networks side by side, each of which could be meant."""
    entry = {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}
    return safetensors({f"n{index}.{name}": entry for index in range(count) for name in small_state()})


def shapes_that_fit_everywhere(count: int = 500) -> bytes:
    """Convolutions without telling names that could be any part of any module."""
    entry = {"dtype": "U8", "data_offsets": [0, 0]}
    sides = ([0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 3, 3], [0, 0, 1, 1], [0, 0, 3, 3], [0, 0, 1, 1])
    return safetensors({f"{index:03}": {**entry, "shape": sides[index % 6]} for index in range(count)})


def sparse_of_a_terabyte() -> bytes:
    """A sparse tensor of one value that would fill a terabyte."""
    state = dict(small_state())
    sides = (1 << 12, 3, 1 << 15, 1 << 15)
    place = torch.zeros(4, 1, dtype=torch.int64)
    state["conv1.conv.weight"] = torch.sparse_coo_tensor(place, torch.ones(1), sides, check_invariants=True)
    torch.save(state, data := io.BytesIO())
    return data.getvalue()


ARCHIVES: Mapping[str, Callable[[], bytes]] = {
    function.__name__: function
    for function in (
        sixteen_gigabytes_of_zeros,
        read_backwards,
        description_of_zeros,
        many_entries,
        entries_with_long_names,
        pools_in_a_long_text,
        shape_of_digits,
        npz_of_zeros,
        kernel_without_sides,
        classifier_without_sides,
        head_without_sides,
        shape_of_hundreds_of_thousands,
        sides_of_thousands_of_digits,
        many_lists,
        many_tensors,
        name_of_megabytes,
        names_that_nearly_fit,
        class_names_of_odd_content,
        class_names_that_are_no_names,
        deep_words_of_its_own,
        signs_in_words_of_its_own,
        shape_in_twenty_runs,
        onnx_sides,
        place_with_a_long_name,
        place_with_a_long_number,
        fields_in_turn,
        walks_to_one_end,
        joins_of_long_names,
        half_precision_in_numbers,
        views_of_views,
        title_of_blanks,
        networks_under_many_names,
        shapes_that_fit_everywhere,
        sparse_of_a_terabyte,
    )
}
