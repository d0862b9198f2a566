"""While a checkpoint is opened, and where none came of it, the whole window tells the same story."""

import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.checkpoints.checkpoint import Checkpoint, Labels
from gnet_desktop.errors import Cancelled
from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.resources import resource
from gnet_desktop.workspace import state, tasks
from gnet_desktop.workspace.tasks import Progress
from tests.gui.made import World, make_world, wait_until


class Slow:
    """Stands for reading a large file: tells each stage it is given, and ends when it is told."""

    def __init__(self, world: World) -> None:
        self._world, self._steps = world, list[str]()
        self.ended = False

    def read(
        self,
        path: Path,
        labels: Path | None,
        progress: Progress,
        flag: threading.Event,
        assume: Mapping[str, str],
    ) -> Checkpoint:
        while not self.ended and not flag.is_set():
            while self._steps:
                progress(self._steps.pop(0), 0.5)
            time.sleep(0.002)
        if flag.is_set():
            raise Cancelled
        return self._world.loaded.checkpoint

    def load(
        self,
        checkpoint: Checkpoint,
        labels: Labels | None,
        device: str,
        flag: threading.Event,
    ) -> tasks.LoadedNetwork:
        return self._world.loaded

    def reach(self, stage: str) -> None:
        self._steps.append(stage)


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world(1)


@pytest.fixture
def slow(world: World, monkeypatch: pytest.MonkeyPatch) -> Slow:
    one = Slow(world)
    monkeypatch.setattr(tasks, "read_checkpoint", one.read)
    monkeypatch.setattr(tasks, "load_network", one.load)
    return one


@pytest.fixture
def window(qapp: QApplication, slow: Slow) -> Iterator[Window]:
    apply_theme(make_application(), "light")
    one, dispatcher = make_window(Session(None))
    one.resize(1600, 1000)
    one.show()
    one.workspace.add_pictures([resource("samples", "cat.jpg")])
    one.workspace.open_checkpoint(Path("large.pth"))
    yield one
    slow.ended = True
    one.close()
    del dispatcher


def told(window: Window) -> dict[str, str]:
    """What each place of the window says."""
    panels = window.panels
    return {
        "card": window.loading.accessibleName() if window.loading.isVisible() else "",
        "answers": panels.answers.empty.text(),
        "lanes": panels.lanes.empty.text(),
        "network": panels.network.map.empty_words,
    }


def test_all_panels_tell_the_same_stage_at_once(window: Window, slow: Slow, qtbot: QtBot) -> None:
    for stage in ("Checking the file", "Building the network"):
        slow.reach(stage)
        wait_until(lambda: stage in told(window)["card"])  # noqa: B023 — before the next stage
        assert set(told(window).values()) == {f"Opening large.pth: {stage}"}
        assert "opening large.pth" in window.status.text


def test_cancelling_the_first_opening_says_so_everywhere_and_offers_another(
    window: Window, slow: Slow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(window.loading.isVisible)
    qtbot.mouseClick(window.loading.cancel, Qt.MouseButton.LeftButton)
    assert window.workspace.loading is None
    assert window.loading.isVisible()
    said = told(window)
    assert said.pop("card").startswith("No checkpoint is open.")
    assert set(said.values()) == {"No checkpoint is open."}
    assert "opening" not in window.status.text
    assert "no checkpoint is open" in window.status.text
    assert "No checkpoint" in window.bar.checkpoint.text()
    assert window.loading.bundled.isVisible()
    assert not window.loading.cancel.isVisible()
    slow.ended = True
    qtbot.mouseClick(window.loading.bundled, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.workspace.checkpoint is not None)
    assert not window.loading.isVisible()
    assert "No checkpoint" not in told(window)["answers"]


def test_esc_cancels_the_first_opening_and_the_keyboard_goes_on_from_there(
    window: Window, slow: Slow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(window.loading.isVisible)
    window.activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
    assert window.workspace.loading is None
    assert "no checkpoint is open" in window.status.text
    assert QApplication.focusWidget() is window.loading.bundled
    slow.ended = True
    qtbot.keyClick(window.loading.bundled, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.workspace.checkpoint is not None)
    assert not window.loading.isVisible()


def test_after_a_click_on_cancel_the_keyboard_is_on_what_is_offered(
    window: Window, slow: Slow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(window.loading.isVisible)
    window.activateWindow()
    qtbot.mouseClick(window.loading.cancel, Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is window.loading.bundled


def test_a_click_on_a_button_leaves_it_as_it_was(window: Window, slow: Slow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.loading.isVisible)
    window.activateWindow()
    qtbot.mouseClick(window.loading.cancel, Qt.MouseButton.LeftButton)
    other = window.loading.other
    before = other.grab().toImage()
    other.setFocus(Qt.FocusReason.MouseFocusReason)
    assert other.hasFocus()
    assert other.grab().toImage() == before


def test_opening_takes_the_keyboard_from_nobody(window: Window, slow: Slow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.loading.isVisible)
    window.activateWindow()
    before = QApplication.focusWidget()
    assert before is not None
    assert window.panels.photo.isAncestorOf(before)
    slow.ended = True
    qtbot.waitUntil(lambda: window.workspace.checkpoint is not None)
    assert QApplication.focusWidget() is before


def test_cancelling_a_later_opening_leaves_what_is_open(window: Window, slow: Slow, qtbot: QtBot) -> None:
    slow.ended = True
    qtbot.waitUntil(lambda: window.workspace.result is not None, timeout=20000)
    slow.ended = False
    window.workspace.open_checkpoint(Path("other.pth"))
    qtbot.waitUntil(window.loading.isVisible)
    qtbot.mouseClick(window.loading.cancel, Qt.MouseButton.LeftButton)
    assert not window.loading.isVisible()
    assert "all panels current" in window.status.text


def test_the_start_page_tells_it_too(qapp: QApplication, slow: Slow, qtbot: QtBot) -> None:
    one, dispatcher = make_window(Session(None))
    one.show()
    one.workspace.open_checkpoint(Path("large.pth"))
    qtbot.waitUntil(lambda: "large.pth" in one.start.ready.text())
    one.workspace.cancel_opening()
    assert one.start.ready.text() == "no checkpoint is open"
    qtbot.waitUntil(one.loading.isVisible)
    assert one.loading.bundled.isVisible()
    one.close()
    del dispatcher


@pytest.fixture
def hanging(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A reader that never comes back from ``stuck.pth``, whatever it is told."""
    go_on = threading.Event()

    def read(
        path: Path, labels: Path | None, progress: Progress, flag: threading.Event, assume: Mapping[str, str]
    ) -> Checkpoint:
        if path.name == "stuck.pth":
            go_on.wait(60)
        return world.loaded.checkpoint

    monkeypatch.setattr(tasks, "read_checkpoint", read)
    monkeypatch.setattr(tasks, "load_network", lambda *_: world.loaded)
    yield go_on
    go_on.set()


def test_a_reader_that_does_not_come_back_is_given_up_and_the_window_says_so(
    qapp: QApplication, hanging: threading.Event, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(state, "PATIENCE", 0.2)
    one, dispatcher = make_window(Session(None))
    one.show()
    heard: list[str] = []
    one.workspace.failed.subscribe(lambda error: heard.append(str(error)))
    one.workspace.open_checkpoint(Path("stuck.pth"))
    qtbot.waitUntil(lambda: bool(heard), timeout=10_000)
    assert heard[0].startswith("stuck.pth was given up. Nothing has come of it for 0.2 s")
    assert one.workspace.loading is None
    assert "stuck.pth was given up." in one.notice.text
    one.workspace.open_checkpoint(Path("other.pth"))
    qtbot.waitUntil(lambda: one.workspace.checkpoint is not None, timeout=10_000)
    one.close()
    del dispatcher


def test_after_cancelling_a_reader_that_hangs_another_file_opens_at_once(
    qapp: QApplication, hanging: threading.Event, qtbot: QtBot
) -> None:
    one, dispatcher = make_window(Session(None))
    one.workspace.open_checkpoint(Path("stuck.pth"))
    qtbot.wait(50)
    one.workspace.cancel_opening()
    one.workspace.open_checkpoint(Path("other.pth"))
    qtbot.waitUntil(lambda: one.workspace.checkpoint is not None, timeout=10_000)
    one.close()
    del dispatcher
