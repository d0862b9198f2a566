"""Dive into Deep Learning (docs/formats.md#re-implementations), both editions and both namings."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built


class Inception(nn.Module):
    """``letter`` is ``p`` in the older editions, ``b`` in the newer."""

    def __init__(self, channels: tuple[int, ...], letter: str) -> None:
        super().__init__()
        inputs, one, red3, three, red5, five, proj = channels
        self.letter = letter
        self.add_module(f"{letter}1_1", nn.Conv2d(inputs, one, 1))
        self.add_module(f"{letter}2_1", nn.Conv2d(inputs, red3, 1))
        self.add_module(f"{letter}2_2", nn.Conv2d(red3, three, 3, padding=1))
        self.add_module(f"{letter}3_1", nn.Conv2d(inputs, red5, 1))
        self.add_module(f"{letter}3_2", nn.Conv2d(red5, five, 5, padding=2))
        self.add_module(f"{letter}4_2", nn.Conv2d(inputs, proj, 1))

    def layer(self, number: str, value: Tensor) -> Tensor:
        return F.relu(getattr(self, self.letter + number)(value))

    @override
    def forward(self, value: Tensor) -> Tensor:
        one = self.layer("1_1", value)
        two = self.layer("2_2", self.layer("2_1", value))
        three = self.layer("3_2", self.layer("3_1", value))
        four = self.layer("4_2", F.max_pool2d(value, 3, 1, 1))
        return torch.cat((one, two, three, four), 1)


def sequence(classes: int, channels: int, letter: str, early: bool) -> nn.Sequential:
    """The book's ``net``: five blocks and the classifier."""

    def modules(*names: str) -> list[nn.Module]:
        return [Inception(TABLE[name], letter) for name in names]

    after_conv3 = [] if early else [nn.ReLU()]
    end = nn.AdaptiveMaxPool2d((1, 1)) if early else nn.AdaptiveAvgPool2d((1, 1))
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(channels, 64, 7, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2, 1)),
        nn.Sequential(
            nn.Conv2d(64, 64, 1),
            nn.ReLU(),
            nn.Conv2d(64, 192, 3, padding=1),
            *after_conv3,
            nn.MaxPool2d(3, 2, 1),
        ),
        nn.Sequential(*modules("3a", "3b"), nn.MaxPool2d(3, 2, 1)),
        nn.Sequential(*modules("4a", "4b", "4c", "4d", "4e"), nn.MaxPool2d(3, 2, 1)),
        nn.Sequential(*modules("5a", "5b"), end, nn.Flatten()),
        nn.Linear(1024, classes),
    )


class Wrapped(nn.Module):
    """The newer book's class, which holds the sequence as ``net``."""

    def __init__(self, net: nn.Sequential) -> None:
        super().__init__()
        self.net = net


def outputs(model: nn.Module, value: Tensor) -> Outputs:
    found: Outputs = {}
    names = iter(TABLE)
    net: Any = model.net if isinstance(model, Wrapped) else model
    *blocks, classifier = net
    for layer in (layer for block in blocks for layer in block):
        value = layer(value)
        if isinstance(layer, Inception):
            found[next(names)] = value
    found["logits"] = classifier(value)
    return found


def random_model(
    seed: int = 0, *, classes: int = 10, channels: int = 1, newer: bool = False, early: bool = False
) -> nn.Module:
    """The book's network; ``newer`` has keys ``net.2.0.b1_1``, the others ``2.0.p1_1``."""

    def make() -> nn.Module:
        net = sequence(classes, channels, "b" if newer else "p", early)
        return Wrapped(net) if newer else net

    return built(make, seed)
