"""A workspace as the panels see it, with a small network of random weights and a made photo."""

import queue
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from gnet_desktop.checkpoints.checkpoint import Checkpoint, HeadState, Labels, Provenance
from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.network.arithmetic import tensor_shapes
from gnet_desktop.network.families import build
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.network.record import Record
from gnet_desktop.pictures.picture import Picture
from gnet_desktop.pictures.preparation import prepare
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result, RunKey
from tests.workspace.workers import Posed

CLASSES = 10
Value = TypeVar("Value")


def make_checkpoint(family: str = "torchvision", *, heads: bool = False) -> Checkpoint:
    """Random weights of a sensible size; reproducible."""
    aux_classes = {"aux1": CLASSES, "aux2": CLASSES} if heads else {}
    architecture = build(family, classes=CLASSES, aux_classes=aux_classes)
    random = torch.Generator().manual_seed(5)
    tensors = {name: _tensor(name, shape, random) for name, shape in tensor_shapes(architecture).items()}
    return Checkpoint(
        architecture,
        tensors,
        Labels(tuple(f"class {number}" for number in range(CLASSES)), "made"),
        CONVENTIONS["torchvision"].changed(size=146, crop=128),
        "made",
        {
            "main": HeadState(True, CLASSES, True),
            **{name: HeadState(heads, CLASSES if heads else 0, heads or None) for name in ("aux1", "aux2")},
        },
        Provenance(Path("made.pth"), 1, "0" * 64, "torch zip", family, family, "names"),
    )


def _tensor(name: str, shape: tuple[int, ...], random: torch.Generator) -> torch.Tensor:
    values = torch.randn(shape, generator=random)
    if len(shape) > 1:
        fan = values[0].numel()
        return values * (2 / fan) ** 0.5
    if name.endswith("variance"):
        return values.abs() + 0.5
    return 1 + values / 10 if name.endswith("norm.weight") else values / 10


@dataclass(frozen=True)
class World:
    """A network, and what it made of some pictures."""

    loaded: tasks.LoadedNetwork
    results: list[Result]


def make_world(count: int = 2, *, heads: bool = False) -> World:
    """Passes over pictures of smooth noise, 335 wide and 500 high."""
    checkpoint = make_checkpoint(heads=heads)
    network = GoogLeNet.from_checkpoint(checkpoint)
    loaded = tasks.LoadedNetwork(checkpoint, network, "cpu")
    random = np.random.default_rng(3)
    results = []
    for number in range(1, count + 1):
        rough = Image.fromarray(random.integers(0, 255, (12, 8, 3), np.uint8))
        picture = Picture(rough.resize((335, 500)), f"made {number}", "PNG", (335, 500))
        prepared = prepare(picture, checkpoint.convention)
        record = network(prepared.tensor())
        key = RunKey(loaded.name, checkpoint.convention, number)
        results.append(Result(key, picture, prepared.geometry, prepared.shown, record, checkpoint))
    return World(loaded, results)


Calls = queue.Queue[Callable[[], None]]
"""What the engine posts for the window's thread."""


def make_workspace(world: World, post: Callable[[Callable[[], None]], None]) -> Posed:
    """A workspace that shows the first result and knows the others."""
    workspace = Posed(post)
    workspace.use(world.loaded)
    workspace.add_pictures([(result.picture.source, b"") for result in world.results], show=False)
    for result in world.results:
        thumbnail = np.asarray(result.picture.image.resize((86, 128)))
        workspace.reader.give(f"thumbnail {result.key.picture}", thumbnail)
        workspace.accept(replace(tasks.outcome(result), best=("class 1", 0.5)))
    workspace.choose_picture(world.results[0].key.picture)
    return workspace


def changed(result: Result, maps: Mapping[str, Callable[[np.ndarray], None]]) -> Result:
    """A result in which some branches' maps were written to; the module's output follows."""
    activations = {name: np.array(values) for name, values in result.record.activations.items()}
    for part, change in maps.items():
        change(activations[part])
        module = part.partition("/")[0]
        branches = result.checkpoint.architecture.module(module).branches
        activations[module] = np.concatenate([activations[f"{module}/{branch.name}"] for branch in branches])
    record = result.record
    new = Record(activations, record.answers, record.input_size, record.milliseconds)
    return replace(result, record=new)


def show(workspace: Posed, result: Result, *, stale: bool = False) -> None:
    """Make a result the current one, as the workspace does when a pass ends."""
    workspace.choose_picture(result.key.picture)
    workspace.accept(tasks.outcome(result))
    if stale:
        workspace.lag()


def point_at(widget: QWidget, place: QPoint) -> None:
    """Move the mouse to ``place`` in ``widget``, whatever window lies above it."""
    no = Qt.MouseButton.NoButton
    moved = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        no,
        no,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, moved)


def pause(milliseconds: float) -> None:
    """As the window waits: other threads go on, which they cannot in QTest.qWait."""
    end = time.monotonic() + milliseconds / 1000
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.002)


def wait_until(true: Callable[[], object], seconds: float = 60) -> None:
    """Let the window go on until something is so; fails after ``seconds`` without it."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        pause(5)


def deliver(workspace: Workspace, calls: Calls) -> None:
    """Hand over what the engine posts until it has nothing more to do."""
    quiet = 0
    while quiet < 2:
        try:
            calls.get(timeout=0.01)()
            quiet = 0
        except queue.Empty:
            quiet = quiet + 1 if workspace.idle else 0
    QApplication.processEvents()


def there(value: Value | None) -> Value:
    """A value that must be there by now."""
    assert value is not None
    return value


def of_type(kind: type[Value], value: object) -> Value:
    """A value that must be one of these."""
    assert isinstance(value, kind)
    return value


def rgb(colour: QColor) -> tuple[int, int, int]:
    """Red, green and blue, 0…255."""
    return colour.red(), colour.green(), colour.blue()


def noting(heard: list[Any], what: object, answer: Value) -> Value:
    """Answers, and remembers what it was asked."""
    heard.append(what)
    return answer
