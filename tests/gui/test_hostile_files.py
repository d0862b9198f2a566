"""While a hostile file is opened or dropped, the window goes on: its event loop never stands still."""

import gc
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.collecting import Collecting
from gnet_desktop.gui.system.session import Session
from gnet_desktop.resources import resource
from gnet_desktop.workspace.tasks import keep_libraries
from tests.checkpoints.hostile import COSTLY
from tests.checkpoints.hostile_archives import ARCHIVES
from tests.checkpoints.hostile_labels import LABELS
from tests.checkpoints.hostile_pickles import PICKLES
from tests.checkpoints.test_bounds import OPEN
from tests.checkpoints.tiny import saved, small_state
from tests.gui.made import make_world, there, wait_until
from tests.pictures.hostile import PICTURES

pytestmark = pytest.mark.alone

FILES: dict[str, Callable[[], bytes]] = {
    name: make for name, make in {**COSTLY, **PICKLES, **ARCHIVES}.items() if name not in OPEN
}

QUICK = (
    "nested_lists",
    "endless_instructions",
    "copies_of_a_dictionary",
    "kind_of_a_tower",
    "shared_attributes",
    "million_lists",
    "read_backwards",
    "shape_of_digits",
    "many_lists",
    "name_of_megabytes",
    "onnx_sides",
    "fields_in_turn",
)
"""One of each kind, for the usual run; ``--slow`` opens all."""

QUICK_PICTURES = ("million_texts", "million_frames", "largest_gif", "largest_tiff_of_words")
QUICK_LABELS = ("nested_lists", "a_million_names", "an_integer_of_megabytes")
LONGEST = 0.1
TRIES = 4
"""A busy machine may stop the whole program for a while: the best of a few tries counts."""


class Watchdog(QObject):
    """Notes the longest time between two turns of the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.longest, self._last = 0.0, time.perf_counter()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(2)

    def reset(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()

    def _look(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now


@pytest.fixture(scope="module")
def window(qapp: QApplication) -> Iterator[Window]:
    # what thousands of other tests left behind would be looked through at every collection
    gc.collect()
    gc.freeze()
    apply_theme(make_application(), "light")
    keep_libraries()
    one, dispatcher = make_window(Session(None))
    collecting = Collecting(lambda: one.workspace.loading is not None)
    one.resize(1600, 1000)
    one.show()
    one.workspace.use(make_world(1).loaded)
    one.workspace.add_pictures([resource("samples", "cat.jpg")])
    yield one
    one.close()
    collecting.stop()
    gc.unfreeze()
    del dispatcher


@pytest.fixture(scope="module")
def dog(qapp: QApplication) -> Watchdog:
    return Watchdog()


@pytest.fixture(scope="module")
def named(window: Window, qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Window:
    """The window with a checkpoint that lies in a file, which class names can be taken for."""
    path = tmp_path_factory.mktemp("open") / "weights.pth"
    path.write_bytes(saved(dict(small_state())))
    window.workspace.open_checkpoint(path)
    wait_until(lambda: window.workspace.loading is None)
    assert there(window.workspace.checkpoint).provenance.path == path
    return window


def some(names: Iterable[str], quick: Collection[str]) -> pytest.MarkDecorator:
    """A test of each file: a few in the usual run, all with ``--slow``."""
    marked = [pytest.param(name, marks=() if name in quick else pytest.mark.slow) for name in names]
    return pytest.mark.parametrize("name", marked)


@pytest.fixture
def stands(
    request: pytest.FixtureRequest, window: Window, dog: Watchdog, qtbot: QtBot
) -> Callable[..., float]:
    """The longest time, in seconds, that the loop stands still in the best of a few tries.

    A try is what begins it and, from what that gives, whether it is over.
    """

    def measured(begin: Callable[[], Any], over: Callable[[Any], bool]) -> float:
        stood: list[float] = []
        while len(stood) < TRIES and min(stood, default=LONGEST) >= LONGEST:
            qtbot.waitUntil(lambda: window.workspace.idle, timeout=20_000)
            dog.reset()
            qtbot.waitUntil(partial(over, begin()), timeout=20_000)
            stood.append(dog.longest)
        print(f"{request.node.name:100} {' '.join(f'{one * 1000:.0f}' for one in stood)} ms")
        return min(stood)

    return measured


@some(FILES, QUICK)
def test_the_event_loop_never_stands_still_while_a_hostile_file_is_opened(
    name: str, window: Window, stands: Callable[..., float], tmp_path: Path
) -> None:
    workspace, path = window.workspace, tmp_path / "weights.pth"
    path.write_bytes(FILES[name]())
    assert stands(lambda: workspace.open_checkpoint(path), lambda _: workspace.loading is None) < LONGEST


@some(PICTURES, QUICK_PICTURES)
def test_the_event_loop_never_stands_still_while_a_hostile_picture_is_shown_or_refused(
    name: str, window: Window, stands: Callable[..., float], tmp_path: Path
) -> None:
    workspace, path = window.workspace, tmp_path / "photo"
    path.write_bytes(PICTURES[name]())

    def over(added: list[int]) -> bool:
        entry = workspace.pictures[added[0]]
        answered = entry.best is not None and entry.thumbnail is not None
        return workspace.idle and (answered or entry.error is not None)

    assert stands(lambda: workspace.add_pictures([path]), over) < LONGEST
    for picture in list(workspace.pictures)[1:]:
        workspace.remove_picture(picture)


def test_the_event_loop_never_stands_still_while_a_large_picture_is_zoomed_and_moved(
    window: Window, dog: Watchdog, qtbot: QtBot, tmp_path: Path
) -> None:
    workspace, view, path = window.workspace, window.panels.photo.view, tmp_path / "photo"
    path.write_bytes(PICTURES["largest_tiff_of_words"]())
    (added,) = workspace.add_pictures([path])
    wait_until(lambda: workspace.idle and view.percentage is not None and there(view.sight).id == added)
    longest = []
    for _ in range(TRIES):
        dog.reset()
        for step in range(12):
            zoom_by_wheel(view, 120 if step < 6 else -120)
            qtbot.wait(20)
        qtbot.waitUntil(lambda: workspace.idle, timeout=20_000)
        longest.append(dog.longest)
    assert min(longest) < LONGEST
    workspace.remove_picture(added)


def zoom_by_wheel(view: QWidget, angle: int) -> None:
    """A notch of the wheel over the middle of a widget."""
    place = QPointF(view.rect().center())
    turned = QWheelEvent(
        place,
        view.mapToGlobal(place),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, turned)


@some(LABELS, QUICK_LABELS)
def test_the_event_loop_never_stands_still_while_hostile_class_names_are_taken(
    name: str, named: Window, stands: Callable[..., float], tmp_path: Path
) -> None:
    workspace, (ending, data) = named.workspace, LABELS[name]()
    (path := tmp_path / f"names{ending}").write_bytes(data)
    assert stands(lambda: workspace.take_labels(path), lambda _: workspace.loading is None) < LONGEST
