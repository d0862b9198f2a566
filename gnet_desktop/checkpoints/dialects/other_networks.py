"""Networks that are no GoogLeNet but are often tried: known by the names in their files."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Other:
    """A network: its title, what must be found among the names of its tensors, and why it isn't shown."""

    title: str
    needs: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    why: str = "Only GoogLeNet (Inception v1) can be looked into here."


_START: Final = r"(?:^|\.)"

# Asked in this order; names in common form (dots for slashes and hyphens).
OTHERS: Final = (
    Other("Inception v3", (r"Conv2d_1a_3x3\.", r"Mixed_5b\.branch1x1|Mixed_5b\.Branch_0", r"Mixed_7c\.")),
    Other("an Inception-ResNet v2", (r"repeat_1\.0\.branch0|block35_1|Block35", r"block8|Block8|repeat_2\.")),
    Other(
        "Inception v4", (r"features\.21\.branch|Mixed_6h|InceptionV4", r"features\.0\.conv|Mixed_5b|Mixed_7d")
    ),
    Other(
        "BN-Inception (Inception v2)",
        (r"inception_3a.double_3x3_1|double3x3_1|Mixed_3b\.Branch_2\.Conv2d_0c_3x3",),
    ),
    Other(
        "the Inception network of the UvA notebooks",
        (r"inception_blocks\.0\.conv_1x1\.0\.",),
        why="Its modules are GoogLeNet's, but they are eight where GoogLeNet has nine, and only nine can be "
        "shown here.",
    ),
    Other(
        "a feature extractor of inception-like modules",
        (_START + r"conv_1_3\.0\.", _START + r"conv_1_5\.0\."),
        (r"layer_4\.", r"layer_3\.4\."),
    ),
    Other("Inception-NeXt", (r"token_mixer\.dwconv_hw",)),
    Other("SqueezeNet", (r"squeeze\.(weight|bias)|squeeze1x1", r"expand1x1", r"expand3x3")),
    Other("a Swin transformer", (r"relative_position_bias_table", r"attn\.qkv")),
    Other(
        "a vision transformer (ViT)",
        (r"class_token|cls_token", r"encoder_layer_0|blocks\.0\.attn|encoder\.layer\.0\."),
    ),
    Other("CLIP", (r"visual\.", r"text_projection|text_model")),
    Other("a diffusion network", (r"diffusion_model\.|down_blocks\.0\.", r"time_embed")),
    Other(
        "a language model",
        (r"self_attn\.q_proj|attn\.c_attn|attention\.self\.query|lm_head", r"embed|wte|lm_head"),
    ),
    Other("a YOLO detector", (r"model\.\d+\.(m\.\d+\.)?cv1\.conv",)),
    Other("ConvNeXt", (r"layer_scale|stages\.\d+\.(blocks\.)?\d+\.(conv_dw|dwconv)",)),
    Other(
        "EfficientNet",
        (r"_blocks\.0\._depthwise_conv|features\.1\.0\.block\.\d|blocks\.0\.0\.conv_dw|block1a_dwconv",),
    ),
    Other("MobileNet v3", (r"features\.1\.block\.0\.0\.", r"features\.\d+\.block\.\d+\.fc1\.")),
    Other("MobileNet v2", (r"features\.1\.conv\.0\.0\.", r"features\.18\.0\.")),
    Other("MobileNet", (r"conv_?dw|depthwise|conv2_1.dw",)),
    Other("ShuffleNet", (r"stage2\.0\.branch1\.", r"stage4\.")),
    Other("MNASNet", (r"layers\.8\.0\.layers\.0\.",)),
    Other("RegNet", (r"trunk_output\.block1\.",)),
    Other("U-Net", (r"inc\.double_conv|down1\.|encoder1\.enc1conv1", r"up1\.|decoder1\.")),
    Other(
        "AlexNet",
        (r"features\.0\.weight", r"classifier\.6\.weight", r"features\.10\.weight"),
        (r"features\.1[12]\.weight",),
    ),
    Other("CaffeNet or AlexNet", (r"^conv5\.weight", r"^fc6\.weight", r"^fc8"), (r"conv1_1",)),
    Other("VGG", (r"conv1_1\.weight", r"conv5_1\.weight")),
    Other("Network in Network", (r"^cccp1", r"^cccp2")),
    Other("a ResNet", (r"res2a_branch2a", r"res5a_branch2a")),
    Other("a ResNet", (r"bottleneck_v[12]\.conv1\.",)),
    Other("Xception", (r"block1_conv1", r"block2_sepconv1")),
    Other("a GAN or autoencoder", (r"generator\.|discriminator\.",)),
    Other("an optimiser's state, not a network", (r"exp_avg|momentum_buffer",), (r"conv",)),
)

_RESNETS: Final[Mapping[tuple[int, ...], str]] = {
    (2, 2, 2, 2, 0): "ResNet-18",
    (3, 4, 6, 3, 0): "ResNet-34",
    (3, 4, 6, 3, 1): "ResNet-50",
    (3, 4, 23, 3, 1): "ResNet-101",
    (3, 8, 36, 3, 1): "ResNet-152",
}
_DENSENETS: Final[Mapping[tuple[int, ...], str]] = {
    (6, 12, 24, 16): "DenseNet-121",
    (6, 12, 36, 24): "DenseNet-161",
    (6, 12, 32, 32): "DenseNet-169",
    (6, 12, 48, 32): "DenseNet-201",
}
_VGGS: Final[Mapping[int, str]] = {8: "VGG-11", 10: "VGG-13", 13: "VGG-16", 16: "VGG-19"}


def other_network(shapes: Shapes) -> Other | None:
    """What network these tensors are (``a ResNet-50``), if it is a known other one.

    ``shapes`` are those of the tensors by name in common form.
    """
    if any(len(shape) == 5 for shape in shapes.values()):
        return Other("a network for videos (I3D, S3D or another with 3-D convolutions)")
    for count in _COUNTED:
        if title := count(shapes):
            return Other(f"a {title}")
    if _is_inception_v3(shapes):
        return Other("Inception v3")
    text = "\n".join(shapes)
    return next((found for found in OTHERS if _is(found, text)), None)


def _is(found: Other, text: str) -> bool:
    return all(re.search(pattern, text, re.MULTILINE) for pattern in found.needs) and not any(
        re.search(pattern, text, re.MULTILINE) for pattern in found.lacks
    )


def _blocks(names: Iterable[str], pattern: str) -> list[int]:
    """How many blocks each stage has: the pattern gives stage and block."""
    found: dict[str, set[str]] = {}
    for name in names:
        if match := re.search(pattern, name):
            found.setdefault(match[1], set()).add(match[2])
    return [len(found[stage]) for stage in sorted(found)]


def _kerass(shapes: Shapes) -> str | None:
    """Keras's ResNets and DenseNets: layers by stage, block and number; a ResNet's blocks have three."""
    stages = tuple(_blocks(shapes, _START + r"conv([2-5])_block(\d+)_1_conv\."))
    if len(stages) != 4:
        return None
    if not any(re.search(_START + r"conv2_block1_3_conv\.", name) for name in shapes):
        return _DENSENETS.get(stages, "DenseNet")
    older = any(re.search(r"conv2_block1_preact_bn\.", name) for name in shapes)
    return _RESNETS.get((*stages, 1), "ResNet") + ("" if not older else " v2")


def _caffes_resnet(shapes: Shapes) -> str | None:
    """Caffe's names, which Keras had, too: ``res4b22_branch2a``, ``res4f_branch2a``."""
    stages = tuple(_blocks(shapes, _START + r"res([2-5])([a-z]\d*)_branch2a\."))
    return _RESNETS.get((*stages, 1), "ResNet") if len(stages) == 4 else None


def _kerass_vgg(shapes: Shapes) -> str | None:
    count = sum(re.search(_START + r"block[1-5]_conv\d\.weight$", name) is not None for name in shapes)
    return _VGGS.get(count)


def _is_inception_v3(shapes: Shapes) -> bool:
    """By its kernels, where Keras only counted them: 94, some of them one row or column of seven."""
    kernels = [shape for shape in shapes.values() if len(shape) == 4]
    sides = {side for shape in kernels for side in (shape[:2], shape[2:])}
    return len(kernels) == _INCEPTION_V3 and {(1, 7), (7, 1)} <= sides


_INCEPTION_V3: Final = 94
"""Its convolutions without those of its auxiliary head."""


def _resnet(shapes: Shapes) -> str | None:
    stages = _blocks(shapes, _START + r"layer([1-4])\.(\d+)\.conv1\.weight$")
    if len(stages) != 4:
        return None
    deep = any(re.search(r"layer1\.0\.conv3\.weight$", name) for name in shapes)
    middle = next(
        (shape for name, shape in shapes.items() if re.search(r"layer1\.0\.conv2\.weight$", name)), ()
    )
    title = _RESNETS.get((*stages, int(deep)), "ResNet")
    if deep and len(middle) == 4 and middle[1] < middle[0]:
        return title.replace("ResNet", "ResNeXt")
    return f"wide {title}" if deep and len(middle) == 4 and middle[0] > 64 else title


def _densenet(shapes: Shapes) -> str | None:
    stages = _blocks(shapes, r"denseblock(\d)\.denselayer(\d+)\.")
    return _DENSENETS.get(tuple(stages), "DenseNet") if stages else None


def _vgg(shapes: Shapes) -> str | None:
    convolutions = [
        name
        for name, shape in shapes.items()
        if re.search(_START + r"features\.\d+\.weight$", name) and len(shape) == 4
    ]
    matrices = any(re.search(_START + r"classifier\.\d+\.weight$", name) for name in shapes)
    return _VGGS.get(len(convolutions)) if matrices else None


_COUNTED: Final[tuple[Callable[[Shapes], str | None], ...]] = (
    _resnet,
    _densenet,
    _vgg,
    _kerass,
    _caffes_resnet,
    _kerass_vgg,
)
