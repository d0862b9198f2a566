"""How a picture becomes numbers: the input convention, as data.

Both `checkpoints` (which infers it) and `pictures` (which applies it) speak
of it, and neither knows the other, so it stands here on its own.
"""

import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from gnet_desktop.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Resize = Literal["short side", "exact", "fit", "none"]
Order = Literal["rgb", "bgr", "grey"]


@dataclass(frozen=True, slots=True)
class MeanPlaces:
    """By how much each place of a mean picture differs from the mean of its channel.

    ``values`` are float32 (channels, side, side), channels in the order that the network
    reads and in the scale of `Convention.mean`; ``digest`` tells one picture from another.
    """

    digest: str
    values: "NDArray[np.float32]" = field(compare=False, repr=False)

    @property
    def side(self) -> int:
        """Height and width in pixels."""
        return int(self.values.shape[1])


@dataclass(frozen=True, slots=True)
class Convention:
    """Everything between an upright RGB picture and the network's input.

    ``resize`` says how ``size`` (pixels) is reached: ``short side`` keeps the
    aspect, ``exact`` warps to size × size, ``fit`` shrinks the long side to
    ``size`` and fills the rest with ``mean``, ``none`` leaves the picture.
    ``crop`` is the side of the centre crop, or None for no crop.
    A channel value v in 0…1 becomes (v · ``range`` − mean) / std, with mean and
    std given in the order of the channels that the network reads.
    ``transform_input`` adds torchvision's second rescaling from ImageNet
    statistics to −1…1 (see docs/formats.md#torchvision: x·(std/0.5) + (mean−0.5)/0.5).
    ``long_side`` and ``crop_offset`` say how the odd half pixels are rounded.
    ``profile`` says whether an embedded colour profile is converted to sRGB, or its
    values taken as stored, which is what Caffe and OpenCV do.
    ``places`` is what a mean picture adds to ``mean`` at each place of a picture that is
    brought to size × size; it holds as long as nothing changes that it was made for.
    """

    name: str
    resize: Resize
    size: int
    crop: int | None
    order: Order
    range: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    transform_input: bool = False
    interpolation: Literal["bilinear", "bicubic", "nearest"] = "bilinear"
    long_side: Literal["truncate", "round"] = "truncate"
    crop_offset: Literal["round", "floor"] = "round"
    profile: Literal["srgb", "stored"] = "srgb"
    places: MeanPlaces | None = None

    @property
    def channels(self) -> int:
        """Number of input channels: 3, or 1 for grey."""
        return 1 if self.order == "grey" else 3

    @property
    def side(self) -> int | None:
        """Side of the network's input in pixels; None where it depends on the picture."""
        return self.crop or (self.size if self.resize in ("exact", "fit") else None)

    def changed(self, **fields: object) -> "Convention":
        """A copy with some fields replaced, named ``custom`` unless a name is given.

        A mean picture's places are left out where something that they hang on is another.
        """
        changed = replace(self, **{"name": "custom", **fields})  # type: ignore[arg-type]
        kept = all(getattr(changed, name) == getattr(self, name) for name in _OF_PLACES)
        return changed if kept else replace(changed, places=None)

    def facts(self) -> dict[str, Any]:
        """Its fields as JSON keeps them; of a mean picture's places only the digest."""
        found = asdict(replace(self, places=None))
        del found["places"]
        return found if self.places is None else found | {"places": self.places.digest}


_OF_PLACES: Final = ("resize", "size", "order", "range", "mean", "transform_input")
"""What a mean picture's places hang on."""


IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
IMAGENET_STD: Final = (0.229, 0.224, 0.225)
CAFFE_MEAN: Final = (104.0, 117.0, 123.0)
HALF: Final = (0.5, 0.5, 0.5)
ONE: Final = (1.0, 1.0, 1.0)

_TORCHVISION = Convention("torchvision", "short side", 256, 224, "rgb", 1.0, IMAGENET_MEAN, IMAGENET_STD)
_CAFFE = Convention("caffe", "exact", 256, 224, "bgr", 255.0, CAFFE_MEAN, ONE, profile="stored")

CIFAR10: Final = ((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))
CIFAR100: Final = ((0.5071, 0.4867, 0.4408), (0.2675, 0.2565, 0.2761))

CONVENTIONS: Final[dict[str, Convention]] = {
    convention.name: convention
    for convention in (
        _TORCHVISION,
        _CAFFE,
        replace(_CAFFE, name="caffe-short-side", resize="short side"),
        Convention("inception", "short side", 256, 224, "rgb", 1.0, HALF, HALF),
        replace(_TORCHVISION, name="fit", resize="fit", size=224, crop=None),
        Convention("wzmiaomiao", "exact", 224, None, "rgb", 1.0, HALF, HALF),
        Convention("cifar10", "exact", 32, None, "rgb", 1.0, *CIFAR10),
        Convention("cifar100", "exact", 32, None, "rgb", 1.0, *CIFAR100),
        Convention("d2l", "exact", 96, None, "grey", 1.0, (0.0,), (1.0,)),
        Convention("lucid", "short side", 256, 224, "rgb", 255.0, (117.0, 117.0, 117.0), ONE),
    )
}

# What can be written into --preprocess: key → how its text is read.
_SWITCHES: Final = {
    "on": True,
    "yes": True,
    "true": True,
    "1": True,
    "off": False,
    "no": False,
    "false": False,
    "0": False,
}


def _one_of(*words: str) -> Callable[[str], object]:
    def read(text: str) -> object:
        if text not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text

    return read


def _side(text: str) -> int:
    side = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= side <= 4096:
        raise ValueError("a number of pixels from 1 to 4096")
    return side


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(_number(part) for part in re.split(r"[\s:/;]+", text.strip()))


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError("a number")
    return value


def _switch(text: str) -> bool:
    if text.lower() not in _SWITCHES:
        raise ValueError("on or off")
    return _SWITCHES[text.lower()]


_FIELDS: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "resize": ("size", _side),
    "crop": ("crop", lambda text: None if text == "none" else _side(text)),
    "mode": ("resize", lambda text: _one_of("short side", "exact", "fit", "none")(text.replace("-", " "))),
    "order": ("order", _one_of("rgb", "bgr", "grey")),
    "range": ("range", _number),
    "mean": ("mean", _numbers),
    "std": ("std", _numbers),
    "transform_input": ("transform_input", _switch),
    "interpolation": ("interpolation", _one_of("bilinear", "bicubic", "nearest")),
    "long_side": ("long_side", _one_of("truncate", "round")),
    "crop_offset": ("crop_offset", _one_of("round", "floor")),
    "profile": ("profile", _one_of("srgb", "stored")),
}


def parse_convention(text: str, base: Convention | None = None) -> Convention:
    """A convention by its name, or ``key=value`` pairs changing ``base`` (or a name that comes first).

    ``resize=256,crop=224,mean=104:117:123,std=1,order=bgr,range=255``: three values are
    separated by colons or blanks, one stands for all channels; further keys are mode
    (short-side, exact, fit, none), transform_input, interpolation, long_side,
    crop_offset and profile. Values may themselves follow each other after commas
    (``mean=104,117,123``). Raises UsageError.
    """
    convention = base or _TORCHVISION
    changes: dict[str, object] = {}
    for key, value in _pairs(text):
        if value is None:
            if key not in CONVENTIONS:
                raise _unknown(f"No convention is called {key}.", f"Known are {', '.join(CONVENTIONS)}.")
            convention = CONVENTIONS[key]
            continue
        if key not in _FIELDS:
            raise _unknown(f"A convention has no {key}.", f"It has {', '.join(_FIELDS)}.")
        field, read = _FIELDS[key]
        try:
            changes[field] = read(value)
        except ValueError as error:
            raise _unknown(f"{key}={value} cannot be used.", f"{key} takes {error}.") from error
    return _checked(convention.changed(**changes) if changes else convention)


def spelled(convention: Convention) -> str:
    """A convention as `parse_convention` reads it, exactly; a mean picture's places have no words."""
    pairs = {
        "mode": convention.resize.replace(" ", "-"),
        "resize": convention.size,
        "crop": convention.crop or "none",
        "order": convention.order,
        "range": _exact(convention.range),
        "mean": ":".join(map(_exact, convention.mean)),
        "std": ":".join(map(_exact, convention.std)),
        "transform_input": "on" if convention.transform_input else "off",
        "interpolation": convention.interpolation,
        "long_side": convention.long_side,
        "crop_offset": convention.crop_offset,
        "profile": convention.profile,
    }
    return ",".join(f"{key}={value}" for key, value in pairs.items())


def _exact(value: float) -> str:
    """The shortest text that reads back as the same number."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _pairs(text: str) -> list[tuple[str, str | None]]:
    """(key, value) of each part; parts that are plain numbers belong to the value before them."""
    pairs: list[tuple[str, str | None]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, equals, value = part.partition("=")
        if equals:
            pairs.append((key.strip().lower(), value.strip()))
        elif pairs and pairs[-1][1] is not None and re.fullmatch(r"[-+.\deE]+", part):
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {part}")
        else:
            pairs.append((part.lower(), None))
    return pairs


def _checked(convention: Convention) -> Convention:
    """Mean and std brought to one value a channel; UsageError for what makes no sense."""
    channels = convention.channels
    spread = {}
    for name in ("mean", "std"):
        values: tuple[float, ...] = getattr(convention, name)
        if len(values) not in (1, channels):
            raise _unknown(f"{name} has {len(values)} values.", f"The network reads {channels} channels.")
        spread[name] = values * channels if len(values) == 1 else values
    if any(value <= 0 for value in spread["std"]) or convention.range <= 0:
        raise _unknown("std and range must be above 0.", "")
    if convention.resize == "exact" and (convention.crop or 0) > convention.size:
        raise _unknown(f"A crop of {convention.crop} is larger than the picture of {convention.size}.", "")
    return replace(convention, **spread)  # type: ignore[arg-type]


def _unknown(what: str, why: str) -> UsageError:
    return UsageError(what, why, "See 'gnet-desktop classify --help'.")


def describe(convention: Convention) -> list[tuple[str, str]]:
    """(name, value) of each part, for chips, the status line and reports."""
    size, crop = convention.size, convention.crop
    resize = {
        "short side": ("short side", f"{size}"),
        "exact": ("resize", f"{size} × {size}"),
        "fit": ("fit into", f"{size}"),
        "none": ("resize", "none"),
    }[convention.resize]
    parts = [
        resize,
        ("crop", f"{crop}" if crop else "none"),
        ("order", "grey" if convention.order == "grey" else convention.order.upper()),
        ("range", f"{convention.range:g}"),
        ("mean", _values(convention.mean)),
        ("std", _values(convention.std)),
    ]
    if convention.places is not None:
        parts.append(("mean picture", f"{convention.places.side} × {convention.places.side}"))
    if convention.transform_input:
        parts.append(("input transform", "on"))
    if convention.interpolation != "bilinear":
        parts.append(("resampling", convention.interpolation))
    if convention.profile == "stored":
        parts.append(("colours", "as stored"))
    return parts


def _values(values: tuple[float, ...]) -> str:
    same = len(set(values)) == 1
    return " ".join(f"{value:g}" for value in (values[:1] if same else values))
