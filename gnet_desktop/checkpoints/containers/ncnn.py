"""NCNN's networks: a description as text (``.param``), and the numbers of its layers in turn (``.bin``).

The layers are Caffe's. Weights are floats, halves or bytes with scales; opening either
file opens both.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.budget import current
from gnet_desktop.checkpoints.containers.caffe_layers import Layer, read_layers
from gnet_desktop.checkpoints.containers.made import made
from gnet_desktop.checkpoints.containers.source import Cursor, Damaged, Placed, Source, read
from gnet_desktop.checkpoints.containers.stored import Contents, Floats, StoredTensor
from gnet_desktop.errors import CheckpointError
from gnet_desktop.shown import shown, whole

_MAGIC: Final = b"7767517"
_BINARY: Final = (7767517).to_bytes(4, "little")
_LARGEST: Final = 1 << 22
_LARGEST_NUMBER: Final = 1 << 48
_HALF, _BYTES, _FLOAT = 0x01306B47, 0x000D4B38, 0x0002C056
_SAME: Final = (-233, -234)

Settings = Mapping[int, float]


def claims(head: bytes, source: Source) -> bool:
    """Whether it is a description, or the numbers that belong to one beside it."""
    if head.startswith((_MAGIC, _BINARY)):
        return True
    if not isinstance(source, Placed) or source.path.suffix != ".bin":
        return False
    name = _partner(source)
    return source.has(name) and _begins(source.beside(name))


def _partner(source: Placed) -> str:
    """The name of the other of the two files."""
    return str(PurePath(source.path.name).with_suffix(".param" if source.path.suffix == ".bin" else ".bin"))


def _begins(source: Source) -> bool:
    return read(source, 0, min(len(_MAGIC), source.size)) == _MAGIC


def read_contents(source: Source) -> Contents:
    """Weights and graph; raises CheckpointError, also where the other file is missing."""
    if not isinstance(source, Placed):
        raise CheckpointError(
            "This is NCNN's description of a network.",
            "Its numbers are in a file beside it, and it was packed alone.",
            "Unpack it, put the .bin file beside it, and open either.",
        )
    other = source.beside(_partner(source))
    text, data = (source, other) if not _is_numbers(source) else (other, source)
    if not _begins(text):
        raise CheckpointError(
            "This is NCNN's description in binary form.",
            "It has no names of its layers.",
            "Open the .param file that is a text.",
        )
    cursor = Cursor(data)
    layers = [layer for line in _lines(text) for layer in _layers(line, cursor)]
    if not cursor.at_end:
        raise Damaged(
            f"{shown(data.path.name)} has {whole(data.size - cursor.position)} bytes that no layer reads."
        )
    net, graph = read_layers(layers)
    return Contents(
        "NCNN network in 2 files",
        net.tensors,
        facts={**{layer.name: layer.settings for layer in layers if layer.settings}, **net.facts},
        classes={layer.name: layer.kind for layer in layers},
        graph=graph,
        notes=(f"Weights are read from {shown(data.path.name)}.",),
    )


def _is_numbers(source: Placed) -> bool:
    return source.path.suffix == ".bin" and not _begins(source)


def _lines(source: Source) -> Iterator[list[str]]:
    """The words of each layer's line."""
    if source.size > _LARGEST:
        raise Damaged(f"Its description takes {whole(source.size)} bytes, far more than a network's.")
    for line in read(source, 0, source.size).decode("utf-8", "replace").splitlines()[2:]:
        words = line.split()
        current().values(len(words))
        if words:
            yield words


def _layers(words: list[str], cursor: Cursor) -> Iterator[Layer]:
    """A line's layer, and the rectifier that it may have behind it."""
    try:
        kind, name = words[:2]
        reads, gives = int(words[2]), int(words[3])
        names = words[4 : 4 + reads + gives]
        settings = dict(_settings(words[4 + reads + gives :]))
        if min(reads, gives) < 0 or len(names) != reads + gives:
            raise ValueError
    except (ValueError, IndexError) as error:
        raise Damaged(f"The line of {shown(' '.join(words))} says no layer.") from error
    read_one = _READERS.get(kind)
    blobs, told = read_one(cursor, name, settings) if read_one else ((), {})
    bottoms, tops = tuple(names[:reads]), tuple(names[reads:])
    yield Layer(name, _WORDS.get(kind, kind), blobs, bottoms, tops, told)
    if kind in ("Convolution", "InnerProduct") and (activation := _whole(settings, 9)):
        yield Layer(
            f"{name}/activation", "ReLU" if activation == 1 else f"activation {activation}", (), tops, tops
        )


def _settings(words: list[str]) -> Iterator[tuple[int, float]]:
    for word in words:
        key, _, value = word.partition("=")
        if int(key) > -1000:  # lists are of no layer that is known
            number = int(value) if value.lstrip("-").isdecimal() else float(value)
            if not abs(number) < _LARGEST_NUMBER:
                raise ValueError
            yield int(key), number


# Layers: their weights in the file's order, and their settings

_Read = tuple[tuple[StoredTensor, ...], dict[str, Any]]


def _whole(settings: Settings, number: int, usual: int = 0) -> int:
    value = settings.get(number, usual)
    if value != int(value):
        raise Damaged(f"A setting of a layer is {value:g} where a whole number is due.")
    return int(value)


def _convolution(cursor: Cursor, name: str, settings: Settings) -> _Read:
    outputs, width, count = (_whole(settings, number) for number in (0, 1, 6))
    height = _whole(settings, 11, width)
    area = outputs * width * height
    if min(outputs, width, height, count) <= 0 or count % area:
        raise Damaged(f"The layer {shown(name)} has no shape.")
    shape = (outputs, count // area, height, width)
    stride, left = _whole(settings, 3, 1), _whole(settings, 4)
    top = _whole(settings, 14, left)
    pads = [top, left, _whole(settings, 16, top), _whole(settings, 15, left)]
    return _weights(cursor, name, shape, settings, bias=_whole(settings, 5)), {
        "kernel": width if width == height else -1,
        "stride": stride if stride == _whole(settings, 13, stride) else -1,
        "padding": "same" if left in _SAME else pads,
        "dilation": _whole(settings, 2, 1),
    }


def _inner_product(cursor: Cursor, name: str, settings: Settings) -> _Read:
    outputs, count = _whole(settings, 0), _whole(settings, 2)
    if min(outputs, count) <= 0 or count % outputs:
        raise Damaged(f"The layer {shown(name)} has no shape.")
    return _weights(cursor, name, (outputs, count // outputs), settings, bias=_whole(settings, 1)), {}


def _weights(
    cursor: Cursor, name: str, shape: tuple[int, ...], settings: Settings, *, bias: int
) -> tuple[StoredTensor, ...]:
    weight = _marked(cursor, name, shape)
    rest = (_floats(cursor, shape[0]),) if bias else ()
    if scaled := _whole(settings, 8):
        scale = _floats(cursor, shape[0])
        cursor.skip(4 if scaled < _TWO_SCALES else 8)  # of what is read, and of what is given
        weight = made((weight, scale), _unscaled, kind="int8")
    return (weight, *rest)


_TWO_SCALES: Final = 100


def _unscaled(values: Floats, scale: Floats) -> NDArray[Any]:
    return values / np.where(scale == 0, 1, scale).reshape(-1, *[1] * (values.ndim - 1))


def _marked(cursor: Cursor, name: str, shape: tuple[int, ...]) -> StoredTensor:
    """Numbers behind a mark that says their kind, filled up to four bytes."""
    count = int(np.prod(shape, dtype=object))
    mark = int.from_bytes(cursor.take(4), "little")
    if mark not in _KINDS:
        raise CheckpointError(
            f"The weights of {shown(name)} are stored in a form that is not read.",
            "They are quantised with a table.",
            "Open the float32 or float16 file of the same network.",
        )
    dtype, size = _KINDS[mark]
    data = cursor.skip(count * size)
    cursor.skip(-(count * size) % 4)
    return StoredTensor(data, dtype, shape)


_KINDS: Final = {0: ("float32", 4), _FLOAT: ("float32", 4), _HALF: ("float16", 2), _BYTES: ("int8", 1)}


def _floats(cursor: Cursor, count: int) -> StoredTensor:
    return StoredTensor(cursor.skip(4 * count), "float32", (count,))


def _batch_norm(cursor: Cursor, _name: str, settings: Settings) -> _Read:
    count = _whole(settings, 0)
    scale, mean, variance, shift = (_floats(cursor, count) for _ in range(4))
    return (scale, shift, mean, variance), {"epsilon": float(settings.get(1, 0.0))}


def _scale(cursor: Cursor, _name: str, settings: Settings) -> _Read:
    count = _whole(settings, 0)
    return tuple(_floats(cursor, count) for _ in range(2 if _whole(settings, 1) else 1)), {}


def _pooling(_cursor: Cursor, _name: str, settings: Settings) -> _Read:
    kernel, left, mode = _whole(settings, 1), _whole(settings, 3), _whole(settings, 5)
    top = _whole(settings, 13, left)
    pads = [top, left, _whole(settings, 15, top), _whole(settings, 14, left)]
    adaptive = _whole(settings, 7) and _whole(settings, 8) == 1
    return (), {
        "pool": _whole(settings, 0),
        "kernel": kernel if kernel == _whole(settings, 11, kernel) else -1,
        "stride": _whole(settings, 2, 1),
        "padding": "same" if mode > 1 else pads,
        "global": int(_whole(settings, 4) or adaptive),
        "round": int(mode != 0),
    }


def _response_norm(_cursor: Cursor, _name: str, settings: Settings) -> _Read:
    numbers = {word: float(settings.get(number, usual)) for word, number, usual in _NORM}
    return (), {"region": _whole(settings, 0), "size": _whole(settings, 1, 5), **numbers}


_NORM: Final = (("alpha", 2, 1.0), ("beta", 3, 0.75), ("k", 4, 1.0))


def _rectifier(_cursor: Cursor, _name: str, settings: Settings) -> _Read:
    return (), {"slope": float(settings.get(0, 0.0))}


_READERS: Final[Mapping[str, Callable[[Cursor, str, Settings], _Read]]] = {
    "Convolution": _convolution,
    "InnerProduct": _inner_product,
    "BatchNorm": _batch_norm,
    "Scale": _scale,
    "Pooling": _pooling,
    "LRN": _response_norm,
    "ReLU": _rectifier,
}
_WORDS: Final[Mapping[str, str]] = {"BatchNorm": "BN", "Noop": "Split"}
