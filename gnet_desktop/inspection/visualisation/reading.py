"""A picture as a network reads it, differentiably: the arithmetic of an input convention."""

from collections.abc import Callable, Mapping
from typing import Final

import torch
from torch import Tensor

from gnet_desktop.convention import IMAGENET_MEAN, IMAGENET_STD, Convention

_LUMINANCE: Final = (0.299, 0.587, 0.114)


def as_input(pictures: Tensor, convention: Convention) -> Tensor:
    """(pictures, channels, height, width) of RGB pictures (pictures, 3, height, width), 0…1."""
    value: Tensor = _BANDS[convention.order](pictures) * convention.range
    mean, std = (_column(part, value) for part in (convention.mean, convention.std))
    value = (value - mean) / std
    if convention.transform_input:
        half, shift = (_column(part, value) for part in (IMAGENET_STD, IMAGENET_MEAN))
        value = value * (half / 0.5) + (shift - 0.5) / 0.5
    return value


_BANDS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "rgb": lambda pictures: pictures,
    "bgr": lambda pictures: pictures.flip(1),
    "grey": lambda pictures: (pictures * _column(_LUMINANCE, pictures)).sum(1, keepdim=True),
}


def _column(values: tuple[float, ...], beside: Tensor) -> Tensor:
    return torch.tensor(values, device=beside.device)[:, None, None]
