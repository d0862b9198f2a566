"""The tutorial's network (docs/formats.md#the-tutorials-network) and its copies."""

import torch
from torch import Tensor, nn
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built


class InceptionModule(nn.Module):
    """``first`` is the name of the 1×1 branch: ``conv1``, or ``conv_1`` in most copies."""

    def __init__(self, channels: tuple[int, ...], first: str) -> None:
        super().__init__()
        inputs, one, red3, three, red5, five, proj = channels
        self.first = first
        self.add_module(first, nn.Sequential(nn.Conv2d(inputs, one, 1), nn.ReLU()))
        self.conv_1_3 = nn.Sequential(
            nn.Conv2d(inputs, red3, 1), nn.ReLU(), nn.Conv2d(red3, three, 3, 1, 1), nn.ReLU()
        )
        self.conv_1_5 = nn.Sequential(
            nn.Conv2d(inputs, red5, 1), nn.ReLU(), nn.Conv2d(red5, five, 5, 1, 2), nn.ReLU()
        )
        self.max_3_1 = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(inputs, proj, 1), nn.ReLU())

    @override
    def forward(self, value: Tensor) -> Tensor:
        one = getattr(self, self.first)
        return torch.cat([one(value), self.conv_1_3(value), self.conv_1_5(value), self.max_3_1(value)], 1)


class TutorialGoogLeNet(nn.Module):
    """``narrow`` is the slip of the printed text: 48 channels where 4c needs 64."""

    def __init__(self, classes: int = 2, first: str = "conv1", narrow: bool = False) -> None:
        super().__init__()
        table = dict(TABLE)
        if narrow:
            table["4c"] = (512, 128, 128, 256, 24, 48, 64)
            table["4d"] = (496, 112, 144, 288, 32, 64, 64)

        def modules(*names: str) -> list[nn.Module]:
            return [InceptionModule(table[name], first) for name in names]

        self.layer_1 = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3),
            nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(64, 192, 3, 1, 1),
            nn.MaxPool2d(3, 2, 1),
        )
        self.layer_2 = nn.Sequential(*modules("3a", "3b"), nn.MaxPool2d(3, 2, 1))
        self.layer_3 = nn.Sequential(*modules("4a", "4b", "4c", "4d", "4e"), nn.MaxPool2d(3, 2, 1))
        self.layer_4 = nn.Sequential(*modules("5a", "5b"), nn.AvgPool2d(7, 1))
        self.layer_5 = nn.Dropout2d(0.4)
        self.fc_layer = nn.Linear(1024, classes)

    @override
    def forward(self, value: Tensor) -> Outputs:
        found: Outputs = {}
        value = self.layer_1(value)
        names = iter(TABLE)
        for layer in (*self.layer_2, *self.layer_3, *self.layer_4):
            value = layer(value)
            if isinstance(layer, InceptionModule):
                found[next(names)] = value
        found["logits"] = self.fc_layer(self.layer_5(value).flatten(1))
        return found


def random_model(
    seed: int = 0, *, classes: int = 2, first: str = "conv1", narrow: bool = False
) -> TutorialGoogLeNet:
    """The tutorial's network with random weights."""
    return built(lambda: TutorialGoogLeNet(classes, first, narrow), seed)
