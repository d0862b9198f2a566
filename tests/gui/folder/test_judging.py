"""What is said about a folder with real events, and kept: its classes, its convention, how sure to be."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gnet_desktop.folder.truth import is_about
from gnet_desktop.gui.conventions.choices import explanation
from gnet_desktop.gui.shell.window import Window
from tests.gui.made import pause, there, wait_until


def test_what_was_answered_is_kept_and_a_name_may_be_corrected(done: Window, folder: Path) -> None:
    run = done.folder_page.run
    zebra = there(run.state).names.index("lion")
    seen: list[str] = []
    end = run.changed.subscribe(lambda: seen.append(run.state.state if run.state else ""))
    run.correct("no class", zebra)
    for _ in range(3000):
        pause(10)
        if there(run.state).state == "done" and there(there(run.state).evaluation).pictures == 9:
            break
    end()
    assert there(there(run.state).evaluation).pictures == 9
    assert there(run.state).rate == 0 or seen.count("running") <= 2  # nothing was answered again
    run.correct("no class", None)
    pause(300)


def test_a_name_dragged_onto_a_class_means_it_from_now_on(done: Window) -> None:
    page, run = done.folder_page, done.folder_page.run
    QTest.mouseClick(page.matching_button, Qt.MouseButton.LeftButton)
    dialog = page._matching
    assert dialog is not None
    first = dialog.names.item(0)  # what fits no class stands first
    assert first.text() == "no class  →  no class"
    teapot = there(run.state).names.index("teapot") if "teapot" in there(run.state).names else 7
    dialog.search.setText(there(run.state).names[teapot])
    item = dialog.classes.item(teapot)
    dialog.classes.scrollToItem(item)
    place = dialog.classes.visualItemRect(item).center()
    data = dialog.names.mimeData([first])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    no = Qt.KeyboardModifier.NoModifier
    for event in (
        QDragEnterEvent(place, copy, data, left, no),
        QDragMoveEvent(place, copy, data, left, no),
        QDropEvent(QPointF(place), copy, data, left, no),
    ):
        QApplication.sendEvent(dialog.classes.viewport(), event)
        assert event.isAccepted()
    wait_until(lambda: there(run.state).state == "done" and there(there(run.state).evaluation).pictures == 9)
    assert there(there(run.state).evaluation).truth.classes["no class"] == teapot
    assert f"no class  →  {there(run.state).names[teapot]}" in [
        dialog.names.item(row).text() for row in range(dialog.names.count())
    ]
    dialog.names.setCurrentRow(
        next(row for row in range(3) if dialog.names.item(row).text().startswith("no class"))
    )
    QTest.mouseClick(dialog.rules, left)
    wait_until(lambda: there(run.state).state == "done" and there(there(run.state).evaluation).pictures == 6)
    dialog.close()


def test_conventions_stand_side_by_side_and_a_click_uses_one(
    done: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gnet_desktop.workspace import folder_jobs

    page, run = done.folder_page, done.folder_page.run
    own = done.workspace.convention
    swapped = there(own).changed(name="swapped", order="bgr")
    monkeypatch.setattr(folder_jobs, "candidates", lambda used: (own, swapped))
    QTest.mouseClick(page.conventions.button, Qt.MouseButton.LeftButton)
    wait_until(lambda: len(there(run.state).tried) == 2 and there(run.state).trying is None)
    rows = page.conventions.rows
    assert {row.tried.convention.name for row in rows} == {there(own).name, "swapped"}
    assert rows[0].tried.figures.top1.count >= rows[1].tried.figures.top1.count
    mine = next(row for row in rows if row.tried.convention == own)
    assert explanation(there(own)) in " ".join(mine.toolTip().split())
    assert mine.tried.figures.top1 == there(there(run.state).evaluation).heads["main"].top1
    other = next(row for row in rows if row is not mine)
    other.setFocus()
    QTest.keyClick(other, Qt.Key.Key_Space)
    wait_until(lambda: there(run.state).convention == "swapped" and there(run.state).state == "done")
    assert there(there(run.state).evaluation).heads["main"].top1 == other.tried.figures.top1
    run.use_convention(there(own))
    wait_until(lambda: there(run.state).convention == there(own).name and there(run.state).state == "done")


def test_a_fitted_temperature_is_kept_with_the_checkpoint_until_the_files_own_is_wanted(done: Window) -> None:
    page, run = done.folder_page, done.folder_page.run
    sure = there(there(run.state).rows).confidence.copy()
    QTest.mouseClick(page.calibration.fit, Qt.MouseButton.LeftButton)
    wait_until(lambda: there(run.state).fit is not None)
    fitted = there(there(run.state).fit).calibration
    assert there(there(run.state).fit).pictures == 6
    assert "Only 6 pictures" in page.calibration.words.text()
    QTest.mouseClick(page.calibration.keep, Qt.MouseButton.LeftButton)
    wait_until(lambda: there(run.state).calibration == fitted and there(run.state).state == "done")
    sha256 = there(done.workspace.checkpoint).provenance.sha256
    assert there(done.session.calibration_of(sha256))["temperatures"] == fitted.temperatures
    assert there(done.workspace.checkpoint).doubt_threshold == fitted.threshold
    assert not np.array_equal(there(there(run.state).rows).confidence, sure)
    QTest.mouseClick(page.calibration.forget, Qt.MouseButton.LeftButton)
    wait_until(lambda: there(run.state).calibration is None and there(run.state).state == "done")
    assert done.session.calibration_of(sha256) is None
    np.testing.assert_allclose(there(there(run.state).rows).confidence, sure, rtol=1e-9)


def dropped(window: Window, path: Path) -> str:
    """Drop a file on the window with real events; what the card said."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place, copy, left, no = (
        QPoint(700, 500),
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, left, no))
    said = window.dropping.card.title
    QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, left, no))
    return said


@pytest.fixture
def by_folders_again(done: Window) -> Iterator[Window]:
    done.show_page("folder")
    yield done
    done.folder_page.run.judge_by(None)
    wait_until(lambda: there(done.folder_page.run.state).state == "done")
    done.show_page("explore")


def test_a_table_that_is_dropped_says_what_the_pictures_show(
    by_folders_again: Window, folder: Path, tmp_path: Path
) -> None:
    window, run = by_folders_again, by_folders_again.folder_page.run
    table = tmp_path / "truth.csv"
    table.write_text("path,class\nno class/1.jpg,lion\npizza/0.jpg,pizza\n")
    assert dropped(window, table) == "Judge the folder by truth.csv"
    wait_until(lambda: run.table == table and there(run.state).state == "done")
    truth = there(there(run.state).evaluation).truth
    assert truth.source == "truth.csv"
    assert dict(truth.given) == {"no class/1.jpg": "lion", "pizza/0.jpg": "pizza"}
    assert there(there(run.state).evaluation).pictures == 2

    # it is kept with the folder, and goes on the word of a person
    window.evaluate(folder)
    assert run.table == table
    matching = window.folder_page.show_matching()
    assert there(matching).by_folders.isVisible()
    QTest.mouseClick(there(matching).by_folders, Qt.MouseButton.LeftButton)
    there(matching).close()
    wait_until(lambda: run.table is None and there(run.state).state == "done")
    assert there(there(run.state).evaluation).pictures == 6


def test_a_table_that_cannot_be_read_leaves_what_is_shown(by_folders_again: Window, tmp_path: Path) -> None:
    window, run = by_folders_again, by_folders_again.folder_page.run
    table = tmp_path / "truth.csv"
    table.write_text("only one column\n")
    window.judge_by(table)
    wait_until(lambda: "is not a table of classes" in window.notice.text)
    assert run.table is None
    assert there(there(run.state).evaluation).pictures == 6


def test_a_list_of_class_names_is_no_table_of_this_folder(folder: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("0,goldfish\n1,pizza\n")
    assert not is_about(names, folder)


def test_what_cannot_be_kept_on_a_full_disk_is_said_and_nothing_else_changes(
    by_folders_again: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, run = by_folders_again, by_folders_again.folder_page.run
    lion = there(run.state).names.index("lion")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    run.correct("no class", lion)
    assert "corrections.json was not written" in window.notice.text
    assert there(there(run.state).evaluation).pictures == 6
    table = tmp_path / "truth.csv"
    table.write_text("path,class\npizza/0.jpg,pizza\n")
    assert dropped(window, table) == "Judge the folder by truth.csv"
    wait_until(lambda: "was not written" in window.notice.text and run.table == table)
    wait_until(lambda: there(run.state).state == "done")
    assert there(there(run.state).evaluation).pictures == 1
