"""The last layers alone, learned anew: what they read of each view is computed once, the rest stays as it is.

Features of a network that was trained on few photos of some classes are better than its last layer, which
leans to what it saw often ("Decoupling representation and classifier", Kang et al., 2020). So the last
layer of each head learns again from photos drawn nearly evenly by class, holds on to what it
answered before, and is shown pictures of no class, to be answered with all classes alike. It takes minutes.

They learn several times, each time from other draws, and their mean is kept: one time alone decides near
misses by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .augmentation import Dice, views
from .evaluation import heads_of
from .photos import NONE, Photos
from .replica import SMOOTHING, on_copies
from .source import Pictures
from .upper import CALM

LAST: Final = {"main": "fc", "aux2": "aux2.fc2", "aux1": "aux1.fc2"}
DRAWN: Final = {"small": 256, "photos": 256, "strange": 64}
"""Features of a step."""
COUNTS: Final = 0.2
"""The power of its number of photos by which a class is drawn."""
TIMES: Final = 3
"""How many times the layers learn; their mean is kept."""
VIEWS: Final = 64  # at a time
DROPOUT: Final = 0.1
MOMENTUM: Final = 0.9
Read = Mapping[str, Tensor]
"""By head, what its last layer reads: (n, 1024) float."""
Layers = Mapping[str, tuple[Tensor, Tensor]]
"""By head, the weight (classes, 1024) and the bias (classes,) of its last layer."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How much each part of the loss counts, where the label of a photo counts 1."""

    small: float = 3.0
    strange: float = 4.0
    before: float = 3.0  # what the layer answered before, to photos as to small pictures


@dataclass(frozen=True, slots=True)
class Features:
    """What was kept of views of one kind; ``classes`` (n,), `photos.NONE` for none."""

    read: Read
    classes: Tensor


@torch.inference_mode()
def read_by_last_layers(net: nn.Module, batch: Tensor) -> dict[str, Tensor]:
    """What the last layer of each head reads of ``batch`` (n, 3, h, w): (n, 1024) float32."""
    found: dict[str, Tensor] = {}
    hooks = [
        net.get_submodule(layer).register_forward_pre_hook(
            lambda _m, inputs, head=head: found.__setitem__(head, inputs[0])
        )
        for head, layer in LAST.items()
    ]
    try:
        heads_of(net, batch)
    finally:
        for hook in hooks:
            hook.remove()
    return {head: values.float() for head, values in found.items()}


def kept(
    net: nn.Module, pixels: np.ndarray, classes: np.ndarray, *, side: int, seed: int, workers: int
) -> Features:
    """Features of a random view of each picture (n, h, h, 3) uint8; the same ones for the same seed."""

    def part(own: nn.Module, start: int) -> dict[str, Tensor]:
        dice = Dice((seed << 30) + start, torch.device("cpu"))
        chosen = torch.from_numpy(np.ascontiguousarray(pixels[start : start + VIEWS]))
        seen = views(dice, chosen, side=side, strength=CALM).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            return read_by_last_layers(own, seen)

    parts = on_copies(net, part, range(0, len(pixels), VIEWS), workers)
    read = {head: torch.cat([found[head] for found in parts]) for head in LAST}
    return Features(read, torch.from_numpy(np.array(classes)))


def features_of(
    net: nn.Module,
    pictures: Pictures,
    photos: Photos,
    strange: Photos,
    *,
    side: int,
    seed: int,
    workers: int,
    say: Callable[[str, int], None] = lambda _kind, _views: None,
) -> dict[str, Features]:
    """Features by the kinds of `DRAWN`: of all small pictures once, and of all others several times.

    ``say`` is told the kind and the number of views when one is done. 108,000 views take about five minutes
    on two cores.
    """
    seen: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {
        "small": [(pictures.pixels, pictures.classes)],
        "photos": 2 * [(photos.large, photos.classes)] + [(photos.small, photos.classes)],
        "strange": 3 * [(strange.large, strange.classes)] + [(strange.small, strange.classes)],
    }
    found, number = dict[str, Features](), count(10 * seed)
    for kind, parts in seen.items():
        found[kind] = joined(
            kept(net, pixels, classes, side=side, seed=next(number), workers=workers)
            for pixels, classes in parts
        )
        say(kind, len(found[kind].classes))
    return found


def joined(parts: Iterable[Features]) -> Features:
    """All of ``parts``, one after the other."""
    parts = list(parts)
    read = {head: torch.cat([part.read[head] for part in parts]) for head in LAST}
    return Features(read, torch.cat([part.classes for part in parts]))


def layers_of(net: nn.Module) -> dict[str, tuple[Tensor, Tensor]]:
    """Copies of the last layers of ``net``."""
    return {
        head: (
            net.get_parameter(f"{layer}.weight").detach().clone(),
            net.get_parameter(f"{layer}.bias").detach().clone(),
        )
        for head, layer in LAST.items()
    }


def with_layers(state: Mapping[str, Tensor], layers: Layers) -> dict[str, Tensor]:
    """``state`` with other last layers."""
    found = dict(state)
    for head, (weight, bias) in layers.items():
        found |= {f"{LAST[head]}.weight": weight, f"{LAST[head]}.bias": bias}
    return found


def chances(classes: Tensor, power: float = COUNTS) -> Tensor:
    """How often each photo (n,) is drawn, so that a class of m photos is drawn as m to the ``power``."""
    return classes.bincount().double().clamp(min=1).pow(power - 1)[classes]


def said(layer: tuple[Tensor, Tensor], read: Tensor) -> Tensor:
    """Logits (n, classes)."""
    weight, bias = layer
    return read @ weight.T + bias


def loss_of(
    now: tuple[Tensor, Tensor],
    before: tuple[Tensor, Tensor],
    drawn: Mapping[str, tuple[Tensor, Tensor]],
    shown: Tensor,
    shares: Shares,
) -> Tensor:
    """The loss of one head.

    ``drawn`` holds, by kind, what the layer reads (n, 1024) and the classes (n,); ``shown`` (classes,) bool
    are those that have photos: a photo's label tells it apart from these only (`mixture.Mixture`).
    """
    total = torch.zeros(())
    among = shown.nonzero()[:, 0]
    place = torch.full(shown.shape, NONE).index_copy(0, among, torch.arange(len(among)))
    for kind, (read, classes) in drawn.items():
        logits = said(now, F.dropout(read, DROPOUT))
        if kind == "strange":
            total = total - shares.strange * logits.log_softmax(1).mean()
            continue
        held = F.cross_entropy(logits, said(before, read).softmax(1))
        if kind == "photos":
            own = F.cross_entropy(logits[:, among], place[classes], label_smoothing=SMOOTHING)
        else:
            own = shares.small * F.cross_entropy(logits, classes, label_smoothing=SMOOTHING)
        total = total + own + shares.before * held
    return total


def learned(
    before: Layers,
    features: Mapping[str, Features],
    *,
    steps: int = 1500,
    rate: float = 0.1,
    shares: Shares = Shares(),
    seed: int = 0,
) -> dict[str, tuple[Tensor, Tensor]]:
    """Last layers that learned from ``features`` (by the kinds of `DRAWN`), beginning with ``before``.

    The rate falls straight from ``rate`` to zero. Raises FloatingPointError if a weight stops being finite.
    """
    torch.manual_seed(seed)  # of the dropout
    dice = Dice(seed, torch.device("cpu"))
    now = {head: tuple(t.clone().requires_grad_() for t in layer) for head, layer in before.items()}
    parameters = [parameter for layer in now.values() for parameter in layer]
    optimiser = torch.optim.SGD(parameters, lr=rate, momentum=MOMENTUM, nesterov=True)
    shown = torch.zeros(len(before["main"][1]), dtype=torch.bool)
    shown[features["photos"].classes] = True
    weights = {
        kind: chances(part.classes) if kind == "photos" else torch.ones(len(part.classes))
        for kind, part in features.items()
    }
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate * (1 - step / steps)
        drawn = {
            kind: torch.multinomial(weights[kind], DRAWN[kind], True, generator=dice.generator)
            for kind in features
        }
        losses = []
        for head, (weight, bias) in now.items():
            parts = {
                kind: (features[kind].read[head][index], features[kind].classes[index])
                for kind, index in drawn.items()
            }
            losses.append(loss_of((weight, bias), before[head], parts, shown, shares))
        optimiser.zero_grad()
        torch.stack(losses).sum().backward()
        optimiser.step()
    if not all(bool(parameter.isfinite().all()) for parameter in parameters):
        raise FloatingPointError("the last layers' weights are no numbers any more")
    return {head: (weight.detach(), bias.detach()) for head, (weight, bias) in now.items()}


def mean_of(several: Sequence[Layers]) -> dict[str, tuple[Tensor, Tensor]]:
    """The mean of last layers that learned apart."""
    found = {}
    for head in several[0]:
        weights, biases = zip(*(layers[head] for layers in several), strict=True)
        found[head] = (torch.stack(weights).mean(0), torch.stack(biases).mean(0))
    return found
