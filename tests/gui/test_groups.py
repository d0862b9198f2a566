"""Pictures marked in the list: usual over them, two groups of them, and what tells these apart."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gnet_desktop.cli import main
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.compare.groups import GroupsView
from gnet_desktop.gui.shell.finding import WorkingStrip
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.changes import Change
from gnet_desktop.resources import resource
from gnet_desktop.workspace.taking import take_usual, usual_pictures
from tests.gui.made import pause, there, wait_until

NAMES = ("cat", "moose", "raccoon", "goldfish", "espresso", "pan", "bucket")
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1500, 950)
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures([resource("samples", f"{name}.jpg") for name in NAMES])
    wait_until(lambda: made.workspace.result is not None and made.workspace.idle)
    yield made
    made.close()
    del dispatcher


def click(window: Window, row: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    view = window.panels.pictures.list
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, place)


def named(window: Window, pictures: tuple[int, ...]) -> list[str]:
    return [window.workspace.pictures[one].name.partition(".")[0] for one in pictures]


def test_ctrl_and_shift_mark_more_and_a_click_marks_no_more(window: Window) -> None:
    marks = window.workspace.marks
    click(window, 0)
    assert marks.marked == ()
    click(window, 2, CTRL)
    assert named(window, marks.marked) == ["cat", "raccoon"]
    click(window, 3, SHIFT)
    assert named(window, marks.marked)[-2:] == ["raccoon", "goldfish"]
    assert "marked" in window.panels.pictures.header.note
    click(window, 5)
    assert marks.marked == ()
    assert window.workspace.pictures[there(window.workspace.current)].name == "pan.jpg"
    QTest.keyClick(window.panels.pictures.list, Qt.Key.Key_Down, SHIFT)
    assert named(window, marks.marked) == ["pan", "bucket"]


def test_marks_stay_when_the_list_is_sorted_and_go_with_their_pictures(window: Window) -> None:
    marks, workspace = window.workspace.marks, window.workspace
    extra = workspace.add_pictures([resource("samples", "rocket.jpg")], show=False)[0]
    click(window, 0)
    click(window, 1, CTRL)
    click(window, 7, CTRL)
    workspace.sort_pictures("name")
    pause(20)
    assert set(named(window, marks.marked)) == {"cat", "moose", "rocket"}
    workspace.remove_picture(extra)
    pause(20)
    assert "rocket" not in named(window, marks.marked)
    workspace.sort_pictures("added")


def test_usual_is_the_mean_over_what_is_marked_and_can_be_stopped(window: Window) -> None:
    workspace = window.workspace
    click(window, 0)
    assert len(usual_pictures(workspace)) == len(NAMES)
    click(window, 1, CTRL)
    assert usual_pictures(workspace) == workspace.marks.marked
    strip = window.findChild(WorkingStrip)
    take_usual(workspace, (Change("4a/5x5"),))
    assert workspace.working.share is not None
    there(strip).stop.click()
    wait_until(lambda: workspace.idle)
    pause(50)
    assert workspace.working.share is None
    assert workspace.changes == ()
    take_usual(workspace, (Change("4a/5x5"),))
    wait_until(lambda: len(workspace.changes) == 1)
    assert workspace.working.share is None
    change = workspace.changes[0]
    assert change.values.source == "the mean of 2 pictures"
    assert [Path(one).stem for one in change.values.pictures] == ["cat", "moose"]
    workspace.reset_changes()
    wait_until(lambda: not workspace.stale)


def test_two_groups_are_told_apart_as_the_command_line_does_and_a_click_chooses(
    window: Window, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    marks, workspace = window.workspace.marks, window.workspace
    for letter, rows in (("A", range(4)), ("B", range(4, 7))):
        click(window, rows[0])
        click(window, rows[-1], SHIFT)
        window.actions_by_name[f"group {letter}"].trigger()
    assert named(window, marks.groups[0]) == list(NAMES[:4])
    model = window.panels.pictures.model
    spoken = [model.data(model.index(row), Qt.ItemDataRole.AccessibleTextRole) for row in (0, 6)]
    assert [words.endswith(f"group {letter}") for words, letter in zip(spoken, "AB", strict=True)] == [
        True
    ] * 2
    window.actions_by_name["tell_apart"].trigger()
    view = window.dialogs.show("groups")
    assert isinstance(view, GroupsView)
    wait_until(lambda: view.told is not None)
    pause(20)
    photos = [str(resource("samples", f"{name}.jpg")) for name in NAMES]
    groups = ["--group", *photos[:4], "--group", *photos[4:]]
    assert main(["compare", *groups, "--most", "40", "--format", "json", "--device", "cpu"]) == 0
    expected = json.loads(capsys.readouterr().out)
    view.ask_path = lambda _name, _kinds: tmp_path / "apart.json"
    view.save.click()
    saved = json.loads((tmp_path / "apart.json").read_text())
    assert [row["unit"] for row in saved["apart"]] == [row["unit"] for row in expected["apart"]]
    for kind in ("first", "second", "effect"):
        ours, theirs = ([row[kind] for row in rows["apart"]] for rows in (saved, expected))
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-7)
    assert view.sentence.text() == "4 pictures (A) against 3 (B)"
    piece = view.rows.pieces[3]
    QTest.mouseClick(view.rows, Qt.MouseButton.LeftButton, pos=piece.box.center().toPoint())
    assert workspace.selection.unit == piece.value
    assert there(workspace.selection.unit).name == expected["apart"][3]["unit"]
    assert view.rows.rows[3].picked
    window.actions_by_name["forget_groups"].trigger()
    assert view.told is None
    assert "Mark pictures in the list" in view.about.text()
    view.close()
