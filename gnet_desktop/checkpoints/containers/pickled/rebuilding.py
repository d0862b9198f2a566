"""The few functions of torch and numpy that a pickle of weights calls, as descriptions.

Each takes what the original takes and gives a `TensorValue`: where the numbers lie,
not the numbers.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.made import dense, dense_rows, dequantised
from gnet_desktop.checkpoints.containers.pickled.values import Global, Instance, put
from gnet_desktop.checkpoints.containers.source import Damaged, MemorySource, Source, Span, read
from gnet_desktop.checkpoints.containers.stored import StoredTensor, sides, stepped_size
from gnet_desktop.shown import shown

STORAGE_KINDS: Final[Mapping[str, str]] = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "QInt8Storage": "int8",
    "QUInt8Storage": "uint8",
    "QInt32Storage": "int32",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "UntypedStorage": "uint8",
}

_TORCH_DTYPES: Final[Mapping[str, str]] = {
    "double": "float64",
    "float": "float32",
    "half": "float16",
    "long": "int64",
    "int": "int32",
    "short": "int16",
}

_MOST_PARTS: Final = 8

_NUMPY_DTYPE: Final = re.compile(r"([<>=|]?)(f8|f4|f2|i8|i4|i2|i1|u8|u4|u2|u1|b1)")
_NUMPY_TEXT: Final = re.compile(r"([<>=|]?)U(\d{1,4})")
_MOST_TEXT: Final = 1 << 22
_NUMPY_KINDS: Final[Mapping[str, str]] = {
    "f8": "float64",
    "f4": "float32",
    "f2": "float16",
    "i8": "int64",
    "i4": "int32",
    "i2": "int16",
    "i1": "int8",
    "u8": "uint64",
    "u4": "uint32",
    "u2": "uint16",
    "u1": "uint8",
    "b1": "bool",
}


@dataclass(slots=True, eq=False)
class Storage:
    """A run of numbers outside the pickle; ``source`` is filled in once it is found.

    ``root`` is the storage that this one is a window into, from number ``start`` on.
    """

    dtype: str
    count: int
    device: str = "cpu"
    source: Source | None = None
    root: "Storage | None" = None
    start: int = 0

    def bytes(self) -> Source:
        """Where its bytes are; raises Damaged if the file has none."""
        storage, start = self, 0
        while storage.root is not None:
            current().steps()
            storage, start = storage.root, start + storage.start
        if storage.source is None:
            raise Damaged("The data of one of its tensors is not in it.")
        if storage is self:
            return storage.source
        size = stepped_size(self.dtype)
        return Span(storage.source, start * size, self.count * size)


@dataclass(slots=True, eq=False)
class TensorValue:
    """A tensor of a pickle: a window into a storage, in numbers."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: str = ""

    def stored(self, order: str = "<") -> StoredTensor:
        """The tensor where it lies; ``order`` is that of the bytes in a number."""
        dtype = self.dtype or self.storage.dtype
        offset = self.offset * stepped_size(dtype)
        return StoredTensor(self.storage.bytes(), dtype, self.shape, offset, self.strides, order)


@dataclass(slots=True, eq=False)
class DerivedValue:
    """A tensor that is worked out from others: ``make`` takes these as they are stored."""

    parts: tuple[TensorValue, ...]
    make: Callable[..., StoredTensor]

    def stored(self, order: str = "<") -> StoredTensor:
        """The tensor, unread; ``order`` is that of the bytes in a number."""
        return self.make(*(part.stored(order) for part in self.parts))


@dataclass(slots=True, eq=False)
class ArrayValue:
    """A numpy array of a pickle; its numbers are in ``data``."""

    shape: tuple[int, ...] = ()
    dtype: str = ""
    order: str = "<"
    fortran: bool = False
    data: Any = b""
    width: int = 0

    @property
    def texts(self) -> list[str] | None:
        """The texts of a list of them, kept as objects or at a fixed width; None for anything else."""
        if isinstance(self.data, list):
            return self.data if all(isinstance(one, str) for one in self.data) else None
        source = bytes_source(self.data)
        if not self.width or len(self.shape) != 1 or source is None:
            return None
        return fixed_texts(source, self.shape[0], self.width, self.order)

    def set_state(self, state: tuple[Any, ...]) -> None:
        """What numpy's ``ndarray.__setstate__`` is given."""
        _version, shape, kind, fortran, data = state
        self.shape, self.fortran, self.data = _sides(shape), fortran is True or fortran == 1, data
        if isinstance(kind, NumpyKind):
            self.dtype, self.order, self.width = kind.dtype, kind.order, kind.width

    def stored(self, _order: str = "<") -> StoredTensor:
        """The array where it lies; an array of objects has no numbers and is Damaged."""
        source = bytes_source(self.data)
        if source is None or not self.dtype:
            raise Damaged("One of its arrays does not hold numbers.")
        strides = column_major(self.shape) if self.fortran else None
        return StoredTensor(source, self.dtype, self.shape, 0, strides, self.order)


@dataclass(slots=True, eq=False)
class NumpyKind:
    """numpy's dtype; an empty ``dtype`` is a kind that holds no numbers.

    ``width`` is that of texts in characters, 0 for anything else.
    """

    dtype: str
    order: str = "<"
    width: int = 0

    def set_state(self, state: tuple[Any, ...]) -> None:
        """What numpy's ``dtype.__setstate__`` is given: the byte order is second."""
        if isinstance(state[1], str) and state[1] in ("<", ">"):
            self.order = state[1]


def parts(value: Any, least: int) -> tuple[Any, ...]:
    """A reference to a storage of at least so many parts; raises TypeError for anything else."""
    if not isinstance(value, tuple | list) or not least <= len(value) <= _MOST_PARTS:
        raise TypeError("no reference")
    return tuple(value)


def numpy_kind(text: str) -> NumpyKind:
    """The kind that numpy's short word means: ``<f4``."""
    if (letters := _NUMPY_TEXT.fullmatch(text)) is not None:
        return NumpyKind("", ">" if letters[1] == ">" else "<", int(letters[2]))
    found = _NUMPY_DTYPE.fullmatch(text)
    if found is None:
        return NumpyKind("")
    return NumpyKind(_NUMPY_KINDS[found[2]], ">" if found[1] == ">" else "<")


def fixed_texts(source: Source, count: int, width: int, order: str, offset: int = 0) -> list[str] | None:
    """Texts of a fixed width, four bytes a character; None where they are not all there, or far too many."""
    size = 4 * count * width
    if not 0 < size <= _MOST_TEXT or offset + size > source.size:
        return None
    data = read(source, offset, size)
    code = "utf-32-le" if order == "<" else "utf-32-be"
    return [
        data[start : start + 4 * width].decode(code, "replace").rstrip("\0")
        for start in range(0, size, 4 * width)
    ]


def column_major(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Strides of an array whose first side runs fastest."""
    strides, step = [], 1
    for side in shape:
        strides.append(step)
        step *= max(side, 1)
    return tuple(strides)


def bytes_source(data: Any) -> Source | None:
    """The bytes that a pickle holds in one of several ways; None if they are none."""
    if isinstance(data, Span):
        return data
    if isinstance(data, str):
        # as Python 2 wrote bytes; with other letters it never was any
        return MemorySource(data.encode("latin-1")) if not data or max(data) <= "\xff" else None
    return MemorySource(data) if isinstance(data, bytes) else None


def _sides(values: Any) -> tuple[int, ...]:
    """Sides or strides: a tuple, a list, or a torch.Size that was made of one."""
    found = values.args[0] if isinstance(values, Instance) else values
    if not isinstance(found, tuple | list):
        raise TypeError("no sizes")
    return sides(found)


def torch_dtype(value: Any) -> str:
    """``torch.float16`` → ``float16``."""
    name = value.name if isinstance(value, Global) else ""
    return _TORCH_DTYPES.get(name, name)


def storage_dtype(kind: Any) -> str:
    """Kind of number of a storage class, wherever it is said to live; "" if it isn't one."""
    name = kind.name if isinstance(kind, Global) else kind if isinstance(kind, str) else ""
    return STORAGE_KINDS.get(name, name.removesuffix("Storage") if name.endswith("Storage") else "")


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *rest: Any) -> TensorValue:
    if not isinstance(storage, Storage) or not isinstance(offset, int):
        raise TypeError("no storage")
    shape, strides = _sides(size), _sides(stride)
    if len(shape) != len(strides):
        raise ValueError("sizes and strides differ in number")
    dtype = torch_dtype(rest[2]) if len(rest) > 2 and isinstance(rest[2], Global) else ""
    return TensorValue(storage, offset, shape, strides, dtype)


def _quantised(storage: Any, offset: Any, size: Any, stride: Any, quantiser: Any, *_: Any) -> DerivedValue:
    """Whole numbers with one scale and zero point, or with one for each channel along an axis."""
    values = _tensor(storage, offset, size, stride)
    if not isinstance(quantiser, tuple) or not 3 <= len(quantiser) <= 4:
        raise TypeError("no scheme")
    _scheme, scale, zero, *axis = quantiser
    if isinstance(scale, TensorValue) and isinstance(zero, TensorValue) and axis and isinstance(axis[0], int):
        return DerivedValue((values, scale, zero), partial(dequantised, axis=axis[0]))
    if not isinstance(scale, float | int) or not isinstance(zero, int):
        raise TypeError("no scale or zero point")
    return DerivedValue((values,), partial(dequantised, scale=float(scale), zero=float(zero)))


def _sparse(layout: Any, data: Any) -> Any:
    """A sparse tensor of coordinates or of rows; one of another layout is refused where it is needed."""
    if not isinstance(layout, str) or not isinstance(data, tuple):
        raise TypeError("no layout")
    if layout not in _LAYOUTS:
        return DerivedValue((), partial(StoredTensor, MemorySource(b""), shown(layout), _sides(data[3])))
    count, make = _LAYOUTS[layout]
    parts = tuple(data[:count])
    if not all(isinstance(part, TensorValue) for part in parts):
        raise TypeError("no coordinates")
    return DerivedValue(parts, partial(make, shape=_sides(data[count])))


_LAYOUTS: Final[Mapping[str, tuple[int, Callable[..., StoredTensor]]]] = {
    "torch.sparse_coo": (2, dense),
    "torch.sparse_csr": (3, dense_rows),
}


def _from_type(function: Any, _kind: Any, arguments: Any, _state: Any = None) -> Any:
    known = KNOWN.get(str(function)) if isinstance(function, Global) else None
    if not isinstance(arguments, tuple) or known is _from_type:
        raise TypeError("a call in a call")
    current().steps(len(arguments))
    return known(*arguments) if known else Instance(function, arguments)


def _from_numpy(array: Any, *_: Any) -> Any:
    return array


def _encode(text: Any, _encoding: Any = "latin1") -> Any:
    """Bytes written as text, the way protocol 2 does it."""
    if isinstance(text, Span):
        current().keep(text.size)
        return MemorySpan(read(text, 0, text.size).decode("utf-8").encode("latin-1"))
    return text.encode("latin-1")


class MemorySpan(Span):
    """A span of bytes that are in memory."""

    def __init__(self, data: bytes) -> None:
        super().__init__(MemorySource(data), 0, len(data))


def _pairs(*arguments: Any) -> dict[Any, Any]:
    """Any kind of dictionary; its first argument may be a dictionary or pairs."""
    found: dict[Any, Any] = {}
    for argument in arguments:
        pairs = list(argument.items()) if isinstance(argument, dict) else argument
        current().steps(len(pairs) if isinstance(pairs, list | tuple) else 0)
        for pair in pairs if isinstance(pairs, list | tuple) else ():
            key, value = pair
            put(found, key, value)
    return found


def _members(*arguments: Any) -> list[Any]:
    members = arguments[0] if arguments and isinstance(arguments[0], list | tuple) else ()
    current().steps(len(members))
    return list(members)


def _from_buffer(data: Any, kind: Any, shape: Any, order: Any = "C", *_: Any) -> ArrayValue:
    if not isinstance(kind, NumpyKind):
        raise TypeError("no dtype")
    whole = sides((shape,)) if isinstance(shape, int) else _sides(shape)
    return ArrayValue(whole, kind.dtype, kind.order, order == "F", data)


_ARRAYS: Final[Mapping[str, Callable[..., Any]]] = {
    "_reconstruct": lambda *_: ArrayValue(),
    "_frombuffer": _from_buffer,
}

KNOWN: Final[Mapping[str, Callable[..., Any]]] = {
    "collections.OrderedDict": _pairs,
    "collections.defaultdict": lambda *_: {},
    "collections.Counter": _pairs,
    "builtins.dict": _pairs,
    "builtins.tuple": lambda *arguments: tuple(_members(*arguments)),
    "builtins.list": _members,
    "builtins.set": _members,
    "builtins.frozenset": _members,
    "__builtin__.set": _members,
    "builtins.bytearray": lambda data=b"", *_: data,
    "builtins.bytes": lambda data=b"", *_: data,
    "_codecs.encode": _encode,
    "torch.Size": lambda sizes=(): _sides(sizes),
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _tensor,
    "torch._utils._rebuild_qtensor": _quantised,
    "torch._utils._rebuild_sparse_tensor": _sparse,
    "torch.serialization._get_layout": lambda name: name,
    "torch._utils._rebuild_parameter": lambda data, *_: data,
    "torch._utils._rebuild_parameter_with_state": lambda data, *_: data,
    "torch._utils._rebuild_device_tensor_from_numpy": _from_numpy,
    "torch._utils._rebuild_device_tensor_from_cpu_tensor": _from_numpy,
    "torch._utils._rebuild_xla_tensor": _from_numpy,
    "torch._tensor._rebuild_from_type_v2": _from_type,
    "torch._tensor._rebuild_from_type": _from_type,
    "torch.nn.parameter.Parameter": lambda data, *_: data,
    "torch.nn.parameter.Buffer": lambda data, *_: data,
    "torch.jit._pickle.build_intlist": lambda data: data,
    "torch.jit._pickle.build_doublelist": lambda data: data,
    "torch.jit._pickle.build_boollist": lambda data: data,
    "torch.jit._pickle.build_tensorlist": lambda data: data,
    "torch.jit._pickle.restore_type_tag": lambda data, *_: data,
    "numpy.dtype": lambda kind, *_: numpy_kind(kind if isinstance(kind, str) else ""),
    **{
        f"numpy.{module}.{name}": function
        for module in ("core.multiarray", "_core.multiarray", "core.numeric", "_core.numeric")
        for name, function in _ARRAYS.items()
    },
}
