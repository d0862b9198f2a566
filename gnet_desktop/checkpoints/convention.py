"""Which input convention a checkpoint asks for, and how we know."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from gnet_desktop.convention import CONVENTIONS, Convention
from gnet_desktop.network.families import FAMILIES
from gnet_desktop.plain_json import parsed

FROM_METADATA: Final = "the file's metadata"


_MATLAB: Final = replace(
    CONVENTIONS["caffe"], name="matlab", order="rgb", mean=CONVENTIONS["caffe"].mean[::-1]
)
"""Caffe's weights as MATLAB keeps them: conv1 reads red first."""


def infer_convention(
    family: str, *, channels: int, texts: Mapping[str, str], transform_input: bool, dialect: str = ""
) -> tuple[Convention, str]:
    """The convention of a network and its source in words.

    ``transform_input`` is torchvision's second rescaling; ``dialect`` the naming scheme
    of the file.
    """
    read = _from_metadata(texts.get("input", ""))
    if read is not None:
        return _with_channels(read, channels), FROM_METADATA
    if dialect.startswith("matlab"):
        return _with_channels(_MATLAB, channels), "usual for MATLAB's files"
    convention = CONVENTIONS[FAMILIES[family].convention]
    if transform_input:
        convention = replace(convention, transform_input=True)
    return _with_channels(convention, channels), f"usual for {FAMILIES[family].title}"


def _with_channels(convention: Convention, channels: int) -> Convention:
    """The convention for a network that reads that many channels: 3, or 1 for grey."""
    if convention.channels == channels:
        return convention
    if channels == 1:
        grey = (sum(convention.mean) / 3,), (sum(convention.std) / 3,)
        return replace(convention, order="grey", mean=grey[0], std=grey[1], transform_input=False)
    return replace(convention, order="rgb", mean=convention.mean * 3, std=convention.std * 3)


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
