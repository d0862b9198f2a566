"""A parser for each command, and one for the window."""

import argparse
from pathlib import Path
from typing import Final

from gnet_desktop import __version__
from gnet_desktop.inspection.attribution.methods import METHODS
from gnet_desktop.network.architecture import HEADS
from gnet_desktop.parsers.options import (
    add_calibration,
    add_changes,
    add_checkpoint,
    add_class,
    add_compared,
    add_device,
    add_format,
    add_labels_and_choices,
    add_preprocess,
    add_units,
    parser_of,
)
from gnet_desktop.parsers.values import cell, kinds, positive, shard, size

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
_PAGES: Final = ("explore", "folder", "units")
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
  compare      two pictures, checkpoints or groups side by side
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
        "self-test": parser_of("self-test", "Check that this installation works."),
    }


def _window() -> argparse.ArgumentParser:
    parser = parser_of("", _DESCRIPTION, epilog=_COMMAND_HELP)
    parser.add_argument("paths", nargs="*", type=Path, metavar="FILE", help="a checkpoint, pictures, folders")
    parser.add_argument("--version", action="version", version=f"gnet-desktop {__version__}")
    add_labels_and_choices(parser)
    add_device(parser)
    parser.add_argument(
        "--page",
        choices=_PAGES,
        default="explore",
        help="the page that is shown first; folder and units take the first folder given",
    )
    parser.add_argument("--theme", choices=("system", "light", "dark"), help="colours of the window")
    parser.add_argument("--clean", action="store_true", help="ignore the remembered settings")
    return parser


def _classify() -> argparse.ArgumentParser:
    parser = parser_of("classify", "Answers of all heads for pictures, folders or '-' (standard input).")
    parser.add_argument("pictures", nargs="*", metavar="PICTURE", help="picture, folder, or - for its bytes")
    parser.add_argument(
        "--files-from", metavar="F", help="read names from F (- for standard input), a line or NUL each"
    )
    add_checkpoint(parser)
    parser.add_argument("--top", type=positive, default=5, metavar="N", help="answers of each head (5)")
    add_calibration(parser)
    add_preprocess(parser)
    add_device(parser)
    add_format(parser, "text", "json", "csv")
    return parser


def _inspect() -> argparse.ArgumentParser:
    parser = parser_of("inspect", "What a checkpoint is.")
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    add_labels_and_choices(parser)
    parser.add_argument(
        "--verify",
        type=Path,
        metavar="PICTURE",
        help="compare with an independent definition on this picture",
    )
    add_format(parser, "text", "json")
    return parser


def _convert() -> argparse.ArgumentParser:
    parser = parser_of("convert", "A checkpoint written again, for other programs, and checked on a picture.")
    parser.add_argument("checkpoint", metavar="CHECKPOINT", help="a file, or a name of 'models'")
    add_labels_and_choices(parser)
    parser.add_argument(
        "--to",
        choices=("safetensors", "torchvision", "torch", "onnx"),
        required=True,
        help="torchvision: its state dict; torch: a Python file that needs only PyTorch, with its weights",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="F", help="its ending follows from --to")
    parser.add_argument("--picture", type=Path, metavar="F", help="on which it is checked (a sample)")
    add_preprocess(parser)
    add_format(parser, "text", "json")
    return parser


def _activations() -> argparse.ArgumentParser:
    parser = parser_of("activations", "Numbers and maps of every branch for one picture.")
    parser.add_argument("picture", metavar="PICTURE", help="a picture, or - for its bytes")
    add_checkpoint(parser)
    parser.add_argument(
        "--unit",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="also this unit, e.g. 4a/5x5:11",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the files of --save")
    parser.add_argument("--save", type=kinds, default=(), metavar="npy,png", help="write arrays, pictures")
    add_calibration(parser)
    add_preprocess(parser)
    add_device(parser)
    add_format(parser, "text", "json", "csv")
    return parser


def _ablate() -> argparse.ArgumentParser:
    parser = parser_of(
        "ablate", "Answers with parts of the network switched off, or the effect of each part."
    )
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="a picture, or - for its bytes")
    add_checkpoint(parser)
    add_changes(parser)
    parser.add_argument("--each", choices=("branch", "module", "unit"), help="the effect of each, one by one")
    parser.add_argument("--within", metavar="4a", help="only of this module")
    add_class(parser)
    parser.add_argument("--top", type=positive, default=5, metavar="N", help="answers of each head (5)")
    add_calibration(parser)
    add_preprocess(parser)
    add_device(parser)
    add_format(parser, "text", "json", "csv")
    return parser


def _explain() -> argparse.ArgumentParser:
    parser = parser_of("explain", "Which part of a picture speaks for an answer, and how far to trust that.")
    parser.add_argument("picture", metavar="PICTURE", help="a picture, or - for its bytes")
    add_checkpoint(parser)
    parser.add_argument("--method", choices=METHODS, default="grad-cam", help="(grad-cam)")
    parser.add_argument("--at", metavar="5b", help="the layer, for contributions and Grad-CAM (the deepest)")
    parser.add_argument("--head", choices=HEADS, default="main", help="(main)")
    add_class(parser)
    parser.add_argument("--against", metavar="CLASS", help="what speaks for the class and not for this one")
    parser.add_argument(
        "--baseline",
        choices=("mean", "black", "blurred"),
        default="mean",
        help="what covers or begins (mean)",
    )
    parser.add_argument("--window", type=positive, metavar="N", help="side of what occlusion covers, in px")
    parser.add_argument("--trust", action="store_true", help="also deletion and insertion curves")
    parser.add_argument("--signed", action="store_true", help="also what speaks against it, for Grad-CAM")
    parser.add_argument("--path", action="store_true", help="back to the picture, an exact step at a time")
    parser.add_argument("--unit", metavar="4a/5x5:11", help="with --path: from this unit, not from the class")
    parser.add_argument("--cell", type=cell, metavar="3,4", help="with --unit: column and row (its peak)")
    parser.add_argument(
        "--out", type=Path, metavar="F.png|F.npy", help="the map on the photo, or its numbers"
    )
    add_calibration(parser)
    add_preprocess(parser)
    add_device(parser)
    add_format(parser, "text", "json")
    return parser


def _compare() -> argparse.ArgumentParser:
    parser = parser_of("compare", "Two pictures, two checkpoints or two groups of pictures, side by side.")
    parser.add_argument(
        "picture",
        nargs="?",
        metavar="PICTURE",
        help="a picture, or - for its bytes; without one, the checkpoints' weights alone",
    )
    parser.add_argument("other", nargs="?", metavar="PICTURE2", help="the picture to compare with")
    parser.add_argument("--with", dest="with_", metavar="F", help="the checkpoint to compare with")
    parser.add_argument(
        "--over",
        nargs="+",
        default=[],
        metavar="PICTURE",
        help="with --with: also module by module and unit by unit, over these pictures, folders or indexes",
    )
    parser.add_argument(
        "--group",
        nargs="+",
        action="append",
        default=[],
        metavar="PICTURE",
        help="pictures or folders; said twice: the units that tell the two groups apart",
    )
    parser.add_argument("--most", type=positive, default=20, metavar="N", help="with --group: so many (20)")
    add_checkpoint(parser)
    parser.add_argument("--top", type=positive, default=5, metavar="N", help="answers of each head (5)")
    add_calibration(parser)
    add_preprocess(parser)
    add_device(parser)
    add_format(parser, "text", "json", "csv")
    return parser


def _evaluate() -> argparse.ArgumentParser:
    parser = parser_of("evaluate", "How right a checkpoint is on a folder whose pictures' classes are known.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="class folders, or pictures with --truth")
    parser.add_argument("--truth", type=Path, metavar="F.csv", help="a picture's path and its class a row")
    add_checkpoint(parser)
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
        "--sample", type=positive, metavar="N", help="with --conventions: so many pictures (all)"
    )
    parser.add_argument(
        "--fit", action="store_true", help="fit temperatures and threshold, and keep them with the checkpoint"
    )
    add_calibration(parser)
    add_preprocess(parser)
    add_device(parser)
    add_format(parser, "text", "json", "csv")
    return parser


def _index() -> argparse.ArgumentParser:
    parser = parser_of(
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
    parser.add_argument("--shard", type=shard, default=(1, 1), metavar="I/N", help="only every Nth picture")
    parser.add_argument("--truth", type=Path, metavar="F.csv", help="a picture's path and its class a row")
    parser.add_argument("--from", dest="source", type=Path, metavar="DIR", help="the index to ask")
    parser.add_argument("--image", type=Path, metavar="F.png", help="top: the crops as a picture")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="where its pictures lie")
    parser.add_argument(
        "--top", type=positive, default=10, metavar="N", help="top, like, crops: how many (10)"
    )
    add_checkpoint(parser)
    add_calibration(parser)
    add_preprocess(parser)
    add_device(parser)
    add_format(parser, "text", "json", "csv")
    return parser


def _visualize() -> argparse.ArgumentParser:
    parser = parser_of("visualize", "Pictures made so that a unit, or a class of a head, answers most.")
    parser.add_argument("wants", nargs="+", metavar="UNIT|CLASS", help="4a/5x5:11, 4a:411; tabby, 281")
    add_checkpoint(parser)
    parser.add_argument("--head", choices=HEADS, default="main", help="of a class (main)")
    parser.add_argument("--steps", type=positive, default=256, metavar="N", help="(256)")
    parser.add_argument("--size", type=positive, default=128, metavar="PIXELS", help="its side (128)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another one, another picture (0)")
    parser.add_argument("--negative", action="store_true", help="what silences it most")
    parser.add_argument("--centre", action="store_true", help="only the middle cell of its map counts")
    parser.add_argument("--count", type=positive, default=1, metavar="N", help="so many that differ (1)")
    parser.add_argument(
        "--directions", type=Path, metavar="F", help="a matrix whose rows are wanted, by number, at --at"
    )
    parser.add_argument("--at", metavar="4a/3x3", help="the layer that the directions are for")
    parser.add_argument("--beside", type=Path, metavar="DIR", help="an index, whose crops stand beside each")
    parser.add_argument(
        "--no-keep", dest="keep", action="store_false", help="make it anew, and do not keep it"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="F.png")
    add_calibration(parser)
    add_preprocess(parser)
    add_device(parser)
    add_format(parser, "text", "json")
    return parser


def _screenshot() -> argparse.ArgumentParser:
    parser = parser_of("screenshot", "The window as a picture, or as a page to read, without a screen.")
    parser.add_argument("picture", type=Path, metavar="PICTURE")
    add_checkpoint(parser)
    parser.add_argument("--module", default=None, metavar="4a", help="the module whose branches are shown")
    add_units(parser)
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", type=size, default=(1600, 1000), metavar="1600x1000")
    parser.add_argument("--panel", default=None, metavar="NAME", help="only this panel, e.g. network")
    parser.add_argument("--page", choices=_PAGES, default="explore", help="the page that is shown")
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="FOLDER",
        help="with --page folder: what is judged; with --page units: whose strongest pictures",
    )
    parser.add_argument(
        "--steps", type=positive, default=256, metavar="N", help="with --page units: of each picture (256)"
    )
    add_changes(parser)
    add_compared(parser)
    parser.add_argument("--why", choices=METHODS, help="what speaks for the answer, over the photo")
    parser.add_argument(
        "--teaching", action="store_true", default=None, help="with what the parts of the network are"
    )
    add_preprocess(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="F.png|F.html")
    return parser


def _models() -> argparse.ArgumentParser:
    parser = parser_of("models", "Known checkpoints and where they lie on this machine.")
    actions = parser.add_subparsers(dest="action", metavar="list | fetch NAME | where")
    actions.add_parser("list", help="the known checkpoints (also without a word)")
    fetch = actions.add_parser("fetch", help="download one, checked and kept for use without a network")
    fetch.add_argument("name", metavar="NAME")
    where = actions.add_parser("where", help="the folder, or the file of one checkpoint")
    where.add_argument("name", nargs="?", metavar="NAME")
    return parser


def _desktop_entry() -> argparse.ArgumentParser:
    parser = parser_of(
        "desktop-entry", "A place in this person's menu, for what pipx, uv or pip installed (Linux)."
    )
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--install", action="store_true", help="write menu entry, icon and file types")
    chosen.add_argument("--remove", action="store_true", help="take them away again")
    return parser
