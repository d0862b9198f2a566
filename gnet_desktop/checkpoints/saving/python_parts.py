"""The pieces of a written Python file that stand in it as they are; `python_module` puts them together."""

from typing import Final

IMPORTS: Final = """\
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
"""

CONVOLUTION: Final = '''\
class Convolution(nn.Module):
    """A convolution, its batch norm (epsilon None: none) and its activation."""

    def __init__(
        self, inputs, outputs, kernel, stride=1, padding=0, bias=True, epsilon=None, activation="relu"
    ):
        super().__init__()
        self.same = padding == "same"
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, 0 if self.same else padding, bias=bias)
        self.bn = nn.Identity() if epsilon is None else nn.BatchNorm2d(outputs, eps=epsilon)
        self.activation = activation

    def forward(self, x):
        if self.same:
            x = pad_same(x, self.conv.kernel_size[0], self.conv.stride[0], 0.0)
        return ACTIVATIONS[self.activation](self.bn(self.conv(x)))
'''

ACTIVATIONS: Final = """\
ACTIVATIONS = {"relu": F.relu, "relu6": F.relu6, "none": lambda x: x}
"""

PAD_SAME: Final = '''\
def pad_same(x, kernel, stride, value):
    """TensorFlow's padding: as much as the stride leaves over, the smaller half first."""
    down, across = (
        max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in x.shape[2:]
    )
    return F.pad(x, (across // 2, across - across // 2, down // 2, down - down // 2), value=value)
'''

MAX_POOL_SAME: Final = '''\
class MaxPoolSame(nn.Module):
    """A maximum pool with TensorFlow's padding."""

    def __init__(self, kernel, stride):
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, x):
        return F.max_pool2d(pad_same(x, self.kernel, self.stride, -torch.inf), self.kernel, self.stride)
'''

INCEPTION: Final = '''\
class Inception(nn.Module):
    """Four branches side by side; the activation, if any, follows their concatenation."""

    def __init__(self, branch1, branch2, branch3, branch4, activation="none"):
        super().__init__()
        self.branch1 = branch1
        self.branch2, self.branch3, self.branch4 = (
            nn.Sequential(*layers) for layers in (branch2, branch3, branch4)
        )
        self.activation = activation

    def forward(self, x):
        parts = [self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)]
        return ACTIVATIONS[self.activation](torch.cat(parts, 1))
'''

HEAD: Final = '''\
class Head(nn.Module):
    """An auxiliary head; scale multiplies what the last layer reads."""

    def __init__(self, pool, conv, fc1, fc2, activation="relu", scale=1.0):
        super().__init__()
        self.pool, self.conv, self.fc1, self.fc2 = pool, conv, fc1, fc2
        self.activation, self.scale = activation, scale

    def forward(self, x):
        x = self.fc1(torch.flatten(self.conv(self.pool(x)), 1))
        return self.fc2(ACTIVATIONS[self.activation](x) * self.scale)
'''

LOAD: Final = '''\
def load(weights=Path(__file__).with_suffix(".pth")):
    """The network with its weights, ready to answer."""
    network = GoogLeNet()
    network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    return network.eval()
'''

MAIN: Final = '''\
def main():
    """Print the five likeliest classes of each picture that is named."""
    from PIL import Image

    network = load()
    for name in sys.argv[1:]:
        with torch.inference_mode():
            logits = network(prepare(Image.open(name)))["main"][0] / TEMPERATURES.get("main", 1.0)
        shares, places = logits.softmax(0).topk(min(5, len(CLASSES)))
        print(name)
        for share, place in zip(shares.tolist(), places.tolist()):
            print(f"{100 * share:6.1f} %  {CLASSES[place]}")


if __name__ == "__main__":
    main()
'''
