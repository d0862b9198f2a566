"""A folder of very many pictures: the first at once, the rest as they come, stopped when somebody wants."""

import os
import shutil
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.pictures.model import PicturesModel
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.workspace.finder import PORTION
from gnet_desktop.workspace.picture_list import LONG
from tests.gui.made import wait_until
from tests.gui.whole_window import current, drop, files, opened, window
from tests.workspace.workers import Posed

__all__ = ["opened", "window"]  # fixtures

MOST_PER_INODE = 50_000


def linked(folder: Path, picture: Path, count: int) -> Path:
    """A folder that has a picture under very many names."""
    folder.mkdir()
    first = picture
    for number in range(count):
        place = folder / f"IMG_{number}.jpg"
        if number % MOST_PER_INODE == 0:
            first = Path(shutil.copy(picture, place))
        else:
            os.link(first, place)
    return folder


def test_what_comes_at_the_end_leaves_the_rows_before_where_they_are(qapp: QApplication) -> None:
    workspace = Posed()
    workspace.add_pictures([Path(f"{number}.jpg") for number in range(3)])
    model, inserted, resets = PicturesModel(workspace), [], []
    model.rowsInserted.connect(lambda _, first, last: inserted.append((first, last)))
    model.modelReset.connect(lambda: resets.append(1))
    workspace.pictures_changed.subscribe(model.reload)
    workspace.add_pictures([Path("3.jpg"), Path("4.jpg")])
    assert (inserted, resets) == ([(3, 4)], [])
    assert [model.index(row).data() for row in range(model.rowCount())] == [f"{n}.jpg" for n in range(5)]
    workspace.remove_picture(2)
    assert resets
    assert [model.index(row).data() for row in range(model.rowCount())] == [
        "0.jpg",
        "2.jpg",
        "3.jpg",
        "4.jpg",
    ]
    assert [model.row_of(picture) for picture in (1, 2, 5)] == [0, -1, 3]


def test_the_first_picture_is_there_before_the_rest_and_stopping_keeps_what_was_found(
    window: Window, shared: Path, tmp_path: Path
) -> None:
    folder = linked(tmp_path / "many", shared / "images" / "pizza.jpg", 60 * PORTION)
    drop(window, files(folder))
    workspace, strip = window.workspace, window.finding
    wait_until(lambda: bool(workspace.pictures))
    assert len(workspace.pictures) <= PORTION + 1
    assert not strip.isVisible()
    wait_until(strip.isVisible)
    assert "so far" in strip.words.text()
    QTest.mouseClick(strip.stop, Qt.MouseButton.LeftButton)
    assert not strip.isVisible()
    found = len(workspace.pictures)
    wait_until(lambda: current(window))
    assert len(workspace.pictures) == found < 60 * PORTION
    assert workspace.pictures[workspace.current or 0].name == "IMG_0.jpg"


def test_a_folder_without_pictures_is_told(window: Window, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    drop(window, files(tmp_path))
    wait_until(lambda: window.workspace.finding is None)
    assert window.notice.text.startswith("No picture was found.")


def test_rows_of_a_long_list_get_their_thumbnails_where_they_are_seen(
    window: Window, shared: Path, tmp_path: Path
) -> None:
    folder = linked(tmp_path / "many", shared / "images" / "pizza.jpg", LONG + 300)
    drop(window, files(folder))
    workspace = window.workspace
    wait_until(lambda: workspace.finding is None and current(window), 30)
    window.panels.pictures.list.scrollToBottom()
    last = list(workspace.pictures)[-1]
    wait_until(lambda: workspace.pictures[last].thumbnail is not None, 20)
    assert sum(entry.thumbnail is not None for entry in workspace.pictures.values()) < LONG


@pytest.mark.slow
def test_the_window_goes_on_while_a_hundred_thousand_pictures_come(
    window: Window, shared: Path, tmp_path: Path
) -> None:
    folder = linked(tmp_path / "many", shared / "images" / "pizza.jpg", 100_000)
    turns: list[float] = []
    last = time.thread_time()

    def turn() -> None:
        nonlocal last
        now = time.thread_time()
        turns.append(now - last)
        last = now

    timer = QTimer()
    timer.timeout.connect(turn)
    timer.start(0)
    drop(window, files(folder))
    wait_until(lambda: bool(window.workspace.pictures), 5)
    wait_until(lambda: window.workspace.finding is None, 180)
    assert len(window.workspace.pictures) == 100_000
    QTest.keyClicks(window.panels.pictures.sieve.field, "IMG_4242")
    named = sum("4242" in str(number)[:4] for number in range(100_000))
    wait_until(lambda: len(window.workspace.shown_pictures) == named, 30)
    # of its own time: how long it waits for other programs is no merit or fault of the window's
    assert max(turns) < 0.1
    timer.stop()
