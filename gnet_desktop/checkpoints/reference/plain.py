"""torchvision's and BVLC Caffe's GoogLeNets once more, in plain torch, one layer after the other.

Widths are those of the weights; strides, paddings, roundings and constants are the published
ones (docs/formats.md). Nothing is folded, merged or reordered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gnet_desktop.checkpoints.checkpoint import Checkpoint

if TYPE_CHECKING:
    from torch import Tensor

_MODULES: Final = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
_HEADS: Final = {"4a": "aux1", "4d": "aux2"}


@dataclass(frozen=True, slots=True)
class Facts:
    """In what the two differ: batch or response norm, the last pool, and how a head's pool reads.

    ``epsilon`` is that of the batch norms; without it response norms follow pool1 and conv3.
    """

    epsilon: float | None
    last_pool: int
    head_pool: "Callable[[Tensor], Tensor]"


def _four_by_four(value: "Tensor") -> "Tensor":
    from torch.nn import functional

    return functional.adaptive_avg_pool2d(value, 4)


def _five_step_three(value: "Tensor") -> "Tensor":
    from torch.nn import functional

    return functional.avg_pool2d(value, 5, 3, ceil_mode=True)


FACTS: Final[Mapping[str, Facts]] = {
    "torchvision": Facts(epsilon=1e-3, last_pool=2, head_pool=_four_by_four),
    "caffe": Facts(epsilon=None, last_pool=3, head_pool=_five_step_three),
}


def run(checkpoint: Checkpoint, value: "Tensor") -> "dict[str, Tensor]":
    """Module outputs, ``logits`` and the heads that fit the input, by name."""
    import torch

    facts = FACTS[checkpoint.architecture.family]
    with torch.inference_mode():
        return _Plain(checkpoint.tensors, facts).run(value)


class _Plain:
    """The layers, by the names of their weights."""

    def __init__(self, weights: "Mapping[str, Tensor]", facts: Facts) -> None:
        self._weights, self._facts = weights, facts

    def run(self, value: "Tensor") -> "dict[str, Tensor]":
        found: dict[str, Tensor] = {}
        value = self._response_norm(self._pool(self._convolution("conv1", value, stride=2)))
        value = self._convolution("conv3", self._convolution("conv2", value))
        value = self._pool(self._response_norm(value))
        for name in _MODULES:
            value = found[name] = self._module(name, value)
            head = _HEADS.get(name)
            if head is not None and f"{head}/conv.weight" in self._weights:
                found.update(self._head(head, value))
            if name == "3b":
                value = self._pool(value)
            if name == "4e":
                value = self._pool(value, self._facts.last_pool)
        found["logits"] = self._linear("fc", value.mean((2, 3)))
        return found

    def _convolution(self, name: str, value: "Tensor", *, stride: int = 1) -> "Tensor":
        from torch.nn import functional

        weight = self._weights[f"{name}.weight"]
        value = functional.conv2d(
            value, weight, self._weights.get(f"{name}.bias"), stride, padding=weight.shape[-1] // 2
        )
        if self._facts.epsilon is not None:
            mean, variance, scale, shift = (
                self._weights[f"{name}.norm.{part}"] for part in ("mean", "variance", "weight", "bias")
            )
            value = functional.batch_norm(value, mean, variance, scale, shift, eps=self._facts.epsilon)
        return functional.relu(value)

    def _pool(self, value: "Tensor", kernel: int = 3) -> "Tensor":
        from torch.nn import functional

        return functional.max_pool2d(value, kernel, 2, ceil_mode=True)

    def _response_norm(self, value: "Tensor") -> "Tensor":
        from torch.nn import functional

        if self._facts.epsilon is not None:
            return value
        return functional.local_response_norm(value, 5, alpha=1e-4, beta=0.75, k=1.0)

    def _module(self, name: str, value: "Tensor") -> "Tensor":
        import torch
        from torch.nn import functional

        one = self._convolution(f"{name}/1x1", value)
        three = self._convolution(f"{name}/3x3", self._convolution(f"{name}/3x3_reduce", value))
        five = self._convolution(f"{name}/5x5", self._convolution(f"{name}/5x5_reduce", value))
        pooled = functional.max_pool2d(value, 3, 1, 1)
        return torch.cat([one, three, five, self._convolution(f"{name}/pool_proj", pooled)], 1)

    def _head(self, name: str, value: "Tensor") -> "dict[str, Tensor]":
        from torch.nn import functional

        value = self._convolution(f"{name}/conv", self._facts.head_pool(value)).flatten(1)
        if value.shape[1] != self._weights[f"{name}/fc1.weight"].shape[1]:
            return {}  # made for another size of input
        return {name: self._linear(f"{name}/fc2", functional.relu(self._linear(f"{name}/fc1", value)))}

    def _linear(self, name: str, value: "Tensor") -> "Tensor":
        from torch.nn import functional

        return functional.linear(value, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])
