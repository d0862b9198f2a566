"""shanglianlm0525's names (docs/formats.md#re-implementations)."""

from typing import Final

from gnet_desktop.checkpoints.dialects.dialect import Dialect, heads, in_modules

_MODULES: Final = {
    "3a": "block3.0.",
    "3b": "block3.1.",
    "4a": "block4_1.",
    "4b": "block4_2.0.",
    "4c": "block4_2.1.",
    "4d": "block4_2.2.",
    "4e": "block4_3.0.",
    "5a": "block5.0.",
    "5b": "block5.1.",
}
_PARTS: Final = {
    "1x1": "branch1_conv",
    "3x3_reduce": "branch2_conv1",
    "3x3": "branch2_conv2",
    "5x5_reduce": "branch3_conv1",
    "5x5": "branch3_conv2",
    "pool_proj": "branch4_conv1",
}
_STEM: Final = {
    "conv1": ("block1.0", "block1.1"),
    "conv2": ("block1.3", "block1.4"),
    "conv3": ("block2.0", "block2.1"),
}
_HEADS, _HEAD_LINEARS = heads(
    ("aux_logits{}.auxiliary_conv1.0", "aux_logits{}.auxiliary_conv1.1"),
    "aux_logits{}.auxiliary_linear1",
    "aux_logits{}.auxiliary_linear2",
)

DIALECTS: Final = (
    Dialect(
        "shanglianlm",
        "shanglianlm0525's names",
        "shanglianlm",
        _STEM
        | in_modules(_MODULES, {part: (f"{path}.0", f"{path}.1") for part, path in _PARTS.items()})
        | _HEADS,
        {"fc": "linear"} | _HEAD_LINEARS,
    ),
)
