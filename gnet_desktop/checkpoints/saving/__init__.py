"""An opened checkpoint written again, in the form that another program needs.

`save` writes and then asks the written file, not the one in memory, for its answers to a
picture: how far these are off is what it returns. Nothing is left where something fails.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.containers.torch_zip import TEXTS
from gnet_desktop.checkpoints.recognition.own import NAMES
from gnet_desktop.checkpoints.reference import installed
from gnet_desktop.checkpoints.saving import answering, onnx_model, python_module, safetensors
from gnet_desktop.checkpoints.saving.metadata import metadata
from gnet_desktop.checkpoints.steps import Steps
from gnet_desktop.convention import Convention
from gnet_desktop.errors import ExportError, UsageError
from gnet_desktop.files import exists, whole_folder
from gnet_desktop.shown import name_of

if TYPE_CHECKING:
    from torch import Tensor

TOLERANCE: Final = 1e-5
"""Largest difference of a logit, relative to the head's largest, with which a file is handed out."""


_PIECE: Final = 1 << 23
"""Bytes that are written between two looks at whether a person stopped it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written: a checkpoint with the convention in use, for inputs of ``size``."""

    checkpoint: Checkpoint
    convention: Convention
    size: tuple[int, int]

    @property
    def texts(self) -> dict[str, str]:
        """What stands beside the numbers."""
        return metadata(self.checkpoint, self.convention)


@dataclass(frozen=True, slots=True)
class Form:
    """A form to write: the ending of its file, and how it is made.

    ``make`` gives the files' bytes by ending, the main one first; ``answers`` lets the
    main file, with the others beside it, answer an input: {head: logits}.
    """

    suffix: str
    make: Callable[[Order], dict[str, bytes]]
    answers: Callable[[Path, "Tensor"], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Saved:
    """The files that were written, and how far each head's logits are off on the picture.

    ``differences`` are {head: (largest difference, largest logit)}; empty where nothing
    that can run the file is installed. ``notes`` are sentences about what isn't in it.
    """

    files: tuple[Path, ...]
    differences: Mapping[str, tuple[float, float]]
    notes: tuple[str, ...] = ()


def _safetensors(order: Order) -> dict[str, bytes]:
    return {".safetensors": safetensors.as_bytes(order.checkpoint.tensors, order.texts)}


def _torchvision(order: Order) -> dict[str, bytes]:
    if refusal := why_not_torchvision(order.checkpoint):
        raise refusal
    return {".pth": _weights(order)}


def _torch(order: Order) -> dict[str, bytes]:
    text = python_module.source(order.checkpoint, order.convention)
    return {".py": text.encode("ascii"), ".pth": _weights(order)}


def _onnx(order: Order) -> dict[str, bytes]:
    return {".onnx": onnx_model.as_bytes(order.checkpoint, order.texts, order.size)}


def _weights(order: Order) -> bytes:
    """The module's state dict, with our texts in an entry that torch has no use for."""
    import torch

    state = python_module.state_dict(order.checkpoint)
    torch.save(state, stream := io.BytesIO())
    names = dict(zip(order.checkpoint.tensors, state, strict=True))
    with zipfile.ZipFile(stream, "a") as archive:
        folder = archive.namelist()[0].partition("/")[0]
        archive.writestr(f"{folder}/{TEXTS}", json.dumps({**order.texts, NAMES: json.dumps(names)}))
    return stream.getvalue()


TARGETS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "safetensors": Form(".safetensors", _safetensors, answering.by_this_program),
        "torch": Form(".py", _torch, answering.by_itself),
        "onnx": Form(".onnx", _onnx, answering.by_onnx_runtime),
        "torchvision": Form(".pth", _torchvision, answering.by_this_program),
    }
)
"""The forms by the word that the command line has for them."""


def why_not_torchvision(checkpoint: Checkpoint) -> UsageError | None:
    """Why torchvision's GoogLeNet cannot take these weights; None where it can."""
    if installed.fits(checkpoint.architecture):
        return None
    return UsageError(
        "torchvision's GoogLeNet cannot take these weights.",
        f"This is {checkpoint.provenance.family_title}: another network, not only other names.",
        "Write it as torch instead: a Python file with this very network, and its weights.",
    )


def named(path: Path, target: str) -> Path:
    """The path with the ending of its target, which is put behind whatever else it ends in."""
    suffix = TARGETS[target].suffix
    stem = path.name[: -len(suffix)] if path.suffix.lower() == suffix else path.name
    return path.with_name(stem + suffix)


def save(
    checkpoint: Checkpoint,
    convention: Convention,
    target: str,
    path: Path,
    picture: "Tensor",
    steps: Steps | None = None,
) -> Saved:
    """Write ``target`` (of `TARGETS`) to ``path`` after checking it on a prepared ``picture``.

    ``path`` is as `named` gives it, ``picture`` is (1, channels, height, width); ``steps``
    tell how far it is. Raises UsageError for what cannot be written so, MachineError where a
    package is missing, ExportError where a file can't be written or doesn't answer as the
    checkpoint does, Cancelled where a person stopped it; then nothing was written.
    """
    kind, steps = TARGETS[target], steps or Steps()
    size = (picture.shape[2], picture.shape[3])
    _keep_others(path, kind)
    steps.at("Put the file together", 0.0)
    made = kind.make(Order(checkpoint, convention, size))
    steps.at("Ask the checkpoint for its answers", 0.3)
    expected = answering.expected(checkpoint, picture)
    with whole_folder(path.parent) as folder:
        _write(folder, {path.with_suffix(suffix).name: content for suffix, content in made.items()}, steps)
        steps.at("Ask the file for its answers", 0.7)
        found = kind.answers(folder / path.with_suffix(kind.suffix).name, picture)
        differences = {head: _difference(found[head], logits) for head, logits in expected.items() if found}
        _check(differences)
        steps.at("Put it in its place", 0.98)
    return Saved(tuple(path.with_suffix(suffix) for suffix in made), differences, _notes(convention, found))


def _write(folder: Path, contents: Mapping[str, bytes], steps: Steps) -> None:
    """Piece by piece: a slow disk is told of, and can be given up."""
    done, size = 0, sum(map(len, contents.values()))
    for name, content in contents.items():
        with (folder / name).open("wb") as file:
            for start in range(0, len(content), _PIECE):
                steps.at("Write", 0.4 + 0.3 * done / size)
                done += file.write(content[start : start + _PIECE])


def _keep_others(path: Path, kind: Form) -> None:
    """A second file, which nobody named, never takes the place of another, such as the very checkpoint."""
    beside = path.with_suffix(".pth")
    if kind.suffix == ".py" and exists(beside):
        raise ExportError(
            "Nothing was written.",
            f"The weights would be written to {name_of(beside)}, and that is there already.",
            "Choose another name.",
        )


def sentence(saved: Saved) -> str:
    """What was written and how far it is off, in words."""
    files = " and ".join(name_of(file) for file in saved.files)
    worst = max(saved.differences.values(), key=lambda pair: pair[0] / max(pair[1], 1.0), default=None)
    if worst is None:
        return " ".join([f"{files}: written.", *saved.notes])
    off = "bit for bit the same answers" if worst[0] == 0 else f"answers off by {worst[0]:.1e} at most"
    return " ".join([f"{files}: written, {off} (logits reach {worst[1]:.3g}).", *saved.notes])


def _difference(found: Any, expected: Any) -> tuple[float, float]:
    return float(abs(found - expected).max()), float(abs(expected).max())


def _check(differences: Mapping[str, tuple[float, float]]) -> None:
    for head, (largest, scale) in differences.items():
        if not largest <= TOLERANCE * max(scale, 1.0):
            raise ExportError(
                "Nothing was written.",
                f"In the new file {head} would have been off by {largest:.2g}, of up to {scale:.3g}.",
                "Choose another form.",
            )


def _notes(convention: Convention, found: Mapping[str, Any]) -> tuple[str, ...]:
    notes = []
    if convention.places is not None:
        notes.append("Of the mean picture only each channel's mean is in it.")
    if not found:
        notes.append("It was not tried, since ONNX Runtime is not installed.")
    return tuple(notes)
