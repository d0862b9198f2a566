"""Derivatives by the input of the layers where torch's own are slow on a CPU.

Torch works out derivatives of a convolution by another kernel than the convolution itself,
and of a single small picture without oneDNN at all; by the input it is again a convolution,
for which the kernel can be kept in oneDNN's order. Of a response norm torch keeps and goes
back through every step. Only first derivatives, and only by the input: weights are fixed.
"""

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional
from typing_extensions import override


class Backward(Protocol):
    """A convolution that can go both ways."""

    def ahead(self, value: Tensor) -> Tensor:
        """The output."""

    def back(self, gradient: Tensor, shape: torch.Size) -> Tensor:
        """The derivative by an input of that shape."""


class Convolved(torch.autograd.Function):
    """``layer.ahead`` with ``layer.back`` as its derivative."""

    @staticmethod
    @override
    def forward(ctx: Any, value: Tensor, layer: Backward) -> Tensor:
        """The convolution."""
        ctx.layer, ctx.shape = layer, value.shape
        return layer.ahead(value)

    @staticmethod
    @torch.autograd.function.once_differentiable
    @override
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """By the value alone."""
        return ctx.layer.back(gradient, ctx.shape), None


class Normed(torch.autograd.Function):
    """``value`` · ``factor``, where factor = scale^−β and scale = k + α/n · Σ value² over n channels around.

    ``weight`` is 2αβ/n; ``around`` sums over the channels in whose sums a channel is.
    """

    @staticmethod
    @override
    def forward(
        ctx: Any,
        value: Tensor,
        scale: Tensor,
        factor: Tensor,
        weight: float,
        around: Callable[[Tensor], Tensor],
    ) -> Tensor:
        """The normed value."""
        ctx.save_for_backward(value, scale, factor)
        ctx.weight, ctx.around = weight, around
        return value * factor

    @staticmethod
    @torch.autograd.function.once_differentiable
    @override
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None, None]:
        """gradient · factor − weight · value · Σ gradient · value · factor / scale."""
        value, scale, factor = ctx.saved_tensors
        own = gradient * factor
        seen = ctx.around((own * value).div_(scale))
        return own.addcmul_(seen, value, value=-ctx.weight), None, None, None, None


def turned(weight: Tensor, stride: int, padding: int) -> tuple[Tensor, int, int]:
    """The kernel that goes back: (inputs · stride², outputs, taps, taps), the padding before it, the taps.

    What it gives is the derivative with each block of stride × stride pixels in the channels,
    as `pixel_shuffle` wants it.
    """
    outputs, inputs, side, _ = weight.shape
    last, first = (side - 1 - padding) // stride, -((stride - 1 + padding) // stride)
    taps = last - first + 1
    kernel = weight.new_zeros(inputs, stride, stride, outputs, taps, taps)
    for row in range(stride):
        for column in range(stride):
            for down in range(taps):
                for across in range(taps):
                    y = stride * (last - down) + row + padding
                    x = stride * (last - across) + column + padding
                    if 0 <= y < side and 0 <= x < side:
                        kernel[:, row, column, :, down, across] = weight[:, :, y, x].T
    return kernel.reshape(inputs * stride * stride, outputs, taps, taps), last, taps


def fitted(gradient: Tensor, shape: torch.Size, stride: int, before: int, taps: int) -> tuple[Tensor, int]:
    """The gradient with as much around it as the turned kernel reads for an input of that shape.

    The second is what the convolution itself is to pad: the same on all sides, where that does.
    """
    down, across = (
        -(-side // stride) + taps - 1 - before - have
        for side, have in zip(shape[2:], gradient.shape[2:], strict=True)
    )
    if before == down == across:
        return gradient, before
    return functional.pad(gradient, (before, across, before, down)), 0
