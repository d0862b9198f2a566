"""What several commands begin with: a checkpoint, its network, its convention, a picture."""

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gnet_desktop.checkpoints.checkpoint import WEIGHTS_CHOICE, Checkpoint
from gnet_desktop.commands.calibrating import calibrated
from gnet_desktop.convention import Convention, parse_convention
from gnet_desktop.errors import UsageError, link
from gnet_desktop.files import exists
from gnet_desktop.resources import BUNDLED

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet


@dataclass(frozen=True, slots=True)
class CommandSession:
    """A network ready to answer."""

    checkpoint: Checkpoint
    network: "GoogLeNet"
    convention: Convention
    device: str


def open_session(arguments: argparse.Namespace) -> CommandSession:
    """Open what ``--checkpoint``, ``--labels``, `choices`, ``--calibration`` and so on name.

    What the file leaves open, and what may be wrong with it, is said on stderr.
    """
    from gnet_desktop.workspace.tasks import choose_device

    checkpoint = open_named(arguments.checkpoint, arguments.labels, choices(arguments))
    _say_doubts(checkpoint)
    checkpoint = calibrated(checkpoint, arguments.calibration)
    convention = chosen_convention(arguments.preprocess, checkpoint)
    device = choose_device(arguments.device)
    from gnet_desktop.network.googlenet import GoogLeNet

    return CommandSession(checkpoint, GoogLeNet.from_checkpoint(checkpoint).to(device), convention, device)


def open_named(name: str | None, labels: Path | None, assume: Mapping[str, str] | None = None) -> Checkpoint:
    """Open a checkpoint by its file or its name in the catalogue; none is the bundled one.

    ``assume`` as in `checkpoints.reading.open_checkpoint`.
    """
    from gnet_desktop.checkpoints.reading import open_checkpoint

    return open_checkpoint(checkpoint_path(name), labels=labels, assume=assume)


def choices(arguments: argparse.Namespace) -> dict[str, str]:
    """What ``--weights`` and ``--assume`` mean for opening; raises UsageError for what is no KEY=VALUE."""
    found: dict[str, str] = {}
    for text in arguments.assume:
        key, equals, value = str(text).partition("=")
        if not (key and equals and value):
            raise UsageError(
                f"--assume {text} cannot be understood.",
                "It takes a key and a value.",
                "For example --assume family=torchvision; 'gnet-desktop inspect' lists what is open.",
            )
        found[key] = value
    return found if arguments.weights is None else {**found, WEIGHTS_CHOICE: arguments.weights}


def _say_doubts(checkpoint: Checkpoint) -> None:
    """On stderr: what the answers hang on and the file doesn't tell, and what may be wrong with it."""
    from gnet_desktop.checkpoints.describing.assumptions import in_doubt

    name = shown_name(checkpoint.provenance.path)
    if doubts := in_doubt(checkpoint):
        said = "; ".join(doubts)
        print(f"gnet-desktop: {name}: assumed, as the file does not say: {said}.", file=sys.stderr)
    for warning in checkpoint.provenance.warnings:
        print(f"gnet-desktop: {name}: {warning}", file=sys.stderr)


def checkpoint_path(name: str | None) -> Path:
    """The file of a path, of a catalogue name, or the bundled checkpoint's."""
    from gnet_desktop.checkpoints import catalogue

    path = Path(name) if name else None
    if path is not None and (exists(path) or os.sep in str(name)):
        return path
    entry = catalogue.find(name or BUNDLED)
    if entry is None:
        return Path(str(name))
    found = catalogue.locate(entry)
    if found is None:
        raise UsageError(
            f"{entry.name} is not on this machine yet.",
            "",
            f"Fetch it with 'gnet-desktop models fetch {entry.name}'.",
        )
    return found


def chosen_convention(text: str | None, checkpoint: Checkpoint) -> Convention:
    """The convention that ``--preprocess`` asks for, or the checkpoint's own."""
    return parse_convention(text, checkpoint.convention) if text else checkpoint.convention


def picture_source(name: str) -> Path | bytes:
    """A path, or for ``-`` the bytes of standard input."""
    return sys.stdin.buffer.read() if name == "-" else Path(name)


def shown_name(source: Path | bytes | str) -> str:
    """A name for people and data: undecodable bytes become replacement signs, links keep their slashes."""
    if isinstance(source, bytes):
        return "-"
    name = os.fsencode(source).decode("utf-8", "replace")
    return link(name) or name


def progress_wanted() -> bool:
    """Whether a person watches stderr."""
    return sys.stderr.isatty()
