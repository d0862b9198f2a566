"""The command line: what is asked for, and how failures end."""

import argparse
import importlib
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from typing_extensions import override

from gnet_desktop import __version__
from gnet_desktop.errors import Cancelled, ExportError, GNetError
from gnet_desktop.files import why_unreadable, why_unwritten
from gnet_desktop.home import ensure_home
from gnet_desktop.pictures.apart import APART
from gnet_desktop.shown import plain

COMMANDS: Final = (
    "classify",
    "inspect",
    "convert",
    "activations",
    "ablate",
    "explain",
    "compare",
    "evaluate",
    "index",
    "visualize",
    "screenshot",
    "models",
    "desktop-entry",
    "self-test",
)
INTERRUPTED: Final = 130
_LONGEST: Final = 2000
_METHODS: Final = ("contributions", "grad-cam", "integrated-gradients", "occlusion")

_DESCRIPTION: Final = (
    "Open any GoogLeNet checkpoint, drop pictures on it, and look inside. "
    "Without a command a window opens with the files given."
)
_COMMAND_HELP: Final = """\
commands:
  classify     answers of all heads for pictures, folders or standard input
  inspect      what a checkpoint is: family, classes, heads, input convention
  convert      a checkpoint as safetensors, for torchvision, as Python, or as ONNX
  activations  numbers and maps of every branch for one picture
  ablate       answers with parts of the network switched off
  explain      which part of a picture speaks for an answer
  compare      two pictures or two checkpoints side by side
  evaluate     how right a checkpoint is on a folder of pictures
  index        what every unit does over a folder of pictures
  visualize    pictures of what units and classes want
  screenshot   the window as a picture or a page, without a screen
  models       known checkpoints: list, fetch, where
  desktop-entry a place in the menu, for what pipx, uv or pip installed
  self-test    check that this installation works

'gnet-desktop COMMAND --help' tells more about each.
exit status: 0 done, 1 some pictures failed, 2 nothing could be done,
3 this machine lacks something, 130 interrupted.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with these arguments and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _open_standard_streams()
    quieten_libraries()
    if arguments == [APART]:
        return importlib.import_module("gnet_desktop.pictures.elsewhere").serve()  # type: ignore[no-any-return]
    try:
        return _run(arguments)
    except GNetError as error:
        if not isinstance(error, Cancelled):
            print(f"gnet-desktop: {error}", file=sys.stderr)
        return error.exit_status
    except ImportError as error:
        return _say_what_is_missing(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return 0
    except OSError as error:
        return _stopped_by_the_system(error)


def _say_what_is_missing(error: ImportError) -> int:
    """A system library that isn't installed is no fault of ours; any other failed import is."""
    from gnet_desktop.gui.system.machine import library_error

    said = library_error(error)
    if said is None:
        raise error
    print(f"gnet-desktop: {said}", file=sys.stderr)
    return said.exit_status


def _run(arguments: list[str]) -> int:
    parser, name = _chosen_parser(arguments)
    if arguments and arguments[0] in COMMANDS:
        arguments = arguments[1:]
    parsed = parser.parse_args(arguments)
    if said := ensure_home():
        print(f"gnet-desktop: {said}", file=sys.stderr)
    module = importlib.import_module(f"gnet_desktop.commands.{name.replace('-', '_')}")
    status: int = module.run(parsed)
    sys.stdout.flush()
    return status


def _chosen_parser(arguments: Sequence[str]) -> tuple[argparse.ArgumentParser, str]:
    name = arguments[0] if arguments and arguments[0] in COMMANDS else "window"
    return parsers()[name], name


def parsers() -> dict[str, argparse.ArgumentParser]:
    """A parser for each command, and ``window`` for none: also what completions are made from."""
    return {
        "window": _window(),
        "classify": _classify(),
        "inspect": _inspect(),
        "convert": _convert(),
        "activations": _activations(),
        "ablate": _ablate(),
        "explain": _explain(),
        "compare": _compare(),
        "evaluate": _evaluate(),
        "index": _index(),
        "visualize": _visualize(),
        "screenshot": _screenshot(),
        "models": _models(),
        "desktop-entry": _desktop_entry(),
        "self-test": _parser("self-test", "Check that this installation works."),
    }


class _Parser(argparse.ArgumentParser):
    """What was typed may hold anything, and is said on a terminal."""

    @override
    def error(self, message: str) -> NoReturn:
        """Say what cannot be understood, without what a terminal would obey."""
        super().error(plain(message, _LONGEST))


def _parser(command: str, description: str, **options: str) -> argparse.ArgumentParser:
    program = f"gnet-desktop {command}".strip()
    layout = argparse.RawDescriptionHelpFormatter
    return _Parser(program, description=description, formatter_class=layout, **options)  # type: ignore[arg-type]


def _window() -> argparse.ArgumentParser:
    parser = _parser("", _DESCRIPTION, epilog=_COMMAND_HELP)
    parser.add_argument("paths", nargs="*", type=Path, metavar="FILE", help="a checkpoint, pictures, folders")
    parser.add_argument("--version", action="version", version=f"gnet-desktop {__version__}")
    _add_labels_and_choices(parser)
    _add_device(parser)
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="colours of the window")
    parser.add_argument("--clean", action="store_true", help="ignore the remembered settings")
    return parser


def _classify() -> argparse.ArgumentParser:
    parser = _parser("classify", "Answers of all heads for pictures, folders or '-' (standard input).")
    parser.add_argument("pictures", nargs="*", metavar="PICTURE", help="picture, folder, or - for its bytes")
    parser.add_argument(
        "--files-from", metavar="F", help="read names from F (- for standard input), a line or NUL each"
    )
    _add_checkpoint(parser)
    parser.add_argument("--top", type=_positive, default=5, metavar="N", help="answers of each head (5)")
    _add_preprocess(parser)
    _add_device(parser)
    _add_format(parser, "text", "json", "csv")
    return parser


def _inspect() -> argparse.ArgumentParser:
    parser = _parser("inspect", "What a checkpoint is.")
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    _add_labels_and_choices(parser)
    parser.add_argument(
        "--verify",
        type=Path,
        metavar="PICTURE",
        help="compare with an independent definition on this picture",
    )
    _add_format(parser, "text", "json")
    return parser


def _convert() -> argparse.ArgumentParser:
    parser = _parser("convert", "A checkpoint written again, for other programs, and checked on a picture.")
    parser.add_argument("checkpoint", metavar="CHECKPOINT", help="a file, or a name of 'models'")
    _add_labels_and_choices(parser)
    parser.add_argument(
        "--to",
        choices=("safetensors", "torchvision", "torch", "onnx"),
        required=True,
        help="torchvision: its state dict; torch: a Python file that needs only PyTorch, with its weights",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="F", help="its ending follows from --to")
    parser.add_argument("--picture", type=Path, metavar="F", help="on which it is checked (a sample)")
    _add_preprocess(parser)
    _add_format(parser, "text", "json")
    return parser


def _activations() -> argparse.ArgumentParser:
    parser = _parser("activations", "Numbers and maps of every branch for one picture.")
    parser.add_argument("picture", metavar="PICTURE", help="a picture, or - for its bytes")
    _add_checkpoint(parser)
    parser.add_argument(
        "--unit",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="also this unit, e.g. 4a/5x5:11",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the files of --save")
    parser.add_argument("--save", type=_kinds, default=(), metavar="npy,png", help="write arrays, pictures")
    _add_preprocess(parser)
    _add_device(parser)
    _add_format(parser, "text", "json", "csv")
    return parser


def _ablate() -> argparse.ArgumentParser:
    parser = _parser("ablate", "Answers with parts of the network switched off, or the effect of each part.")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="a picture, or - for its bytes")
    _add_checkpoint(parser)
    _add_changes(parser)
    parser.add_argument("--each", choices=("branch", "module", "unit"), help="the effect of each, one by one")
    parser.add_argument("--within", metavar="4a", help="only of this module")
    _add_class(parser)
    parser.add_argument("--top", type=_positive, default=5, metavar="N", help="answers of each head (5)")
    _add_preprocess(parser)
    _add_device(parser)
    _add_format(parser, "text", "json", "csv")
    return parser


def _explain() -> argparse.ArgumentParser:
    parser = _parser("explain", "Which part of a picture speaks for an answer, and how far to trust that.")
    parser.add_argument("picture", metavar="PICTURE", help="a picture, or - for its bytes")
    _add_checkpoint(parser)
    parser.add_argument("--method", choices=_METHODS, default="grad-cam", help="(grad-cam)")
    parser.add_argument("--at", metavar="5b", help="the layer, for contributions and Grad-CAM (the deepest)")
    parser.add_argument("--head", choices=("main", "aux2", "aux1"), default="main", help="(main)")
    _add_class(parser)
    parser.add_argument("--against", metavar="CLASS", help="what speaks for the class and not for this one")
    parser.add_argument(
        "--baseline",
        choices=("mean", "black", "blurred"),
        default="mean",
        help="what covers or begins (mean)",
    )
    parser.add_argument("--window", type=_positive, metavar="N", help="side of what occlusion covers, in px")
    parser.add_argument("--trust", action="store_true", help="also deletion and insertion curves")
    parser.add_argument("--signed", action="store_true", help="also what speaks against it, for Grad-CAM")
    parser.add_argument("--path", action="store_true", help="back to the picture, an exact step at a time")
    parser.add_argument("--unit", metavar="4a/5x5:11", help="with --path: from this unit, not from the class")
    parser.add_argument("--cell", type=_cell, metavar="3,4", help="with --unit: column and row (its peak)")
    parser.add_argument(
        "--out", type=Path, metavar="F.png|F.npy", help="the map on the photo, or its numbers"
    )
    _add_preprocess(parser)
    _add_device(parser)
    _add_format(parser, "text", "json")
    return parser


def _compare() -> argparse.ArgumentParser:
    parser = _parser("compare", "Two pictures, or two checkpoints, side by side.")
    parser.add_argument(
        "picture",
        nargs="?",
        metavar="PICTURE",
        help="a picture, or - for its bytes; without one, the checkpoints' weights alone",
    )
    parser.add_argument("other", nargs="?", metavar="PICTURE2", help="the picture to compare with")
    parser.add_argument("--with", dest="with_", metavar="F", help="the checkpoint to compare with")
    _add_checkpoint(parser)
    parser.add_argument("--top", type=_positive, default=5, metavar="N", help="answers of each head (5)")
    _add_preprocess(parser)
    _add_device(parser)
    _add_format(parser, "text", "json")
    return parser


def _add_changes(parser: argparse.ArgumentParser) -> None:
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


def _add_class(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--class", dest="label", metavar="CLASS", help="a class by name or number (the first answer)"
    )


def _evaluate() -> argparse.ArgumentParser:
    parser = _parser("evaluate", "How right a checkpoint is on a folder whose pictures' classes are known.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="class folders, or pictures with --truth")
    parser.add_argument("--truth", type=Path, metavar="F.csv", help="a picture's path and its class a row")
    _add_checkpoint(parser)
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the answers there, and go on from them"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="F.html|csv|json|txt",
        help="also a page with the worst mistakes, a table of pictures, figures, a list of the wrong ones",
    )
    parser.add_argument(
        "--conventions", metavar="all|NAME,…", help="which input convention fits: each of these, side by side"
    )
    parser.add_argument(
        "--sample", type=_positive, metavar="N", help="with --conventions: so many pictures (all)"
    )
    _add_preprocess(parser)
    _add_device(parser)
    _add_format(parser, "text", "json", "csv")
    return parser


def _index() -> argparse.ArgumentParser:
    parser = _parser(
        "index",
        "What every unit does over a folder of pictures.",
        usage="gnet-desktop index FOLDER --out DIR | index merge DIR… --out DIR | index top UNIT --from DIR"
        " | index like PICTURE --from DIR | index alike MODULE --from DIR"
        " | index crops PART --from DIR --out DIR",
    )
    parser.add_argument(
        "what", nargs="?", choices=("merge", "top", "like", "alike", "crops"), help=argparse.SUPPRESS
    )
    parser.add_argument("items", nargs="+", metavar="FOLDER", help="folder; indexes; a part, unit or picture")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the index that is made; crops: their folder")
    parser.add_argument("--shard", type=_shard, default=(1, 1), metavar="I/N", help="only every Nth picture")
    parser.add_argument("--truth", type=Path, metavar="F.csv", help="a picture's path and its class a row")
    parser.add_argument("--from", dest="source", type=Path, metavar="DIR", help="the index to ask")
    parser.add_argument("--image", type=Path, metavar="F.png", help="top: the crops as a picture")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="where its pictures lie")
    parser.add_argument(
        "--top", type=_positive, default=10, metavar="N", help="top, like, crops: how many (10)"
    )
    _add_checkpoint(parser)
    _add_preprocess(parser)
    _add_device(parser)
    _add_format(parser, "text", "json", "csv")
    return parser


def _visualize() -> argparse.ArgumentParser:
    parser = _parser("visualize", "Pictures made so that a unit, or a class of a head, answers most.")
    parser.add_argument("wants", nargs="+", metavar="UNIT|CLASS", help="4a/5x5:11, 4a:411; tabby, 281")
    _add_checkpoint(parser)
    parser.add_argument("--head", choices=("main", "aux2", "aux1"), default="main", help="of a class (main)")
    parser.add_argument("--steps", type=_positive, default=256, metavar="N", help="(256)")
    parser.add_argument("--size", type=_positive, default=128, metavar="PIXELS", help="its side (128)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another one, another picture (0)")
    parser.add_argument("--negative", action="store_true", help="what silences it most")
    parser.add_argument("--centre", action="store_true", help="only the middle cell of its map counts")
    parser.add_argument("--count", type=_positive, default=1, metavar="N", help="so many that differ (1)")
    parser.add_argument(
        "--directions", type=Path, metavar="F", help="a matrix whose rows are wanted, by number, at --at"
    )
    parser.add_argument("--at", metavar="4a/3x3", help="the layer that the directions are for")
    parser.add_argument("--beside", type=Path, metavar="DIR", help="an index, whose crops stand beside each")
    parser.add_argument(
        "--no-keep", dest="keep", action="store_false", help="make it anew, and do not keep it"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="F.png")
    _add_preprocess(parser)
    _add_device(parser)
    _add_format(parser, "text", "json")
    return parser


def _screenshot() -> argparse.ArgumentParser:
    parser = _parser("screenshot", "The window as a picture, or as a page to read, without a screen.")
    parser.add_argument("picture", type=Path, metavar="PICTURE")
    _add_checkpoint(parser)
    parser.add_argument("--module", default=None, metavar="4a", help="the module whose branches are shown")
    parser.add_argument("--unit", default=None, metavar="4a/5x5:11", help="the unit that is chosen")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", type=_size, default=(1600, 1000), metavar="1600x1000")
    parser.add_argument("--panel", default=None, metavar="NAME", help="only this panel, e.g. network")
    parser.add_argument(
        "--page", choices=("explore", "units"), default="explore", help="the page that is shown"
    )
    parser.add_argument(
        "--folder", type=Path, metavar="FOLDER", help="with --page units: whose strongest pictures"
    )
    parser.add_argument(
        "--steps", type=_positive, default=256, metavar="N", help="with --page units: of each picture (256)"
    )
    _add_changes(parser)
    parser.add_argument("--why", choices=_METHODS, help="what speaks for the answer, over the photo")
    _add_preprocess(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="F.png|F.html")
    return parser


def _models() -> argparse.ArgumentParser:
    parser = _parser("models", "Known checkpoints and where they lie on this machine.")
    actions = parser.add_subparsers(dest="action", metavar="list | fetch NAME | where")
    actions.add_parser("list", help="the known checkpoints (also without a word)")
    fetch = actions.add_parser("fetch", help="download one, checked and kept for use without a network")
    fetch.add_argument("name", metavar="NAME")
    where = actions.add_parser("where", help="the folder, or the file of one checkpoint")
    where.add_argument("name", nargs="?", metavar="NAME")
    return parser


def _desktop_entry() -> argparse.ArgumentParser:
    parser = _parser(
        "desktop-entry", "A place in this person's menu, for what pipx, uv or pip installed (Linux)."
    )
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--install", action="store_true", help="write menu entry, icon and file types")
    chosen.add_argument("--remove", action="store_true", help="take them away again")
    return parser


def _add_checkpoint(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoint", metavar="F", help="a file, or a name of 'models' (everyday100)")
    _add_labels_and_choices(parser)


def _add_labels_and_choices(parser: argparse.ArgumentParser) -> None:
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


def _add_preprocess(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--preprocess",
        metavar="NAME",
        help="torchvision, caffe, caffe-short-side, inception, fit, or resize=256,crop=224,order=bgr,…",
    )


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", default="auto", metavar="auto|cpu|cuda[:N]", help="where to compute (auto)"
    )


def _add_format(parser: argparse.ArgumentParser, *formats: str) -> None:
    parser.add_argument("--format", choices=formats, default=formats[0])


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _shard(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text}: I/N with I from 1 to N")
    return int(part), int(parts)


def _kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(dict.fromkeys(text.split(",")))
    if not set(kinds) <= {"npy", "png"}:
        raise argparse.ArgumentTypeError(f"{text}: npy, png or both")
    return kinds


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (
        width.isdecimal() and height.isdecimal() and 320 <= int(width) <= 8000 and 240 <= int(height) <= 8000
    ):
        raise argparse.ArgumentTypeError(f"{text}: WIDTHxHEIGHT between 320x240 and 8000x8000")
    return int(width), int(height)


def _cell(text: str) -> tuple[int, int]:
    column, _, row = text.partition(",")
    if not (column.strip().isdecimal() and row.strip().isdecimal()):
        raise argparse.ArgumentTypeError(f"{text}: a column and a row from 0, like 3,4")
    return int(column), int(row)


def _open_standard_streams() -> None:
    """Give a windowed program, which has none, somewhere to write to; names may be any bytes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def quieten_libraries() -> None:
    """Keep what libraries say to programmers off stderr, unless Python was told to show it (-W)."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())


def _stopped_by_the_system(error: OSError) -> int:
    """One sentence for what the system refused and nobody foresaw; a full disk under stdout above all."""
    _forget_output()
    if error.filename is None:
        failed = ExportError("The output was not written to its end.", *why_unwritten(error))
    else:
        failed = ExportError(f"{os.fsdecode(error.filename)} cannot be used.", *why_unreadable(error))
    print(f"gnet-desktop: {failed}", file=sys.stderr)
    return failed.exit_status


def _forget_output() -> None:
    """Keep Python from complaining at exit that the reader of stdout has left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
