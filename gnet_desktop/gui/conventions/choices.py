"""Which conventions are worth trying beside the one in use, as data."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication

from gnet_desktop.convention import CONVENTIONS, Convention, describe

_WORDS: Final = {
    "torchvision": "short side 256, centre 224; RGB by ImageNet's mean and deviation",
    "caffe": "squeezed to 256 × 256, centre 224; BGR 0…255 less the mean",
    "caffe-short-side": "caffe's colours with the picture's own proportions",
    "inception": "short side 256, centre 224; RGB −1…1, as TensorFlow's",
    "fit": "the whole picture, nothing cut off, in 224 × 224",
    "wzmiaomiao": "squeezed to 224 × 224; RGB −1…1",
    "cifar10": "32 × 32; RGB by CIFAR-10's mean and deviation",
    "cifar100": "32 × 32; RGB by CIFAR-100's mean and deviation",
    "d2l": "96 × 96, grey 0…1",
    "lucid": "short side 256, centre 224; RGB 0…255 less 117",
}

_FLIPS: Final[tuple[tuple[str, Callable[[Convention], Convention | None]], ...]] = (
    ("input transform", lambda one: _flipped_transform(one)),
    ("channel order", lambda one: _flipped_order(one)),
    ("aspect", lambda one: _flipped_aspect(one)),
)


def _flipped_transform(one: Convention) -> Convention | None:
    """torchvision's second rescaling on or off; only where colours come in 0…1."""
    if one.channels != 3 or one.range != 1.0:
        return None
    state = "off" if one.transform_input else "on"
    return one.changed(name=f"{one.name}, transform {state}", transform_input=not one.transform_input)


def _flipped_order(one: Convention) -> Convention | None:
    """Red and blue exchanged, with their mean and std, so that only the order differs."""
    if one.order == "grey":
        return None
    order = "rgb" if one.order == "bgr" else "bgr"
    return one.changed(
        name=f"{one.name}, {order.upper()}", order=order, mean=one.mean[::-1], std=one.std[::-1]
    )


def _flipped_aspect(one: Convention) -> Convention | None:
    """The whole picture squeezed to a square, or its aspect kept."""
    if one.resize not in ("exact", "short side"):
        return None
    if one.resize == "exact":
        return one.changed(name=f"{one.name}, short side", resize="short side", crop=one.crop or one.size)
    return one.changed(name=f"{one.name}, squeezed", resize="exact")


def alternatives(one: Convention) -> list[Convention]:
    """What differs from a convention in one respect, then all known conventions of its channels.

    None is the same as another but for its name: the known name counts.
    """
    known = [
        other
        for other in CONVENTIONS.values()
        if other.channels == one.channels and not same_but_name(other, one)
    ]
    flipped = [made for _, flip in _FLIPS if (made := flip(one)) is not None]
    new = [made for made in flipped if not any(same_but_name(made, other) for other in known)]
    return [*new, *known]


def same_but_name(one: Convention, other: Convention) -> bool:
    """Whether two conventions give the same numbers."""
    return one.changed(name="") == other.changed(name="")


def explanation(one: Convention) -> str:
    """What a convention does, in a few words: of a known one its purpose, of others their parts."""
    known = _WORDS.get(one.name) if CONVENTIONS.get(one.name) == one else None
    if known is not None:
        return QCoreApplication.translate("Conventions", known)
    return ", ".join(f"{name} {value}" for name, value in describe(one)[:4])


def meaning_of(one: Convention) -> str:
    """A convention by its name and what it does, as a sentence for a tip."""
    return f"{one.name}: {explanation(one)}."


def beside(one: Convention) -> Convention:
    """The first to try beside a convention: for Caffe's the one that keeps the aspect, else one flip."""
    if one == CONVENTIONS["caffe"]:
        return CONVENTIONS["caffe-short-side"]
    if one == CONVENTIONS["caffe-short-side"]:
        return CONVENTIONS["caffe"]
    return alternatives(one)[0]
