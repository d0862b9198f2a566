"""The commands that teach: a whole network, its upper part, or its last layers.

Each leaves a state in the run's folder that those of `shipping` take.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import torch

from . import classifiers as last
from . import state as states
from . import upper as upper_part
from .export import SHIPS, weights
from .material import data
from .mixture import NOTHING, feed_of
from .replica import network
from .schedule import PLANS, Plan, annealing
from .teacher import taught
from .training import Trainer, log
from .training import train as run_training

WARM: Final = 0.2
"""The fraction of the full rate from which a run falls that begins with a finished network."""


def next_time(text: str, now: datetime) -> datetime:
    """The next moment after ``now`` at which the clock shows HH:MM."""
    moment = datetime.strptime(text, "%H:%M")
    today = now.replace(hour=moment.hour, minute=moment.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def scaled(plan: Plan, epochs: float | None) -> Plan:
    """``plan`` stretched in time to ``epochs``."""
    if epochs is None:
        return plan
    by = epochs / plan.epochs
    phases = tuple(replace(phase, until=phase.until * by) for phase in plan.phases)
    return replace(plan, phases=phases, warm_up=plan.warm_up * by, falls_from=plan.falls_from * by)


def annealing_plan(trainer: Trainer, options: argparse.Namespace) -> Callable[[Trainer], Plan]:
    """The falling plan of a copy, started where the copy was made, by epochs or by the clock."""
    run = trainer.run
    if run.anneal is None:
        factor = WARM if options.begin_with else max(0.05, trainer.plan.factor(trainer.epoch))
        run.anneal = {"start": trainer.epoch, "factor": factor}
        if options.finish_by:
            run.anneal |= {
                "from": time.time(),
                "until": next_time(options.finish_by, datetime.now(UTC)).timestamp(),
            }
    anneal = run.anneal
    small, large = options.sides

    def now(trainer: Trainer) -> Plan:
        epochs = options.anneal_now
        if "until" in anneal:  # as many epochs as the share of the time that is gone makes plausible
            gone = (time.time() - anneal["from"]) / (anneal["until"] - anneal["from"])
            done = trainer.epoch - anneal["start"]
            epochs = done if gone >= 1 else max(done, 1e-3) / max(gone, 1e-3)
        return annealing(anneal["start"], epochs, factor=anneal["factor"], sides=(small, large))

    return now


def train(options: argparse.Namespace) -> int:
    cuda = torch.cuda.is_available()
    device = torch.device("cuda" if cuda and options.device != "cpu" else "cpu")
    if options.device == "cuda" and not cuda:
        print("training: there is no CUDA device here", file=sys.stderr)
        return 3
    torch.set_num_threads(1)  # the cores work on replicas
    sys.setswitchinterval(2e-4)  # seconds; a thread that has a kernel to start shouldn't wait for long
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    source, photos = data(options)
    folder: Path = options.work / options.run
    annealed = options.anneal_now is not None or options.finish_by is not None
    begun = states.load(folder, device)
    if annealed and options.begin_with is None:
        if begun is None:
            print(f"training: {folder} holds no run to anneal", file=sys.stderr)
            return 2
        folder = folder / f"annealed-{begun['run']['step']}"
        begun = states.load(folder, device) or begun
    with states.alone(folder):
        plan = scaled(PLANS[device.type], options.epochs)
        workers = 1 if device.type == "cuda" else options.threads
        said = NOTHING
        if options.teacher is not None:
            said = taught(options.teacher, source.train, photos.get("train"), options.work, options.threads)
        trainer = Trainer(
            source,
            plan,
            folder,
            device,
            seed=options.seed,
            workers=workers,
            photos=photos.get("train"),
            taught=said,
            strange=photos.get("learned"),
        )
        if begun is not None:
            trainer.restore(begun)
        elif options.begin_with is not None:
            trainer.start_from(weights(options.begin_with))
        plan_now = annealing_plan(trainer, options) if annealed else lambda _: plan
        log(
            folder,
            starts_at=trainer.epoch,
            of=plan_now(trainer).epochs,
            device=str(device),
            annealed=annealed,
        )
        finished = run_training(trainer, plan_now=plan_now, save_every=options.save_every, measure=SHIPS)
    return 0 if finished else 130


def upper(options: argparse.Namespace) -> int:
    """Compute what the upper part reads, train it, and keep a state that `evaluate` and `export` take."""
    torch.set_num_threads(1)  # the cores work on replicas
    source, photos = data(options)
    folder, old = options.work / options.run, weights(options.begin_with)
    with states.alone(folder):
        lower = network(len(old["fc.bias"]))
        lower.load_state_dict(old, strict=False)
        feed = feed_of(source.train, photos.get("train"))
        upper_part.cache(
            lower,
            feed,
            folder / "kept",
            seed=options.seed,
            shards=options.shards,
            side=SHIPS[1],
            workers=options.threads,
        )
        replicas, shards, began = (
            upper_part.begun(old, len(source.names), options.threads),
            upper_part.Shards(folder / "kept"),
            time.time(),
        )
        steps = upper_part.train(
            replicas,
            shards,
            seed=options.seed,
            rate=upper_part.RATE,
            gone=lambda: (time.time() - began) / (60 * options.minutes),
            say=lambda step, loss, gone: log(folder, step=step, loss=round(loss, 4), gone=round(gone, 3)),
        )
        net = replicas[0].net
        upper_part.reestimate(net, shards)
        run = {"step": steps, "batch": 64 * options.threads, "seconds": time.time() - began}
        states.save(folder, {"run": run, "net": net.state_dict(), "averaged": net.state_dict()})
    return 0


def classifiers(options: argparse.Namespace) -> int:
    """Compute what the last layers read, teach them, and keep a state that `evaluate` and `export` take."""
    began = time.time()
    source, photos = data(options)
    if not photos:
        print(
            "training: classifiers learn from photos, too; name their folder with --photos", file=sys.stderr
        )
        return 2
    old = weights(options.begin_with)
    if (count := len(old["fc.bias"])) != len(source.names):
        print(
            f"training: {options.begin_with} answers with {count} classes, and the pictures and photos show "
            f"{len(source.names)}; name a file of these",
            file=sys.stderr,
        )
        return 2
    folder: Path = options.work / options.run
    with states.alone(folder):
        net = network(count)
        net.load_state_dict(old, strict=False)  # files lack the counters of batches
        torch.set_num_threads(1)  # the cores work on views
        kept = last.features_of(
            net.eval(),
            source.train,
            photos["train"],
            photos["learned"],
            side=SHIPS[1],
            seed=options.seed,
            workers=options.threads,
            say=lambda kind, views: log(folder, kind=kind, views=views),
        )
        torch.set_num_threads(options.threads)
        several = []
        for turn in range(last.TIMES):
            several.append(
                last.learned(last.layers_of(net), kept, steps=options.steps, seed=options.seed + turn)
            )
            log(folder, learned=turn + 1, of=last.TIMES)
        state = last.with_layers(net.state_dict(), last.mean_of(several))
        run = {
            "step": options.steps,
            "batch": sum(last.DRAWN.values()),
            "seconds": time.time() - began,
            "last_layers": last.TIMES,
        }
        states.save(folder, {"run": run, "net": state, "averaged": state})
    return 0
