"""The tutorial's names, most copies of it, and its variant with batch norm (docs/formats.md)."""

from typing import Final

from gnet_desktop.checkpoints.dialects.dialect import Dialect, Path, in_modules, in_order, plain


def _dialect(name: str, title: str, first: str) -> Dialect:
    parts = {
        "1x1": f"{first}.0",
        "3x3_reduce": "conv_1_3.0",
        "3x3": "conv_1_3.2",
        "5x5_reduce": "conv_1_5.0",
        "5x5": "conv_1_5.2",
        "pool_proj": "max_3_1.1",
    }
    return Dialect(
        name,
        title,
        "tutorial",
        plain({"conv1": "layer_1.0", "conv3": "layer_1.2"})
        | in_modules(in_order("layer_2.{}.", "layer_3.{}.", "layer_4.{}."), parts),
        {"fc": "fc_layer"},
        pools={"pool1": "layer_1.1", "pool2": "layer_1.3", "pool3": "layer_2.2", "pool4": "layer_3.5"},
    )


def _with_norm() -> Dialect:
    def block(path: str) -> Path:
        return f"{path}.layer.0", f"{path}.layer.1"

    parts = {
        "1x1": "conv_1",
        "3x3_reduce": "conv_1_3.0",
        "3x3": "conv_1_3.1",
        "5x5_reduce": "conv_1_5.0",
        "5x5": "conv_1_5.1",
        "pool_proj": "max_3_1.1",
    }
    modules = {**in_order("layer_2.{}.", "layer_3.{}.", "layer_4.{}."), "5b": "layer_to_export.0."}
    stem = {"conv1": block("layer_1.0"), "conv2": block("layer_1.2"), "conv3": block("layer_1.3")}
    return Dialect(
        "tutorial-bn",
        "the tutorial's names with batch norm",
        "tutorial_bn",
        stem
        | in_modules(modules, {part: block(path) for part, path in parts.items()})
        | {"conv4": ("layer_4_cont.0", "")},
        {"fc": "fc_layer"},
    )


DIALECTS: Final = (
    _dialect("tutorial", "the tutorial's names", "conv1"),
    _dialect("tutorial-copy", "the names of the tutorial's copies", "conv_1"),
    _with_norm(),
)
