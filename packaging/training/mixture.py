"""What a training step sees: small pictures alone, or mixed with real photos, balanced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import torch
from torch import Tensor

from .photos import Photos
from .source import Pictures


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of one size, for one step.

    ``pixels`` (n, side, side, 3) uint8; ``classes`` (n,); ``among`` (classes,) bool: which classes they are
    told apart from (None: all); ``taught`` (n, known) are a teacher's probabilities of the first ``known``
    classes, a row of zeros where it says nothing (None: no teacher).
    """

    pixels: Tensor
    classes: Tensor
    among: Tensor | None = None
    taught: Tensor | None = None

    def split(self, count: int) -> list[Group]:
        """The group in ``count`` parts of about the same size."""
        parts = zip(self.pixels.chunk(count), self.classes.chunk(count), strict=True)
        taught = [None] * count if self.taught is None else self.taught.chunk(count)
        return [Group(*part, self.among, of) for part, of in zip(parts, taught, strict=True)]


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
    taught: Tensor | None = None

    @classmethod
    def of(
        cls, pictures: Pictures, device: torch.device | str = "cpu", taught: Tensor | None = None
    ) -> Shuffled:
        """``pictures`` on ``device``; on a GPU no transfer is then left in the loop (762 MB).

        ``taught`` (n, known) are a teacher's probabilities.
        """
        return cls(
            torch.from_numpy(pictures.pixels).to(device),
            torch.from_numpy(pictures.classes).to(device),
            None if taught is None else taught.to(device),
        )

    @property
    def count(self) -> int:
        return len(self.classes)

    def groups(self, seed: int, step: int, size: int) -> tuple[Group, ...]:
        epoch, position = divmod(step, self.count // size)
        generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
        order = torch.randperm(self.count, generator=generator)
        chosen = order[position * size :][:size].to(self.pixels.device)
        taught = None if self.taught is None else self.taught[chosen].float()
        return (Group(self.pixels[chosen], self.classes[chosen], None, taught),)


CLASS_COUNTS: Final = 0.35
"""The power of its number of photos by which a class counts."""


def balanced(photos: Photos) -> Tensor:
    """How often each photo (n,) is drawn, relative to the others.

    Large collections within a class count by the root of their size, and large classes by a yet lower
    power: the ninth hundred of dogs adds less than the first, but it does add.
    """
    folders = torch.from_numpy(photos.folders.copy())
    classes = torch.from_numpy(photos.classes.copy())
    roots = torch.zeros(int(classes.max()) + 1, dtype=torch.float64)
    of_folder = folders.bincount().double()
    within = of_folder[folders].rsqrt()  # a folder of n photos weighs √n in all
    roots.index_add_(0, classes, within)
    size = classes.bincount().double()
    return within / roots[classes] * size.pow(CLASS_COUNTS)[classes]


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
    def of(
        cls,
        pictures: Pictures,
        photos: Photos,
        device: torch.device | str = "cpu",
        taught: Tensor | None = None,
    ) -> Mixture:
        large, reduced, classes = (
            torch.from_numpy(values).to(device) for values in (photos.large, photos.small, photos.classes)
        )
        count = 1 + max(int(photos.classes.max()), int(pictures.classes.max()))
        shown = torch.zeros(count, dtype=torch.bool, device=device).index_fill_(0, classes, True)
        return cls(Shuffled.of(pictures, device, taught), large, reduced, classes, balanced(photos), shown)

    @property
    def count(self) -> int:
        return self.small.count

    def groups(self, seed: int, step: int, size: int) -> tuple[Group, ...]:
        sizes = {kind: round(size * share) for kind, share in SHARES.items()}
        (small,) = self.small.groups(seed, step, sizes["small"])
        generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
        drawn = torch.multinomial(self.weights, sizes["reduced"] + sizes["sharp"], generator=generator)
        reduced, sharp = torch.split(drawn.to(self.classes.device), [sizes["reduced"], sizes["sharp"]])
        order = torch.randperm(sizes["small"] + sizes["reduced"], generator=generator).to(self.classes.device)
        pixels = torch.cat([small.pixels, self.reduced[reduced]])[order]
        classes = torch.cat([small.classes, self.classes[reduced]])[order]
        taught = small.taught
        if taught is not None:
            taught = torch.cat([taught, taught.new_zeros(sizes["reduced"], taught.shape[1])])[order]
        soft = Group(pixels, classes, None, taught)
        return soft, Group(self.large[sharp], self.classes[sharp], self.shown)


def feed_of(
    pictures: Pictures,
    photos: Photos | None,
    device: torch.device | str = "cpu",
    taught: Tensor | None = None,
) -> Feed:
    """Small pictures alone, or mixed with photos where there are any; ``taught`` as for `Shuffled.of`."""
    if photos is None:
        return Shuffled.of(pictures, device, taught)
    return Mixture.of(pictures, photos, device, taught)
