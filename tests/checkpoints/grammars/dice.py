"""What a file's author leaves to chance: numbers, words, and how often anything is a lie."""

import random
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from torch import Tensor

from tests.checkpoints.tiny import small_state

Array = np.ndarray[Any, Any]

_RATES: Final = (0.0, 0.0, 0.0, 0.0003, 0.003, 0.01, 0.03, 0.1)

NUMBERS: Final = (
    *(0, 1, 9, 64, 255, 256, 1000, 4096, 65_535, 65_536, 1 << 24, (1 << 31) - 1, 1 << 31),
    *((1 << 32) - 1, 1 << 32, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, -1, -2, -(1 << 31), -(1 << 63)),
)

WORDS: Final = (
    *("state_dict", "model", "conv1.conv.weight", "conv1.bn.num_batches_tracked", "fc.weight", "classes"),
    *("labels", "storage", "cpu", "0", "torch.sparse_coo", "little_endian", "weight_orig", "weight_mask"),
    *(
        "",
        "a",
        "a.b",
        "\u202e",
        "\x1b[31m",
        "x" * 300,
        "x" * 3000,
        "conv/1:0",
        "._packed_params",
        "é\U0001f600",
    ),
)


class Dice(random.Random):
    """One file's chance; ``rate`` is how often what it says is a lie."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.rate = self.choice(_RATES)

    def lies(self) -> bool:
        """Whether the next thing is a lie."""
        return self.random() < self.rate

    def number(self, true: int | None = None) -> int:
        """What is true (else a small number), or an edge of what fits somewhere."""
        if self.lies():
            return self.choice(NUMBERS)
        return true if true is not None else self.randrange(1, 5)

    def unsigned(self, true: int, bits: int) -> int:
        """The same as it is written in so many bits."""
        return self.number(true) & ((1 << bits) - 1)

    def word(self) -> str:
        """A name that a tensor has, or one that none should have."""
        return self.choice(WORDS) if self.random() < 0.4 else self.choice(list(small_state()))

    def state(self, make: Callable[[], Mapping[str, Tensor]] = small_state) -> dict[str, Array]:
        """A whole network, in which a few tensors are missing, changed or too many."""
        found = {name: value.numpy() for name, value in make().items()}
        for _ in range(self.choice((0, 0, 0, 0, 1, 1, 3))):
            name = self.choice(list(found))
            value = found[name]
            match self.randrange(6):
                case 0:
                    del found[name]
                case 1:
                    found[name] = value.astype(self.choice(("f2", "f8", "i1", "i8")))
                case 2:
                    sides = [self.randrange(4) for _ in range(self.choice((0, 1, 2, 4, 5)))]
                    found[name] = np.resize(value, sides)
                case 3:
                    found[self.word()] = found.pop(name)
                case 4:
                    prefix = self.choice(("ema", "module", "x" * 400))
                    found |= {f"{prefix}.{key}": one for key, one in found.items()}
                case _:
                    ending = self.choice(("_orig", "_mask", "_g", "_v", "_scale", "_zero_point"))
                    found[name + ending] = value
        return found
