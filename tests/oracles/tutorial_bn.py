"""The tutorial's variant with batch norm and one more convolution (docs/formats.md#the-tutorials-network)."""

from typing import Any

import torch
from torch import Tensor, nn
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built, run


class ConvBN(nn.Module):
    def __init__(self, inputs: int, outputs: int, **kwargs: Any) -> None:
        super().__init__()
        self.layer = nn.Sequential(
            nn.Conv2d(inputs, outputs, bias=False, **kwargs), nn.BatchNorm2d(outputs), nn.ReLU()
        )

    @override
    def forward(self, value: Tensor) -> Tensor:
        return self.layer(value)


class InceptionModule(nn.Module):
    def __init__(self, inputs: int, one: int, red3: int, three: int, red5: int, five: int, proj: int) -> None:
        super().__init__()
        self.conv_1 = ConvBN(inputs, one, kernel_size=1)
        self.conv_1_3 = nn.Sequential(
            ConvBN(inputs, red3, kernel_size=1), ConvBN(red3, three, kernel_size=3, padding=1)
        )
        self.conv_1_5 = nn.Sequential(
            ConvBN(inputs, red5, kernel_size=1), ConvBN(red5, five, kernel_size=5, padding=2)
        )
        self.max_3_1 = nn.Sequential(nn.MaxPool2d(3, 1, 1), ConvBN(inputs, proj, kernel_size=1))

    @override
    def forward(self, value: Tensor) -> Tensor:
        return torch.cat(
            [self.conv_1(value), self.conv_1_3(value), self.conv_1_5(value), self.max_3_1(value)], 1
        )


class TutorialBatchNorm(nn.Module):
    """``layer_4`` has 5a alone, ``layer_to_export`` 5b, ``layer_4_cont`` a convolution after it."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()

        def modules(*names: str) -> list[nn.Module]:
            return [InceptionModule(*TABLE[name]) for name in names]

        self.layer_1 = nn.Sequential(
            ConvBN(3, 64, kernel_size=7, stride=2, padding=3),
            nn.MaxPool2d(3, 2, 1),
            ConvBN(64, 64, kernel_size=1),
            ConvBN(64, 192, kernel_size=3, padding=1),
            nn.MaxPool2d(3, 2, 1),
        )
        self.layer_2 = nn.Sequential(*modules("3a", "3b"), nn.MaxPool2d(3, 2, 1))
        self.layer_3 = nn.Sequential(*modules("4a", "4b", "4c", "4d", "4e"), nn.MaxPool2d(3, 2, 1))
        self.layer_4 = nn.Sequential(*modules("5a"))
        self.layer_to_export = nn.Sequential(*modules("5b"))
        self.layer_4_cont = nn.Sequential(nn.Conv2d(1024, 1024, 3, padding=1), nn.ReLU())
        self.fc_layer = nn.Linear(1024, classes)

    @override
    def forward(self, value: Tensor) -> Outputs:
        layers: dict[str, nn.Module] = {"stem": self.layer_1}
        names = iter(TABLE)
        for layer in (*self.layer_2, *self.layer_3, *self.layer_4, *self.layer_to_export):
            layers[next(names) if isinstance(layer, InceptionModule) else f"pool{len(layers)}"] = layer
        value, found = run(layers, value)
        found["logits"] = self.fc_layer(self.layer_4_cont(value).mean((2, 3)))
        return found


def random_model(seed: int = 0, *, classes: int = 10) -> TutorialBatchNorm:
    """The variant with random weights and norm statistics."""
    return built(lambda: TutorialBatchNorm(classes), seed)
