"""The network that is trained, in as many replicas as there are cores, and what is done to it each step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from typing import Final, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from typing_extensions import override

from .augmentation import Dice, Strength, in_scenes, mixed, views, with_borrowed_detail
from .mixture import Group
from .photos import NONE, SMALL
from .schedule import Phase

HEADS: Final = ("main", "aux2", "aux1")  # torchvision's order in training mode
WEIGHTS: Final = {"main": 1.0, "aux2": 0.3, "aux1": 0.3}
SMOOTHING: Final = 0.1
TAUGHT: Final = 0.3
"""The teacher's share of the loss, where there is one."""
MOMENTUM: Final = 0.9
DECAY: Final = 5e-4
EMA: Final = 0.999  # a step; about two epochs
EMA_EVERY: Final = 4  # steps; every step would cost 2 %

One = TypeVar("One")
Found = TypeVar("Found")


def network(classes: int) -> nn.Module:
    """torchvision's GoogLeNet with both heads, freshly initialised for rectifiers."""
    from torchvision.models import GoogLeNet

    net: nn.Module = GoogLeNet(classes, aux_logits=True, init_weights=False, dropout=0.2, dropout_aux=0.5)
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.zeros_(module.bias)
    return net.to(memory_format=torch.channels_last)


def on_copies(
    net: nn.Module, work: Callable[[nn.Module, One], Found], parts: Iterable[One], threads: int
) -> list[Found]:
    """``work(copy, part)`` of every part, in their order, on threads with a copy of ``net`` each.

    A copy each, since hooks on a network are seen by all its users. Raises what ``work`` raises.
    """
    own = threading.local()

    def begin() -> None:
        torch.set_num_threads(1)
        own.net = deepcopy(net).eval()

    with ThreadPoolExecutor(threads, initializer=begin) as pool:
        return list(pool.map(lambda part: work(own.net, part), parts))


def optimiser(net: nn.Module) -> torch.optim.Optimizer:
    """SGD with Nesterov momentum; only weights of more than one axis decay."""
    decays = [p for p in net.parameters() if p.ndim > 1]
    plain = [p for p in net.parameters() if p.ndim <= 1]
    groups = [{"params": decays, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.SGD(groups, lr=0.0, momentum=MOMENTUM, nesterov=True, foreach=True)


@torch.no_grad()
def average(averaged: nn.Module, net: nn.Module, *, updates: int) -> None:
    """One update of the exponential average of weights and statistics; the first ones weigh more."""
    keep = min(EMA**EMA_EVERY, (1 + updates) / (10 + updates))
    pairs = zip(averaged.state_dict().values(), net.state_dict().values(), strict=True)
    floats = [(old, new) for old, new in pairs if old.is_floating_point()]
    torch._foreach_lerp_([old for old, _ in floats], [new for _, new in floats], 1 - keep)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What some pictures should be answered with: ``targets`` (n, classes), probabilities.

    ``among`` (classes,) are the classes that they are told apart from; None: all. ``taught`` (n, known) is
    what a teacher says, who knows the first ``known`` classes only.
    """

    targets: Tensor
    among: Tensor | None = None
    taught: Tensor | None = None

    def loss(self, logits: Tensor) -> Tensor:
        """Cross-entropy, the mean over the pictures; other classes are neither wanted nor unwanted."""
        chosen = slice(None) if self.among is None else self.among
        own = F.cross_entropy(logits[:, chosen], self.targets[:, chosen])
        if self.taught is None:
            return own
        said = F.cross_entropy(logits[:, : self.taught.shape[1]], self.taught)
        return (1 - TAUGHT) * own + TAUGHT * said


def targets(group: Group, count: int) -> Tensor:
    """Probabilities (n, ``count``) of a group's classes, smoothed over those that each is told apart from.

    A picture of no class is to be answered with all of them alike (Hendrycks et al., "Deep anomaly detection
    with outlier exposure", 2019).
    """
    among, known = group.among, group.classes != NONE
    spread = torch.ones(count, device=group.classes.device) if among is None else among.float()
    share = torch.where(known, SMOOTHING, 1.0)[:, None]
    found = share * spread / spread.sum()
    found[known, group.classes[known]] += 1 - SMOOTHING
    return found


def loss_of(net: nn.Module, batch: Tensor, wanted: Sequence[Wanted]) -> Tensor:
    """Weighted loss of the three heads; ``wanted`` tells of the batch's pictures part by part."""
    with torch.autocast(batch.device.type, torch.bfloat16):
        outputs = net(batch)
    total = torch.zeros((), device=batch.device)
    sizes = [len(one.targets) for one in wanted]
    for head, logits in zip(HEADS, outputs, strict=True):
        for one, part in zip(wanted, logits.float().split(sizes), strict=True):
            total = total + WEIGHTS[head] * len(part) / len(batch) * one.loss(part)
    return total


class SeededDropout(nn.Module):
    """Dropout with a generator of its own, so that replicas in several threads stay repeatable."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.dice: Dice | None = None

    @override
    def forward(self, values: Tensor) -> Tensor:
        if not self.training or self.dice is None:
            return values
        kept = self.dice.uniform(values.numel()).view_as(values) >= self.share
        return values * kept / (1 - self.share)


def with_seeded_dropout(net: nn.Module) -> list[SeededDropout]:
    """Replace the dropouts of ``net``; the new ones."""
    found = []
    for name, module in list(net.named_modules()):
        if isinstance(module, nn.Dropout):
            found.append(SeededDropout(module.p))
            net.set_submodule(name, found[-1])
    return found


def with_others(
    dice: Dice, groups: Sequence[Group], parts: Sequence[Tensor], strength: Strength
) -> list[Tensor]:
    """Views of groups, the soft ones with detail of sharp ones, and some before scenes that show no class."""
    known = [bool((group.classes != NONE).all()) for group in groups]
    soft = [group.pixels.shape[1] <= SMALL for group in groups]
    sharp = [
        part for part, is_known, is_soft in zip(parts, known, soft, strict=True) if is_known and not is_soft
    ]
    scenes = [part for part, is_known in zip(parts, known, strict=True) if not is_known]
    found = list[Tensor]()
    for part, is_known, is_soft in zip(parts, known, soft, strict=True):
        if is_soft and sharp:
            part = with_borrowed_detail(dice, part, sharp[0], strength)
        if is_known and scenes:
            part = in_scenes(dice, part, torch.cat(scenes), strength)
        found.append(part)
    return found


class Replica:
    """A network that shares its weights with others and keeps gradients and statistics of its own.

    Two of them in two threads of one core each replace one that works with two: the kernels' threads
    wait for each other by spinning, and where somebody else has one of the cores they mostly spin
    (40 pictures a second instead of 250 were measured).
    """

    def __init__(self, net: nn.Module) -> None:
        self.net = net
        self.dropouts = with_seeded_dropout(net)
        self.parameters = list(net.parameters())
        self.classes = len(net.get_parameter("fc.bias"))

    def follow(self, other: Replica) -> None:
        for mine, theirs in zip(self.parameters, other.parameters, strict=True):
            mine.data = theirs.data

    def gradients(self) -> list[Tensor]:
        return [p.grad for p in self.parameters if p.grad is not None]

    def learn(self, dice: Dice, groups: Sequence[Group], phase: Phase, share: float) -> Tensor:
        """Gradients of ``share`` times the mean loss over random views; that part of the loss."""
        for dropout in self.dropouts:
            dropout.dice = dice
        for parameter in self.parameters:
            parameter.grad = None
        parts, wanted = list[Tensor](), list[Wanted]()
        for group in groups:
            seen = views(dice, group.pixels, side=phase.side, strength=phase.strength)
            part, order, own = mixed(dice, seen, phase.strength)
            parts.append(part)
            classes, taught = targets(group, self.classes), group.taught
            if own < 1:
                classes = own * classes + (1 - own) * classes[order]
                taught = None if taught is None else own * taught + (1 - own) * taught[order]
            wanted.append(Wanted(classes, group.among, taught))
        parts = with_others(dice, groups, parts, phase.strength)
        pictures = torch.cat(parts).to(torch.bfloat16, memory_format=torch.channels_last)
        self.net.train()
        loss = share * loss_of(self.net, pictures, wanted)
        loss.backward()
        return loss.detach()
