"""What is odd about a checkpoint's numbers: not finite, all equal, units that can never be active."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.errors import Cancelled
from gnet_desktop.network.folding import folded
from gnet_desktop.shown import whole

if TYPE_CHECKING:
    import torch

    from gnet_desktop.network.architecture import Convolution

Wanted = Callable[[float], bool]
"""Is told the share that is done, 0…1, and says whether anybody still waits."""

_NOTHING: Final = 1e-6
"""A kernel this small beside the layer's largest one passes nothing on."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Soundness:
    """``not_finite``: NaN and infinities by tensor; ``constant``: kernels and matrices of
    one repeated number; ``dead``: units by layer that are zero whatever they read.
    """

    not_finite: Mapping[str, int]
    constant: tuple[str, ...]
    dead: Mapping[str, int]

    @property
    def warnings(self) -> tuple[str, ...]:
        """In words, worst first."""
        return tuple(self._warnings())

    def _warnings(self) -> Iterator[str]:
        if self.not_finite:
            count, first = sum(self.not_finite.values()), next(iter(self.not_finite))
            yield f"{whole(count)} numbers are NaN or infinite, first in {first}: answers cannot be trusted."
        if self.constant:
            yield f"All numbers are equal in {', '.join(self.constant[:5])}."
        if self.dead:
            units = ", ".join(f"{layer}: {count}" for layer, count in list(self.dead.items())[:8])
            yield f"{sum(self.dead.values())} units can never be active, by their weights ({units})."


def examine(checkpoint: Checkpoint, wanted: Wanted = lambda _share: True) -> Soundness:
    """Look at every number of a checkpoint once; raises Cancelled once ``wanted`` says no."""
    tensors, layers = list(checkpoint.tensors.items()), list(checkpoint.architecture.convolutions())
    total = len(tensors) + len(layers)
    not_finite: dict[str, int] = {}
    constant: list[str] = []
    for name, tensor in _watched(tensors, wanted, 0, total):
        if count := _not_finite(tensor):
            not_finite[name] = count
        if tensor.dim() > 1 and tensor.numel() > 1 and bool((tensor == tensor.flatten()[0]).all()):
            constant.append(name)
    dead = {
        layer.name: count
        for layer in _watched(layers, wanted, len(tensors), total)
        if (count := _dead(layer, checkpoint.tensors))
    }
    return Soundness(not_finite, tuple(constant), dead)


def _watched(things: Sequence[T], wanted: Wanted, before: int, total: int) -> Iterator[T]:
    """One after the other, with a word before each."""
    for place, thing in enumerate(things, before):
        if not wanted(place / total):
            raise Cancelled
        yield thing


def _not_finite(tensor: "torch.Tensor") -> int:
    import torch

    return int(tensor.numel() - torch.isfinite(tensor).sum())


def _dead(layer: "Convolution", tensors: "Mapping[str, torch.Tensor]") -> int:
    """Units whose folded kernel is nothing and whose bias the rectifier cuts off."""
    if layer.activation == "none":
        return 0
    weight, bias = folded(layer, tensors)
    largest = weight.abs().amax((1, 2, 3))
    silent = largest <= _NOTHING * largest.max()
    return int((silent & (bias <= 0)).sum())
