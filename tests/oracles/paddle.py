"""PaddlePaddle's network (docs/formats.md#other-frameworks): rectified only after the concatenation."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from typing_extensions import override

from tests.oracles.common import TABLE, Outputs, built


class ConvLayer(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self._conv = nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, bias=False)

    @override
    def forward(self, value: Tensor) -> Tensor:
        return self._conv(value)


class Inception(nn.Module):
    def __init__(self, inputs: int, one: int, red3: int, three: int, red5: int, five: int, proj: int) -> None:
        super().__init__()
        self._conv1 = ConvLayer(inputs, one, 1)
        self._conv3r = ConvLayer(inputs, red3, 1)
        self._conv3 = ConvLayer(red3, three, 3)
        self._conv5r = ConvLayer(inputs, red5, 1)
        self._conv5 = ConvLayer(red5, five, 5)
        self._convprj = ConvLayer(inputs, proj, 1)

    @override
    def forward(self, value: Tensor) -> Tensor:
        three = self._conv3(self._conv3r(value))
        five = self._conv5(self._conv5r(value))
        pooled = self._convprj(F.max_pool2d(value, 3, 1, 1))
        return F.relu(torch.cat([self._conv1(value), three, five, pooled], 1))


class PaddleGoogLeNet(nn.Module):
    """Dropout scales at inference there: the main vector by 0.6, the heads' by 0.3."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self._conv = ConvLayer(3, 64, 7, 2)
        self._conv_1 = ConvLayer(64, 64, 1)
        self._conv_2 = ConvLayer(64, 192, 3)
        for name, channels in TABLE.items():
            self.add_module(f"_ince{name}", Inception(*channels))
        self._fc_out = nn.Linear(1024, classes)
        for number, inputs in ((1, 512), (2, 528)):
            self.add_module(f"_conv_o{number}", ConvLayer(inputs, 128, 1))
            self.add_module(f"_fc_o{number}", nn.Linear(1152, 1024))
            self.add_module(f"_out{number}", nn.Linear(1024, classes))

    def part(self, name: str, value: Tensor) -> Tensor:
        return getattr(self, name)(value)

    @override
    def forward(self, value: Tensor) -> Outputs:
        found: Outputs = {}
        value = F.max_pool2d(self._conv(value), 3, 2)
        value = F.max_pool2d(self._conv_2(self._conv_1(value)), 3, 2)
        for name in TABLE:
            value = found[name] = getattr(self, f"_ince{name}")(value)
            if name in ("3b", "4e"):
                value = F.max_pool2d(value, 3, 2)
        found["logits"] = self._fc_out(0.6 * F.adaptive_avg_pool2d(value, 1).flatten(1))
        one = self.part("_fc_o1", self.part("_conv_o1", F.avg_pool2d(found["4a"], 5, 3)).flatten(1))
        found["aux1"] = self.part("_out1", 0.3 * F.relu(one))
        two = self.part("_fc_o2", self.part("_conv_o2", F.avg_pool2d(found["4d"], 5, 3)).flatten(1))
        found["aux2"] = self.part("_out2", 0.3 * two)
        return found


def random_model(seed: int = 0, *, classes: int = 1000) -> PaddleGoogLeNet:
    """Paddle's network with random weights; it always has its heads."""
    return built(lambda: PaddleGoogLeNet(classes), seed)


def pdparams(model: PaddleGoogLeNet) -> dict[str, Tensor]:
    """Its file's arrays: fully connected weights are stored (in, out)."""
    return {
        key: value.T.contiguous() if value.dim() == 2 else value for key, value in model.state_dict().items()
    }
