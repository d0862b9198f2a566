"""What a training step sees: small pictures alone, or mixed with real photos, balanced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import torch
from torch import Tensor

from .photos import NONE, Photos
from .source import Pictures


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of one size, for one step.

    ``pixels`` (n, side, side, 3) uint8; ``classes`` (n,), `photos.NONE` for none; ``among`` (classes,) bool:
    which classes they are told apart from (None: all); ``taught`` (n, known) are a teacher's probabilities
    of the first ``known`` classes (None: no teacher).
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
STRANGE_SHARES: Final = {"reduced": 0.03125, "sharp": 0.046875}
"""Beside them, as parts of the same number: pictures of no class, reduced and as they are."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A teacher's probabilities (n, known) of the small pictures and of the photos; None: no teacher."""

    small: Tensor | None = None
    photos: Tensor | None = None


NOTHING: Final = Taught()


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
    """Small pictures and photos, so that neither sharpness nor the look of a photo tells a class.

    Photos come reduced, too, and are told apart only from classes that have some (``shown``): a network
    that sees no photo of a goldfish would otherwise learn that what is a photo is none.
    """

    small: Shuffled
    large: Tensor
    reduced: Tensor
    classes: Tensor
    weights: Tensor
    shown: Tensor
    taught: Tensor | None
    strange: Mapping[str, Tensor]

    @classmethod
    def of(
        cls,
        pictures: Pictures,
        photos: Photos,
        device: torch.device | str = "cpu",
        taught: Taught = NOTHING,
        strange: Photos | None = None,
    ) -> Mixture:
        large, reduced, classes = (
            torch.from_numpy(values).to(device) for values in (photos.large, photos.small, photos.classes)
        )
        count = 1 + max(int(photos.classes.max()), int(pictures.classes.max()))
        shown = torch.zeros(count, dtype=torch.bool, device=device).index_fill_(0, classes, True)
        of_photos = None if taught.photos is None else taught.photos.to(device)
        small = Shuffled.of(pictures, device, taught.small)
        kinds = {} if strange is None else {"reduced": strange.small, "sharp": strange.large}
        nothing = {kind: torch.from_numpy(pixels).to(device) for kind, pixels in kinds.items()}
        return cls(small, large, reduced, classes, balanced(photos), shown, of_photos, nothing)

    @property
    def count(self) -> int:
        return self.small.count

    def groups(self, seed: int, step: int, size: int) -> tuple[Group, ...]:
        sizes = {kind: round(size * share) for kind, share in SHARES.items()}
        (small,) = self.small.groups(seed, step, sizes["small"])
        generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
        drawn = torch.multinomial(self.weights, sizes["reduced"] + sizes["sharp"], generator=generator)
        reduced, sharp = torch.split(drawn.to(self.classes.device), [sizes["reduced"], sizes["sharp"]])
        strange = (
            self.strangers(pixels, round(size * STRANGE_SHARES[kind]), generator)
            for kind, pixels in self.strange.items()
        )
        return small, self.photos(self.reduced, reduced), self.photos(self.large, sharp), *strange

    def photos(self, pixels: Tensor, drawn: Tensor) -> Group:
        """Some of the photos, of either size."""
        taught = None if self.taught is None else self.taught[drawn].float()
        return Group(pixels[drawn], self.classes[drawn], self.shown, taught)

    def strangers(self, pixels: Tensor, count: int, generator: torch.Generator) -> Group:
        """Some of the pictures of no class, told apart from all classes."""
        drawn = torch.randint(len(pixels), (count,), generator=generator).to(pixels.device)
        return Group(pixels[drawn], torch.full((count,), NONE, device=pixels.device))


def feed_of(
    pictures: Pictures,
    photos: Photos | None,
    device: torch.device | str = "cpu",
    taught: Taught = NOTHING,
    strange: Photos | None = None,
) -> Feed:
    """Small pictures alone, or mixed with photos, and with those of no class, where there are any."""
    if photos is None:
        return Shuffled.of(pictures, device, taught.small)
    return Mixture.of(pictures, photos, device, taught, strange)
