"""The catalogue's dialog: fetch with progress, cancel, failure in words, open."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gnet_desktop.checkpoints import catalogue
from gnet_desktop.checkpoints.catalogue import KnownCheckpoint, Progress
from gnet_desktop.errors import Cancelled, CheckpointError
from gnet_desktop.gui.card.catalogue import CatalogueDialog, EntryRow, Fetch
from gnet_desktop.resources import BUNDLED, bundled_checkpoint


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of this user's machine counts."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(catalogue, "folder", lambda: tmp_path / "data")
    return tmp_path / "data"


def opened(qtbot: QtBot, fetch: Fetch) -> tuple[CatalogueDialog, EntryRow]:
    dialog = CatalogueDialog(fetch=fetch)
    qtbot.addWidget(dialog, before_close_func=lambda one: one.end())
    dialog.show()
    row = next(row for row in dialog.rows if row.entry.name == "imagenet")
    return dialog, row


def test_what_is_here_opens_and_what_is_not_can_be_fetched(qtbot: QtBot) -> None:
    dialog, row = opened(qtbot, catalogue.fetch)
    assert row.button.text() == "Fetch"
    bundled = next(row for row in dialog.rows if row.entry.name == BUNDLED)
    with qtbot.waitSignal(dialog.open_wanted) as wanted:
        qtbot.mouseClick(bundled.button, Qt.MouseButton.LeftButton)
    assert wanted.args[0] == bundled_checkpoint()


def test_fetching_shows_how_far_it_is_and_then_opens(qtbot: QtBot, elsewhere: Path) -> None:
    go_on = threading.Event()

    def fetch(entry: KnownCheckpoint, *, progress: Progress, cancelled: Callable[[], bool]) -> Path:
        progress(10_000_000, 52_000_000)
        go_on.wait(5)
        elsewhere.mkdir()
        (elsewhere / entry.file).write_bytes(b"weights")
        return elsewhere / entry.file

    _, row = opened(qtbot, fetch)
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row.bar.value() == 10_000_000)
    assert row.button.text() == "Cancel"
    assert row.bar.isVisible()
    go_on.set()
    qtbot.waitUntil(lambda: row.button.text() == "Open")
    assert not row.bar.isVisible()


def test_cancel_stops_and_says_what_was_kept(qtbot: QtBot) -> None:
    def fetch(entry: KnownCheckpoint, *, progress: Progress, cancelled: Callable[[], bool]) -> Path:
        while not cancelled():
            progress(1, 2)
        raise Cancelled

    _, row = opened(qtbot, fetch)
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row.bar.value() == 1)
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: row.button.text() == "Fetch")
    assert "kept" in row.words.text()


def test_a_failure_stands_in_its_row(qtbot: QtBot) -> None:
    def fetch(entry: KnownCheckpoint, *, progress: Progress, cancelled: Callable[[], bool]) -> Path:
        raise CheckpointError("It could not be fetched.", "No network.", "Try again.")

    _, row = opened(qtbot, fetch)
    qtbot.mouseClick(row.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(row.words.text()))
    assert row.words.text() == "It could not be fetched. No network. Try again."
    assert row.button.text() == "Fetch"
