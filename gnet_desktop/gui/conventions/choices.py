"""Which conventions are worth trying beside the one in use, as data."""

from collections.abc import Callable
from typing import Final

from gnet_desktop.convention import CONVENTIONS, Convention

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
    """What differs from a convention in one respect, then all known conventions of its channels."""
    flipped = [made for _, flip in _FLIPS if (made := flip(one)) is not None]
    known = [other for other in CONVENTIONS.values() if other.channels == one.channels and other != one]
    return [*flipped, *known]


def beside(one: Convention) -> Convention:
    """The first to try beside a convention: for Caffe's the one that keeps the aspect, else one flip."""
    if one == CONVENTIONS["caffe"]:
        return CONVENTIONS["caffe-short-side"]
    if one == CONVENTIONS["caffe-short-side"]:
        return CONVENTIONS["caffe"]
    return alternatives(one)[0]
