"""The layers of an `Architecture` as torch code, for inference only.

Maps are (pictures, channels, height, width) in the channels-last memory layout, on
which oneDNN's convolutions are fastest. A layer never writes to its input.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from gnet_desktop.network.architecture import (
    Activation,
    Convolution,
    GlobalPool,
    Linear,
    Module,
    Pool,
    ResponseNorm,
)
from gnet_desktop.network.folding import folded
from gnet_desktop.network.passing import Outputs, Pass
from gnet_desktop.network.sizes import padding_of

_ACTIVATIONS: Final[Mapping[Activation, Callable[[Tensor], Tensor]]] = {
    "relu": functional.relu_,
    "relu6": lambda value: functional.hardtanh_(value, 0.0, 6.0),
    "none": lambda value: value,
}


def channels_last(value: Tensor) -> Tensor:
    """The same values in the memory layout that all layers here use."""
    return value.contiguous(memory_format=torch.channels_last)


def activate(activation: Activation, value: Tensor) -> Tensor:
    """Apply an activation in place, to a value that only the caller holds."""
    return _ACTIVATIONS[activation](value)


class ConvolutionLayer(nn.Module):
    """A convolution with its batch norm folded in.

    On the CPU the kernel is kept a second time in the order that oneDNN wants for
    the size of the last input: 0.8 of the time that it takes with reordering in
    every call. The activation isn't left to oneDNN, whose rectifier turns NaN into 0.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, layer: Convolution, weight: Tensor, bias: Tensor, *, packs: bool) -> None:
        super().__init__()
        self.layer = layer
        self.register_buffer("weight", weight.contiguous(memory_format=torch.channels_last), persistent=False)
        self.register_buffer("bias", bias, persistent=False)
        self._packs = packs
        self._packed: tuple[torch.Size, Tensor] | None = None

    def forward(self, value: Tensor, going: Pass) -> Tensor:
        """The activated output."""
        output = self.linear(value)
        going.before_activation(self.layer.name, output)
        return activate(self.layer.activation, output)

    def linear(self, value: Tensor) -> Tensor:
        """The output before the activation."""
        layer = self.layer
        padding = layer.padding
        if not isinstance(padding, int):
            value, padding = _padded(layer, value, 0.0), 0
        if self._packs and _can_be_packed(value):
            return _packed_convolution(
                value, self._kernel_for(value.shape, padding), self.bias, layer.stride, padding
            )
        return functional.conv2d(value, self.weight, self.bias, layer.stride, padding)

    def __getstate__(self) -> dict[str, Any]:
        """For copies: what oneDNN made of the kernel cannot be copied, and is soon made again."""
        return self.__dict__ | {"_packed": None}

    def shuffle(self, generator: torch.Generator) -> None:
        """Put the kernel's numbers and the biases into random order."""
        self.weight, self.bias = (_shuffled(part, generator) for part in (self.weight, self.bias))
        self._packed = None

    def _kernel_for(self, shape: torch.Size, padding: int) -> Tensor:
        if self._packed is None or self._packed[0] != shape:
            self._packed = shape, _pack(self.weight, self.layer.stride, padding, shape)
        return self._packed[1]


def _can_be_packed(value: Tensor) -> bool:
    """oneDNN's packed form is for the CPU and float32, and has no derivative."""
    return value.device.type == "cpu" and value.dtype == torch.float32 and not torch.is_grad_enabled()


def _shuffled(part: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(part.numel(), generator=generator).to(part.device)
    mixed = part.flatten()[order].view(part.shape)
    return channels_last(mixed) if mixed.ndim == 4 else mixed


def _pack(weight: Tensor, stride: int, padding: int, shape: Sequence[int]) -> Tensor:
    packed: Tensor = torch.ops.mkldnn._reorder_convolution_weight(
        weight, [padding, padding], [stride, stride], [1, 1], 1, list(shape)
    )
    return packed


def _packed_convolution(value: Tensor, kernel: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
    output: Tensor = torch.ops.mkldnn._convolution_pointwise(
        value, kernel, bias, [padding, padding], [stride, stride], [1, 1], 1, "none", [], ""
    )
    return output


def can_pack() -> bool:
    """Whether this torch has oneDNN's packed convolution, and it computes what `conv2d` does.

    It isn't part of torch's public interface, so it is tried rather than trusted.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    value = torch.arange(1.0, 1 + 3 * 5 * 5).reshape(1, 3, 5, 5)
    value = value.contiguous(memory_format=torch.channels_last)
    weight, bias = torch.linspace(-1, 1, 4 * 3 * 9).reshape(4, 3, 3, 3), torch.arange(4.0)
    expected = functional.conv2d(value, weight, bias, 2, 1)
    try:
        found = _packed_convolution(value, _pack(weight, 2, 1, value.shape), bias, 2, 1)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError):
        return False
    return found.shape == expected.shape and bool(torch.allclose(found, expected, rtol=1e-4))


class ModuleLayer(nn.Module):
    """An inception module.

    Its three 1×1 convolutions that share the input run as one: with the small maps
    of these networks that halves the time of the whole pass.
    """

    def __init__(self, module: Module, tensors: Mapping[str, Tensor], *, packs: bool) -> None:
        super().__init__()
        self.module = module
        first = [branch.layers[0] for branch in module.branches]
        self._shared = [layer for layer in first if isinstance(layer, Convolution)]
        kernels = [folded(layer, tensors) for layer in self._shared]
        joint = Convolution(
            module.name,
            module.inputs,
            sum(layer.outputs for layer in self._shared),
            kernel=1,
            activation=self._shared[0].activation,
        )
        self.joint = ConvolutionLayer(
            joint,
            torch.cat([weight for weight, _ in kernels]),
            torch.cat([bias for _, bias in kernels]),
            packs=packs,
        )
        shared = {layer.name for layer in self._shared}
        self.others = nn.ModuleDict(
            {
                layer.name: ConvolutionLayer(layer, *folded(layer, tensors), packs=packs)
                for branch in module.branches
                for layer in branch.convolutions
                if layer.name not in shared
            }
        )

    def forward(self, value: Tensor, going: Pass) -> Tensor:
        """The module's output; reductions and the pool, which aren't part of it, are handed in."""
        started = self._start(value, going)
        ends = []
        for branch in self.module.branches:
            part = value
            for layer in branch.layers:
                part = started[layer.name] if layer.name in started else self._layer(layer, part, going)
                if layer is not branch.layers[-1]:
                    part = going(layer.name, part)
            ends.append(part)
        return activate(self.module.activation, torch.cat(ends, 1))

    def __contains__(self, name: object) -> bool:
        """Whether a convolution of that name is in here."""
        return any(layer.name == name for branch in self.module.branches for layer in branch.convolutions)

    def linear(self, name: str, value: Tensor) -> Tensor:
        """One convolution's output before its activation, from that convolution's own input."""
        span = self._span(name)
        return self._other(name).linear(value) if span is None else self.joint.linear(value)[:, span]

    def kernel(self, name: str) -> tuple[Tensor, Tensor]:
        """Folded kernel and bias of one convolution."""
        span = self._span(name)
        if span is None:
            return self._other(name).weight, self._other(name).bias
        return self.joint.weight[span], self.joint.bias[span]

    def _start(self, value: Tensor, going: Pass) -> Outputs:
        """The outputs of the 1×1 convolutions that read the module's input.

        Each is a tensor of its own, so that a record of one doesn't hold all of them.
        """
        linear = self.joint.linear(value)
        for name, part in self._apart(linear):
            going.before_activation(name, part)
        joint = activate(self.joint.layer.activation, linear)
        return {name: channels_last(part) for name, part in self._apart(joint)}

    def _apart(self, joint: Tensor) -> Iterator[tuple[str, Tensor]]:
        """The joint convolution's output by the layers that it stands for."""
        parts = joint.split([layer.outputs for layer in self._shared], 1)  # type: ignore[no-untyped-call]
        return zip((layer.name for layer in self._shared), parts, strict=True)

    def _layer(self, layer: Convolution | Pool, value: Tensor, going: Pass) -> Tensor:
        if isinstance(layer, Pool):
            return pool(layer, value)
        output: Tensor = self.others[layer.name](value, going)
        return output

    def _span(self, name: str) -> slice | None:
        """Channels of a convolution in the joint one; None if it isn't part of it."""
        position = 0
        for layer in self._shared:
            if layer.name == name:
                return slice(position, position + layer.outputs)
            position += layer.outputs
        return None

    def _other(self, name: str) -> ConvolutionLayer:
        layer = self.others[name]
        assert isinstance(layer, ConvolutionLayer)
        return layer


class LinearLayer(nn.Module):
    """A fully connected layer; flattens its input channel by channel."""

    weight: Tensor
    bias: Tensor

    def __init__(self, layer: Linear, tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.layer = layer
        weight = tensors[f"{layer.name}.weight"].detach().to(torch.float32)
        bias = tensors[f"{layer.name}.bias"] if layer.bias else weight.new_zeros(layer.outputs)
        self.register_buffer("weight", weight, persistent=False)
        self.register_buffer("bias", bias.detach().to(torch.float32), persistent=False)

    def shuffle(self, generator: torch.Generator) -> None:
        """Put the matrix' numbers and the biases into random order."""
        self.weight, self.bias = (_shuffled(part, generator) for part in (self.weight, self.bias))

    def forward(self, value: Tensor) -> Tensor:
        """(pictures, outputs), activated."""
        value = value.flatten(1)
        if self.layer.scale != 1:
            value = value * self.layer.scale
        return activate(self.layer.activation, functional.linear(value, self.weight, self.bias))


_POOLS: Final[Mapping[str, Callable[..., Tensor]]] = {
    "max": functional.max_pool2d,
    "average": functional.avg_pool2d,
}


def pool(layer: Pool, value: Tensor) -> Tensor:
    """A pool by its own rules of padding and rounding; raises KeyError for a kind that isn't known."""
    function = _POOLS[layer.kind]
    padding = layer.padding
    if not isinstance(padding, int):
        value, padding = _padded(layer, value, -torch.inf if layer.kind == "max" else 0.0), 0
    return function(value, layer.kernel, layer.stride, padding, ceil_mode=layer.ceil)


def _padded(layer: Convolution | Pool, value: Tensor, fill: float) -> Tensor:
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
    channels, before = value.shape[3], layer.size // 2
    squares = functional.pad(torch.square(value), (before, layer.size - 1 - before))
    total = squares[..., :channels].clone()
    for start in range(1, layer.size):
        total += squares[..., start : start + channels]
    total.mul_(layer.alpha / layer.size).add_(layer.k)
    room = None if torch.is_grad_enabled() else total  # derivatives need the steps in between
    return torch.mul(_inverse_power(total, layer.beta, room), value, out=room).permute(0, 3, 1, 2)


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
