"""Caffe's layer names and the forms that they take in other files (docs/formats.md#caffe-and-onnx)."""

from typing import Final

from gnet_desktop.checkpoints.containers.caffe_layers import NORM
from gnet_desktop.checkpoints.dialects.dialect import TORCH, Dialect, Endings, heads, in_modules, plain
from gnet_desktop.network.architecture import MODULES

_PARTS: Final = {part: part for part in ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")}
_STEM: Final = {"conv1": "conv1/7x7_s2", "conv2": "conv2/3x3_reduce", "conv3": "conv2/3x3"}
_CHAINER_PARTS: Final = {
    "1x1": "conv1",
    "3x3_reduce": "proj3",
    "3x3": "conv3",
    "5x5_reduce": "proj5",
    "5x5": "conv5",
    "pool_proj": "projp",
}


def _dialect(name: str, title: str, separator: str = "/", endings: Endings = TORCH) -> Dialect:
    """Caffe's names with another separator and other endings."""

    def spelled(path: str) -> str:
        return path.replace("/", separator)

    convolutions, linears = heads(("loss{}/conv", ""), "loss{}/fc", "loss{}/classifier")
    layers = plain(_STEM) | in_modules("inception_{}/", _PARTS) | convolutions
    linears |= {"fc": "loss3/classifier"}
    return Dialect(
        name,
        title,
        "caffe",
        {layer: (spelled(path), spelled(path + NORM)) for layer, (path, _) in layers.items()},
        {layer: spelled(path) for layer, path in linears.items()},
        endings=endings,
        unnormed={"response_norm": "caffe"},
    )


def _chainer() -> Dialect:
    convolutions, linears = heads(("loss{}_conv", ""), "loss{}_fc1", "loss{}_fc2")
    stem = {"conv1": "conv1", "conv2": "conv2_reduce", "conv3": "conv2"}
    return Dialect(
        "chainer",
        "Chainer's names of Caffe's layers",
        "caffe",
        plain(stem) | in_modules("inc{}/", _CHAINER_PARTS) | convolutions,
        linears | {"fc": "loss3_fc"},
        endings=Endings("/W", "/b"),
        unnormed={"response_norm": "caffe"},
    )


_PRINCETON_PARTS: Final = {
    "1x1": "out0",
    "3x3_reduce": "reduction1",
    "3x3": "out1",
    "5x5_reduce": "reduction2",
    "5x5": "out2",
    "pool_proj": "out3",
}


def _princeton() -> Dialect:
    """The names of Princeton's Caffe network, and of MatConvNet's copy of it."""
    convolutions, linears = heads(("cls{}_reduction", ""), "cls{}_fc1", "cls{}_fc2")
    stem = {"conv1": "conv1", "conv2": "reduction2", "conv3": "conv2"}
    modules = {name: f"icp{number}_" for number, name in enumerate(MODULES, 1)}
    return Dialect(
        "princeton",
        "Princeton's names of Caffe's layers",
        "caffe",
        plain(stem) | in_modules(modules, _PRINCETON_PARTS) | convolutions,
        linears | {"fc": "cls3_fc"},
        unnormed={"response_norm": "caffe"},
    )


DIALECTS: Final = (
    _dialect("caffe", "Caffe's layer names"),
    _dialect("onnx-zoo", "the ONNX Model Zoo's names of Caffe's layers", endings=Endings("_w_0", "_b_0")),
    _dialect("matlab", "MATLAB's names of Caffe's layers", "-"),
    _dialect("matlab-onnx", "MATLAB's names in ONNX", "-", Endings("_W", "_B")),
    _dialect("caffe-underscore", "Caffe's names with underscores", "_"),
    _chainer(),
    _princeton(),
)
