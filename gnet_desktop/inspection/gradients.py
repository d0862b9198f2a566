"""How a class's logit changes with the values of a module: the rest of the pass, differentiated.

A pass itself keeps nothing for that (its kernels are packed and its rectifiers write in
place). So what follows a module is run once more from the record, in a form that torch can
differentiate; after the stem that is convolutions, rectifiers and pools only.
"""

from typing import TYPE_CHECKING

from gnet_desktop.errors import UsageError
from gnet_desktop.network.architecture import Convolution, Module, Pool
from gnet_desktop.network.record import Array, Record

if TYPE_CHECKING:
    from torch import Tensor

    from gnet_desktop.network.googlenet import GoogLeNet


def logit_gradient(network: "GoogLeNet", record: Record, module: str, index: int) -> Array:
    """Derivative of the main head's logit ``index`` by each value of a module's output.

    (channels, height, width), as ``record[module]``. Only from the thread that owns the
    network. Raises UsageError if there is no main head or no such class.
    """
    import torch

    count = network.architecture.classes
    if not 0 <= index < count:
        raise UsageError(f"There is no class {index}.", f"This network tells {count} apart.")
    with torch.enable_grad():
        start = torch.from_numpy(record[module].copy()).unsqueeze(0).requires_grad_()
        logits_after(network, start, module)[index].backward()  # type: ignore[no-untyped-call]
    assert start.grad is not None
    gradient: Array = start.grad[0].numpy()
    return gradient


def logits_after(network: "GoogLeNet", value: "Tensor", module: str) -> "Tensor":
    """The main head's logits, (classes,), if a module gave ``value``, (1, channels, rows, columns)."""
    from gnet_desktop.network.layers import global_pool, pool

    names = [layer.name for layer in network.architecture.trunk]
    for layer in network.architecture.trunk[names.index(module) + 1 :]:
        if isinstance(layer, Module):
            value = _module(network, layer, value)
        elif isinstance(layer, Pool):
            value = pool(layer, value)
        elif isinstance(layer, Convolution):
            value = _convolve(network, layer, value)
        else:
            raise UsageError(f"{layer.name} cannot be differentiated.", "It lies behind the stem.")
    return _classify(network, global_pool(network.architecture.global_pool, value))


def _module(network: "GoogLeNet", module: Module, value: "Tensor") -> "Tensor":
    import torch

    from gnet_desktop.network.layers import pool

    ends = []
    for branch in module.branches:
        part = value
        for layer in branch.layers:
            part = pool(layer, part) if isinstance(layer, Pool) else _convolve(network, layer, part)
        ends.append(part)
    return _activate(module.activation, torch.cat(ends, 1))


def _convolve(network: "GoogLeNet", layer: Convolution, value: "Tensor") -> "Tensor":
    import torch
    from torch.nn import functional

    weight, bias = (torch.from_numpy(part.copy()) for part in network.weights(layer.name))
    padding = layer.kernel // 2 if layer.padding == "same" else layer.padding
    return _activate(layer.activation, functional.conv2d(value, weight, bias, layer.stride, padding))


def _classify(network: "GoogLeNet", value: "Tensor") -> "Tensor":
    import torch
    from torch.nn import functional

    for linear in network.architecture.classifier:
        weight, bias = (torch.from_numpy(part.copy()) for part in network.weights(linear.name))
        value = functional.linear(value.flatten(1) * linear.scale, weight, bias)
        value = _activate(linear.activation, value)
    return value[0]


def _activate(activation: str, value: "Tensor") -> "Tensor":
    if activation == "none":
        return value
    return value.clamp(0, 6) if activation == "relu6" else value.relu()
