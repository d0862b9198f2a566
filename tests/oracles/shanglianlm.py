"""shanglianlm0525's network (docs/formats.md): no activation in the stem, ReLU6 elsewhere."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built


def conv_bn_relu6(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), nn.BatchNorm2d(outputs), nn.ReLU6()
    )


class InceptionV1Module(nn.Module):
    def __init__(self, inputs: int, one: int, red3: int, three: int, red5: int, five: int, proj: int) -> None:
        super().__init__()
        self.branch1_conv = conv_bn_relu6(inputs, one, 1)
        self.branch2_conv1 = conv_bn_relu6(inputs, red3, 1)
        self.branch2_conv2 = conv_bn_relu6(red3, three, 3)
        self.branch3_conv1 = conv_bn_relu6(inputs, red5, 1)
        self.branch3_conv2 = conv_bn_relu6(red5, five, 5)
        self.branch4_conv1 = conv_bn_relu6(inputs, proj, 1)

    @override
    def forward(self, value: Tensor) -> Tensor:
        return torch.cat(
            [
                self.branch1_conv(value),
                self.branch2_conv2(self.branch2_conv1(value)),
                self.branch3_conv2(self.branch3_conv1(value)),
                self.branch4_conv1(F.max_pool2d(value, 3, 1, 1)),
            ],
            1,
        )


class InceptionAux(nn.Module):
    def __init__(self, inputs: int, classes: int) -> None:
        super().__init__()
        self.auxiliary_conv1 = conv_bn_relu6(inputs, 128, 1)
        self.auxiliary_linear1 = nn.Linear(2048, 1024)
        self.auxiliary_linear2 = nn.Linear(1024, classes)

    @override
    def forward(self, value: Tensor) -> Tensor:
        value = self.auxiliary_conv1(F.avg_pool2d(value, 5, 3)).flatten(1)
        return self.auxiliary_linear2(F.relu6(self.auxiliary_linear1(value)))


class InceptionV1(nn.Module):
    """``heads`` exist only when the original is built with stage ``train``."""

    def __init__(self, classes: int, heads: bool) -> None:
        super().__init__()

        def modules(*names: str) -> list[nn.Module]:
            return [InceptionV1Module(*TABLE[name]) for name in names]

        self.block1 = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3),
            nn.BatchNorm2d(64),
            nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(64, 64, 1),
            nn.BatchNorm2d(64),
        )
        self.block2 = nn.Sequential(
            nn.Conv2d(64, 192, 3, padding=1), nn.BatchNorm2d(192), nn.MaxPool2d(3, 2, 1)
        )
        self.block3 = nn.Sequential(*modules("3a", "3b"), nn.MaxPool2d(3, 2, 1))
        self.block4_1 = modules("4a")[0]
        self.aux_logits1 = InceptionAux(512, classes) if heads else None
        self.block4_2 = nn.Sequential(*modules("4b", "4c", "4d"))
        self.aux_logits2 = InceptionAux(528, classes) if heads else None
        self.block4_3 = nn.Sequential(*modules("4e"), nn.MaxPool2d(3, 2, 1))
        self.block5 = nn.Sequential(*modules("5a", "5b"))
        self.linear = nn.Linear(1024, classes)

    @override
    def forward(self, value: Tensor) -> Outputs:
        found: Outputs = {}
        names = iter(TABLE)
        value = self.block2(self.block1(value))
        for layer in (*self.block3, self.block4_1, *self.block4_2, *self.block4_3, *self.block5):
            value = layer(value)
            if isinstance(layer, InceptionV1Module):
                found[next(names)] = value
        if self.aux_logits1 is not None and self.aux_logits2 is not None:
            found |= {"aux1": self.aux_logits1(found["4a"]), "aux2": self.aux_logits2(found["4d"])}
        found["logits"] = self.linear(F.avg_pool2d(value, 7, 1).flatten(1))
        return found


def random_model(seed: int = 0, *, classes: int = 1000, heads: bool = True) -> InceptionV1:
    """The network with random weights and norm statistics."""
    return built(lambda: InceptionV1(classes, heads), seed)
