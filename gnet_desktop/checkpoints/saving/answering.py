"""What a written file answers, asked in the way in which it will be used."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gnet_desktop.checkpoints.checkpoint import Checkpoint

if TYPE_CHECKING:
    from torch import Tensor

Logits = Mapping[str, Any]
"""Arrays (1, classes) by head."""


def expected(checkpoint: Checkpoint, picture: "Tensor") -> Logits:
    """What the checkpoint in memory answers."""
    from gnet_desktop.network.googlenet import GoogLeNet

    return GoogLeNet.from_checkpoint(checkpoint).answers(picture)


def by_this_program(path: Path, picture: "Tensor") -> Logits:
    """Opened again from the disk."""
    from gnet_desktop.checkpoints.reading import open_checkpoint

    return expected(open_checkpoint(path), picture)


def by_itself(path: Path, picture: "Tensor") -> Logits:
    """A written Python file's own network with its own weights.

    It is our text: of the checkpoint it holds numbers, and names as literals.
    """
    import torch

    space: dict[str, Any] = {"__name__": path.stem, "__file__": str(path)}
    exec(compile(path.read_text("ascii"), path.name, "exec"), space)
    with torch.inference_mode():
        return {head: logits.numpy() for head, logits in space["load"]()(picture).items()}


def by_onnx_runtime(path: Path, picture: "Tensor") -> Logits:
    """By ONNX Runtime; nothing where it isn't installed."""
    try:
        import onnxruntime
    except ImportError:
        return {}
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"input": picture.numpy()}), strict=True))
