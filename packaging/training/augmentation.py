"""Random views of whole batches, as matrix products.

A crop, a change of size with any kernel, a flip and a sharpening are all linear along one axis, so each
picture gets one matrix a axis (side × 64) and the whole batch is two batched products: no loop over
pictures, no loader processes, 3 % of a training step on two cores. Brightness, contrast, saturation and
normalisation are one 3×3 matrix and an offset in the same way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

MEAN: Final = (0.485, 0.456, 0.406)
STD: Final = (0.229, 0.224, 0.225)
LUMA: Final = (0.299, 0.587, 0.114)
PILLOW_CUBIC: Final = -0.5  # the `a` of Pillow's BICUBIC


@dataclass(frozen=True, slots=True)
class Strength:
    """How much views differ from the picture. Areas are fractions of the picture's."""

    smallest_area: float = 0.25
    largest_area: float = 1.15  # above 1 the picture shrinks; what lies outside is mirrored
    stretch: float = 4 / 3
    sharpen: float = 0.5  # training pictures are soft when enlarged, people's photos are sharp
    blocky: float = 0.08  # share of views enlarged without smoothing, which gives hard edges
    light: float = 0.25
    grey: float = 0.05
    noise: float = 0.02
    cutmix: float = 0.0  # share of batches
    borrowed: float = 0.0  # share of soft views that get the fine detail of a sharp one
    scenes: float = 0.0  # share of views that are put, smaller, before one of no class


PLAIN: Final = Strength(sharpen=0, blocky=0, light=0, grey=0, noise=0)


def cubic(distance: Tensor, a: Tensor | float) -> Tensor:
    """Keys' cubic kernel at ``distance`` (in source pixels), with parameter ``a``."""
    d = distance.abs()
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return torch.where(d < 1, near, torch.where(d < 2, far, torch.zeros_like(d)))


def mirrored(position: Tensor, size: int) -> Tensor:
    """``position`` folded back into 0…size at both ends."""
    folded = position.abs()
    return size - (size - folded).abs()


def resampling(
    low: Tensor, high: Tensor, *, side: int, source: int, a: Tensor | float = PILLOW_CUBIC
) -> Tensor:
    """Matrices (n, side, source) that resize the interval low…high (n,) of a line to ``side`` pixels.

    The same arithmetic as Pillow's antialiased BICUBIC: pixel centres at halves, the kernel widened when
    shrinking, weights summing to 1.
    """
    step = ((high - low) / side)[:, None, None]
    output = torch.arange(side, device=low.device, dtype=low.dtype)[None, :, None]
    centre = mirrored(low[:, None, None] + (output + 0.5) * step, source)
    pixels = torch.arange(source, device=low.device, dtype=low.dtype)[None, None, :] + 0.5
    weights = cubic((pixels - centre) / step.clamp(min=1), a)
    return weights / weights.sum(2, keepdim=True)


def nearest(low: Tensor, high: Tensor, *, side: int, source: int) -> Tensor:
    """As `resampling`, but every output pixel copies the one source pixel it falls on."""
    step = ((high - low) / side)[:, None]
    output = torch.arange(side, device=low.device, dtype=low.dtype)[None, :] + 0.5
    position = mirrored(low[:, None] + output * step, source)
    index = position.floor().long().clamp(0, source - 1)
    return torch.nn.functional.one_hot(index, source).to(low.dtype)


def smoothing(size: int, device: torch.device) -> Tensor:
    """A (size, size) matrix of the blur ¼ ½ ¼ with repeated edges."""
    eye = torch.eye(size, device=device)
    padded = torch.nn.functional.pad(eye[None], (1, 1), mode="replicate")[0]
    return (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]).T / 4


def resized(pictures: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """(n, 3, h, w) through row matrices (n, H, h) and column matrices (n, W, w): (n, 3, H, W)."""
    return rows[:, None] @ pictures @ columns.transpose(1, 2)[:, None]


def straight(pictures: Tensor, *, resize: int, crop: int) -> Tensor:
    """Square uint8 pictures (n, h, h, 3) as the program prepares them: resize, centre crop, normalise."""
    source = pictures.shape[1]
    edge = (resize - crop) // 2 * source / resize
    low = torch.full((1,), edge, device=pictures.device)
    matrix = resampling(low, low + crop * source / resize, side=crop, source=source)
    values = pictures.permute(0, 3, 1, 2).float() / 255
    out = (matrix[:, None] @ values @ matrix.transpose(1, 2)[:, None]).clamp(0, 1)
    return (out - column(MEAN, out.device)) / column(STD, out.device)


def column(values: tuple[float, ...], device: torch.device) -> Tensor:
    """Three values shaped (1, 3, 1, 1)."""
    return torch.tensor(values, device=device).view(1, 3, 1, 1)


class Dice:
    """Random numbers on one device from one generator, so that a step depends on its seed alone."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self.device = device
        self.generator = torch.Generator(device=device).manual_seed(seed)

    def uniform(self, count: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        return torch.rand(count, generator=self.generator, device=self.device) * (high - low) + low

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.generator, device=self.device)

    def one(self) -> float:
        return float(torch.rand((), generator=self.generator, device=self.device))

    def order(self, count: int) -> Tensor:
        return torch.randperm(count, generator=self.generator, device=self.device)


def boxes(dice: Dice, count: int, strength: Strength, source: int) -> tuple[Tensor, ...]:
    """Random (left, right, top, bottom), each (count,), in source pixels."""
    small, large = math.log(strength.smallest_area), math.log(strength.largest_area)
    half = 0.5 * dice.uniform(count, small, large)
    stretch = 0.5 * dice.uniform(count, -1, 1) * math.log(strength.stretch)
    found: list[Tensor] = []
    for length in ((half + stretch).exp() * source, (half - stretch).exp() * source):
        room = source - length  # negative when the box is larger than the picture
        low = dice.uniform(count) * room
        found += [low, low + length]
    return tuple(found)


def geometry(dice: Dice, count: int, side: int, strength: Strength, source: int) -> tuple[Tensor, Tensor]:
    """Row and column matrices (count, side, source) of random views."""
    left, right, top, bottom = boxes(dice, count, strength, source)
    a = dice.uniform(count, -1.0, -0.3)[:, None, None] if strength.sharpen else PILLOW_CUBIC
    blocky = (dice.uniform(count) < strength.blocky)[:, None, None]
    sharpen = dice.uniform(count, -0.4 * strength.sharpen, strength.sharpen)[:, None, None]
    blur = smoothing(source, dice.device)
    matrices = []
    for low, high in ((top, bottom), (left, right)):
        smooth = resampling(low, high, side=side, source=source, a=a)
        smooth = smooth + sharpen * (smooth - smooth @ blur)
        if strength.blocky:
            smooth = torch.where(blocky, nearest(low, high, side=side, source=source), smooth)
        matrices.append(smooth)
    rows, columns = matrices
    flip = (dice.uniform(count) < 0.5)[:, None, None]
    return rows, torch.where(flip, columns.flip(1), columns)


def colours(dice: Dice, pictures: Tensor, strength: Strength) -> Tensor:
    """(n, 3, h, w) in 0…1 with random brightness, contrast and saturation, then normalised."""
    count = len(pictures)
    light, contrast, vivid = (dice.uniform(count, 1 - strength.light, 1 + strength.light) for _ in range(3))
    vivid = torch.where(dice.uniform(count) < strength.grey, torch.zeros_like(vivid), vivid)
    luma = torch.tensor(LUMA, device=pictures.device)
    eye = torch.eye(3, device=pictures.device)
    matrix = vivid[:, None, None] * eye + (1 - vivid)[:, None, None] * luma.expand(3, 3)
    matrix = matrix * (light * contrast)[:, None, None]
    average = (pictures.mean((2, 3)) * luma).sum(1) * light
    offset = (average * (1 - contrast))[:, None]
    std = torch.tensor(STD, device=pictures.device)
    matrix = matrix / std[None, :, None]
    offset = (offset - torch.tensor(MEAN, device=pictures.device)) / std
    return torch.baddbmm(offset[:, :, None], matrix, pictures.flatten(2)).view_as(pictures)


def patch(dice: Dice, side: int, area: float) -> tuple[slice, slice]:
    """A random rectangle of about ``area`` (a fraction), cut at the edges."""
    length = math.sqrt(area) * side
    ranges = []
    for _ in range(2):
        centre = dice.one() * side
        ranges.append(slice(max(0, round(centre - length / 2)), min(side, round(centre + length / 2))))
    return ranges[0], ranges[1]


def views(dice: Dice, pictures: Tensor, *, side: int, strength: Strength) -> Tensor:
    """Random views (n, 3, side, side), normalised float32, of uint8 pictures (n, h, h, 3)."""
    values = pictures.permute(0, 3, 1, 2).float() / 255
    rows, columns = geometry(dice, len(values), side, strength, pictures.shape[1])
    out = resized(colours(dice, values, strength), rows, columns)
    if strength.noise:
        amount = dice.uniform(len(out), 0, strength.noise)[:, None, None, None] / column(STD, out.device)
        out = out + amount * dice.normal(*out.shape)
    return out


def with_borrowed_detail(dice: Dice, soft: Tensor, sharp: Tensor, strength: Strength) -> Tensor:
    """``soft`` views (n, 3, h, w), a share of them with the fine detail of one of the ``sharp`` ones added.

    Detail alone then tells nothing of what a picture shows: some classes are known from soft pictures only.
    """
    if not strength.borrowed:
        return soft
    count = len(soft)
    blurred = F.avg_pool2d(sharp, 3, 1, 1, count_include_pad=False)
    detail = sharp - F.avg_pool2d(blurred, 3, 1, 1, count_include_pad=False)
    lender = (dice.uniform(count) * len(sharp)).long()
    chosen = dice.uniform(count) < strength.borrowed
    amount = torch.where(chosen, dice.uniform(count), torch.zeros(count, device=soft.device))
    return soft + amount[:, None, None, None] * detail[lender]


INSET: Final = (0.35, 0.75)
"""Sides of a view before a scene, as shares of the scene's."""


def in_scenes(dice: Dice, views: Tensor, scenes: Tensor, strength: Strength) -> Tensor:
    """``views`` (n, 3, side, side), a share of them small and with soft edges somewhere in one of ``scenes``.

    Pictures to learn from are filled by what they show; people's photos often aren't.
    """
    side = views.shape[2]
    chosen = (dice.uniform(len(views)) < strength.scenes).nonzero()[:, 0].tolist()
    if not chosen:
        return views
    low, high = INSET
    inset = round(side * (low + (high - low) * dice.one()))
    small = F.interpolate(views[chosen], size=(inset, inset), mode="bilinear", antialias=True)
    edge = torch.linspace(-1, 1, inset, device=views.device).abs()
    ramp = (6 * (1 - edge)).clamp(0, 1)  # a sixth of each half
    mask = ramp[:, None] * ramp
    found = views.clone()
    for index, picture in zip(chosen, small, strict=True):
        found[index] = scenes[int(dice.one() * len(scenes))]
        top, left = (int(dice.one() * (side - inset)) for _ in range(2))
        window = found[index, :, top : top + inset, left : left + inset]
        window.lerp_(picture, mask.expand_as(picture))
    return found


def mixed(dice: Dice, batch: Tensor, strength: Strength) -> tuple[Tensor, Tensor, float]:
    """CutMix in a share of the batches: (batch, order of the partners, share of the own class)."""
    order = torch.arange(len(batch), device=batch.device)
    if dice.one() >= strength.cutmix:
        return batch, order, 1.0
    side = batch.shape[2]
    rows, columns = patch(dice, side, dice.one())
    order = dice.order(len(batch))
    batch = batch.clone()
    batch[:, :, rows, columns] = batch[order][:, :, rows, columns]
    own = 1 - (rows.stop - rows.start) * (columns.stop - columns.start) / side**2
    return batch, order, own
