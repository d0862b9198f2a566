"""Which input convention a checkpoint asks for, and how we know."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from gnet_desktop.convention import (
    CONVENTIONS,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Convention,
    Order,
    parse_convention,
)
from gnet_desktop.errors import UsageError
from gnet_desktop.network.families import FAMILIES
from gnet_desktop.plain_json import parsed
from gnet_desktop.shown import plain

FROM_METADATA: Final = "the file's metadata"
FROM_GRAPH: Final = "the file's graph"
PREPROCESS: Final = "preprocess"
"""The metadata's key for a whole convention, as `convention.parse_convention` reads it."""
CONVENTION: Final = "convention"
"""The metadata's key for that convention's name."""
CHANNELS: Final = "channels"
"""The key of what a file tells of its input's channels alone."""
REVERSED: Final = "reversed"
"""Of `CHANNELS`: whoever converted the network exchanged red and blue in its first layer."""
_LONGEST: Final = 1000


_MATLAB: Final = replace(
    CONVENTIONS["caffe"], name="matlab", order="rgb", mean=CONVENTIONS["caffe"].mean[::-1]
)
"""Caffe's weights as MATLAB keeps them: conv1 reads red first."""


@dataclass(frozen=True, slots=True)
class InputScaling:
    """What a file's graph does before conv1, whose channel i gets ``scale[i]`` · x + ``shift[i]``.

    x is channel ``order[i]`` of the graph's input. ``unknown`` names an operation on the
    way that is none of this; then nothing is known.
    """

    order: tuple[int, ...]
    scale: tuple[float, ...]
    shift: tuple[float, ...]
    unknown: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether conv1 gets the input as it is."""
        return self._is(1.0, 0.0)

    @property
    def transforms_input(self) -> bool:
        """Whether it is torchvision's second rescaling."""
        wanted = zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)
        scale, shift = zip(*((std / 0.5, (mean - 0.5) / 0.5) for mean, std in wanted), strict=True)
        return len(self.order) == 3 and self._is(scale, shift)

    def _is(self, scale: float | tuple[float, ...], shift: float | tuple[float, ...]) -> bool:
        return (
            self.order == tuple(range(len(self.order)))
            and np.allclose(self.scale, scale, atol=1e-4)
            and np.allclose(self.shift, shift, atol=1e-4)
        )

    @property
    def is_known(self) -> bool:
        """Whether a convention can say it: factors above 0 and shifts, channels in order or backwards."""
        sound = np.isfinite((*self.scale, *self.shift)).all() and min(self.scale, default=0) > 0
        return not self.unknown and bool(sound) and self._order("rgb") is not None

    def behind(self, given: Convention) -> Convention:
        """The convention that prepares a picture as ``given`` does and then as the graph does."""
        pairs = [(given.mean[place], given.std[place]) for place in self.order]
        std = tuple(deviation / scale for (_, deviation), scale in zip(pairs, self.scale, strict=True))
        mean = tuple(
            mean - shift * deviation
            for (mean, _), shift, deviation in zip(pairs, self.shift, std, strict=True)
        )
        order = self._order(given.order) or given.order
        return replace(given, name="the graph's own", order=order, mean=mean, std=std)

    def of_pictures(self, usual: Convention) -> Convention:
        """The same for a graph that is given a picture's values, 0…1 or 0…255 as its own numbers suggest."""
        nothing = (0.0,) * len(self.order), (1.0,) * len(self.order)
        found = self.behind(replace(usual, mean=nothing[0], std=nothing[1], transform_input=False))
        largest = max(*found.std, *map(abs, found.mean))
        return replace(found, range=255.0 if largest > _LARGEST_OF_ONE else 1.0)

    def _order(self, given: Order) -> Order | None:
        if self.order == tuple(range(len(self.order))):
            return given
        return _EXCHANGED.get(given) if self.order == (2, 1, 0) else None


_LARGEST_OF_ONE: Final = 2.0
"""Means and deviations of values 0…1 are no larger than this; those of 0…255 are."""


def infer_convention(
    family: str,
    *,
    channels: int,
    texts: Mapping[str, str],
    transform_input: bool,
    dialect: str = "",
    entry: InputScaling | None = None,
) -> tuple[Convention, str]:
    """The convention of a network and its source in words.

    ``transform_input`` is torchvision's second rescaling; ``dialect`` the naming scheme
    of the file, ``entry`` what its graph does before conv1.
    """
    read = _spelled_out(texts) or _from_metadata(texts.get("input", ""))
    found, source = (
        (_with_channels(read, channels), FROM_METADATA)
        if read is not None
        else _usual(family, channels, transform_input, dialect)
    )
    if read is None and texts.get(CHANNELS) == REVERSED and found.order in _EXCHANGED:
        found, source = _exchanged(found), f"{source}, with red and blue exchanged by its converter"
    if entry is None or entry.is_plain or not entry.is_known:
        return found, source
    if read is not None:
        return entry.behind(found), FROM_METADATA
    return (found, source) if entry.transforms_input else (entry.of_pictures(found), FROM_GRAPH)


def _usual(family: str, channels: int, transform_input: bool, dialect: str) -> tuple[Convention, str]:
    if dialect.startswith("matlab"):
        return _with_channels(_MATLAB, channels), "usual for MATLAB's files"
    convention = CONVENTIONS[FAMILIES[family].convention]
    if transform_input:
        convention = replace(convention, transform_input=True)
    return _with_channels(convention, channels), f"usual for {FAMILIES[family].title}"


_EXCHANGED: Final[Mapping[Order, Order]] = {"rgb": "bgr", "bgr": "rgb"}


def _exchanged(found: Convention) -> Convention:
    """The same preparation for a network whose first layer reads red and blue the other way round."""
    order, means, deviations = _EXCHANGED[found.order], found.mean[::-1], found.std[::-1]
    return replace(found, name=f"{found.name}, {order}", order=order, mean=means, std=deviations)


def _with_channels(convention: Convention, channels: int) -> Convention:
    """The convention for a network that reads that many channels: 3, or 1 for grey."""
    if convention.channels == channels:
        return convention
    if channels == 1:
        grey = (sum(convention.mean) / 3,), (sum(convention.std) / 3,)
        return replace(convention, order="grey", mean=grey[0], std=grey[1], transform_input=False)
    return replace(convention, order="rgb", mean=convention.mean * 3, std=convention.std * 3)


def _spelled_out(texts: Mapping[str, str]) -> Convention | None:
    """The convention that a file of this program carries; None for any other."""
    text, name = texts.get(PREPROCESS, ""), texts.get(CONVENTION, "")
    if not text or len(text) > _LONGEST:
        return None
    try:
        found = parse_convention(text)
    except UsageError:
        return None
    known = CONVENTIONS.get(name)
    return known if known == replace(found, name=name) else replace(found, name=plain(name, 80) or found.name)


def _from_metadata(text: str) -> Convention | None:
    """The ``input`` entry that our own files carry; None for anything else.

    Their reference rounds the long side and floors the crop's offset.
    """
    try:
        given = parsed(text)
        values = _numbers(given["mean"]), _numbers(given["std"])
        low, high = (float(bound) for bound in given["range"])
        order, size, crop = str(given["order"]), int(given["resize"]), int(given["crop"])
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    sides = 0 < crop <= size <= 4096 and low == 0 < high and all(value > 0 for value in values[1])
    wanted = 1 if order == "grey" else 3
    if not sides or order not in ("rgb", "bgr", "grey") or not len(values[0]) == len(values[1]) == wanted:
        return None
    words = str(given.get("interpolation", "bilinear"))
    return Convention(
        "the file's own",
        "short side",
        size,
        crop,
        order,  # type: ignore[arg-type]
        high,
        *values,
        interpolation="bicubic" if "bicubic" in words else "nearest" if "nearest" in words else "bilinear",
        long_side="round",
        crop_offset="floor",
    )


def _numbers(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
