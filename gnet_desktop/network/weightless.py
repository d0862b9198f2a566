"""What layers without weights compute: padding, pools, response normalisation. Maps as in `layers`."""

from collections.abc import Callable, Mapping
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from gnet_desktop.network.architecture import (
    Convolution,
    GlobalPool,
    Pool,
    ResponseNorm,
)
from gnet_desktop.network.derivatives import Normed
from gnet_desktop.network.sizes import padding_of


def channels_last(value: Tensor) -> Tensor:
    """The same values in the memory layout that all layers here use."""
    return value.contiguous(memory_format=torch.channels_last)


_POOLS: Final[Mapping[str, Callable[..., Tensor]]] = {
    "max": functional.max_pool2d,
    "average": functional.avg_pool2d,
}


def pool(layer: Pool, value: Tensor) -> Tensor:
    """A pool by its own rules of padding and rounding; raises KeyError for a kind that isn't known."""
    function = _POOLS[layer.kind]
    padding = layer.padding
    if not isinstance(padding, int):
        value, padding = padded(layer, value, -torch.inf if layer.kind == "max" else 0.0), 0
    return function(value, layer.kernel, layer.stride, padding, ceil_mode=layer.ceil)


def padded(layer: Convolution | Pool, value: Tensor, fill: float) -> Tensor:
    """The input with TensorFlow's padding around it."""
    (top, bottom), (left, right) = (padding_of(layer, side) for side in value.shape[2:])
    if not (top or bottom or left or right):
        return value
    padded = functional.pad(value, (left, right, top, bottom), value=fill)
    return channels_last(padded)


def response_norm(layer: ResponseNorm, value: Tensor) -> Tensor:
    """Local response normalisation across channels.

    Sums shifted copies along the channels, which lie side by side in memory: a seventh
    of the time of torch's own, which pools in three dimensions.
    """
    value = value.permute(0, 2, 3, 1)
    before, behind = layer.size // 2, layer.size - 1 - layer.size // 2
    with torch.no_grad():
        total = _summed(torch.square(value), before, behind)
        total.mul_(layer.alpha / layer.size).add_(layer.k)
    if torch.is_grad_enabled():
        normed: Tensor = Normed.apply(
            value,
            total,
            _inverse_power(total, layer.beta, None),
            2 * layer.alpha / layer.size * layer.beta,
            lambda seen: _summed(seen, behind, before),
        )
        return normed.permute(0, 3, 1, 2)
    return torch.mul(_inverse_power(total, layer.beta, total), value, out=total).permute(0, 3, 1, 2)


def _summed(value: Tensor, before: int, behind: int) -> Tensor:
    """Each channel with those before and behind it, along the last axis."""
    channels = value.shape[3]
    padded = functional.pad(value, (before, behind))
    total = padded[..., :channels].clone()
    for start in range(1, before + behind + 1):
        total += padded[..., start : start + channels]
    return total


def _inverse_power(value: Tensor, exponent: float, room: Tensor | None) -> Tensor:
    """value^−exponent, into ``room`` if given; by square roots where it can be, six times as fast."""
    if exponent == 0.75:
        return torch.rsqrt(torch.mul(value, value.sqrt(), out=room), out=room)
    return torch.rsqrt(value, out=room) if exponent == 0.5 else torch.pow(value, -exponent, out=room)


def global_pool(layer: GlobalPool, value: Tensor) -> Tensor:
    """(pictures, channels): the average or the maximum of each map."""
    return _GLOBAL_POOLS[layer.kind](value)


_GLOBAL_POOLS: Final[Mapping[str, Callable[[Tensor], Tensor]]] = {
    "max": lambda value: value.amax((2, 3)),
    "average": lambda value: value.mean((2, 3)),
}
