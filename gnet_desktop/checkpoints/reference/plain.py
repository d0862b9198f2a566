"""Every family's network once more, in plain torch, one layer after the other.

Widths and kernels are those of the weights; strides, paddings, roundings and constants are
the `published` ones, and what the file itself says beside them. Nothing is folded, merged
or reordered, and nothing of `network` is asked.
"""

import re
from collections.abc import Mapping
from math import isqrt
from typing import TYPE_CHECKING

from gnet_desktop.checkpoints.checkpoint import Checkpoint, Said
from gnet_desktop.checkpoints.reference.published import HEADS, MODULES, Published, Settings, published

if TYPE_CHECKING:
    from torch import Tensor


def run(checkpoint: Checkpoint, value: "Tensor") -> "dict[str, Tensor]":
    """Module outputs, ``logits`` and the heads that fit the input, by name."""
    import torch

    said = checkpoint.provenance.said
    network = published(checkpoint.architecture.family, said.editions)
    with torch.inference_mode():
        return _Plain(checkpoint.tensors, network, said).run(value)


class _Plain:
    """The layers, by the names of their weights."""

    def __init__(self, weights: "Mapping[str, Tensor]", network: Published, said: Said) -> None:
        self._weights, self._network, self._said = weights, network, said

    def run(self, value: "Tensor") -> "dict[str, Tensor]":
        found: dict[str, Tensor] = {}
        for name in self._said.order or self._network.order:
            if name in MODULES:
                value = found[name] = self._module(name, value)
                if f"{HEADS.get(name)}/conv.weight" in self._weights:
                    found.update(self._head(HEADS[name], value))
            elif name.startswith("pool"):
                value = _pooled(value, "max", self._settings(name))
            elif name.startswith("norm"):
                value = _response_norm(value, self._settings(name))
            elif f"{name}.weight" in self._weights:
                value = self._convolution(name, value)
        if "fc.weight" in self._weights:
            found["logits"] = self._classified(value)
        return found

    def _settings(self, layer: str) -> Settings:
        """What was published of a layer, and what the file says beats it."""
        weight = self._weights.get(f"{layer}.weight")
        usual = self._network.settings(layer, () if weight is None else weight.shape)
        return {**usual, **self._said.layers.get(layer, {})}

    def _convolution(self, name: str, value: "Tensor") -> "Tensor":
        from torch.nn import functional

        weight, bias = self._weights[f"{name}.weight"], self._weights.get(f"{name}.bias")
        settings = self._settings(name)
        stride, padding = settings["stride"], settings["padding"]
        if padding == "same":
            value, padding = _padded(value, weight.shape[-1], stride, 0.0), 0
        value = functional.conv2d(value, weight, bias, stride, padding)
        if f"{name}.norm.mean" in self._weights:
            mean, variance, scale, shift = (
                self._weights.get(f"{name}.norm.{part}") for part in ("mean", "variance", "weight", "bias")
            )
            value = functional.batch_norm(value, mean, variance, scale, shift, eps=settings["epsilon"])
        return _activated(value, settings["activation"])

    def _module(self, name: str, value: "Tensor") -> "Tensor":
        import torch

        one = self._convolution(f"{name}/1x1", value)
        three = self._convolution(f"{name}/3x3", self._convolution(f"{name}/3x3_reduce", value))
        five = self._convolution(f"{name}/5x5_reduce", value)
        if f"{name}/5x5_a.weight" in self._weights:
            five = self._convolution(f"{name}/5x5_a", five)
        five = self._convolution(f"{name}/5x5", five)
        pooled = _pooled(value, "max", self._settings(f"{name}/pool"))
        joined = torch.cat([one, three, five, self._convolution(f"{name}/pool_proj", pooled)], 1)
        return _activated(joined, self._settings(name)["activation"])

    def _head(self, name: str, value: "Tensor") -> "dict[str, Tensor]":
        """A head's answers; nothing where it was made for another size of input."""
        from torch.nn import functional

        settings, taken = self._settings(f"{name}/pool"), self._weights[f"{name}/fc1.weight"].shape[1]
        if "kernel" in settings:
            padding = settings["padding"]
            if padding != "same" and min(value.shape[2:]) + 2 * padding < settings["kernel"]:
                return {}
            value = _pooled(value, "average", settings)
        else:
            cells = isqrt(taken // self._weights[f"{name}/conv.weight"].shape[0])
            value = functional.adaptive_avg_pool2d(value, cells)
        value = self._convolution(f"{name}/conv", value).flatten(1)
        if value.shape[1] != taken:
            return {}
        return {name: self._linear(f"{name}/fc2", self._linear(f"{name}/fc1", value))}

    def _classified(self, value: "Tensor") -> "Tensor":
        """The last map pooled, then hidden layers if there are any, then the classifier."""
        largest = self._settings("global_pool")["kind"] == "max"
        value = value.amax((2, 3)) if largest else value.mean((2, 3))
        layers = [name.partition(".")[0] for name in self._weights if re.fullmatch(r"fc_\d\.weight", name)]
        # what is published of the classifier's input holds for the first of its layers
        scale = self._network.settings("fc")["scale"]
        for name in (*sorted(layers), "fc"):
            value, scale = self._linear(name, value, scale), 1.0
        return value

    def _linear(self, name: str, value: "Tensor", scale: float | None = None) -> "Tensor":
        """``scale`` takes the place of the published one."""
        from torch.nn import functional

        settings = self._settings(name)
        if scale is not None:
            settings = {**settings, "scale": self._said.layers.get(name, {}).get("scale", scale)}
        weight, bias = self._weights[f"{name}.weight"], self._weights.get(f"{name}.bias")
        value = functional.linear(value * settings["scale"], weight, bias)
        return _activated(value, settings["activation"])


def _pooled(value: "Tensor", kind: str, settings: Settings) -> "Tensor":
    from torch.nn import functional

    kernel, stride, padding = settings["kernel"], settings["stride"], settings["padding"]
    if padding == "same":
        value, padding = _padded(value, kernel, stride, float("-inf") if kind == "max" else 0.0), 0
    function = functional.max_pool2d if kind == "max" else functional.avg_pool2d
    return function(value, kernel, stride, padding, ceil_mode=settings["ceil"])


def _response_norm(value: "Tensor", settings: Settings) -> "Tensor":
    from torch.nn import functional

    size, alpha, beta, k = (settings[name] for name in ("size", "alpha", "beta", "k"))
    return functional.local_response_norm(value, size, alpha, beta, k)


def _activated(value: "Tensor", activation: str) -> "Tensor":
    """Rectified, rectified and cut off at 6, or as it is."""
    if activation == "none":
        return value
    return value.clamp(0, 6) if activation == "relu6" else value.clamp(min=0)


def _padded(value: "Tensor", kernel: int, stride: int, fill: float) -> "Tensor":
    """TensorFlow's SAME: ⌈n / stride⌉ outputs, the smaller half of the padding first."""
    from torch.nn import functional

    pads: list[int] = []
    for side in (value.shape[3], value.shape[2]):
        missing = max(0, (-(-side // stride) - 1) * stride + kernel - side)
        pads += [missing // 2, missing - missing // 2]
    return functional.pad(value, pads, value=fill)
