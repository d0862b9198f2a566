"""The options that several commands share, and how a parser speaks."""

import argparse
from pathlib import Path
from typing import Final, NoReturn

from typing_extensions import override

from gnet_desktop.resources import BUNDLED
from gnet_desktop.shown import plain

_LONGEST: Final = 2000


class _Parser(argparse.ArgumentParser):
    """What was typed may hold anything, and is said on a terminal."""

    @override
    def error(self, message: str) -> NoReturn:
        """Say what cannot be understood, without what a terminal would obey."""
        super().error(plain(message, _LONGEST))


def parser_of(command: str, description: str, **options: str) -> argparse.ArgumentParser:
    """A parser that says ``gnet-desktop COMMAND`` of itself; ``options`` are `argparse.ArgumentParser`'s."""
    program = f"gnet-desktop {command}".strip()
    layout = argparse.RawDescriptionHelpFormatter
    return _Parser(program, description=description, formatter_class=layout, **options)  # type: ignore[arg-type]


def add_changes(parser: argparse.ArgumentParser) -> None:
    """What is changed in the network, and how."""
    parser.add_argument(
        "--part", nargs="+", action="extend", default=[], metavar="PART", help="4a/5x5, 4a, 4a/5x5:3,11"
    )
    parser.add_argument(
        "--how",
        action="append",
        metavar="HOW",
        help="what becomes of it: off, mean, usual, scale=K, from=PICTURE (off); "
        "once for all parts, or once for each",
    )
    parser.add_argument(
        "--over", nargs="+", default=[], metavar="PICTURE", help="the pictures whose mean is usual"
    )


def add_units(parser: argparse.ArgumentParser) -> None:
    """The unit that is chosen, and those beside it."""
    parser.add_argument("--unit", default=None, metavar="4a/5x5:11", help="the unit that is chosen")
    parser.add_argument(
        "--pin", action="append", default=[], metavar="UNIT", help="a unit in the tray (may be repeated)"
    )


def add_class(parser: argparse.ArgumentParser) -> None:
    """The class that is asked about."""
    parser.add_argument(
        "--class", dest="label", metavar="CLASS", help="a class by name or number (the first answer)"
    )


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    """The checkpoint, and how it is to be read."""
    parser.add_argument("--checkpoint", metavar="F", help=f"a file, or a name of 'models' ({BUNDLED})")
    add_labels_and_choices(parser)


def add_labels_and_choices(parser: argparse.ArgumentParser) -> None:
    """How a checkpoint is to be read."""
    parser.add_argument("--labels", type=Path, metavar="F", help="class names for the checkpoint")
    parser.add_argument(
        "--weights",
        metavar="NAME",
        help="of a file with several sets of weights, the one to use, such as ema_state.module",
    )
    parser.add_argument(
        "--assume",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="what the file leaves open, such as family=torchvision; 'inspect' lists it (may be repeated)",
    )


def add_preprocess(parser: argparse.ArgumentParser) -> None:
    """The input convention."""
    parser.add_argument(
        "--preprocess",
        metavar="NAME",
        help="torchvision, caffe, caffe-short-side, inception, fit, or resize=256,crop=224,order=bgr,…",
    )


def add_calibration(parser: argparse.ArgumentParser) -> None:
    """What logits are divided by, and below which probability nothing fits."""
    parser.add_argument(
        "--calibration",
        metavar="kept|file|main=T,…",
        default="kept",
        help="temperatures and threshold: fitted and kept with the checkpoint (kept), as the file has them, "
        "or main=1.3,threshold=0.4",
    )


def add_device(parser: argparse.ArgumentParser) -> None:
    """Where to compute."""
    parser.add_argument(
        "--device", default="auto", metavar="auto|cpu|cuda[:N]", help="where to compute (auto)"
    )


def add_format(parser: argparse.ArgumentParser, *formats: str) -> None:
    """The formats of what is printed, the usual one first."""
    parser.add_argument("--format", choices=formats, default=formats[0])


def add_compared(parser: argparse.ArgumentParser) -> None:
    """What a window's run is compared with, and how both are shown."""
    parser.add_argument("--against", type=Path, metavar="PICTURE", help="another picture to compare with")
    parser.add_argument("--with", dest="with_", metavar="F", help="another checkpoint to compare with")
    parser.add_argument(
        "--with-preprocess", metavar="NAME", help="another input convention to compare with, as --preprocess"
    )
    parser.add_argument("--show", choices=("this", "reference", "difference"), help="which run is shown")
    parser.add_argument(
        "--photos",
        choices=("alone", "beside", "split"),
        help="the photo as one picture, as two, or parted",
    )
    parser.add_argument(
        "--answers-by", choices=("answer", "change"), help="the likeliest answers first, or the most changed"
    )
