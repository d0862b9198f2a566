"""TensorFlow slim's variables, and the names of Lucid's network (docs/formats.md#tensorflow-and-lucid)."""

from typing import Final

from gnet_desktop.checkpoints.dialects.dialect import Dialect, Endings, heads, in_modules, plain
from gnet_desktop.network.architecture import MODULES

_SLIM_PARTS: Final = {
    "1x1": "Branch_0/Conv2d_0a_1x1",
    "3x3_reduce": "Branch_1/Conv2d_0a_1x1",
    "3x3": "Branch_1/Conv2d_0b_3x3",
    "5x5_reduce": "Branch_2/Conv2d_0a_1x1",
    "5x5": "Branch_2/Conv2d_0b_3x3",
    "pool_proj": "Branch_3/Conv2d_0b_1x1",
}
_SLIM_STEM: Final = {"conv1": "Conv2d_1a_7x7", "conv2": "Conv2d_2b_1x1", "conv3": "Conv2d_2c_3x3"}


def _slim() -> Dialect:
    # slim's modules are one letter later than everybody's, since its pools count
    modules = {name: f"InceptionV1/Mixed_{name[0]}{chr(ord(name[1]) + 1)}/" for name in MODULES}
    layers = {layer: f"InceptionV1/{scope}" for layer, scope in _SLIM_STEM.items()}
    layers |= {layer: path for layer, (path, _) in in_modules(modules, _SLIM_PARTS).items()}
    # a slip of the original: an a where all others have a b
    layers["5a/5x5"] = "InceptionV1/Mixed_5b/Branch_2/Conv2d_0a_3x3"
    return Dialect(
        "slim",
        "TensorFlow slim's variables",
        "slim",
        {layer: (path, f"{path}/BatchNorm") for layer, path in layers.items()},
        {"fc": "InceptionV1/Logits/Conv2d_0c_1x1"},
        endings=Endings("/weights", "/biases", ("/gamma", "/beta", "/moving_mean", "/moving_variance")),
    )


_LUCID_PARTS: Final = {
    "1x1": "1x1",
    "3x3_reduce": "3x3_bottleneck",
    "3x3": "3x3",
    "5x5_reduce": "5x5_bottleneck",
    "5x5": "5x5",
    "pool_proj": "pool_reduce",
}


def _lucent() -> Dialect:
    behind = "_pre_relu_conv"
    stem = {f"conv{number + 1}": f"conv2d{number}{behind}" for number in range(3)}
    return Dialect(
        "lucent",
        "Lucid's layer names, as lucent spells them",
        "lucid",
        plain(stem) | in_modules("mixed{}_", {part: path + behind for part, path in _LUCID_PARTS.items()}),
        {"fc": "softmax2_pre_activation_matmul"},
    )


def _graph() -> Dialect:
    """The original graph's own constants; its heads count from 0."""
    stem = {f"conv{number + 1}": f"conv2d{number}" for number in range(3)}
    convolutions, linears = {}, {}
    for number in range(2):
        convolutions[f"aux{number + 1}/conv"] = (f"head{number}_bottleneck", "")
        linears[f"aux{number + 1}/fc1"] = f"nn{number}"
        linears[f"aux{number + 1}/fc2"] = f"softmax{number}"
    return Dialect(
        "lucid",
        "the constants of Google's own graph",
        "lucid",
        plain(stem) | in_modules("mixed{}_", _LUCID_PARTS) | convolutions,
        {"fc": "softmax2"} | linears,
        pools={f"aux{number + 1}/pool": f"head{number}_pool" for number in range(2)},
        endings=Endings("_w", "_b"),
        linear_transposed=True,
    )


def _captum() -> Dialect:
    parts = {
        "1x1": "conv_1x1",
        "3x3_reduce": "conv_3x3_reduce",
        "3x3": "conv_3x3",
        "5x5_reduce": "conv_5x5_reduce",
        "5x5": "conv_5x5",
        "pool_proj": "pool_proj",
    }
    convolutions, linears = heads(("aux{}.loss_conv", ""), "aux{}.loss_fc", "aux{}.loss_classifier")
    stem = {name: name for name in ("conv1", "conv2", "conv3")}
    return Dialect(
        "captum",
        "Lucid's layer names, as captum spells them",
        "lucid",
        plain(stem) | in_modules("mixed{}.", parts) | convolutions,
        {"fc": "fc"} | linears,
    )


DIALECTS: Final = (_slim(), _lucent(), _graph(), _captum())
