"""A folder stands for the one file in it that opens it."""

import os
import re
from itertools import islice
from pathlib import Path
from typing import Final

from gnet_desktop.checkpoints.containers.distributed import METADATA
from gnet_desktop.checkpoints.containers.tensorflow_checkpoint import VARIABLES
from gnet_desktop.checkpoints.containers.together import openers
from gnet_desktop.errors import CheckpointError
from gnet_desktop.files import is_file, is_folder
from gnet_desktop.shown import listed

# As Hugging Face, torch.distributed, TensorFlow and Apple name them, the whole before its parts.
_FILES: Final = (
    "model.safetensors.index.json",
    "pytorch_model.bin.index.json",
    "model.safetensors",
    "pytorch_model.bin",
    METADATA,
    VARIABLES,
    "variables.index",
    "saved_model.pb",
    "Data/com.apple.CoreML/model.mlmodel",
)


_MOST: Final = 1000
"""Entries that are looked at: a folder of a checkpoint has few, one of pictures may have a million."""

_NOTE: Final = "checkpoint"
_LATEST: Final = re.compile(rb'\Amodel_checkpoint_path: "([^"\n]{1,500})"')
"""How TensorFlow notes which of its checkpoints is the last."""


def checkpoint_in(folder: Path) -> Path | None:
    """The file that a folder of a checkpoint is opened by; None for any other folder."""
    known = next((folder / name for name in _FILES if is_file(folder / name)), None)
    if known is not None:
        return known
    found = _together(folder)
    if len(found) > 1 and (latest := _noted(folder)) in found:
        return folder / latest
    return folder / found[0] if len(found) == 1 else None


def _together(folder: Path) -> list[str]:
    """The files that open others of the folder, too."""
    try:
        with os.scandir(folder) as entries:
            return openers([entry.name for entry in islice(entries, _MOST)])
    except OSError:
        return []


def _noted(folder: Path) -> str:
    """The index that TensorFlow's note calls the last one; empty where there is no note."""
    try:
        with (folder / _NOTE).open("rb") as file:
            found = _LATEST.match(file.read(_MOST))
    except OSError:
        return ""
    name = found[1].decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2] if found else ""
    return f"{name}.index" if name else ""


def chosen(path: Path) -> Path:
    """A file as it is, a folder as the file that opens it; raises CheckpointError where it has none."""
    if not is_folder(path):
        return path
    found = checkpoint_in(path)
    if found is None and len(several := _together(path)) > 1:
        raise CheckpointError(
            f"{path.name or path} is a folder of several checkpoints.",
            f"It holds {listed(sorted(several))}.",
            "Choose the one that you want.",
        )
    if found is None:
        raise CheckpointError(
            f"{path.name or path} is a folder.",
            f"None of the files that a checkpoint's folder has is in it ({', '.join(_FILES[:4])}).",
            "Choose the file inside it.",
        )
    return found
