"""The making: steps up the gradient, through random views, in the space of spectra.

The recipe is the published one (Olah, Mordvintsev and Schubert, 2017), with one addition:
while a unit is silent, its value before the rectifier is made larger, since behind a
closed rectifier there is no direction to go.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch import Tensor

from gnet_desktop.convention import Convention
from gnet_desktop.errors import UsageError
from gnet_desktop.inspection.visualisation.reading import as_input
from gnet_desktop.inspection.visualisation.recipe import RATE, Made, Pixels, Recipe
from gnet_desktop.inspection.visualisation.spectrum import fresh, pictures_of
from gnet_desktop.inspection.visualisation.views import random_place, view_side, views
from gnet_desktop.inspection.visualisation.wanted import Wanted, watched
from gnet_desktop.network.record import LOGITS
from gnet_desktop.network.sizes import allowed_sizes

if TYPE_CHECKING:
    from gnet_desktop.network.architecture import Architecture
    from gnet_desktop.network.googlenet import GoogLeNet

LINEAR_STEPS: Final = 16
"""For so many steps the value before the rectifier counts, and then as long as the unit is silent."""
_APART_SEED: Final = 7919


def grow(
    network: "GoogLeNet", convention: Convention, wanted: Wanted, recipe: Recipe, *, every: int = 16
) -> Iterator[Made]:
    """The pictures as they grow, after every ``every`` steps and at the end.

    To be iterated by the thread that owns the network, and simply dropped to stop. The same
    recipe gives the same pictures on the same machine. Raises UsageError where the network
    cannot see a picture for this.
    """
    work = _Work(network, convention, wanted, recipe)
    for step in range(1, recipe.steps + 1):
        work.step(step)
        if step == recipe.steps:
            yield work.finished()
        elif step % every == 0:
            nothing = (float("nan"),) * recipe.count
            yield Made(wanted, recipe, step, work.pixels(), nothing, nothing)


class _Work:
    """Pictures under way."""

    def __init__(self, network: "GoogLeNet", convention: Convention, wanted: Wanted, recipe: Recipe) -> None:
        self._network, self._convention = network, convention
        self._wanted, self._recipe = wanted, recipe
        self._names = watched(network.architecture, wanted)
        self._direction = torch.from_numpy(wanted.direction.array)
        self._seen = seen_side(network.architecture, convention, wanted, recipe)
        self._random = [
            torch.Generator().manual_seed(recipe.seed + _APART_SEED * number)
            for number in range(recipe.count)
        ]
        spectra = [fresh(recipe.size, one) for one in self._random]
        self._spectra = torch.stack(spectra).to(network.device).requires_grad_()
        self._adam = _Adam(self._spectra)

    def step(self, number: int) -> None:
        """One step: a random view of each picture, its value, and the pictures changed to raise it."""
        with torch.enable_grad():
            pictures = pictures_of(self._spectra, self._recipe.size)
            places = torch.stack([random_place(self._recipe.size, one) for one in self._random])
            looked = views(pictures, places.to(pictures.device), self._seen)
            found = self._network.outputs(
                as_input(looked, self._convention), self._names, differentiable=True
            )
            loss = self._loss([found[name] for name in self._names], number)
            (gradient,) = torch.autograd.grad(loss, self._spectra)
        self._adam.step(gradient)

    def _loss(self, found: list[Tensor], step: int) -> Tensor:
        after, before = found[0], found[-1]
        if self._recipe.negative:
            value = -self._value(before)
        else:
            silent = self._along(after).reshape(len(after), -1).amax(1) <= 0
            value = torch.where(silent | (step <= LINEAR_STEPS), self._value(before), self._value(after))
        alike = _alikeness(after) if after.ndim == 4 and self._recipe.count > 1 else value.new_zeros(())
        return -value.sum() + self._recipe.apart * float(value.detach().abs().sum()) * alike

    def _along(self, found: Tensor) -> Tensor:
        """(pictures, …): the channels' values along the wanted direction."""
        along: Tensor = torch.einsum("k,nk...->n...", self._direction.to(found.device), found)
        return along

    def _value(self, found: Tensor) -> Tensor:
        """(pictures,): the mean over the cells, or the cell in the middle."""
        along = self._along(found)
        if along.ndim == 1:
            return along
        if self._recipe.centre:
            return along[:, along.shape[1] // 2, along.shape[2] // 2]
        return along.mean((1, 2))

    @torch.inference_mode()
    def pixels(self) -> Pixels:
        """The pictures as they are: uint8 (pictures, side, side, 3)."""
        pictures = pictures_of(self._spectra, self._recipe.size)
        whole: Pixels = (pictures * 255).round().to("cpu", torch.uint8).permute(0, 2, 3, 1).numpy()
        return np.ascontiguousarray(whole)

    def finished(self) -> Made:
        """The pictures with their values, measured on what is kept of them: 256 levels a colour."""
        pixels, recipe = self.pixels(), self._recipe
        along = self._along(self._measured(pixels)).cpu().reshape(recipe.count, -1)
        ends = along.amin(1) if recipe.negative else along.amax(1)
        return Made(
            self._wanted, recipe, recipe.steps, pixels, tuple(ends.tolist()), tuple(along.mean(1).tolist())
        )

    def _measured(self, pixels: Pixels) -> Tensor:
        """What the part gives for the pictures, before the rectifier if silence was wanted."""
        value = torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255
        if self._wanted.is_class:
            size = (self._seen, self._seen)
            value = torch.nn.functional.interpolate(value, size, mode="bilinear", antialias=True)
        name = self._names[-1 if self._recipe.negative else 0]
        return self._network.outputs(as_input(value, self._convention), (name,))[name]


def seen_side(architecture: "Architecture", convention: Convention, wanted: Wanted, recipe: Recipe) -> int:
    """The side at which the network sees a view: the picture's own scale, where it can take that.

    Only heads are particular about it: for a class it is then the convention's own size.
    """
    natural = view_side(recipe.size)
    if not wanted.is_class:
        return natural
    head = next(name for name, part in LOGITS.items() if part == wanted.part)
    sizes = allowed_sizes(architecture)
    usual = convention.crop or convention.size
    for side in (natural, usual):
        if side in sizes["main"] and head in sizes and side in sizes[head]:
            return side
    raise UsageError(f"{head} gives no answer at {usual} pixels.", "", "Choose another input size.")


def _alikeness(maps: Tensor) -> Tensor:
    """How much the pictures' channels go together alike, −1…1: mean cosine of their Gram matrices."""
    flat = maps.flatten(2)
    grams = torch.nn.functional.normalize((flat @ flat.transpose(1, 2)).flatten(1), dim=1)
    count = len(maps)
    return ((grams @ grams.T).sum() - count) / (count * (count - 1))


class _Adam:
    """Adam (Kingma and Ba, 2015) on one tensor.

    torch's own brings its compiler along when it is imported, which is large and of no use here.
    """

    FIRST, SECOND, LEAST = 0.9, 0.999, 1e-8

    def __init__(self, value: Tensor) -> None:
        self._value = value
        self._mean, self._square = torch.zeros_like(value), torch.zeros_like(value)
        self._steps = 0

    @torch.no_grad()
    def step(self, gradient: Tensor) -> None:
        """Move the tensor down its gradient."""
        self._steps += 1
        self._mean.lerp_(gradient, 1 - self.FIRST)
        self._square.lerp_(gradient * gradient, 1 - self.SECOND)
        mean = self._mean / (1 - self.FIRST**self._steps)
        square = self._square / (1 - self.SECOND**self._steps)
        self._value.sub_(RATE * mean / (square.sqrt() + self.LEAST))
