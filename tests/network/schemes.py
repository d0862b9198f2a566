"""Where each family's original names keep a layer: small tables, only for these tests.

They are not the reader's tables: a mistake there must not hide one here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from gnet_desktop.network.architecture import Architecture

_NORM = {"weight": "weight", "bias": "bias", "mean": "running_mean", "variance": "running_var"}


@dataclass(frozen=True)
class Scheme:
    """``parts`` and ``outside`` give a layer's name, or (convolution, norm) as two.

    ``module`` turns 4a into that family's name of it; ``convolution`` and ``norm`` are
    appended where a layer holds both under one name.
    """

    module: Mapping[str, str] | str
    parts: Mapping[str, str | tuple[str, str]]
    outside: Mapping[str, str | tuple[str, str]]
    separator: str = "."
    convolution: str = ""
    norm: str = ".bn"

    def names(self, layer: str) -> tuple[str, str]:
        """Prefixes of a layer's convolution and of its norm."""
        if layer in self.outside:
            prefix, found = "", self.outside[layer]
        else:
            module, _, part = layer.partition("/")
            name = self.module.format(module) if isinstance(self.module, str) else self.module[module]
            prefix, found = name + self.separator, self.parts[part]
        if isinstance(found, tuple):
            return prefix + found[0], prefix + found[1]
        return prefix + found + self.convolution, prefix + found + self.norm


def canonical(scheme: Scheme, architecture: Architecture, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that the architecture asks for, from a family's own state dict."""
    tensors: dict[str, Tensor] = {}
    for layer in architecture.convolutions():
        convolution, norm = scheme.names(layer.name)
        tensors[f"{layer.name}.weight"] = state[f"{convolution}.weight"]
        if layer.bias:
            tensors[f"{layer.name}.bias"] = state[f"{convolution}.bias"]
        if layer.norm_epsilon is not None:
            for ours, theirs in _NORM.items():
                tensors[f"{layer.name}.norm.{ours}"] = state[f"{norm}.{theirs}"]
    for linear in architecture.linears():
        name = (
            scheme.names(linear.name)[0] if linear.name not in scheme.outside else scheme.outside[linear.name]
        )
        for kind in ("weight", "bias"):
            value = state[f"{name}.{kind}"]
            tensors[f"{linear.name}.{kind}"] = value.flatten(1) if kind == "weight" else value
    return tensors


def _heads(convolution: str, one: str, two: str) -> dict[str, str]:
    """Names of both heads, ``{}`` standing for their number."""
    return {
        f"aux{number}/{part}": name.format(number)
        for number in (1, 2)
        for part, name in (("conv", convolution), ("fc1", one), ("fc2", two))
    }


_TORCHVISION = {
    "1x1": "branch1",
    "3x3_reduce": "branch2.0",
    "3x3": "branch2.1",
    "5x5_reduce": "branch3.0",
    "5x5": "branch3.1",
    "pool_proj": "branch4.1",
}
_PAPER = {name: name for name in ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")}
_STEM = {f"conv{number}": f"conv{number}" for number in (1, 2, 3)}
_HEADS = _heads("aux{}.conv", "aux{}.fc1", "aux{}.fc2")
_LAYERED = {
    "3a": "layer_2.0",
    "3b": "layer_2.1",
    **{f"4{letter}": f"layer_3.{index}" for index, letter in enumerate("abcde")},
    "5a": "layer_4.0",
    "5b": "layer_4.1",
}
_CIFAR = Scheme(
    module={name: name[::-1] for name in _LAYERED},
    parts={
        "1x1": ("b1.0", "b1.1"),
        "3x3_reduce": ("b2.0", "b2.1"),
        "3x3": ("b2.3", "b2.4"),
        "5x5_reduce": ("b3.0", "b3.1"),
        "5x5_a": ("b3.3", "b3.4"),
        "5x5": ("b3.6", "b3.7"),
        "pool_proj": ("b4.1", "b4.2"),
    },
    outside={
        "conv1": ("prelayer.0", "prelayer.1"),
        "conv2": ("prelayer.3", "prelayer.4"),
        "conv3": ("prelayer.6", "prelayer.7"),
        "fc": "linear",
    },
)


def _d2l(letter: str, net: str) -> Scheme:
    return Scheme(
        module={name: net + value for name, value in _D2L_MODULES.items()},
        parts={
            "1x1": f"{letter}1_1",
            "3x3_reduce": f"{letter}2_1",
            "3x3": f"{letter}2_2",
            "5x5_reduce": f"{letter}3_1",
            "5x5": f"{letter}3_2",
            "pool_proj": f"{letter}4_2",
        },
        outside={"conv1": f"{net}0.0", "conv2": f"{net}1.0", "conv3": f"{net}1.2", "fc": f"{net}5"},
    )


_D2L_MODULES = {
    "3a": "2.0",
    "3b": "2.1",
    **{f"4{letter}": f"3.{index}" for index, letter in enumerate("abcde")},
    "5a": "4.0",
    "5b": "4.1",
}

SCHEMES = {
    "torchvision": Scheme("inception{}", _TORCHVISION, {**_STEM, **_HEADS, "fc": "fc"}, convolution=".conv"),
    "gluoncv": Scheme(
        "inception{}",
        {
            "1x1": ("0.0.0", "0.0.1"),
            "3x3_reduce": ("1.0.0", "1.0.1"),
            "3x3": ("1.1.0", "1.1.1"),
            "5x5_reduce": ("2.0.0", "2.0.1"),
            "5x5": ("2.1.0", "2.1.1"),
            "pool_proj": ("3.1.0", "3.1.1"),
        },
        {
            **{f"conv{number}": (f"conv{number}.0", f"conv{number}.1") for number in (1, 2, 3)},
            **_heads("", "aux{}.3", "aux{}.6"),
            "aux1/conv": ("aux1.1.0", "aux1.1.1"),
            "aux2/conv": ("aux2.1.0", "aux2.1.1"),
            "fc": "output",
        },
    ),
    "caffe": Scheme(
        "inception_{}",
        _PAPER,
        {
            "conv1": "conv1/7x7_s2",
            "conv2": "conv2/3x3_reduce",
            "conv3": "conv2/3x3",
            **_heads("loss{}/conv", "loss{}/fc", "loss{}/classifier"),
            "fc": "loss3/classifier",
        },
        separator="/",
    ),
    "tutorial": Scheme(
        _LAYERED,
        {
            "1x1": "conv1.0",
            "3x3_reduce": "conv_1_3.0",
            "3x3": "conv_1_3.2",
            "5x5_reduce": "conv_1_5.0",
            "5x5": "conv_1_5.2",
            "pool_proj": "max_3_1.1",
        },
        {"conv1": "layer_1.0", "conv3": "layer_1.2", "fc": "fc_layer"},
    ),
    "tutorial_bn": Scheme(
        {**_LAYERED, "5b": "layer_to_export.0"},
        {
            "1x1": "conv_1.layer",
            "3x3_reduce": "conv_1_3.0.layer",
            "3x3": "conv_1_3.1.layer",
            "5x5_reduce": "conv_1_5.0.layer",
            "5x5": "conv_1_5.1.layer",
            "pool_proj": "max_3_1.1.layer",
        },
        {
            "conv1": "layer_1.0.layer",
            "conv2": "layer_1.2.layer",
            "conv3": "layer_1.3.layer",
            "conv4": ("layer_4_cont.0", ""),
            "fc": "fc_layer",
        },
        convolution=".0",
        norm=".1",
    ),
    "wzmiaomiao": Scheme(
        "inception{}",
        {**_TORCHVISION, "5x5_a": "branch3.1"},
        {**_STEM, **_HEADS, "fc": "fc"},
        convolution=".conv",
    ),
    "weiaicunzai": _CIFAR,
    "weiaicunzai_later": _CIFAR,
    "kuangliu": Scheme(
        _CIFAR.module, _CIFAR.parts, {"conv1": ("pre_layers.0", "pre_layers.1"), "fc": "linear"}
    ),
    "d2l": _d2l("p", ""),
    "d2l newer": _d2l("b", "net."),
    "aladdinpersson": Scheme(
        "inception{}",
        _TORCHVISION,
        {"conv1": "conv1", "conv3": "conv2", **_HEADS, "fc": "fc1"},
        convolution=".conv",
        norm=".batchnorm",
    ),
    "shanglianlm": Scheme(
        {
            "3a": "block3.0",
            "3b": "block3.1",
            "4a": "block4_1",
            "4b": "block4_2.0",
            "4c": "block4_2.1",
            "4d": "block4_2.2",
            "4e": "block4_3.0",
            "5a": "block5.0",
            "5b": "block5.1",
        },
        {
            "1x1": "branch1_conv",
            "3x3_reduce": "branch2_conv1",
            "3x3": "branch2_conv2",
            "5x5_reduce": "branch3_conv1",
            "5x5": "branch3_conv2",
            "pool_proj": "branch4_conv1",
        },
        {
            "conv1": ("block1.0", "block1.1"),
            "conv2": ("block1.3", "block1.4"),
            "conv3": ("block2.0", "block2.1"),
            **_heads(
                "aux_logits{}.auxiliary_conv1",
                "aux_logits{}.auxiliary_linear1",
                "aux_logits{}.auxiliary_linear2",
            ),
            "fc": "linear",
        },
        convolution=".0",
        norm=".1",
    ),
    "slim": Scheme(
        {
            "3a": "Mixed_3b",
            "3b": "Mixed_3c",
            **{f"4{a}": f"Mixed_4{b}" for a, b in zip("abcde", "bcdef", strict=True)},
            "5a": "Mixed_5b",
            "5b": "Mixed_5c",
        },
        {
            "1x1": "Branch_0/Conv2d_0a_1x1",
            "3x3_reduce": "Branch_1/Conv2d_0a_1x1",
            "3x3": "Branch_1/Conv2d_0b_3x3",
            "5x5_reduce": "Branch_2/Conv2d_0a_1x1",
            "5x5": "Branch_2/Conv2d_0b_3x3",
            "pool_proj": "Branch_3/Conv2d_0b_1x1",
        },
        {
            "conv1": "Conv2d_1a_7x7",
            "conv2": "Conv2d_2b_1x1",
            "conv3": "Conv2d_2c_3x3",
            "5a/5x5": ("Mixed_5b/Branch_2/Conv2d_0a_3x3.0", "Mixed_5b/Branch_2/Conv2d_0a_3x3.1"),
            "fc": "Logits/Conv2d_0c_1x1",
        },
        separator="/",
        convolution=".0",
        norm=".1",
    ),
    "lucid": Scheme(
        "mixed{}",
        {
            "1x1": "1x1",
            "3x3_reduce": "3x3_bottleneck",
            "3x3": "3x3",
            "5x5_reduce": "5x5_bottleneck",
            "5x5": "5x5",
            "pool_proj": "pool_reduce",
        },
        {
            "conv1": "conv2d0",
            "conv2": "conv2d1",
            "conv3": "conv2d2",
            "fc": "softmax2_pre_activation_matmul",
        },
        separator="_",
        convolution="_pre_relu_conv",
    ),
    "paddle": Scheme(
        "_ince{}",
        {
            "1x1": "_conv1",
            "3x3_reduce": "_conv3r",
            "3x3": "_conv3",
            "5x5_reduce": "_conv5r",
            "5x5": "_conv5",
            "pool_proj": "_convprj",
        },
        {
            "conv1": "_conv",
            "conv2": "_conv_1",
            "conv3": "_conv_2",
            **_heads("_conv_o{}", "_fc_o{}", "_out{}"),
            "fc": "_fc_out",
        },
        convolution="._conv",
    ),
}
