"""What a graph does to its input before conv1: a factor and a shift for each channel, and their order.

torchvision's second rescaling is such a thing, and so are means and deviations that
somebody put into the graph before exporting it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.containers.graph import Node
from gnet_desktop.checkpoints.convention import InputScaling
from gnet_desktop.checkpoints.recognition.graph_walk import LONGEST_WALK, Walk

Numbers = NDArray[np.float64]

_CHANNELS: Final = (1, -3)
"""The axis of the channels in pictures × channels × height × width, and counted from behind."""

_PASSED: Final = (*("Identity", "Cast", "Dropout", "Reshape", "Squeeze", "Unsqueeze", "Flatten"), "Transpose")
_MOST_CHANNELS: Final = 4


@dataclass(frozen=True)
class _Lines:
    """A line (source channel, factor, shift) for each channel of a value."""

    order: NDArray[np.int64]
    scale: Numbers
    shift: Numbers


class _Unknown(Exception):
    """An operation that is no factor, shift or order of channels."""


def entry(walk: Walk, name: str, channels: int) -> InputScaling:
    """What lies between the graph's input and a value that conv1 reads, which has so many channels."""
    unknown, lines = "", None
    try:
        with np.errstate(all="ignore"):
            lines = _Reader(walk, channels).read(name, LONGEST_WALK)
    except _Unknown as error:
        unknown = str(error)
    except (ValueError, IndexError):
        unknown = "operations that do not fit together"
    if lines is None or len(lines.order) != channels:
        unknown = unknown if lines is None else f"{len(lines.order)} channels where conv1 reads {channels}"
        return InputScaling(tuple(range(channels)), (1.0,) * channels, (0.0,) * channels, unknown)
    return InputScaling(
        tuple(int(place) for place in lines.order),
        tuple(float(value) for value in lines.scale),
        tuple(float(value) for value in lines.shift),
    )


class _Reader:
    def __init__(self, walk: Walk, channels: int) -> None:
        self.walk, self.channels = walk, channels
        self.known: dict[str, _Lines] = {}

    def read(self, name: str, depth: int) -> _Lines:
        """The lines of a value; raises _Unknown, ValueError or IndexError where it has none."""
        if name not in self.known:
            self.known[name] = self.work_out(name, depth)
        if len(self.known[name].order) > _MOST_CHANNELS:
            raise _Unknown("more channels than a picture has")
        return self.known[name]

    def work_out(self, name: str, depth: int) -> _Lines:
        node = self.walk.makers.get(name)
        if node is None:
            count = self.channels
            return _Lines(np.arange(count), np.ones(count), np.zeros(count))
        if depth == 0:
            raise _Unknown(node.kind)
        if node.kind in _PASSED:
            return self.read(node.inputs[0], depth - 1)
        if node.kind == "Concat":
            return _joined([self.read(part, depth - 1) for part in node.inputs if part])
        read = _READERS.get(node.kind)
        if read is None:
            raise _Unknown(node.kind)
        return read(self, node, name, depth - 1)

    def constant(self, name: str) -> Numbers | None:
        """A stored value as numbers, one or one a channel; None for what the graph computes."""
        stored = self.walk.stored(name)
        tensor = self.walk.tensors.get(stored)
        if tensor is None:
            return np.zeros(1) if self.walk.is_zero(name) else None
        if tensor.count > _MOST_CHANNELS:
            raise _Unknown("its own table")
        tensor.check(name)
        self.walk.noticed.add(stored)
        return tensor.numbers().reshape(-1).astype(np.float64)


def _joined(parts: Sequence[_Lines]) -> _Lines:
    return _Lines(
        np.concatenate([part.order for part in parts]),
        np.concatenate([part.scale for part in parts]),
        np.concatenate([part.shift for part in parts]),
    )


def _arithmetic(reader: _Reader, node: Node, _name: str, depth: int) -> _Lines:
    """A value and a constant, in either order."""
    first, second = (reader.constant(name) for name in node.inputs[:2])
    if first is None and second is not None:
        lines = reader.read(node.inputs[0], depth)
        scale, shift = _BEHIND[node.kind](lines.scale, lines.shift, second)
    elif first is not None and node.kind in _BEFORE:
        lines = reader.read(node.inputs[1], depth)
        scale, shift = _BEFORE[node.kind](lines.scale, lines.shift, first)
    else:
        raise _Unknown(node.kind)
    if len(scale) != len(lines.order):
        raise _Unknown(node.kind)
    return _Lines(lines.order, scale, shift)


def _picked(reader: _Reader, node: Node, _name: str, depth: int) -> _Lines:
    """Channels by their numbers."""
    if node.settings.get("axis", 0) not in _CHANNELS:
        raise _Unknown(node.kind)
    numbers, lines = reader.constant(node.inputs[1]), reader.read(node.inputs[0], depth)
    if numbers is None:
        raise _Unknown(node.kind)
    return _taken(node, lines, numbers.astype(np.int64))


def _sliced(reader: _Reader, node: Node, _name: str, depth: int) -> _Lines:
    """A run of channels, which may go backwards."""
    settings = node.settings
    given = [reader.constant(name) for name in node.inputs[1:]] if node.inputs[1] else []
    if not given:
        given = [np.atleast_1d(settings.get(name, [])) for name in ("starts", "ends", "axes")]
    starts, ends, axes, *steps = (value for value in given if value is not None and value.size)
    if axes.size != 1 or int(axes[0]) not in _CHANNELS:
        raise _Unknown(node.kind)
    lines, step = reader.read(node.inputs[0], depth), int(steps[0][0]) if steps else 1
    count, end = len(lines.order), int(ends[0])
    run = range(count)[slice(int(starts[0]), None if step < 0 and end < -count else end, step)]
    return _taken(node, lines, np.array(run, np.int64))


def _split(reader: _Reader, node: Node, name: str, depth: int) -> _Lines:
    """One of as many parts as there are outputs, all alike."""
    lines, parts = reader.read(node.inputs[0], depth), len(node.outputs)
    if node.settings.get("axis", 0) not in _CHANNELS or len(lines.order) % parts:
        raise _Unknown(node.kind)
    wide, place = len(lines.order) // parts, node.outputs.index(name)
    return _taken(node, lines, np.arange(place * wide, (place + 1) * wide))


def _normed(reader: _Reader, node: Node, _name: str, depth: int) -> _Lines:
    """A batch norm of the picture itself."""
    parts = [reader.constant(part) for part in node.inputs[1:5]]
    scale, shift, mean, variance = (part for part in parts if part is not None)
    lines, epsilon = reader.read(node.inputs[0], depth), float(node.settings.get("epsilon", 1e-5))
    factor = scale / np.sqrt(variance + epsilon)
    return replace(lines, scale=lines.scale * factor, shift=(lines.shift - mean) * factor + shift)


def _taken(node: Node, lines: _Lines, numbers: NDArray[np.int64]) -> _Lines:
    if not numbers.size or numbers.max() >= len(lines.order) or numbers.min() < -len(lines.order):
        raise _Unknown(node.kind)
    return replace(lines, order=lines.order[numbers], scale=lines.scale[numbers], shift=lines.shift[numbers])


_Line = Callable[[Numbers, Numbers, Numbers], tuple[Numbers, Numbers]]

_BEHIND: Final[Mapping[str, _Line]] = MappingProxyType(
    {
        "Add": lambda scale, shift, value: (scale, shift + value),
        "Sub": lambda scale, shift, value: (scale, shift - value),
        "Mul": lambda scale, shift, value: (scale * value, shift * value),
        "Div": lambda scale, shift, value: (scale / value, shift / value),
    }
)
"""Factor and shift after an operation with a constant behind the value."""

_BEFORE: Final[Mapping[str, _Line]] = MappingProxyType(
    {
        "Add": _BEHIND["Add"],
        "Mul": _BEHIND["Mul"],
        "Sub": lambda scale, shift, value: (-scale, value - shift),
    }
)
"""The same with the constant first."""

_READERS: Final[Mapping[str, Callable[[_Reader, Node, str, int], _Lines]]] = MappingProxyType(
    {
        **dict.fromkeys(_BEHIND, _arithmetic),
        "Gather": _picked,
        "Slice": _sliced,
        "Split": _split,
        "BatchNormalization": _normed,
    }
)
