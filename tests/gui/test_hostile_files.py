"""While a hostile file is opened, the window goes on: its event loop never stands still."""

import gc
import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject, QTimer

from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.collecting import Collecting
from gnet_desktop.gui.system.session import Session
from gnet_desktop.resources import resource
from gnet_desktop.workspace.tasks import keep_libraries
from tests.checkpoints.hostile import COSTLY
from tests.checkpoints.hostile_archives import ARCHIVES
from tests.checkpoints.hostile_pickles import PICKLES
from tests.checkpoints.test_bounds import OPEN
from tests.gui.made import make_world

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
def window(qapp) -> Iterator[Window]:
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
def dog(qapp) -> Watchdog:
    return Watchdog()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in FILES]
)
def test_the_event_loop_never_stands_still_while_a_hostile_file_is_opened(
    name, window, dog, qtbot, tmp_path
) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(FILES[name]())
    stood: list[float] = []
    for _ in range(TRIES):
        qtbot.waitUntil(lambda: window.workspace.idle, timeout=20_000)
        dog.reset()
        window.workspace.open_checkpoint(path)
        qtbot.waitUntil(lambda: window.workspace.loading is None, timeout=20_000)
        stood.append(dog.longest)
        if dog.longest < LONGEST:
            break
    print(f"{name:40} {min(stood) * 1000:6.0f} ms")
    assert min(stood) < LONGEST
