"""The command line of the training; that of BVLC's heads, behind ``bvlc``, is in `bvlc_heads`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from torch import Tensor, nn

    from .mixture import Feed
    from .photos import Photos
    from .schedule import Plan
    from .source import Source
    from .training import Trainer

ROOT: Final = Path(__file__).resolve().parents[2]
DATA: Final = Path(os.environ.get("GNET_SHARED", ROOT.parent / "shared")) / "data" / "everyday100.tar"
WORK: Final = Path(os.environ.get("TRAINING_WORK", "/var/tmp/gnet-training")) / "next"
SHIPPED: Final = ROOT / "resources" / "checkpoints"
WARM: Final = 0.2
"""The fraction of the full rate from which a run falls that begins with a finished network."""
# Read only when a process starts. Without it glibc gives every large buffer back to the kernel
# after each use, and clearing the pages anew takes 4 of 5 seconds: 50–170 pictures a second instead of
# 580, at 64 px on two cores.
ENVIRONMENT: Final = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=8589934592"
    ":glibc.malloc.trim_threshold=17179869184",
}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="training", description=__doc__)
    top.add_argument("--data", type=Path, default=DATA, help="the tar with classes.json, train/ and val/")
    top.add_argument("--work", type=Path, default=WORK, help="folder for decoded pictures, states and logs")
    top.add_argument("--run", default="long", help="name of the run inside the work folder")
    top.add_argument("--photos", type=Path, help="folder of the unpacked photos, to mix with the pictures")
    commands = top.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train, or go on where it was stopped")
    train.add_argument("--seed", type=int, default=100)
    train.add_argument("--epochs", type=float, help="stretch or shrink the whole plan to so many epochs")
    train.add_argument("--threads", type=int, default=2)
    train.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    train.add_argument("--save-every", type=float, default=240, help="seconds between saved states")
    train.add_argument("--begin-with", type=Path, help="a finished file whose classes are the first of ours")
    train.add_argument("--teacher", type=Path, help="a finished file to learn from, too")
    end = train.add_mutually_exclusive_group()
    end.add_argument("--anneal-now", type=float, metavar="EPOCHS", help="finish a copy within so many epochs")
    end.add_argument("--finish-by", metavar="HH:MM", help="finish a copy by this time (UTC)")
    train.add_argument(
        "--sides", type=int, nargs=2, default=(96, 112), help="sides of the views while annealing"
    )
    upper = commands.add_parser("upper", help="teach a finished network new classes, its lower part as it is")
    upper.add_argument("--begin-with", type=Path, required=True, help="its file; its classes are our first")
    upper.add_argument("--shards", type=int, default=44, help="of 1024 views each, to compute and keep")
    upper.add_argument("--minutes", type=float, default=30, help="how long to learn from them")
    upper.add_argument("--seed", type=int, default=7)
    upper.add_argument("--threads", type=int, default=2)
    last = commands.add_parser("classifiers", help="teach a finished network's last layers anew")
    last.add_argument("--begin-with", type=Path, required=True, help="its file, of the same classes")
    last.add_argument("--steps", type=int, default=800)
    last.add_argument("--seed", type=int, default=1)
    last.add_argument("--threads", type=int, default=2)
    for name, what in (
        ("evaluate", "report on a run's state or on a file"),
        ("export", "write the file that ships"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument("--weights", default="averaged", choices=("averaged", "net"))
        command.add_argument("--images", type=Path, default=DATA.parents[1] / "images")
        command.add_argument("--report", type=Path, help="write the report here, as JSON, too")
        command.add_argument("--threads", type=int, default=2)
        if name == "evaluate":
            command.add_argument("--file", type=Path, help="a .safetensors file instead of a run's state")
        else:
            command.add_argument("--out", type=Path, help="default: the bundled file of so many classes")
            command.add_argument("--begun-with", type=Path, help="the file that the run began with")
            command.add_argument(
                "--lower",
                type=float,
                default=0.0,
                help="of classes without small pictures or photos, in logits",
            )
            command.add_argument("--stretch", type=float, default=1.0, help="of the logits of new classes")
            command.add_argument("--teacher", type=Path, help="the file whose answers it was taught, too")
            command.add_argument("--keep", type=float, default=0.0, help="the share to keep of its weights")
    return top


def next_time(text: str, now: datetime) -> datetime:
    """The next moment after ``now`` at which the clock shows HH:MM."""
    moment = datetime.strptime(text, "%H:%M")
    today = now.replace(hour=moment.hour, minute=moment.minute, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def in_its_environment(arguments: Sequence[str]) -> None:
    """Start this process again with `ENVIRONMENT`, unless it has it."""
    if sys.platform == "linux" and not ENVIRONMENT.items() <= os.environ.items():
        os.environ.update(ENVIRONMENT)
        os.execv(sys.executable, [sys.executable, str(Path(__file__).parent), *arguments])


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["bvlc"]:
        in_its_environment(arguments)
        from . import bvlc_heads

        return bvlc_heads.main(arguments[1:])
    options = parser().parse_args(arguments)
    in_its_environment(arguments)
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "train": train,
        "upper": upper,
        "classifiers": classifiers,
        "evaluate": evaluate,
        "export": export,
    }
    return actions[options.command](options)


def scaled(plan: Plan, epochs: float | None) -> Plan:
    """``plan`` stretched in time to ``epochs``."""
    if epochs is None:
        return plan
    by = epochs / plan.epochs
    phases = tuple(replace(phase, until=phase.until * by) for phase in plan.phases)
    return replace(plan, phases=phases, warm_up=plan.warm_up * by, falls_from=plan.falls_from * by)


def annealing_plan(trainer: Trainer, options: argparse.Namespace) -> Callable[[Trainer], Plan]:
    """The falling plan of a copy, started where the copy was made, by epochs or by the clock."""
    from .schedule import annealing

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


def training_of(file: Path) -> str:
    """How an exported file says that it was trained."""
    from safetensors import safe_open

    with safe_open(file, "np") as opened:
        return str(opened.metadata()["training"])


def data(options: argparse.Namespace) -> tuple[Source, dict[str, Photos]]:
    """The small pictures, and the photos by part (none where no folder of them is given)."""
    from . import photos
    from .source import prepared

    source = prepared(options.data, options.work / "pictures")
    if options.photos is None:
        return source, {}
    source = replace(source, names=photos.all_names(source.names))
    kept = options.work / "photos"
    if not kept.exists():
        photos.unpack(options.photos, kept, source.names)
    strange = options.work / "strange"
    if not strange.exists():
        photos.unpack_strange(options.photos, strange)
    found = {part: photos.opened(kept, part) for part in ("train", "val")}
    return source, found | {kind: photos.opened(strange, kind) for kind in photos.STRANGE}


def train(options: argparse.Namespace) -> int:
    import torch

    from . import state as states
    from .export import SHIPS, weights
    from .mixture import NOTHING
    from .schedule import PLANS
    from .teacher import taught
    from .training import Trainer, log
    from .training import train as run_training

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
    import torch

    from . import state as states
    from .export import SHIPS, weights
    from .mixture import feed_of
    from .replica import network
    from .training import log
    from .upper import RATE, Shards, begun, cache, reestimate
    from .upper import train as learn

    torch.set_num_threads(1)  # the cores work on replicas
    source, photos = data(options)
    folder, old = options.work / options.run, weights(options.begin_with)
    with states.alone(folder):
        lower = network(len(old["fc.bias"]))
        lower.load_state_dict(old, strict=False)
        feed = feed_of(source.train, photos.get("train"))
        cache(
            lower,
            feed,
            folder / "kept",
            seed=options.seed,
            shards=options.shards,
            side=SHIPS[1],
            workers=options.threads,
        )
        replicas, shards, began = (
            begun(old, len(source.names), options.threads),
            Shards(folder / "kept"),
            time.time(),
        )
        steps = learn(
            replicas,
            shards,
            seed=options.seed,
            rate=RATE,
            gone=lambda: (time.time() - began) / (60 * options.minutes),
            say=lambda step, loss, gone: log(folder, step=step, loss=round(loss, 4), gone=round(gone, 3)),
        )
        net = replicas[0].net
        reestimate(net, shards)
        run = {"step": steps, "batch": 64 * options.threads, "seconds": time.time() - began}
        states.save(folder, {"run": run, "net": net.state_dict(), "averaged": net.state_dict()})
    return 0


def classifiers(options: argparse.Namespace) -> int:
    """Compute what the last layers read, teach them, and keep a state that `evaluate` and `export` take."""
    import torch

    from . import state as states
    from .classifiers import DRAWN, features_of, layers_of, learned, with_layers
    from .export import SHIPS, weights
    from .replica import network

    began = time.time()
    source, photos = data(options)
    if not photos:
        print(
            "training: classifiers learn from photos, too; name their folder with --photos", file=sys.stderr
        )
        return 2
    folder: Path = options.work / options.run
    with states.alone(folder):
        net = network(len(source.names))
        net.load_state_dict(weights(options.begin_with), strict=False)
        torch.set_num_threads(1)  # the cores work on views
        kept = features_of(
            net.eval(),
            source.train,
            photos["train"],
            photos["learned"],
            side=SHIPS[1],
            seed=options.seed,
            workers=options.threads,
        )
        torch.set_num_threads(options.threads)
        after = learned(layers_of(net), kept, steps=options.steps, seed=options.seed)
        state = with_layers(net.state_dict(), after)
        run = {"step": options.steps, "batch": sum(DRAWN.values()), "seconds": time.time() - began}
        states.save(folder, {"run": run, "net": state, "averaged": state})
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Report on a state as an export would be, or on a file as it is."""
    import torch

    from . import state as states
    from .export import weights
    from .mixture import feed_of
    from .replica import network
    from .reporting import as_text, measured

    torch.set_num_threads(options.threads)
    source, photos = data(options)
    net = network(len(source.names))
    if options.file is not None:
        net.load_state_dict(weights(options.file), strict=False)
    elif (state := states.load(options.work / options.run)) is not None:
        as_shipped(net, state[options.weights], feed_of(source.train, photos.get("train")))
    else:
        print(f"training: {options.work / options.run} holds no state", file=sys.stderr)
        return 2
    figures = measured(net, source, options.images, photos.get("val"), photos.get("kept back"))
    print(as_text(figures))
    if options.report is not None:
        options.report.write_text(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0


def as_shipped(net: nn.Module, state: dict[str, Tensor], feed: Feed) -> None:
    """Give ``net`` the weights of ``state``, its statistics anew, all rounded to float16."""
    from .export import halved, reestimate

    net.load_state_dict(state)
    reestimate(net, feed)
    net.load_state_dict({name: t.float() for name, t in halved(net.state_dict()).items()}, strict=False)


def export(options: argparse.Namespace) -> int:
    """Evaluate a run's weights as they ship, and write them with the figures inside."""
    import torch

    from . import state as states
    from .export import between, halved, levelled, metadata, weights, write
    from .mixture import feed_of
    from .replica import network
    from .reporting import as_text, measured

    torch.set_num_threads(options.threads)
    source, photos = data(options)
    state = states.load(options.work / options.run)
    if state is None:
        print(f"training: {options.work / options.run} holds no state", file=sys.stderr)
        return 2
    if options.keep and options.begun_with is None:
        print("training: --keep needs --begun-with, the file whose weights are kept", file=sys.stderr)
        return 2
    net = network(len(source.names))
    final = state[options.weights]
    if options.keep:
        final = between(weights(options.begun_with), final, options.keep)
    if photos:
        new = int(source.train.classes.max()) + 1  # only photos show the classes from here on
        both = [one for one in set(photos["train"].classes.tolist()) if one < new]
        final = levelled(final, both, new=new, stretch=options.stretch, by=options.lower)
    as_shipped(net, final, feed_of(source.train, photos.get("train")))
    figures = measured(net, source, options.images, photos.get("val"), photos.get("kept back"))
    run = state["run"]
    epochs = run["step"] * run["batch"] / len(source.train)
    seconds, mixed, strange = run["seconds"], *(len(photos.get(kind, ())) for kind in ("train", "learned"))
    before = training_of(options.begun_with) if options.begun_with else ""
    texts = metadata(
        source.names,
        figures,
        epochs=epochs,
        seconds=seconds,
        photos=mixed,
        strange=strange,
        begun_with=before,
        kept=options.keep,
        teacher=options.teacher.stem if options.teacher else "",
    )
    out = options.out or SHIPPED / f"everyday{len(source.names)}.safetensors"
    size = write(out, halved(net.state_dict()), texts)
    print(as_text(figures))
    print(f"wrote {out}, {size} bytes")
    if options.report is not None:
        options.report.write_text(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0
