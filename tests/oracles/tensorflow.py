"""The two networks of TensorFlow's world: slim's inception_v1 and Lucid's inception5h
(docs/formats.md#tensorflow-and-lucid). Padding is computed by TensorFlow's SAME rule.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built

SCOPES = dict(
    zip(
        TABLE,
        (
            "Mixed_3b",
            "Mixed_3c",
            "Mixed_4b",
            "Mixed_4c",
            "Mixed_4d",
            "Mixed_4e",
            "Mixed_4f",
            "Mixed_5b",
            "Mixed_5c",
        ),
        strict=True,
    )
)
LUCID_TABLE = {
    **TABLE,
    "4a": (480, 192, 96, 204, 16, 48, 64),
    "4b": (508, 160, 112, 224, 24, 64, 64),
    "5a": (832, 256, 160, 320, 48, 128, 128),
}


def same(value: Tensor, kernel: int, stride: int, fill: float = 0.0) -> Tensor:
    """Pad as TensorFlow's SAME: output ceil(n / stride), the odd pixel at the end."""
    pads: list[int] = []
    for side in (value.shape[3], value.shape[2]):
        outputs = (side + stride - 1) // stride
        missing = max(0, (outputs - 1) * stride + kernel - side)
        pads += [missing // 2, missing - missing // 2]
    return F.pad(value, pads, value=fill)


def max_pool(value: Tensor, kernel: int, stride: int) -> Tensor:
    return F.max_pool2d(same(value, kernel, stride, float("-inf")), kernel, stride)


class Slim(nn.Module):
    """Layers under their TensorFlow scopes, each a convolution and a norm whose scale is 1."""

    def __init__(self, classes: int = 1001) -> None:
        super().__init__()
        self.block("Conv2d_1a_7x7", 3, 64, 7)
        self.block("Conv2d_2b_1x1", 64, 64, 1)
        self.block("Conv2d_2c_3x3", 64, 192, 3)
        for name, (inputs, one, red3, three, red5, five, proj) in TABLE.items():
            scope = SCOPES[name]
            self.block(f"{scope}/Branch_0/Conv2d_0a_1x1", inputs, one, 1)
            self.block(f"{scope}/Branch_1/Conv2d_0a_1x1", inputs, red3, 1)
            self.block(f"{scope}/Branch_1/Conv2d_0b_3x3", red3, three, 3)
            self.block(f"{scope}/Branch_2/Conv2d_0a_1x1", inputs, red5, 1)
            self.block(f"{scope}/Branch_2/{self.letter(scope)}", red5, five, 3)
            self.block(f"{scope}/Branch_3/Conv2d_0b_1x1", inputs, proj, 1)
        self.add_module("Logits/Conv2d_0c_1x1", nn.Conv2d(1024, classes, 1))

    @staticmethod
    def letter(scope: str) -> str:
        """One module of the original has an a where all others have a b."""
        return "Conv2d_0a_3x3" if scope == "Mixed_5b" else "Conv2d_0b_3x3"

    def block(self, scope: str, inputs: int, outputs: int, kernel: int) -> None:
        convolution = nn.Conv2d(inputs, outputs, kernel, bias=False)
        self.add_module(scope, nn.Sequential(convolution, nn.BatchNorm2d(outputs, eps=1e-3)))

    def layer(self, scope: str, value: Tensor, stride: int = 1) -> Tensor:
        convolution, norm = getattr(self, scope)
        padded = same(value, convolution.kernel_size[0], stride)
        return F.relu(norm(F.conv2d(padded, convolution.weight, stride=stride)))

    def module(self, scope: str, value: Tensor) -> Tensor:
        def branch(number: int, *names: str) -> Tensor:
            part = max_pool(value, 3, 1) if number == 3 else value
            for name in names:
                part = self.layer(f"{scope}/Branch_{number}/{name}", part)
            return part

        return torch.cat(
            [
                branch(0, "Conv2d_0a_1x1"),
                branch(1, "Conv2d_0a_1x1", "Conv2d_0b_3x3"),
                branch(2, "Conv2d_0a_1x1", self.letter(scope)),
                branch(3, "Conv2d_0b_1x1"),
            ],
            1,
        )

    @override
    def forward(self, value: Tensor) -> Outputs:
        found: Outputs = {}
        value = max_pool(self.layer("Conv2d_1a_7x7", value, stride=2), 3, 2)
        value = self.layer("Conv2d_2c_3x3", self.layer("Conv2d_2b_1x1", value))
        value = max_pool(value, 3, 2)
        for name, scope in SCOPES.items():
            value = found[name] = self.module(scope, value)
            if name == "3b":
                value = max_pool(value, 3, 2)
            if name == "4e":
                value = max_pool(value, 2, 2)
        logits = getattr(self, "Logits/Conv2d_0c_1x1")(F.avg_pool2d(value, 7, 1))
        found["logits"] = logits.view(logits.shape[:2])
        return found


def slim(seed: int = 0, *, classes: int = 1001) -> Slim:
    """slim's network with random weights; index 0 is the background."""
    model = built(lambda: Slim(classes), seed)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.weight.data.fill_(1)  # slim's norms have no scale
    return model


def slim_variables(model: Slim) -> dict[str, Tensor]:
    """The variables of its checkpoint: kernels are (height, width, in, out), no gamma."""
    found: dict[str, Tensor] = {}
    layer: Any
    for scope, layer in model.named_children():
        name = f"InceptionV1/{scope}"
        if isinstance(layer, nn.Conv2d):
            assert layer.bias is not None
            found[f"{name}/weights"] = layer.weight.permute(2, 3, 1, 0).contiguous()
            found[f"{name}/biases"] = layer.bias
            continue
        convolution, norm = layer
        found[f"{name}/weights"] = convolution.weight.permute(2, 3, 1, 0).contiguous()
        found[f"{name}/BatchNorm/beta"] = norm.bias
        found[f"{name}/BatchNorm/moving_mean"] = norm.running_mean
        found[f"{name}/BatchNorm/moving_variance"] = norm.running_var
    return found


class Lucid(nn.Module):
    """lucent's layers. ``norm`` is ``tensorflow`` (the original graph's) or ``lucent``.

    lucent writes the padding as fixed numbers, right for sizes where SAME picks them.
    """

    PARTS = ("1x1", "3x3_bottleneck", "3x3", "5x5_bottleneck", "5x5", "pool_reduce")

    def __init__(self, classes: int, norm: str) -> None:
        super().__init__()
        self.norm = norm
        self.convolution("conv2d0", 3, 64, 7)
        self.convolution("conv2d1", 64, 64, 1)
        self.convolution("conv2d2", 64, 192, 3)
        for name, (inputs, one, red3, three, red5, five, proj) in LUCID_TABLE.items():
            shapes = (inputs, one, 1), (inputs, red3, 1), (red3, three, 3), (inputs, red5, 1), (red5, five, 5)
            for part, shape in zip(self.PARTS, (*shapes, (inputs, proj, 1)), strict=True):
                self.convolution(f"mixed{name}_{part}", *shape)
        self.softmax2_pre_activation_matmul = nn.Linear(1024, classes)

    def convolution(self, name: str, inputs: int, outputs: int, kernel: int) -> None:
        self.add_module(f"{name}_pre_relu_conv", nn.Conv2d(inputs, outputs, kernel))

    def layer(self, name: str, value: Tensor, stride: int = 1) -> Tensor:
        convolution = getattr(self, f"{name}_pre_relu_conv")
        padded = same(value, convolution.kernel_size[0], stride)
        return F.relu(F.conv2d(padded, convolution.weight, convolution.bias, stride))

    def lrn(self, value: Tensor) -> Tensor:
        if self.norm == "lucent":
            return nn.LocalResponseNorm(9, alpha=1e-4, beta=0.5, k=1)(value)
        # TensorFlow: radius 5, alpha not divided by the window, beta 0.5, bias 2.
        squares = F.pad(value**2, (0, 0, 0, 0, 5, 5))
        total = torch.zeros_like(value)
        for start in range(11):
            total = total + squares[:, start : start + value.shape[1]]
        return value / torch.sqrt(2 + 1e-4 * total)

    def module(self, name: str, value: Tensor) -> Tensor:
        def layer(part: str, inputs: Tensor) -> Tensor:
            return self.layer(f"mixed{name}_{part}", inputs)

        return torch.cat(
            [
                layer("1x1", value),
                layer("3x3", layer("3x3_bottleneck", value)),
                layer("5x5", layer("5x5_bottleneck", value)),
                layer("pool_reduce", max_pool(value, 3, 1)),
            ],
            1,
        )

    @override
    def forward(self, value: Tensor) -> Outputs:
        found: Outputs = {}
        value = self.lrn(max_pool(self.layer("conv2d0", value, stride=2), 3, 2))
        value = self.lrn(self.layer("conv2d2", self.layer("conv2d1", value)))
        value = max_pool(value, 3, 2)
        for name in TABLE:
            value = found[name] = self.module(name, value)
            if name in ("3b", "4e"):
                value = max_pool(value, 3, 2)
        found["logits"] = self.softmax2_pre_activation_matmul(F.adaptive_avg_pool2d(value, 1).flatten(1))
        return found


def lucid(seed: int = 0, *, classes: int = 1008, norm: str = "tensorflow") -> Lucid:
    """Lucid's network with random weights."""
    return built(lambda: Lucid(classes, norm), seed)


def captum_keys(model: Lucid) -> dict[str, Tensor]:
    """The same weights under captum's keys."""
    parts = ("conv_1x1", "conv_3x3_reduce", "conv_3x3", "conv_5x5_reduce", "conv_5x5", "pool_proj")
    names = {f"conv2d{number}": f"conv{number + 1}" for number in range(3)}
    for module in TABLE:
        for ours, theirs in zip(Lucid.PARTS, parts, strict=True):
            names[f"mixed{module}_{ours}"] = f"mixed{module}.{theirs}"
    found = {}
    for key, value in model.state_dict().items():
        layer, _, kind = key.rpartition(".")
        found[f"{names.get(layer.removesuffix('_pre_relu_conv'), 'fc')}.{kind}"] = value
    return found
