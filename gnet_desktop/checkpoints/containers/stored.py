"""Tensors as they lie in a file: described, checked, and read only when they are needed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import prod
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.graph import Graph
from gnet_desktop.checkpoints.containers.source import Damaged, MemorySource, Source
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import shown

Floats = NDArray[np.float32]

ELEMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "float64": "f8",
        "float32": "f4",
        "float16": "f2",
        "bfloat16": "u2",
        "int64": "i8",
        "int32": "i4",
        "int16": "i2",
        "int8": "i1",
        "uint64": "u8",
        "uint32": "u4",
        "uint16": "u2",
        "uint8": "u1",
        "bool": "u1",
        "float8_e4m3fn": "u1",
        "float8_e5m2": "u1",
    }
)
"""Kinds of number and the code of the bytes that hold one."""

_UNREAD: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("float8_e4m3fnuz", "float8_e5m2fnuz"), 1),
        "float8_e8m0fnu": 1,
        "complex32": 4,
        "complex64": 8,
        "complex128": 16,
        "ComplexHalf": 4,
        "ComplexFloat": 8,
        "ComplexDouble": 16,
        "QUInt4x2": 1,
        "QUInt2x4": 1,
    }
)
"""Bytes of numbers that are stepped over where the network doesn't need them."""

MOST_SIDES: Final = 8
_LARGEST_SIDE: Final = 1 << 48
_STEP: Final = 1 << 16
"""How many numbers are converted at a time."""

_APART: Final = 16
"""Numbers between two places where an array may begin: 64 bytes."""


def element_size(dtype: str) -> int:
    """Bytes of one number; raises CheckpointError for kinds that are not read."""
    if dtype not in ELEMENTS:
        raise CheckpointError(
            f"Its weights are stored as {shown(dtype)}.",
            "That is a quantised or special form, whose numbers cannot be compared with the original's.",
            "Open the float32 or float16 file of the same network.",
        )
    return int(ELEMENTS[dtype][1])


def stepped_size(dtype: str) -> int:
    """Bytes of one number, also of a kind that is only stepped over; raises CheckpointError for others."""
    return _UNREAD[dtype] if dtype in _UNREAD else element_size(dtype)


def sides(values: Iterable[object]) -> tuple[int, ...]:
    """Sides or strides of a tensor as a file gives them; Damaged where these are more than a tensor has.

    They may be negative: `StoredTensor.check` tells whether they make sense.
    """
    found: list[int] = []
    for value in values:
        if type(value) is not int or abs(value) > _LARGEST_SIDE:
            raise Damaged(f"A tensor in it has no shape: one of its sides is {shown(value)}.")
        found.append(value)
        if len(found) > MOST_SIDES:
            raise Damaged(f"A tensor in it has more than {MOST_SIDES} sides.")
    return tuple(found)


def is_whole(dtype: str) -> bool:
    """Whether numbers of this kind are whole ones, which are no weights by themselves."""
    return dtype in ELEMENTS and dtype.startswith(("int", "uint", "bool"))


class Room:
    """One block of memory for so many numbers of many arrays.

    A large block is made of large pages, where each array by itself would be made of small ones:
    to fill it takes a quarter of the time.
    """

    def __init__(self, count: int, arrays: int = 1) -> None:
        self._block = np.empty(count + _APART * (arrays + 1), np.float32)
        self._free = -(self._block.__array_interface__["data"][0] // 4) % _APART

    def take(self, count: int) -> Floats:
        """The next array; each begins where the processor likes to read."""
        start = self._free
        self._free += count + -count % _APART
        return self._block[start : start + count]


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor that lies in ``source`` from byte ``offset`` on.

    ``strides`` count numbers; None is row-major without gaps. ``order`` is that of
    the bytes in a number. ``kind`` is what the file holds where these numbers are worked
    out from others (``int8``), ``how`` what is done to get them.
    """

    source: Source
    dtype: str
    shape: tuple[int, ...]
    offset: int = 0
    strides: tuple[int, ...] | None = None
    order: str = "<"
    kind: str = ""
    how: str = ""

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where in the file its numbers lie, or those that they are worked out from."""
        parts: tuple[StoredTensor, ...] = getattr(self.source, "parts", ())
        return tuple(source for part in parts for source in part.sources) or (self.source,)

    def check(self, name: str) -> None:
        """Raise Damaged unless the whole tensor lies inside its source."""
        end = self.offset + self._reach() * element_size(self.dtype)
        sound = len(self.shape) <= MOST_SIDES and min((*self.shape, *(self.strides or ())), default=0) >= 0
        if not sound or not 0 <= self.offset <= end <= self.source.size:
            raise Damaged(
                f"The tensor {shown(name)} of shape {shape_text(self.shape)} reaches outside its data."
            )

    def _reach(self) -> int:
        """Numbers from its first to its last one."""
        if self.strides is None or not self.count:
            return self.count
        return 1 + sum((side - 1) * stride for side, stride in zip(self.shape, self.strides, strict=True))

    def _steps(self) -> tuple[int, ...]:
        """Strides in numbers, whether given or not."""
        if self.strides is not None:
            return self.strides
        return tuple(prod(self.shape[axis + 1 :]) for axis in range(len(self.shape)))

    def permuted(self, axes: tuple[int, ...]) -> "StoredTensor":
        """The same numbers with the sides in another order."""
        steps = self._steps()
        return replace(
            self, shape=tuple(self.shape[axis] for axis in axes), strides=tuple(steps[axis] for axis in axes)
        )

    def squeezed(self, sides: int) -> "StoredTensor":
        """The same numbers with sides of 1 left out, as far as ``sides`` are left."""
        kept = list(range(len(self.shape)))
        for axis in reversed(range(len(self.shape))):
            if len(kept) > sides and self.shape[axis] == 1:
                kept.remove(axis)
        return self.permuted(tuple(kept))

    @property
    def is_plain(self) -> bool:
        """Row-major without gaps."""
        if self.strides is None:
            return True
        expected = 1
        for side, stride in zip(reversed(self.shape), reversed(self.strides), strict=True):
            if side > 1 and stride != expected:
                return False
            expected *= side
        return True

    def numbers(self, room: "Room | None" = None) -> Floats:
        """A fresh float32 array of its shape, in a ``room`` if it is plain; call `check` first.

        Takes no more memory than the array and, where the layout is another, the
        bytes of the span that it lies in.
        """
        current().array(4 * self.count)
        if not self.is_plain:
            return self._strided()
        target = (room or Room(self.count)).take(self.count)
        if self.dtype == "float32" and self.order == "<":
            self.source.read_into(self.offset, target.data.cast("B"))
            return target.reshape(self.shape)
        buffer = np.empty(min(self.count, _STEP), self._code)
        for start in range(0, self.count, _STEP):
            piece = target[start : start + _STEP]
            numbers = buffer[: len(piece)]
            self.source.read_into(self.offset + start * numbers.itemsize, numbers.data.cast("B"))
            piece[:] = self._as_floats(numbers)
        return target.reshape(self.shape)

    def _strided(self) -> Floats:
        size = element_size(self.dtype)
        current().array(self._reach() * size)
        data = np.empty(self._reach() * size, np.uint8)
        self.source.read_into(self.offset, data.data)
        assert self.strides is not None
        numbers = np.lib.stride_tricks.as_strided(
            data.view(self._code),
            self.shape,
            [stride * size for stride in self.strides],
            writeable=False,
        )
        return self._as_floats(np.ascontiguousarray(numbers))

    @property
    def _code(self) -> str:
        return self.order + ELEMENTS[self.dtype]

    def _as_floats(self, values: NDArray[Any]) -> Floats:
        if self.dtype == "bfloat16":
            return (values.astype(np.uint32) << 16).view(np.float32)
        if self.dtype in _BYTES:
            return np.take(_BYTES[self.dtype], values)
        with np.errstate(over="ignore"):
            return values.astype(np.float32)


def _e4m3fn() -> Floats:
    """What the bytes of a float8 with four bits of exponent stand for; it has no infinities."""
    codes = np.arange(128)
    exponent, fraction = codes >> 3, (codes & 7) / 8
    values = np.where(exponent == 0, fraction * 2.0**-6, (1 + fraction) * 2.0 ** (exponent - 7.0))
    values[127] = np.nan
    return np.concatenate([values, -values]).astype(np.float32)


_BYTES: Final[Mapping[str, Floats]] = {
    "float8_e4m3fn": _e4m3fn(),
    "float8_e5m2": (np.arange(256, dtype=np.uint16) << 8).view(np.float16).astype(np.float32),
}
"""The 256 numbers of each float8; with five bits of exponent it is the first half of a float16."""


def shape_text(shape: tuple[int, ...]) -> str:
    """``64×3×7×7``."""
    more = "×…" if len(shape) > MOST_SIDES else ""
    return "×".join(shown(side).replace(",", "") for side in shape[:MOST_SIDES]) + more or "one number"


def constant(value: float, count: int) -> StoredTensor:
    """A tensor of equal numbers that no file holds."""
    data = np.full(count, value, "<f4").tobytes()
    return StoredTensor(MemorySource(data), "float32", (count,))


Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a container holds, unread.

    ``container`` is its name in words. ``tensors`` are in the file's order; wrappers
    are part of their names, joined with dots. ``facts`` are settings of layers that the
    file tells beside its tensors (``{"maxpool1": {"kernel": 3, "ceil": True}}``), and
    ``classes`` their class, both under the same names. ``texts`` is metadata, ``labels``
    entries that look like class names, ``entries`` the kind of each top-level entry,
    ``devices`` where the tensors were saved, ``notes`` lines for the card, ``graph``
    the operations, where the file has them. ``maps_last``: where a map is flattened for a
    matrix, its channels run fastest, as in TensorFlow.
    """

    container: str
    tensors: Mapping[str, StoredTensor]
    facts: Facts = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    graph: Graph | None = None
    maps_last: bool = False
