"""What a training step sees: small pictures alone, or mixed with real photos, balanced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import torch
from torch import Tensor

from .photos import Photos
from .source import Pictures

Group = tuple[Tensor, Tensor, Tensor | None]
"""Pictures (n, side, side, 3) uint8 of one side, their classes (n,), and which classes (classes,) they
are told apart from (None: all)."""

SHARES: Final = {"small": 0.5, "reduced": 0.3125, "sharp": 0.1875}
"""Of a batch: pictures of 64 px, photos reduced to 64 px, and photos as they are."""


class Feed(Protocol):
    """Gives each step its pictures; the same ones for the same seed and step."""

    @property
    def count(self) -> int:
        """Pictures of an epoch."""

    def groups(self, seed: int, step: int, size: int) -> tuple[Group, ...]:
        """About ``size`` pictures for this step, by the side that they have."""


@dataclass(frozen=True, slots=True)
class Shuffled:
    """Small pictures only: each epoch in an order of its own, without repetition."""

    pixels: Tensor
    classes: Tensor

    @classmethod
    def of(cls, pictures: Pictures, device: torch.device | str = "cpu") -> Shuffled:
        """``pictures`` on ``device``; on a GPU no transfer is then left in the loop (762 MB)."""
        return cls(
            torch.from_numpy(pictures.pixels).to(device), torch.from_numpy(pictures.classes).to(device)
        )

    @property
    def count(self) -> int:
        return len(self.classes)

    def groups(self, seed: int, step: int, size: int) -> tuple[Group, ...]:
        epoch, position = divmod(step, self.count // size)
        generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
        order = torch.randperm(self.count, generator=generator)
        chosen = order[position * size :][:size].to(self.pixels.device)
        return ((self.pixels[chosen], self.classes[chosen], None),)


def balanced(photos: Photos) -> Tensor:
    """How often each photo (n,) is drawn, relative to the others.

    Large classes, and large collections within a class, count by the root of their size: the ninth
    hundred of dogs adds less than the first, but it does add.
    """
    folders = torch.from_numpy(photos.folders.copy())
    classes = torch.from_numpy(photos.classes.copy())
    roots = torch.zeros(int(classes.max()) + 1, dtype=torch.float64)
    of_folder = folders.bincount().double()
    within = of_folder[folders].rsqrt()  # a folder of n photos weighs √n in all
    roots.index_add_(0, classes, within)
    size = classes.bincount().double()
    return within / roots[classes] * size.sqrt()[classes]  # and a class of n photos √n


@dataclass(frozen=True, slots=True)
class Mixture:
    """Small pictures and photos, so that sharpness tells no class.

    Photos come reduced, too. Sharp ones are told apart only from classes that have some (``shown``): a
    network that sees no sharp goldfish would otherwise learn that what is sharp is none.
    """

    small: Shuffled
    large: Tensor
    reduced: Tensor
    classes: Tensor
    weights: Tensor
    shown: Tensor

    @classmethod
    def of(cls, pictures: Pictures, photos: Photos, device: torch.device | str = "cpu") -> Mixture:
        large, reduced, classes = (
            torch.from_numpy(values).to(device) for values in (photos.large, photos.small, photos.classes)
        )
        count = 1 + max(int(photos.classes.max()), int(pictures.classes.max()))
        shown = torch.zeros(count, dtype=torch.bool, device=device).index_fill_(0, classes, True)
        return cls(Shuffled.of(pictures, device), large, reduced, classes, balanced(photos), shown)

    @property
    def count(self) -> int:
        return self.small.count

    def groups(self, seed: int, step: int, size: int) -> tuple[Group, ...]:
        sizes = {kind: round(size * share) for kind, share in SHARES.items()}
        (pixels, classes, _), *_ = self.small.groups(seed, step, sizes["small"])
        generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
        drawn = torch.multinomial(self.weights, sizes["reduced"] + sizes["sharp"], generator=generator)
        reduced, sharp = torch.split(drawn.to(self.classes.device), [sizes["reduced"], sizes["sharp"]])
        order = torch.randperm(sizes["small"] + sizes["reduced"], generator=generator).to(classes.device)
        soft = (torch.cat([pixels, self.reduced[reduced]]), torch.cat([classes, self.classes[reduced]]))
        return (soft[0][order], soft[1][order], None), (self.large[sharp], self.classes[sharp], self.shown)


def feed_of(pictures: Pictures, photos: Photos | None, device: torch.device | str = "cpu") -> Feed:
    """Small pictures alone, or mixed with photos where there are any."""
    return Shuffled.of(pictures, device) if photos is None else Mixture.of(pictures, photos, device)
