"""Archives whose directories may lie: zip, npz, tar; arrays with their headers; packed files."""

import bz2
import gzip
import io
import lzma
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

import numpy as np

from tests.checkpoints.grammars import headers, pickles
from tests.checkpoints.grammars.dice import Dice
from tests.checkpoints.hostile_pickles import name, text
from tests.checkpoints.tiny import small_files

_TORCH: Final = (
    *("a/data.pkl", "a/data/0", "a/data/1", "a/version", "a/byteorder", "a/constants.pkl", "a/code/m.py"),
)
_OTHERS: Final = ("conv1.npy", "b.npy", "net.pth", "c.safetensors", "__MACOSX/x", "../../x", "", "n" * 2000)
_POOL: Final = b"max_pool2d(x, [3, 3], [2, 2], [0, 0], [1, 1], True)"


def zipped(dice: Dice) -> bytes:
    """Entries and a directory, each of which may say something else."""
    entries = _whole(dice) if dice.random() < 0.75 else _made_up(dice)
    found, directory = bytearray(), bytearray()
    for one, data in entries:
        word = one.encode()
        deflated = dice.random() < 0.4
        content = zlib.compress(data, 1)[2:-4] if deflated else data
        method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
        sizes = (zlib.crc32(data), len(content), len(data))
        told = [dice.unsigned(size, 32) for size in sizes]
        extra = struct.pack("<2H2Q", 1, 16, dice.unsigned(4, 64), 0) if dice.lies() else b""
        flags = dice.choice((1, 8, 0x800)) if dice.lies() else 0
        directory += b"PK\1\2" + struct.pack("<6H3I", 45, 45, flags, dice.unsigned(method, 16), 0, 0, *told)
        place = dice.unsigned(len(found), 32)
        directory += struct.pack("<5H2I", len(word), len(extra), 0, 0, 0, 0, place) + word + extra
        found += b"PK\3\4" + struct.pack("<5H3I", 45, 0, method, 0, 0, *sizes)
        found += struct.pack("<2H", len(word), 0) + word + content
    count, size = dice.unsigned(len(entries), 16), dice.unsigned(len(directory), 32)
    return bytes(found + directory) + struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, dice.unsigned(len(found), 32), 0
    )


def _whole(dice: Dice) -> list[tuple[str, bytes]]:
    """What torch writes of a whole network; an entry may be another than it should."""
    with zipfile.ZipFile(io.BytesIO(small_files()["zip"])) as archive:
        entries = [(one, archive.read(one)) for one in archive.namelist()]
    return [(one, _content(dice, one) if dice.lies() else data) for one, data in entries]


def _made_up(dice: Dice) -> list[tuple[str, bytes]]:
    torch = dice.random() < 0.6
    usual = [*_TORCH[:3], *dice.sample(_TORCH[3:], 2)]
    names = usual if torch and not dice.lies() else dice.sample((*_TORCH, *_OTHERS), dice.randint(1, 5))
    return [(one, _content(dice, one)) for one in names]


def _content(dice: Dice, one: str) -> bytes:
    if one.endswith(".pkl"):
        return pickles.program(dice)
    if one.endswith(".npy"):
        return npy(dice)
    if "/data/" in one and not dice.lies():
        return bytes(64)
    if one.endswith((".pth", ".safetensors")):
        return dice.choice((pickles.file, headers.safetensors_file, npy))(dice)
    return dice.choice((b"little", b"big", _POOL * 4, bytes(64)))


def npy(dice: Dice) -> bytes:
    """An array's header, and numbers that may be too few."""
    kinds = ("'>f8'", "'<f2'", "'|i1'", "'|O'", "'<U12'", "[('a', '<f4')]", "'x'")
    kind = dice.choice(kinds) if dice.lies() else "'<f4'"
    sides = dice.number(dice.choice((0, 1, 4))) % 40
    shape = "".join(f"{dice.number(2)}, " for _ in range(sides))
    order = dice.choice(("True", "None")) if dice.lies() else "False"
    header = f"{{'descr': {kind}, 'fortran_order': {order}, 'shape': ({shape.rstrip()}), }}".encode()
    content = bytes(4 * dice.unsigned(2**sides, 12))
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", dice.unsigned(len(header), 16)) + header + content


def npy_file(dice: Dice) -> bytes:
    """An array, or a whole network as a pickled dictionary."""
    if dice.random() < 0.2:
        return npy(dice)
    kind = dice.choice(("'<f4'", "'O'", "'|V8'")) if dice.lies() else "'|O'"
    shape = dice.choice(("(1,)", "(2, 3)", "(-1,)", "((),)")) if dice.lies() else "()"
    header = f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    description = pickle.dumps(dice.state(), 2)
    if dice.random() < 0.4:
        description = pickles.with_more(dice, description, "bare")
    size = struct.pack("<H", dice.unsigned(len(header), 16))
    return b"\x93NUMPY\x01\x00" + size + header + description


def npz(dice: Dice) -> bytes:
    """A whole network, some of whose arrays are made up."""
    packing = dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(data := io.BytesIO(), "w", packing) as archive:
        for one, value in dice.state().items():
            np.save(content := io.BytesIO(), value)
            archive.writestr(f"{one}.npy", npy(dice) if dice.lies() else content.getvalue())
    return data.getvalue()


def tar(dice: Dice) -> bytes:
    """Torch's first format, or an archive around something else."""
    torch, others = ("storages", "tensors", "pickle"), (("net.pth",), ("sys_info", "pickle"))
    names = dice.choice(others) if dice.random() < 0.05 else torch
    whole = _members(dice) if dice.random() < 0.95 else {}
    found = b""
    for one in names:
        data = whole[one] if one in whole and not dice.lies() else _member(dice, one)
        header = one.encode().ljust(124, b"\0") + b"%011o\0" % dice.unsigned(len(data), 32)
        kind = dice.choice((b"x", b"L", b"5", b"1")) if dice.lies() else b"0"
        header = (header.ljust(156, b" ") + kind + bytes(100) + b"ustar\x0000").ljust(512, b"\0")
        found += header + data + bytes(-len(data) % 512)
    return found + bytes(1024)


def _members(dice: Dice) -> dict[str, bytes]:
    """The three members of a whole network."""
    state = {one: value.astype("<f4") for one, value in dice.state().items()}
    writes = pickles.Program(dice, deepest=2)
    count = b"\x80\x02K" + bytes([dice.unsigned(len(state), 8)]) + b"."
    storages = tensors = count if len(state) < 256 else pickle.dumps(len(state), 2)
    pairs = b""
    for number, (one, value) in enumerate(state.items()):
        key, place = text(f"{number}"), text(f"s{number}")
        storage = b"(" + place + text("cpu") + name("torch", "FloatStorage") + b"t"
        storages += b"\x80\x02" + writes.usually(storage) + b"."
        storages += struct.pack("<Q", dice.unsigned(value.size, 64)) + value.tobytes()
        tensor = b"(" + key + place + name("torch", "FloatTensor") + b"t"
        tensors += b"\x80\x02" + writes.usually(tensor) + b"."
        tensors += struct.pack("<I4x", dice.unsigned(value.ndim, 32))
        steps = (stride // 4 for stride in value.strides)
        tensors += b"".join(struct.pack("<Q", dice.unsigned(one, 64)) for one in (*value.shape, *steps, 0))
        pairs += text(one) + writes.usually(key + b"Q")
    return {
        "storages": storages + b"\x80\x02].",
        "tensors": tensors,
        "pickle": b"\x80\x02}(" + pairs + b"u.",
    }


def _member(dice: Dice, one: str) -> bytes:
    if one not in ("storages", "tensors"):
        return pickles.program(dice, "tar")
    writes = pickles.Program(dice, deepest=2)
    count = b"\x80\x02K" + bytes([dice.unsigned(1, 8)]) + b"."
    kind = name("torch", "FloatStorage" if one == "storages" else "FloatTensor")
    first, second = ("s0", "cpu") if one == "storages" else ("0", "s0")
    triple = writes.usually(b"(" + text(first) + text(second) + kind + b"t")
    number = struct.Struct("<q")
    numbers = [dice.number(16)] if one == "storages" else [4, 2, 2, 2, 2, 8, 4, 2, 1, 0]
    data = b"".join(number.pack(dice.number(value) % (1 << 62)) for value in numbers)
    rest = bytes(64) + b"\x80\x02" + writes.usually(b"]") + b"." if one == "storages" else b""
    return count + b"\x80\x02" + triple + b"." + data + rest


_PACKERS: Final[tuple[Callable[[bytes], bytes], ...]] = (
    lambda data: gzip.compress(data, 1),
    lambda data: bz2.compress(data, 1),
    lambda data: lzma.compress(data, preset=0),
)


def packed(dice: Dice, data: bytes) -> bytes:
    """The same, packed once or several times."""
    for _ in range(dice.choice((1, 1, 2, 5))):
        data = dice.choice(_PACKERS)(data)
    return data
