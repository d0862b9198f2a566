"""Results with chosen answers and drawn activations: the network's shapes, no pass."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from gnet_desktop.checkpoints.checkpoint import Checkpoint, HeadState, Labels, Provenance
from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.network.architecture import Architecture, Module
from gnet_desktop.network.arithmetic import shapes
from gnet_desktop.network.families import build
from gnet_desktop.network.record import Answers, Record
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.pictures.preparation import prepare
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.values import Result, RunKey, identity
from tests.workspace.workers import Posed

CATS = ("Egyptian cat", "tabby", "tiger cat", "lynx", "snow leopard", "Persian cat", "tiger", "dog")


def logits_for(probabilities: Sequence[float]) -> np.ndarray:
    """Logits whose softmax these probabilities are."""
    return np.log(np.asarray(probabilities, np.float64)).astype(np.float32)


# Egyptian cat, tabby, tiger cat, lynx, snow leopard, Persian cat, tiger, dog
SAID = {
    "main": (0.79, 0.08, 0.05, 0.04, 0.02, 0.01, 0.006, 0.004),
    "aux2": (0.62, 0.19, 0.10, 0.04, 0.01, 0.02, 0.01, 0.01),
    "aux1": (0.30, 0.41, 0.16, 0.05, 0.01, 0.04, 0.02, 0.01),
}


def make_checkpoint(
    family: str = "torchvision",
    *,
    heads: Sequence[str] = ("aux1", "aux2"),
    trained: bool | None = True,
    names: Sequence[str] = CATS,
    metadata: Mapping[str, str] | None = None,
    assumed: Mapping[str, str] | None = None,
    warnings: Sequence[str] = (),
) -> Checkpoint:
    """A checkpoint without tensors; all that is ``assumed`` is open."""
    architecture = build(family, classes=len(names), aux_classes={head: len(names) for head in heads})
    states = {
        head: HeadState(True, len(names), trained) if head in heads else HeadState(False)
        for head in ("aux2", "aux1")
    }
    return Checkpoint(
        architecture,
        {},
        Labels(tuple(names), "made"),
        CONVENTIONS["torchvision"].changed(size=256, crop=224),
        "made",
        {"main": HeadState(True, len(names), True), **states},
        Provenance(
            Path("made.pth"),
            1,
            "0" * 64,
            "torch zip",
            family,
            family,
            "names",
            metadata=metadata or {},
            assumed=assumed or {},
            open=tuple(assumed or ()),
            warnings=tuple(warnings),
        ),
    )


def activations(architecture: Architecture, size: tuple[int, int], seed: int = 1) -> dict[str, np.ndarray]:
    """Rectified noise in the network's shapes; a module's output is its branches."""
    random = np.random.default_rng(seed)
    found = {
        name: np.maximum(0, random.standard_normal(shape)).astype(np.float32)
        for name, shape in shapes(architecture, size).items()
    }
    for layer in architecture.trunk:
        if isinstance(layer, Module):
            branches = [found[f"{layer.name}/{branch.name}"] for branch in layer.branches]
            found[layer.name] = np.concatenate(branches)
    return found


def make_result(
    checkpoint: Checkpoint | None = None,
    said: Mapping[str, Sequence[float]] | None = None,
    *,
    entry_id: int = 1,
    size: int = 224,
) -> Result:
    """A pass over a made photo in which each head says what it is told to."""
    checkpoint = checkpoint or make_checkpoint()
    said = SAID if said is None else said
    there = ["main", *(head.name for head in checkpoint.architecture.heads)]
    answers = {head: Answers.from_logits(logits_for(said[head])) for head in there if head in said}
    convention = checkpoint.convention.changed(crop=size, size=max(size, 256))
    picture = Picture(Image.linear_gradient("L").convert("RGB").resize((300, 400)), "made", "PNG", (300, 400))
    prepared = prepare(picture, convention)
    record = Record(activations(checkpoint.architecture, (size, size)), answers, (size, size), 20.0)
    key = RunKey(identity(checkpoint, "cpu"), convention, entry_id)
    return Result(key, picture, prepared.geometry, prepared.shown, record, checkpoint)


def make_workspace(result: Result | None, checkpoint: Checkpoint | None = None) -> Posed:
    """A workspace that shows a result, or only a checkpoint, or nothing."""
    workspace = Posed()
    checkpoint = result.checkpoint if result is not None else checkpoint
    if checkpoint is not None:
        workspace.use(tasks.LoadedNetwork(checkpoint, None, "cpu"))  # type: ignore[arg-type]
    workspace.add_pictures([(name, b"") for name in ("egyptian_cat.jpg", "monarch.jpg")], show=False)
    if result is not None:
        workspace.set_convention(result.convention)
        show(workspace, result)
    return workspace


def with_record(result: Result, **fields: object) -> Result:
    """The result with parts of its record replaced."""
    record = result.record
    parts = {
        "activations": dict(record.activations),
        "answers": dict(record.answers),
        "input_size": record.input_size,
        "milliseconds": record.milliseconds,
        "notes": record.notes,
        **fields,
    }
    return replace(result, record=Record(**parts))  # type: ignore[arg-type]


def show(workspace: Posed, result: Result) -> None:
    """A pass ends."""
    workspace.choose_picture(result.key.picture)
    workspace.accept(tasks.outcome(result))
