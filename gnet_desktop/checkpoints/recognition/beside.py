"""Tensors that stand beside a network's own and are none of its: counters, copies, a training's state."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gnet_desktop.checkpoints.containers.stored import StoredTensor, is_whole
from gnet_desktop.checkpoints.recognition import keys

COUNTERS: Final = "counters"
COPIES: Final = "of another set of the weights"
TRAINING: Final = "of the training's state"
SETTINGS: Final = "settings of the graph"
OBSERVERS: Final = "of quantisation's observers"

_TRAINING: Final = re.compile(
    r"(^|\.)(optim\w*|opt|lr_scheduler|scheduler|grad_scaler|exp_avg\w*|max_exp_avg\w*|momentum_buffer|square_avg)(\.|$)"
)
_OBSERVERS: Final = re.compile(r"(^|\.)(activation_post_process|\w*fake_quant\w*|\w*observer)(\.|$)")


@dataclass(frozen=True)
class Sides:
    """Where the network's own tensors are (``prefix``), and further sets of the weights (``copies``)."""

    prefix: str = ""
    copies: tuple[str, ...] = ()

    def kind(self, name: str, tensor: StoredTensor) -> str:
        """What a tensor beside the network is; "" where it may be a part that is missed."""
        path = keys.path(name)
        if self.copies and self._nearest(path) != self.prefix:
            return COPIES
        if word := _told(path):
            return word
        counts = tensor.count <= 1 and is_whole(tensor.dtype)
        return COUNTERS if counts or path.endswith("num_batches_tracked") else ""

    def _nearest(self, path: str) -> str:
        return max(filter(path.startswith, (self.prefix, *self.copies)), key=len, default=self.prefix)

    def count(self, tensors: Mapping[str, StoredTensor]) -> dict[str, int]:
        """How many tensors of each kind there are; those of none are left out."""
        found = Counter(self.kind(name, tensor) for name, tensor in tensors.items())
        return {word: number for word, number in found.items() if word}


@lru_cache(4096)
def _told(path: str) -> str:
    """What a name alone tells of its tensor; "" for nothing."""
    if _TRAINING.search(path):
        return TRAINING
    return OBSERVERS if _OBSERVERS.search(path) else ""


def is_setting(tensor: StoredTensor) -> bool:
    """Whether a graph's stored tensor is a shape, an axis or a factor rather than weights."""
    return tensor.count <= 1 or is_whole(tensor.dtype)
