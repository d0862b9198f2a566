"""Auxiliary heads that ship with the program for published networks without their own.

BVLC's GoogLeNet, the one that everyone has, was published without the heads it was trained
with. Heads were trained for it here: its trunk stayed as it is, and they learned what its own
main head answers. They fit that network only, so they are offered to a file only if its
weights are exactly those, and whatever they say is marked as added.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from gnet_desktop.checkpoints.checkpoint import HeadState
from gnet_desktop.checkpoints.containers import read_container
from gnet_desktop.checkpoints.containers.source import FileSource
from gnet_desktop.checkpoints.containers.stored import Contents, Floats
from gnet_desktop.errors import CheckpointError, UsageError
from gnet_desktop.files import is_file
from gnet_desktop.network.architecture import Architecture, Head
from gnet_desktop.network.arithmetic import tensor_shapes
from gnet_desktop.network.families import build
from gnet_desktop.resources import resource

CHOICES: Final = ("added", "file")
FILES: Final = ("bvlc_heads.safetensors",)
_WHY: Final = "Trained for this network here; not part of this file."


@dataclass(frozen=True, slots=True)
class AddedHeads:
    """Heads as a file has them: ``tensors`` by canonical name, ``temperatures`` by head.

    ``architecture`` is that of the whole network with them.
    """

    architecture: Architecture
    tensors: Mapping[str, Floats]
    temperatures: Mapping[str, float]

    def states(self, states: Mapping[str, HeadState]) -> dict[str, HeadState]:
        """The states of a file's heads, with the added ones in their place."""
        return dict(states) | {
            head.name: HeadState(
                True, head.classes, True, _WHY, self.temperatures.get(head.name, 1.0), added=True
            )
            for head in self.architecture.heads
        }


def trunk_hash(architecture: Architecture, tensors: Mapping[str, Floats]) -> str:
    """SHA-256 over the names, shapes and float32 numbers of all but the auxiliary heads."""
    digest = hashlib.sha256()
    for name in sorted(tensor_shapes(replace(architecture, heads=()))):
        array = np.ascontiguousarray(tensors[name], "<f4")
        digest.update(f"{name} {array.shape} ".encode())
        digest.update(array.data)
    return digest.hexdigest()


def offered(architecture: Architecture, tensors: Mapping[str, Floats]) -> AddedHeads | None:
    """The heads that ship for exactly this network; None if there are none, or it has its own."""
    if architecture.heads:
        return None
    candidates = [one for one in map(_description, _present()) if one.family == architecture.family]
    if not candidates:
        return None
    trunk = trunk_hash(architecture, tensors)
    found = next((one for one in candidates if one.trunk == trunk), None)
    return None if found is None else _read(found.path, architecture)


def wanted(choice: str | None, found: AddedHeads | None) -> str | None:
    """``added`` or ``file``, or None where there is nothing to choose.

    Raises UsageError if added heads are asked for and none fit.
    """
    if found is None and choice == "added":
        raise UsageError(
            "No heads were trained for this network here.",
            "They fit one network only, number by number.",
            "Leave the heads as the file has them.",
        )
    return None if found is None else choice or CHOICES[0]


@dataclass(frozen=True, slots=True)
class _Description:
    path: Path
    family: str
    trunk: str


def _present() -> list[Path]:
    return [path for name in FILES if is_file(path := resource("checkpoints", name))]


@cache
def _description(path: Path) -> _Description:
    """For which network the heads in a file are."""
    with FileSource(path) as source:
        texts = read_container(source).texts
    return _Description(path, texts.get("family", ""), texts.get("trunk", ""))


def _read(path: Path, architecture: Architecture) -> AddedHeads:
    """The heads of a file; raises CheckpointError if they are not those of this architecture."""
    with FileSource(path) as source:
        contents = read_container(source)
        whole = replace(architecture, heads=_heads(architecture, contents))
        shapes = tensor_shapes(whole)
        names = [name for name in shapes if name.startswith(("aux1/", "aux2/"))]
        held = {name: tensor.shape for name, tensor in contents.tensors.items()}
        if held != {name: shapes[name] for name in names}:
            raise CheckpointError(
                f"{path.name} does not hold the heads that it should.",
                "It came with the program and was changed since.",
                "Install the program again.",
            )
        tensors = {name: np.ascontiguousarray(contents.tensors[name].numbers()) for name in names}
    return AddedHeads(whole, tensors, json.loads(contents.texts.get("temperatures", "{}")))


def _heads(architecture: Architecture, contents: Contents) -> tuple[Head, ...]:
    classes = {head: contents.tensors[f"{head}/fc2.bias"].shape[0] for head in ("aux1", "aux2")}
    return build(architecture.family, aux_classes=classes).heads
