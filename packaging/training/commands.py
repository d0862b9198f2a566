"""The command line of the training; that of BVLC's heads, behind ``bvlc``, is in `bvlc_heads`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DATA: Final = Path(os.environ.get("GNET_SHARED", ROOT.parent / "shared")) / "data" / "everyday100.tar"
WORK: Final = Path(os.environ.get("TRAINING_WORK", "/var/tmp/gnet-training")) / "next"
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
    last.add_argument("--steps", type=int, default=1500)
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
    from . import shipping, teaching

    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "train": teaching.train,
        "upper": teaching.upper,
        "classifiers": teaching.classifiers,
        "evaluate": shipping.evaluate,
        "export": shipping.export,
    }
    return actions[options.command](options)
