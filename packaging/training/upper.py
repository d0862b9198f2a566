"""The short way to new classes: the lower network stays as it is, and its answers are computed once.

What layer 5a and the two auxiliary heads read of a view is kept on disk, in shards, so that 5a, 5b and the
three classifiers can be trained for many rounds at the price of one forward a view. Where two cores
have ten hours, training everything is better; where they have one, this is what is possible.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .augmentation import Dice, Strength, views
from .mixture import Feed
from .replica import SMOOTHING, Replica, network, on_copies, optimiser

READ: Final = {"main": "maxpool4", "aux1": "inception4a", "aux2": "inception4d"}
"""The layer whose output each head's trainable part begins with (the auxiliary ones after their pool)."""
TRAINED: Final = ("inception5a", "inception5b", "fc", "aux1", "aux2")
CALM: Final = Strength(smallest_area=0.4, largest_area=1.1, sharpen=0.3, blocky=0.04)
CELLS: Final = 4  # of the auxiliary heads' pool
BATCH: Final = 64
WARM_UP: Final = 40  # steps
RATE: Final = 0.02
Shard = dict[str, np.ndarray]


@torch.inference_mode()
def seen(net: nn.Module, batch: Tensor) -> dict[str, Tensor]:
    """What the trainable part of each head reads of ``batch``, float16."""
    found: dict[str, Tensor] = {}
    hooks = [
        net.get_submodule(layer).register_forward_hook(
            lambda _m, _i, out, key=head: found.__setitem__(key, out)
        )
        for head, layer in READ.items()
    ]
    try:
        with torch.autocast(batch.device.type, torch.bfloat16):
            net(batch)
    finally:
        for hook in hooks:
            hook.remove()
    for head in ("aux1", "aux2"):
        found[head] = F.adaptive_avg_pool2d(found[head].float(), CELLS)
    return {head: value.to(torch.float16) for head, value in found.items()}


def shard(net: nn.Module, feed: Feed, *, seed: int, steps: range, side: int) -> Shard:
    """The cached views of a few steps of ``feed``, with their classes and whether they were sharp."""
    parts: dict[str, list[np.ndarray]] = {}
    for step in steps:
        for number, group in enumerate(feed.groups(seed, step, BATCH)):
            batch = views(
                Dice((seed << 40) + step * 3 + number, group.pixels.device),
                group.pixels,
                side=side,
                strength=CALM,
            )
            found = seen(net, batch.contiguous(memory_format=torch.channels_last))
            for head, value in found.items():
                parts.setdefault(head, []).append(value.contiguous().cpu().numpy())
            parts.setdefault("classes", []).append(group.classes.cpu().numpy())
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


def cache(
    net: nn.Module,
    feed: Feed,
    folder: Path,
    *,
    seed: int,
    shards: int,
    side: int,
    workers: int,
    steps: int = 16,
) -> None:
    """Write the shards that ``folder`` lacks; a stop at any second costs the shards in the making."""
    folder.mkdir(parents=True, exist_ok=True)

    def write(own: nn.Module, index: int) -> None:
        file = folder / f"{index:04}.npz"
        if not file.exists():
            began = time.monotonic()
            made = shard(own, feed, seed=seed, steps=range(index * steps, (index + 1) * steps), side=side)
            beside = folder / f"{index:04}.part"
            with beside.open("wb") as handle:
                np.savez(handle, **made)  # type: ignore[arg-type]
            os.replace(beside, file)
            print(f"shard {index} {len(made['classes']) / (time.monotonic() - began):.0f}/s", flush=True)

    on_copies(net, write, range(shards), workers)


class Shards:
    """The shards of a folder in memory; new ones join when `grow` is called."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.known, self.parts = folder, set[Path](), dict[str, list[Tensor]]()

    def grow(self) -> None:
        """Read the shards that were finished since the last time."""
        for file in sorted(set(self.folder.glob("*.npz")) - self.known):
            self.known.add(file)
            with np.load(file) as arrays:
                for name in (*READ, "classes"):
                    self.parts.setdefault(name, []).append(torch.from_numpy(arrays[name]))

    def __len__(self) -> int:
        return len(self.parts.get("classes", []))

    def drawn(self, dice: Dice, count: int) -> dict[str, Tensor]:
        """``count`` random views, an equal number of each of up to eight random shards."""
        shards = dice.order(len(self))[:8].tolist()
        found: dict[str, list[Tensor]] = {}
        for index in shards:
            chosen = dice.order(len(self.parts["classes"][index]))[: count // len(shards)].sort().values
            for name, parts in self.parts.items():
                found.setdefault(name, []).append(parts[index][chosen])
        return {name: torch.cat(parts) for name, parts in found.items()}

    def ordered(self, size: int) -> Iterator[dict[str, Tensor]]:
        """Every view once, in batches that mix all kinds evenly enough for statistics."""
        for index in range(len(self)):
            order = torch.randperm(
                len(self.parts["classes"][index]), generator=torch.Generator().manual_seed(index)
            )
            for chosen in torch.split(order, size):
                yield {name: parts[index][chosen] for name, parts in self.parts.items()}


def answers(net: nn.Module, read: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Logits by head of cached views."""
    maps = read["main"].float().contiguous(memory_format=torch.channels_last)
    layer = net.get_submodule
    main = layer("avgpool")(layer("inception5b")(layer("inception5a")(maps))).flatten(1)
    aux = {head: layer(head)(read[head].float()) for head in ("aux1", "aux2")}
    return {"main": layer("fc")(layer("dropout")(main))} | aux


def loss_of(net: nn.Module, read: Mapping[str, Tensor]) -> Tensor:
    """Weighted, smoothed cross-entropy of the three heads."""
    with torch.autocast("cpu", torch.bfloat16):
        found = answers(net, read)
    losses = (
        F.cross_entropy(logits.float(), read["classes"], label_smoothing=SMOOTHING)
        for head, logits in found.items()
    )
    return torch.stack(list(losses)).sum()


def frozen(net: nn.Module) -> list[nn.Parameter]:
    """Stops the gradients of all but `TRAINED`; the parameters that still learn."""
    net.requires_grad_(False)
    for name in TRAINED:
        net.get_submodule(name).requires_grad_(True)
    return [parameter for parameter in net.parameters() if parameter.requires_grad]


class TopReplica(Replica):
    """One of several networks with common weights that learn from parts of a batch of cached views."""

    def gradient(self, dice: Dice, read: Mapping[str, Tensor], share: float) -> Tensor:
        """Gradients of ``share`` times the mean loss; that part of the loss."""
        for dropout in self.dropouts:
            dropout.dice = dice
        for parameter in self.parameters:
            parameter.grad = None
        self.net.train()
        loss = share * loss_of(self.net, read)
        loss.backward()
        return loss.detach()


def train(
    replicas: Sequence[TopReplica],
    shards: Shards,
    *,
    seed: int,
    rate: float,
    gone: Callable[[], float],
    say: Callable[[int, float, float], None],
) -> int:
    """Train until ``gone()``, the share of the time that is over, reaches 1; the number of steps.

    The rate falls straight from ``rate`` to zero. Raises FloatingPointError if the loss stops being finite.
    """
    first, *others = replicas
    optim = optimiser(first.net)
    count, step, losses = len(replicas), 0, list[Tensor]()
    with ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        while (now := gone()) < 1:
            if step % 50 == 0:
                shards.grow()
            for group in optim.param_groups:
                group["lr"] = rate * min(1, (step + 1) / WARM_UP) * (1 - now)
            jobs = []
            for index, replica in enumerate(replicas):
                dice = Dice((seed << 40) + step * count + index, torch.device("cpu"))
                jobs.append(pool.submit(replica.gradient, dice, shards.drawn(dice, BATCH), 1 / count))
            losses.append(torch.stack([job.result() for job in jobs]).sum())
            for other in others:
                torch._foreach_add_(first.gradients(), other.gradients())
            optim.step()
            step += 1
            if step % 50 == 0:
                loss = float(torch.stack(losses).mean())
                say(step, loss, now)
                losses.clear()
                if not np.isfinite(loss):
                    raise FloatingPointError("the loss is not a number")
    return step


@torch.no_grad()
def reestimate(net: nn.Module, shards: Shards, *, most: int = 120) -> None:
    """Set the statistics of the trained layers anew, as the mean over batches of cached views."""
    norms = [
        m for name in TRAINED for m in net.get_submodule(name).modules() if isinstance(m, nn.BatchNorm2d)
    ]
    net.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    for _, read in zip(range(most), shards.ordered(2 * BATCH), strict=False):
        with torch.autocast("cpu", torch.bfloat16):
            answers(net, read)
    net.eval()


def begun(weights: Mapping[str, Tensor], classes: int, workers: int) -> list[TopReplica]:
    """Replicas of a finished network for more classes, of which the new ones begin at zero."""
    net = network(classes)
    state = net.state_dict()
    for layer in ("fc", "aux1.fc2", "aux2.fc2"):
        state[f"{layer}.weight"].zero_()
    for name, tensor in weights.items():
        state[name][: len(tensor)] = tensor
    replicas = [TopReplica(network(classes)) for _ in range(workers)]
    for replica in replicas:
        replica.net.load_state_dict(state)
        replica.follow(replicas[0])
        frozen(replica.net)
    return replicas
