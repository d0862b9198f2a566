"""Pickles, written value by value; any value may be one that was made before."""

import io
import pickle
import struct
import zipfile
from collections.abc import Callable
from typing import Final

from tests.checkpoints.grammars.dice import Dice
from tests.checkpoints.hostile import in_legacy, torch_zip
from tests.checkpoints.hostile_pickles import name, text, tuple_tower
from tests.checkpoints.tiny import small_files

_FUNCTIONS: Final = (
    *(("torch._utils", word) for word in ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3")),
    *(("torch._utils", word) for word in ("_rebuild_qtensor", "_rebuild_sparse_tensor")),
    *(("torch._utils", word) for word in ("_rebuild_parameter", "_rebuild_meta_tensor_no_storage")),
    *(("torch", word) for word in ("Size", "FloatStorage", "HalfStorage", "float16", "device")),
    *(("collections", word) for word in ("OrderedDict", "defaultdict", "Counter")),
    *(("builtins", word) for word in ("list", "dict", "tuple", "set", "bytearray", "exec")),
    *(("numpy", word) for word in ("dtype", "ndarray")),
    *(("numpy.core.multiarray", word) for word in ("_reconstruct", "scalar")),
    ("numpy._core.numeric", "_frombuffer"),
    ("_codecs", "encode"),
    ("torch._tensor", "_rebuild_from_type_v2"),
    ("torch.storage", "_load_from_bytes"),
    ("torch.serialization", "_get_layout"),
    ("torch.nn.modules.conv", "Conv2d"),
    ("a.b", "C"),
)
_HARMLESS: Final = (("a.b", "C"), ("torch.nn.modules.conv", "Conv2d"), ("torch", "FloatStorage"))
_FALSE, _EMPTY = b"\x89", b"}"


class Program:
    """Writes values; ``deepest`` is how deep they are nested at most.

    ``form`` is the file that they are for, whose tensors are described in its own way.
    """

    def __init__(self, dice: Dice, *, deepest: int = 6, form: str = "zip") -> None:
        self.dice, self.memo, self.deepest, self.form = dice, 0, deepest, form

    def value(self, depth: int = 0) -> bytes:
        """Any value, new or one of those before."""
        if self.memo and self.dice.random() < 0.25:
            return b"j" + struct.pack("<I", self.dice.randrange(self.memo))
        made = self.dice.choice(_VALUES if depth < self.deepest else _FLAT)(self, depth)
        if self.dice.random() < 0.5:
            made += b"r" + struct.pack("<I", self.memo)
            self.memo += 1
        return made

    def usually(self, true: bytes) -> bytes:
        """What belongs there, or any value."""
        return self.value(self.deepest) if self.dice.lies() else true

    def several(self, depth: int) -> bytes:
        return b"".join(self.value(depth + 1) for _ in range(self.dice.randint(0, 5)))

    def integer(self, _: int) -> bytes:
        value = self.dice.number()
        data = value.to_bytes(max(1, (value.bit_length() + 8) // 8), "little", signed=True)
        return b"\x8a" + bytes([len(data)]) + data

    def text(self, _: int) -> bytes:
        return text(self.dice.word())

    def plain(self, _: int) -> bytes:
        return self.dice.choice((b"N", b"\x88", _FALSE, b")", b"]", _EMPTY, b"G" + bytes(8), b"C\x04abcd"))

    def name(self, _: int) -> bytes:
        return name(*self.dice.choice(_FUNCTIONS if self.dice.lies() else _HARMLESS))

    def tower(self, _: int) -> bytes:
        return (
            tuple_tower(self.dice.choice((3, 40)))
            .replace(b"q\x02", b"r\xff\xff\0\0")
            .replace(b"h\x02", b"j\xff\xff\0\0")
        )

    def sequence(self, depth: int) -> bytes:
        return b"(" + self.several(depth) + self.dice.choice((b"t", b"l"))

    def table(self, depth: int) -> bytes:
        pairs = (self.text(0) + self.value(depth + 1) for _ in range(self.dice.randint(0, 5)))
        return b"}(" + b"".join(pairs) + b"u"

    def call(self, depth: int) -> bytes:
        return self.name(0) + b"(" + self.several(depth) + b"t" + self.dice.choice((b"R", b"R", b"\x81"))

    def built(self, depth: int) -> bytes:
        return self.call(depth) + self.value(depth + 1) + b"b"

    def tensor(self, _: int) -> bytes:
        """A tensor on storage 0 of sixteen numbers, or something like it."""
        if self.form == "tar":
            return self.usually(text("0")) + b"Q"
        if self.form == "bare":
            return self.array()
        sides = self.dice.number(self.dice.choice((0, 1, 2, 4))) % 100
        shape = b"".join(self.integer(0) if self.dice.lies() else b"K\x02" for _ in range(sides))
        strides = b"".join(self.integer(0) if self.dice.lies() else b"K\x01" for _ in range(sides))
        parts = (self.reference(), b"K\x00", b"(" + shape + b"t", b"(" + strides + b"t", _FALSE, _EMPTY)
        arguments = b"".join(self.usually(part) for part in parts)
        return name("torch._utils", "_rebuild_tensor_v2") + b"(" + arguments + b"tR"

    def array(self) -> bytes:
        """A numpy array of four numbers, or something like it."""
        empty = (name("numpy", "ndarray"), b"K\x00\x85", b"C\x01b")
        found = name("numpy.core.multiarray", "_reconstruct") + b"("
        found += b"".join(map(self.usually, empty)) + b"tR"
        kind = name("numpy", "dtype") + self.usually(text(self.dice.choice(("f4", "f8", "O")))) + _FALSE
        kind += b"\x88\x87R(K\x03" + text("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
        parts: tuple[bytes, ...] = (b"K\x01", b"K\x02K\x02\x86", kind, _FALSE, b"C\x10" + bytes(16))
        return found + b"(" + b"".join(map(self.usually, parts)) + b"tb"

    def reference(self) -> bytes:
        key = text(self.dice.choice("01"))
        parts: tuple[bytes, ...] = (
            text("storage"),
            name("torch", "FloatStorage"),
            key,
            text("cpu"),
            b"K\x10",
        )
        parts += (b"N",) if self.form == "legacy" else ()
        return b"(" + b"".join(self.usually(part) for part in parts) + b"tQ"

    def quantised(self, depth: int) -> bytes:
        """A tensor that is worked out of others."""
        if self.form in ("tar", "bare"):
            return self.tensor(depth)
        function = self.dice.choice(("_rebuild_qtensor", "_rebuild_sparse_tensor"))
        parts: tuple[bytes, ...]
        if function == "_rebuild_qtensor":
            scheme = b"(" + self.usually(name("torch", "per_tensor_affine")) + b"G" + bytes(8) + b"K\x00t"
            parts = (self.reference(), b"K\x00", b"K\x02\x85", b"K\x01\x85", scheme, _FALSE, _EMPTY)
        else:
            data = b"(" + self.tensor(depth) + self.tensor(depth) + b"(K\x02K\x02tt"
            parts = (text("torch.sparse_coo"), data)
        return name("torch._utils", function) + b"(" + b"".join(map(self.usually, parts)) + b"tR"


_FLAT: Final = (Program.integer, Program.text, Program.plain, Program.name)
_VALUES: Final = (
    *_FLAT,
    *(Program.sequence, Program.table, Program.call, Program.built, Program.tower),
    *(Program.tensor, Program.tensor, Program.quantised),
)


def program(dice: Dice, form: str = "zip") -> bytes:
    """A dictionary of values."""
    one = Program(dice, form=form)
    pairs = (text(dice.word()) + one.value() for _ in range(dice.randint(1, 12)))
    return b"\x80\x02}(" + b"".join(pairs) + b"u."


def file(dice: Dice) -> bytes:
    """A pickle in one of the files that hold one."""
    form = dice.choice(("bare", "zip", "zip", "legacy", "npy", "whole zip", "whole pickle", "whole zip"))
    if form == "whole zip":
        return _whole_zip(dice)
    if form == "whole pickle":
        return with_more(dice, pickle.dumps(dice.state(), 2), "bare")
    return _FILES[form](program(dice, "bare" if form == "npy" else form))


def with_more(dice: Dice, description: bytes, form: str) -> bytes:
    """The dictionary that a pickle ends with, and some values more."""
    one = Program(dice, form=form)
    pairs = (text(dice.word()) + one.value() + b"s" for _ in range(dice.randint(1, 6)))
    return description.removesuffix(b".") + b"".join(pairs) + b"."


def _whole_zip(dice: Dice) -> bytes:
    """What torch writes of a whole network, and some values more."""
    with zipfile.ZipFile(io.BytesIO(small_files()["zip"])) as archive:
        entries = {one: archive.read(one) for one in archive.namelist()}
    with zipfile.ZipFile(data := io.BytesIO(), "w") as archive:
        for one, content in entries.items():
            archive.writestr(one, with_more(dice, content, "zip") if one.endswith(".pkl") else content)
    return data.getvalue()


def _in_zip(description: bytes) -> bytes:
    return torch_zip(description, k0=bytes(64), k1=bytes(64))


def _in_npy(description: bytes) -> bytes:
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (), }"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + description


_FILES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "bare": bytes,
    "zip": _in_zip,
    "legacy": in_legacy,
    "npy": _in_npy,
}
