"""The layers of an `Architecture` as torch code, for inference only.

Maps are (pictures, channels, height, width) in the channels-last memory layout, on
which oneDNN's convolutions are fastest. A layer never writes to its input.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

from gnet_desktop.network.architecture import (
    Activation,
    Branch,
    Convolution,
    Linear,
    Module,
    Pool,
)
from gnet_desktop.network.derivatives import Convolved, fitted, turned
from gnet_desktop.network.folding import folded
from gnet_desktop.network.passing import Outputs, Pass
from gnet_desktop.network.weightless import channels_last, padded, pool

_ACTIVATIONS: Final[Mapping[Activation, Callable[[Tensor], Tensor]]] = {
    "relu": functional.relu_,
    "relu6": lambda value: functional.hardtanh_(value, 0.0, 6.0),
    "none": lambda value: value,
}


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
        self._packed, self._packed_ahead, self._packed_back = _Slot(), _Slot(), _Slot()
        self._turned: tuple[int, Tensor, int, int] | None = None

    @override
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
            value, padding = padded(layer, value, 0.0), 0
        if not (self._packs and _can_be_packed(value)):
            return functional.conv2d(value, self.weight, self.bias, layer.stride, padding)
        if torch.is_grad_enabled():
            output: Tensor = Convolved.apply(value, _BothWays(self, padding))
            return output
        return self._by(self._packed, value, padding)

    def ahead(self, value: Tensor, padding: int) -> Tensor:
        """The output before the activation of a value that is padded already, to go `back` from.

        In a place of its own, since pictures that grow in the background have another size
        than those that a person opens meanwhile.
        """
        return self._by(self._packed_ahead, value, padding)

    def _by(self, slot: "_Slot", value: Tensor, padding: int) -> Tensor:
        stride = self.layer.stride
        kernel = slot.get(value.shape, lambda: _pack(self.weight, stride, padding, value.shape))
        return _packed_convolution(value, kernel, self.bias, stride, padding)

    def back(self, gradient: Tensor, shape: torch.Size, padding: int) -> Tensor:
        """The derivative of `ahead` by a value of that shape."""
        stride = self.layer.stride
        kernel, before, taps = self._turned_for(padding)
        gradient, around = fitted(gradient, shape, stride, before, taps)
        gradient = channels_last(gradient)
        packed = self._packed_back.get(gradient.shape, lambda: _pack(kernel, 1, around, gradient.shape))
        found = _packed_convolution(gradient, packed, None, 1, around)
        if stride == 1:
            return found
        return channels_last(functional.pixel_shuffle(found, stride)[:, :, : shape[2], : shape[3]])

    @override
    def __getstate__(self) -> dict[str, Any]:
        """For copies: what oneDNN made of the kernel cannot be copied, and is soon made again."""
        return self.__dict__ | {"_packed": _Slot(), "_packed_ahead": _Slot(), "_packed_back": _Slot()}

    def shuffle(self, generator: torch.Generator) -> None:
        """Put the kernel's numbers and the biases into random order."""
        self.weight, self.bias = (_shuffled(part, generator) for part in (self.weight, self.bias))
        self._packed, self._packed_ahead, self._packed_back = _Slot(), _Slot(), _Slot()
        self._turned = None

    def _turned_for(self, padding: int) -> tuple[Tensor, int, int]:
        if self._turned is None or self._turned[0] != padding:
            kernel, before, taps = turned(self.weight, self.layer.stride, padding)
            self._turned = padding, channels_last(kernel), before, taps
            self._packed_back = _Slot()
        return self._turned[1:]


class _Slot:
    """A kernel in oneDNN's order for the size of the last input."""

    def __init__(self) -> None:
        self._held: tuple[torch.Size, Tensor] | None = None

    def get(self, shape: torch.Size, make: Callable[[], Tensor]) -> Tensor:
        """What is held for a shape, or else made."""
        if self._held is None or self._held[0] != shape:
            self._held = shape, make()
        return self._held[1]


class _BothWays:
    """A convolution of a value that is padded already."""

    def __init__(self, layer: ConvolutionLayer, padding: int) -> None:
        self._layer, self._padding = layer, padding

    def ahead(self, value: Tensor) -> Tensor:
        """The output before the activation."""
        return self._layer.ahead(value, self._padding)

    def back(self, gradient: Tensor, shape: torch.Size) -> Tensor:
        """The derivative by the value."""
        return self._layer.back(gradient, shape, self._padding)


def _can_be_packed(value: Tensor) -> bool:
    """oneDNN's packed form is for the CPU and float32; derivatives by the value are `derivatives`' own."""
    return value.device.type == "cpu" and value.dtype == torch.float32


def _shuffled(part: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(part.numel(), generator=generator).to(part.device)
    mixed = part.flatten()[order].view(part.shape)
    return channels_last(mixed) if mixed.ndim == 4 else mixed


def _pack(weight: Tensor, stride: int, padding: int, shape: Sequence[int]) -> Tensor:
    packed: Tensor = torch.ops.mkldnn._reorder_convolution_weight(
        weight, [padding, padding], [stride, stride], [1, 1], 1, list(shape)
    )
    return packed


def _packed_convolution(
    value: Tensor, kernel: Tensor, bias: Tensor | None, stride: int, padding: int
) -> Tensor:
    output: Tensor = torch.ops.mkldnn._convolution_pointwise(
        value, kernel, bias, [padding, padding], [stride, stride], [1, 1], 1, "none", [], ""
    )
    return output


def can_pack() -> bool:
    """Whether this torch has oneDNN's packed convolution, and it computes what `conv2d` does.

    It isn't part of torch's public interface, so it is tried rather than trusted.
    """
    if not torch.backends.mkldnn.is_available():
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
        self.module, self._packs = module, packs
        self._singles: dict[str, tuple[Tensor, ConvolutionLayer]] = {}
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

    @override
    def forward(self, value: Tensor, going: Pass) -> Tensor:
        """The module's output; reductions and the pool, which aren't part of it, are handed in.

        Where the pass wants only some of its branches, these are handed in alone, and what
        comes back means nothing: the pass ends here.
        """
        branches = [one for one in self.module.branches if going.wants(self.module.name, one.name)]
        whole = len(branches) == len(self.module.branches)
        started = self._start(value, going) if whole else self._start_some(branches, value, going)
        ends = []
        for branch in branches:
            part = value
            for layer in branch.layers:
                part = started[layer.name] if layer.name in started else self._layer(layer, part, going)
                if layer is not branch.layers[-1]:
                    part = going(layer.name, part)
            ends.append(part)
        if whole:
            return activate(self.module.activation, torch.cat(ends, 1))
        for branch, part in zip(branches, ends, strict=True):
            going.alone(f"{self.module.name}/{branch.name}", activate(self.module.activation, part))
        return value

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

    def _start_some(self, branches: Sequence[Branch], value: Tensor, going: Pass) -> Outputs:
        """The same for some branches, each convolution by itself."""
        started = {}
        for branch in branches:
            layer = branch.layers[0]
            if isinstance(layer, Convolution):
                started[layer.name] = self._single(layer)(value, going)
        return started

    def _single(self, layer: Convolution) -> ConvolutionLayer:
        """One of the joint convolutions by itself; made anew where the joint one's weights are others now."""
        known = self._singles.get(layer.name)
        if known is None or known[0] is not self.joint.weight:
            made = ConvolutionLayer(layer, *self.kernel(layer.name), packs=self._packs)
            known = self._singles[layer.name] = self.joint.weight, made
        return known[1]

    def _apart(self, joint: Tensor) -> Iterator[tuple[str, Tensor]]:
        """The joint convolution's output by the layers that it stands for."""
        parts = joint.split([layer.outputs for layer in self._shared], 1)
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

    @override
    def forward(self, value: Tensor) -> Tensor:
        """(pictures, outputs), activated."""
        value = value.flatten(1)
        if self.layer.scale != 1:
            value = value * self.layer.scale
        return activate(self.layer.activation, functional.linear(value, self.weight, self.bias))
