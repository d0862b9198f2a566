"""What the independent definitions share: the paper's table and random weights.

Nothing in this folder imports the package under test. Each file defines one dialect in
plain torch.nn, from docs/formats.md, with the attribute names of the original program,
so that ``state_dict()`` has the original keys.
"""

from collections.abc import Callable, Mapping
from math import sqrt
from typing import TypeVar

import torch
from torch import Tensor, nn

# Input channels, then 1x1, 3x3_reduce, 3x3, 5x5_reduce, 5x5, pool_proj (docs/formats.md#common-ground).
TABLE = {
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}
NAMES = tuple(TABLE)

Made = TypeVar("Made", bound=nn.Module)
Outputs = dict[str, Tensor]
"""The nine module outputs by name, ``logits``, and ``aux1`` and ``aux2`` where they exist."""


def built(make: Callable[[], Made], seed: int) -> Made:
    """A model in evaluation mode with random weights and random norm statistics.

    Made on the meta device: the usual initialisation would take longer than the test.
    """
    with torch.device("meta"):
        model = make()
    model = model.to_empty(device="cpu")
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        _fill(module, generator)
    return model.eval().requires_grad_(False)


def _fill(module: nn.Module, generator: torch.Generator) -> None:
    """Kaiming-like weights, so that activations stay of order one through all modules."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        fan = module.weight[0].numel()
        module.weight.data.normal_(0, sqrt(2 / fan), generator=generator)
        if module.bias is not None:
            module.bias.data.normal_(0, 0.1, generator=generator)
    elif isinstance(module, nn.BatchNorm2d):
        module.weight.data.uniform_(0.6, 1.4, generator=generator)
        module.bias.data.normal_(0, 0.2, generator=generator)
        assert module.running_mean is not None
        assert module.running_var is not None
        assert module.num_batches_tracked is not None
        module.running_mean.normal_(0, 0.2, generator=generator)
        module.running_var.uniform_(0.5, 2, generator=generator)
        module.num_batches_tracked.zero_()


def run(layers: Mapping[str, nn.Module], value: Tensor) -> tuple[Tensor, Outputs]:
    """Apply layers in order; keep the outputs of those named like modules."""
    outputs: Outputs = {}
    for name, layer in layers.items():
        value = layer(value)
        if name in TABLE:
            outputs[name] = value
    return value, outputs
