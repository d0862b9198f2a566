"""Pickles that share one value many times: small files whose values, written out, never end.

Each function gives the bytes of a file; none would run a command.
"""

import pickle
import struct
from collections.abc import Callable, Mapping

from tests.checkpoints.hostile import torch_zip
from tests.checkpoints.tiny import small_state

_START = b"\x80\x02"


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def name(module: str, value: str) -> bytes:
    return f"c{module}\n{value}\n".encode()


def tower(floors: int = 64, *, floor: bytes = b"](h\x01h\x01e", memo: int = 1) -> bytes:
    """A list whose two members are the same list, and so on down: 2^64 members, were it written out."""
    number = bytes([memo])
    keep, floor = b"q" + number + b"0", floor.replace(b"h\x01", b"h" + number)
    return b"]" + keep + (floor + keep) * floors + b"h" + number


def tuple_tower(floors: int = 64) -> bytes:
    """The same of tuples and a number: it can be a key, and to hash it never ends."""
    return b"K\x01q\x020" + (b"h\x02h\x02\x86q\x020") * floors + b"h\x02"


def copies(function: bytes, times: int = 100_000, members: int = 100_000) -> bytes:
    """A function called on one big list again and again."""
    big = b"](" + b"K\x01" * members + b"eq\x00"
    return _START + b"](" + big + (function + b"h\x00\x85R") * times + b"e."


def copies_of_a_list() -> bytes:
    return copies(name("builtins", "list"))


def copies_of_a_tuple() -> bytes:
    return copies(name("builtins", "tuple"))


def copies_of_a_size() -> bytes:
    return copies(name("torch", "Size"))


def copies_of_a_dictionary(times: int = 100_000, members: int = 50_000) -> bytes:
    big = b"}(" + b"".join(b"M" + struct.pack("<H", key) + b"N" for key in range(members)) + b"uq\x00"
    return _START + b"](" + big + (name("builtins", "dict") + b"h\x00\x85R") * times + b"e."


def copies_of_a_text(times: int = 50_000) -> bytes:
    """A megabyte of text, encoded again and again."""
    big = b"X" + struct.pack("<I", 1 << 20) + b"a" * (1 << 20) + b"q\x00"
    return (
        _START
        + b"]("
        + big
        + (name("_codecs", "encode") + b"h\x00" + text("latin1") + b"\x86R") * times
        + b"e."
    )


def kind_of_a_tower() -> bytes:
    """numpy's dtype of a tower: whoever writes it out never ends."""
    return _START + name("numpy", "dtype") + tower() + b"\x85R."


def kind_of_nested_lists(depth: int = 20_000) -> bytes:
    return _START + name("numpy", "dtype") + b"]" * depth + b"a" * (depth - 1) + b"\x85R."


def key_that_is_a_tower() -> bytes:
    return _START + b"}" + tuple_tower() + b"Ns."


def layout_that_is_a_tower() -> bytes:
    return _START + name("torch._utils", "_rebuild_sparse_tensor") + tuple_tower() + b")\x86R."


def settings_that_are_towers() -> bytes:
    pair = tower() + tower(memo=3) + b"\x86"
    layer = name("torch.nn.modules.conv", "Conv2d") + b")\x81}" + text("kernel_size") + pair + b"sb"
    return _START + b"}" + text("conv1") + layer + b"s."


def device_that_is_a_tower() -> bytes:
    reference = b"(" + text("storage") + name("torch", "FloatStorage") + text("0") + tower() + b"K\x01tQ"
    call = name("torch._utils", "_rebuild_tensor_v2") + b"(" + reference + b"K\x00K\x01\x85K\x01\x85\x89}tR"
    return torch_zip(_START + b"}" + text("a") + call + b"s.", k0=bytes(4))


def shared_attributes(objects: int = 50_000, members: int = 50_000) -> bytes:
    """Many modules that all have the same many attributes."""
    attributes = b"}(" + b"".join(text(f"a{index}") + b"N" for index in range(members)) + b"uq\x00"
    one = name("a", "B") + b")\x81h\x00b"
    return _START + b"](" + attributes + one * objects + b"e."


def attributes_of_many_parts(parts: int = 100_000, members: int = 10_000) -> bytes:
    attributes = b"}(" + b"".join(text(f"a{index}") + b"N" for index in range(members)) + b"uq\x00"
    return _START + name("a", "B") + b")\x81(" + attributes + b"h\x00" * parts + b"tb."


def one_value_under_many_paths(count: int = 900_000) -> bytes:
    """A list of references to one dictionary below a long path: the paths take far more than the values."""
    path = b"".join(b"}" + text("p" * 100) for _ in range(4))
    return _START + path + b"](}q\x00" + b"h\x00" * count + b"e" + b"s" * 4 + b"."


def calls_in_calls(depth: int = 100_000) -> bytes:
    """A rebuilding that rebuilds a rebuilding, and so on."""
    function = name("torch._tensor", "_rebuild_from_type_v2") + b"q\x00"
    return _START + function + b"h\x00N" * depth + b")" + b"\x87" * depth + b"R."


def sizes_of_hundreds_of_thousands(sides: int = 700_000) -> bytes:
    reference = b"(" + text("storage") + name("torch", "FloatStorage") + text("0") + text("cpu") + b"K\x01tQ"
    shape = b"(" + b"K\x01" * sides + b"tq\x00"
    call = name("torch._utils", "_rebuild_tensor_v2") + b"(" + reference + b"K\x00" + shape + b"h\x00\x89}tR"
    return torch_zip(_START + b"}" + text("a") + call + b"s.", k0=bytes(4))


def huge_sides() -> bytes:
    """Eight sides of two thousand bits: their product has more digits than Python writes."""
    side = b"\x8a\xff" + b"\x7f" * 255
    reference = b"(" + text("storage") + name("torch", "FloatStorage") + text("0") + text("cpu") + b"K\x01tQ"
    shape = b"(" + side * 8 + b"tq\x00"
    call = name("torch._utils", "_rebuild_tensor_v2") + b"(" + reference + b"K\x00" + shape + b"h\x00\x89}tR"
    return torch_zip(_START + b"}" + text("conv1.conv.weight") + call + b"s.", k0=bytes(4))


def storage_of_a_huge_number() -> bytes:
    count = b"\x8a\xff" + b"\x7f" * 255
    reference = (
        b"(" + text("storage") + name("torch", "FloatStorage") + text("0") + text("cpu") + count + b"tQ"
    )
    return torch_zip(_START + reference + b".", k0=bytes(4))


def long_names(length: int = 4000) -> bytes:
    return _START + name("m" * length, "n" * length) + b")R."


def classes_that_are_a_tower() -> bytes:
    """A whole network, and beside it class names that never end."""
    data = pickle.dumps(
        {"state_dict": {key: value.numpy() for key, value in small_state().items()}}, protocol=2
    )
    assert data.endswith(b".")
    return data[:-1] + text("classes") + tower() + b"s."


def names_that_share_a_text(times: int = 200_000) -> bytes:
    """A whole network with class names that are one long text, over and over."""
    data = pickle.dumps(
        {"state_dict": {key: value.numpy() for key, value in small_state().items()}}, protocol=2
    )
    names = b"](" + text("x" * 4000) + b"q\x00" + b"h\x00" * times + b"e"
    return data[:-1] + text("classes") + names + b"s."


def million_lists() -> bytes:
    return _START + b"](" + b"]" * 990_000 + b"e."


PICKLES: Mapping[str, Callable[[], bytes]] = {
    function.__name__: function
    for function in (
        copies_of_a_list,
        copies_of_a_tuple,
        copies_of_a_size,
        copies_of_a_dictionary,
        copies_of_a_text,
        kind_of_a_tower,
        kind_of_nested_lists,
        key_that_is_a_tower,
        layout_that_is_a_tower,
        settings_that_are_towers,
        device_that_is_a_tower,
        shared_attributes,
        attributes_of_many_parts,
        one_value_under_many_paths,
        calls_in_calls,
        sizes_of_hundreds_of_thousands,
        huge_sides,
        storage_of_a_huge_number,
        long_names,
        classes_that_are_a_tower,
        names_that_share_a_text,
        million_lists,
    )
}
