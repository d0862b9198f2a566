"""A folder stands for the one file in it that opens it."""

from pathlib import Path
from typing import Final

from gnet_desktop.checkpoints.containers.distributed import METADATA
from gnet_desktop.checkpoints.containers.tensorflow_checkpoint import VARIABLES
from gnet_desktop.errors import CheckpointError
from gnet_desktop.files import is_file, is_folder

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


def checkpoint_in(folder: Path) -> Path | None:
    """The file that a folder of a checkpoint is opened by; None for any other folder."""
    return next((folder / name for name in _FILES if is_file(folder / name)), None)


def chosen(path: Path) -> Path:
    """A file as it is, a folder as the file that opens it; raises CheckpointError where it has none."""
    if not is_folder(path):
        return path
    found = checkpoint_in(path)
    if found is None:
        raise CheckpointError(
            f"{path.name or path} is a folder.",
            f"None of the files that a checkpoint's folder has is in it ({', '.join(_FILES[:4])}).",
            "Choose the file inside it.",
        )
    return found
