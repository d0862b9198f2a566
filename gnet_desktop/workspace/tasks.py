"""What the workers run: plain functions from values to values.

Torch is imported here, inside the functions: on the engine's thread, and on the opener's, which
makes tensors of what it has read and computes nothing.
"""

import contextlib
import gc
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.convention import Convention
from gnet_desktop.errors import Cancelled, GNetError, MachineError, PictureError, UsageError
from gnet_desktop.network.architecture import Architecture
from gnet_desktop.network.changes import Change, check_changes
from gnet_desktop.network.naming import Unit, channel_counts
from gnet_desktop.network.record import Record
from gnet_desktop.network.sizes import check_size
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.workspace.values import THUMBNAIL_SIDE, Outcome, Result, RunKey, identity

if TYPE_CHECKING:
    from gnet_desktop.network.googlenet import GoogLeNet
    from gnet_desktop.pictures.preparation import Prepared

CancelFlag = threading.Event
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class LoadedNetwork:
    """A checkpoint, its network and where it runs.

    ``labels`` is where class names were taken from by hand, ``name`` its name in a `RunKey`.
    """

    checkpoint: Checkpoint
    network: "GoogLeNet"
    device: str
    labels: Path | None = None
    name: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", identity(self.checkpoint, self.device))


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A decoded picture and what the network will be given."""

    picture: Picture
    prepared: "Prepared"
    convention: Convention


def read_checkpoint(
    path: Path,
    labels: Path | None,
    progress: Progress,
    cancelled: CancelFlag,
    assume: Mapping[str, str] | None = None,
) -> Checkpoint:
    """Read a file; raises CheckpointError, LabelsError, Cancelled."""
    from gnet_desktop.checkpoints.reading import open_checkpoint

    return open_checkpoint(path, labels=labels, progress=progress, cancelled=cancelled.is_set, assume=assume)


@cache
def keep_libraries() -> None:
    """Take what is loaded by now off the collector's rounds.

    Torch alone has some half a million objects that never go; to look through them takes a
    tenth of a second, in which no thread gets its turn and nothing is painted.
    """
    gc.freeze()


def load_network(
    checkpoint: Checkpoint, labels: Path | None, device: str, cancelled: CancelFlag
) -> LoadedNetwork:
    """Build a checkpoint's network and make it ready; raises MachineError or Cancelled."""
    from gnet_desktop.network.googlenet import GoogLeNet

    keep_libraries()
    network = LoadedNetwork(checkpoint, GoogLeNet.from_checkpoint(checkpoint), "cpu", labels)
    if device != "cpu":
        network = move_network(network, device)
    _warm_up(network)
    if cancelled.is_set():
        raise Cancelled
    return network


def check_convention(architecture: Architecture, convention: Convention) -> None:
    """Raise UsageError if the network can take nothing that is prepared so."""
    if convention.channels != architecture.input_channels:
        raise UsageError(
            "This network cannot take pictures that are prepared so.",
            f"It reads {architecture.input_channels} channels, not {convention.channels}.",
            "Choose another convention.",
        )
    if convention.side is not None:
        try:
            check_size(architecture, (convention.side, convention.side))
        except PictureError as error:
            raise UsageError(error.what, error.why, error.todo) from error


def _warm_up(loaded: LoadedNetwork) -> None:
    """One pass of the usual size, so that the first picture doesn't pay for packing the kernels."""
    import torch

    convention = loaded.checkpoint.convention
    side = convention.crop or convention.size
    with contextlib.suppress(GNetError):
        loaded.network(
            torch.zeros(1, loaded.checkpoint.architecture.input_channels, side, side).to(loaded.device)
        )


def choose_device(wanted: str) -> str:
    """``auto``, ``cpu`` or ``cuda[:N]`` → the device to use; MachineError if it isn't there."""
    import torch

    if wanted == "cpu":
        return "cpu"
    available = torch.cuda.is_available()
    if wanted == "auto":
        return "cuda" if available else "cpu"
    if not available:
        built = (
            "This torch was built without CUDA."
            if torch.version.cuda is None
            else "No CUDA device was found."
        )
        raise MachineError(
            f"{wanted} cannot be used.", built, "Choose CPU, or check the driver with nvidia-smi."
        )
    number = int(wanted.partition(":")[2] or 0)
    if number >= torch.cuda.device_count():
        raise MachineError(
            f"{wanted} cannot be used.",
            f"This machine has {torch.cuda.device_count()} CUDA device(s), counted from 0.",
            "Choose one of them.",
        )
    return wanted


def move_network(loaded: LoadedNetwork, device: str) -> LoadedNetwork:
    """The same network on another device."""
    from gnet_desktop.network.googlenet import GoogLeNet

    target = choose_device(device)
    try:
        moved = GoogLeNet.from_checkpoint(loaded.checkpoint).to(target)
    except RuntimeError as error:
        first = str(error).partition("\n")[0]
        raise MachineError(f"{target} cannot be used.", f"{first}.", "The CPU stays in use.") from error
    return replace(loaded, network=moved, device=target)


def devices() -> list[tuple[str, str]]:
    """(name, words) of each device that can be chosen; imports torch."""
    import torch

    found = [("cpu", f"CPU, {torch.get_num_threads()} threads")]
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            found.append((f"cuda:{number}", torch.cuda.get_device_name(number)))
    return found


def make_thumbnail(source: Path | bytes) -> NDArray[np.uint8]:
    """A picture's thumbnail, (height, width, 3) uint8."""
    from gnet_desktop.pictures.decoding import thumbnail

    return np.asarray(thumbnail(source, THUMBNAIL_SIDE))


def read(source: Path | bytes, name: str, *, convert_profile: bool = True) -> Picture:
    """Decode a picture; raises PictureError."""
    from gnet_desktop.pictures.decoding import read_picture

    try:
        return read_picture(source, name=name, convert_profile=convert_profile)
    except PictureError as error:
        from gnet_desktop.checkpoints.containers.sniffing import not_a_picture

        raise not_a_picture(error, source) from error


def read_and_prepare(source: Path | bytes, name: str, convention: Convention) -> Read:
    """Decode a picture and make the network's input of it; raises PictureError."""
    from gnet_desktop.pictures.preparation import prepare

    picture = read(source, name, convert_profile=convention.profile == "srgb")
    return Read(picture, prepare(picture, convention), convention)


def run_pass(loaded: LoadedNetwork, read: Read, picture: int) -> Outcome:
    """One pass with the full record; ``picture`` is its number in the list."""
    prepared, key = read.prepared, RunKey(loaded.name, read.convention, picture)
    record = loaded.network(prepared.tensor())
    return outcome(Result(key, read.picture, prepared.geometry, prepared.shown, record, loaded.checkpoint))


def resume_pass(loaded: LoadedNetwork, unchanged: Result, key: RunKey) -> Outcome:
    """The run of that name from the unchanged one's record; raises UsageError if it isn't possible."""
    record = loaded.network.resume(unchanged.record, key.changes)
    return outcome(replace(unchanged, key=key, record=record))


def outcome(result: Result) -> Outcome:
    """A result with what the list of pictures keeps of it."""
    return Outcome(result, unit_peaks(result.record, result.checkpoint.architecture), best_answer(result))


def unit_peaks(record: Record, architecture: Architecture) -> dict[str, NDArray[np.float32]]:
    """Largest value of every unit of every module: {module: (channels,)}."""
    return {module.name: record[module.name].max(axis=(1, 2)) for module in architecture.modules}


def best_answer(result: Result) -> tuple[str, float] | None:
    """The main head's first answer and its probability; None without a main head."""
    answers = result.record.answers.get("main")
    if answers is None or not np.isfinite(answers.logits).all():
        return None
    index, probability = answers.top(1)[0]
    return result.checkpoint.labels.names[index], probability


def unit_exists(architecture: Architecture, unit: Unit) -> bool:
    """Whether this network has that unit."""
    return unit.channel < channel_counts(architecture).get(unit.part, 0)


def change_is_possible(architecture: Architecture, change: Change) -> bool:
    """Whether another network can make a change that was made in one; numbers are those of one network."""
    try:
        check_changes(architecture, (change,))
    except UsageError:
        return False
    return change.values is None


def cpu_threads() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
