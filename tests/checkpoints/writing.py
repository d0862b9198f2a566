"""Writers of the containers that no library here writes, from their published descriptions."""

import io
import pickle
import struct
import tarfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from typing_extensions import override


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def number(field: int, value: int) -> bytes:
    """A varint field."""
    return varint(field << 3) + varint(value)


def message(field: int, data: bytes) -> bytes:
    """A length-delimited field."""
    return varint(field << 3 | 2) + varint(len(data)) + data


def text(field: int, value: str) -> bytes:
    return message(field, value.encode())


# Caffe (docs/formats.md#caffe-and-onnx)


def packed_floats(values: np.ndarray) -> bytes:
    return message(5, values.astype("<f4").tobytes())


def loose_floats(values: np.ndarray) -> bytes:
    tag = varint(5 << 3 | 5)
    return b"".join(tag + struct.pack("<f", value) for value in values.ravel())


def packed_doubles(values: np.ndarray) -> bytes:
    return message(8, values.astype("<f8").tobytes())


def new_shape(shape: Iterable[int]) -> bytes:
    return message(7, message(1, b"".join(varint(side) for side in shape)))


def legacy_shape(shape: Iterable[int]) -> bytes:
    """num, channels, height, width; a bias is 1×1×1×N, a matrix 1×1×out×in."""
    sides = [1, 1, 1, 1, *shape][-4:]
    return b"".join(number(field, side) for field, side in enumerate(sides, 1))


Blob = Callable[[np.ndarray], bytes]
Shape = Callable[[Iterable[int]], bytes]


def _layers(state: Mapping[str, Tensor]) -> dict[str, list[np.ndarray]]:
    found: dict[str, list[np.ndarray]] = {}
    for name, tensor in state.items():
        found.setdefault(name.rpartition(".")[0], []).append(tensor.numpy())
    return found


def _blobs(arrays: list[np.ndarray], field: int, shape: Shape, numbers: Blob) -> bytes:
    return b"".join(message(field, shape(array.shape) + numbers(array)) for array in arrays)


def caffemodel(
    state: Mapping[str, Tensor],
    *,
    form: str = "current",
    shape: Shape = new_shape,
    numbers: Blob = packed_floats,
    name: str = "GoogleNet",
) -> bytes:
    """A caffemodel of ``NAME.weight`` and ``NAME.bias``; ``form`` is current, V1 or V0."""
    found = text(1, name)
    for layer, arrays in _layers(state).items():
        matrix = arrays[0].ndim == 2
        if form == "current":
            kind = "InnerProduct" if matrix else "Convolution"
            body = text(1, layer) + text(2, kind) + _blobs(arrays, 7, shape, numbers)
            found += message(100, body)
        elif form == "V1":
            body = text(4, layer) + number(5, 14 if matrix else 4) + _blobs(arrays, 6, shape, numbers)
            found += message(2, body)
        else:
            inner = text(1, layer) + text(2, "conv") + _blobs(arrays, 50, shape, numbers)
            found += message(2, message(1, inner))
    return found


# PyTorch's first format, a tar archive (docs/formats.md#containers)


def torch_tar(path: Path, state: Mapping[str, Tensor]) -> None:
    tensors = {f"{index}": tensor.contiguous() for index, tensor in enumerate(state.values())}
    storages, descriptions = io.BytesIO(), io.BytesIO()
    pickle.dump(len(tensors), storages, protocol=2)
    pickle.dump(len(tensors), descriptions, protocol=2)
    for key, tensor in tensors.items():
        pickle.dump((f"s{key}", "cpu", torch.FloatStorage), storages, protocol=2)
        storages.write(struct.pack("<q", tensor.numel()) + tensor.numpy().astype("<f4").tobytes())
        pickle.dump((key, f"s{key}", torch.FloatTensor), descriptions, protocol=2)
        descriptions.write(struct.pack("<i4x", tensor.dim()))
        descriptions.write(struct.pack(f"<{2 * tensor.dim() + 1}q", *tensor.shape, *tensor.stride(), 0))
    pickle.dump([], storages, protocol=2)
    members = {
        "storages": storages,
        "tensors": descriptions,
        "pickle": _referring(dict(zip(state, tensors, strict=True))),
    }
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = data.tell()
            data.seek(0)
            archive.addfile(entry, data)


class _Reference:
    """Something that is pickled as a reference to outside."""

    def __init__(self, key: str) -> None:
        self.key = key


def _referring(keys: Mapping[str, str]) -> io.BytesIO:
    class Pickler(pickle.Pickler):
        @override
        def persistent_id(self, value: Any) -> Any:
            return value.key if isinstance(value, _Reference) else None

    data = io.BytesIO()
    Pickler(data, protocol=2).dump({name: _Reference(key) for name, key in keys.items()})
    return data


# MXNet's lists of arrays

_MXNET_EDITIONS = (0xF993FAC8, 0xF993FAC9, 0xF993FACA)
"""Three with a magic number and sides of 64 bits; the oldest has neither."""


def mxnet(state: Mapping[str, Tensor], *, edition: int = 0xF993FAC9) -> bytes:
    found = struct.pack("<3Q", 0x112, 0, len(state))
    for array in (tensor.numpy() for tensor in state.values()):
        kind = {"float32": 0, "float64": 1, "float16": 2, "int64": 6}[str(array.dtype)]
        named = edition in _MXNET_EDITIONS
        found += struct.pack("<I", edition) if named else b""
        found += struct.pack("<i", 0) if edition in _MXNET_EDITIONS[1:] else b""
        found += struct.pack(f"<I{array.ndim}{'q' if named else 'I'}", array.ndim, *array.shape)
        found += struct.pack("<3i", 1, 0, kind) + array.tobytes()
    found += struct.pack("<Q", len(state))
    return found + b"".join(struct.pack("<Q", len(name)) + name.encode() for name in state)


# TensorFlow's frozen graphs


def graph_node(name: str, kind: str, **attributes: bytes) -> bytes:
    entries = (message(5, text(1, key) + message(2, value)) for key, value in attributes.items())
    return message(1, text(1, name) + text(2, kind) + b"".join(entries))


def graph_tensor(array: np.ndarray, *, as_content: bool = True) -> bytes:
    shape = message(2, b"".join(message(2, number(1, side)) for side in array.shape))
    data = array.astype("<f4").tobytes()
    return message(8, number(1, 1) + shape + message(4 if as_content else 5, data))


def graph_list(*values: int) -> bytes:
    return message(1, message(3, b"".join(map(varint, values))))
