"""The training loop: seeded, stoppable at any second, and the same on a CPU and on a GPU.

All randomness of a step comes from (seed, step), so a run that was stopped goes on exactly as if it had
not been.
"""

from __future__ import annotations

import json
import math
import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from . import state as states
from .augmentation import Dice
from .evaluation import accuracy, predictions
from .mixture import NOTHING, Group, Taught, feed_of
from .photos import Photos
from .replica import EMA_EVERY, Replica, average, network, optimiser
from .schedule import Plan
from .source import Source

MEASURE_EVERY: Final = 4  # epochs; each time costs 20 s
BATCH: Final = {"cpu": 128, "cuda": 512}


@dataclass(slots=True)
class Run:
    """What is done so far, beside the tensors. ``step`` counts batches of the whole run."""

    seed: int
    batch: int
    step: int = 0
    seconds: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)
    anneal: dict[str, float] | None = None


class Trainer:
    """Owns the network, its average, the optimiser and the position in the run."""

    def __init__(
        self,
        source: Source,
        plan: Plan,
        folder: Path,
        device: torch.device,
        *,
        seed: int,
        workers: int = 1,
        photos: Photos | None = None,
        taught: Taught = NOTHING,
        strange: Photos | None = None,
    ) -> None:
        self.source, self.plan, self.folder, self.device = source, plan, folder, device
        self.run = Run(seed, BATCH[device.type])
        torch.manual_seed(seed)
        self.replicas = [Replica(network(len(source.names)).to(device)) for _ in range(workers)]
        for replica in self.replicas[1:]:
            replica.follow(self.replicas[0])
        self.workers = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,))
        self.net = self.replicas[0].net
        self.averaged = network(len(source.names)).to(device).eval()
        self.averaged.load_state_dict(self.net.state_dict())
        self.optimiser = optimiser(self.net)
        self.feed = feed_of(source.train, photos, device, taught, strange)
        self.per_epoch = self.feed.count // self.run.batch

    @property
    def epoch(self) -> float:
        return self.run.step / self.per_epoch

    def start_from(self, tensors: Mapping[str, Tensor]) -> None:
        """Begin with the weights of a finished network whose classes are the first of these."""
        state = self.net.state_dict()
        for name, tensor in tensors.items():
            state[name][: len(tensor)] = tensor.to(state[name])
        self.net.load_state_dict(state)
        self.averaged.load_state_dict(state)

    def state(self) -> dict[str, Any]:
        run = self.run
        return {
            "run": {name: getattr(run, name) for name in Run.__slots__},
            "net": self.net.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from ``state``; a state of another batch size continues at the same epoch."""
        run = Run(**state["run"])
        run.step = round(run.step * run.batch / self.run.batch)
        run.batch = self.run.batch
        self.run = run
        self.net.load_state_dict(state["net"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])

    def parts(self) -> list[list[Group]]:
        """The pictures of the current step, for each replica."""
        run, count = self.run, len(self.replicas)
        groups = self.feed.groups(run.seed, run.step, run.batch)
        return [list(parts) for parts in zip(*(group.split(count) for group in groups), strict=True)]

    def one_step(self, plan: Plan) -> Tensor:
        """Train on the next batch; its loss, still on the device."""
        phase = plan.phase(self.epoch)
        rate = plan.rate * plan.factor(self.epoch) * self.run.batch / 128
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        count = len(self.replicas)
        jobs = []
        for index, (replica, groups) in enumerate(zip(self.replicas, self.parts(), strict=True)):
            dice = Dice((self.run.seed << 40) + self.run.step * count + index, self.device)
            jobs.append(self.workers.submit(replica.learn, dice, groups, phase, 1 / count))
        loss = torch.stack([job.result() for job in jobs]).sum()
        first, *others = self.replicas
        for other in others:
            torch._foreach_add_(first.gradients(), other.gradients())
        self.optimiser.step()
        self.run.step += 1
        if self.run.step % EMA_EVERY == 0:
            average(self.averaged, self.net, updates=self.run.step // EMA_EVERY)
        return loss


def measured(trainer: Trainer, *, resize: int, crop: int) -> dict[str, float]:
    """Accuracies of the averaged network's heads on the validation pictures, in per cent."""
    heads = predictions(trainer.averaged, trainer.source.val.pixels, resize=resize, crop=crop)
    classes = torch.from_numpy(trainer.source.val.classes)
    found = {f"{head}_top1": accuracy(logits, classes, 1) for head, logits in heads.items()}
    return found | {"main_top5": accuracy(heads["main"], classes, 5)}


class Stop:
    """Becomes true at SIGTERM or SIGINT, so that the loop ends between two steps and saves."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked = True


def log(folder: Path, **values: object) -> None:
    """One JSON line to ``log.jsonl`` and to stdout."""
    line = json.dumps({"time": time.strftime("%F %T", time.gmtime()), **values})
    print(line, flush=True)
    with (folder / "log.jsonl").open("a") as handle:
        handle.write(line + "\n")


def train(
    trainer: Trainer, *, plan_now: Callable[[Trainer], Plan], save_every: float, measure: tuple[int, int]
) -> bool:
    """Train until the plan's end (True) or until asked to stop (False); saved either way.

    ``plan_now`` is asked at every step, so that a plan may depend on the clock.
    """
    stop, run, folder = Stop(), trainer.run, trainer.folder
    began = saved = last = time.monotonic()
    losses: list[Tensor] = []
    pictures = 0
    while trainer.epoch < (plan := plan_now(trainer)).epochs and not stop.asked:
        losses.append(trainer.one_step(plan))
        pictures += run.batch
        now = time.monotonic()
        run.seconds += now - last
        last = now
        if len(losses) == 100:
            report(trainer, plan, losses, rate=pictures / (now - began))
            losses.clear()
            began, pictures = now, 0
        if run.step % (MEASURE_EVERY * trainer.per_epoch) == 0:
            found = measured(trainer, resize=measure[0], crop=measure[1])
            side = plan.phase(trainer.epoch).side
            found["main_top1_at_side"] = measured(trainer, resize=side, crop=side)["main_top1"]
            run.history.append({"epoch": trainer.epoch, "seconds": run.seconds, **found})
            log(folder, **run.history[-1])
            began = last = time.monotonic()
            pictures = 0
        if now - saved > save_every:
            states.save(folder, trainer.state())
            saved = time.monotonic()
    states.save(folder, trainer.state())
    log(folder, stopped=stop.asked, epoch=trainer.epoch, step=run.step)
    return not stop.asked


def report(trainer: Trainer, plan: Plan, losses: list[Tensor], *, rate: float) -> None:
    """Log the mean loss of the last steps; raises FloatingPointError when it is no number any more."""
    loss = float(torch.stack(losses).mean())
    log(
        trainer.folder,
        epoch=round(trainer.epoch, 3),
        loss=round(loss, 4),
        side=plan.phase(trainer.epoch).side,
        factor=round(plan.factor(trainer.epoch), 4),
        pictures_per_second=round(rate, 1),
    )
    if not math.isfinite(loss):
        raise FloatingPointError("the loss is not a number; the last saved state is still good")
