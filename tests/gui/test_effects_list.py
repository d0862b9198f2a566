"""What branches are worth when they are off, in a list; and two parts together against the sum of each."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gnet_desktop.cli import main
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.compare.effects import EffectsView
from gnet_desktop.gui.compare.interaction import Interaction, Together
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.changes import Change, Changes
from gnet_desktop.resources import resource
from tests.gui.made import of_type, pause, there, wait_until


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1500, 950)
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures([resource("samples", "espresso.jpg")])
    wait_until(lambda: made.workspace.result is not None and made.workspace.idle)
    yield made
    made.close()
    del dispatcher


def logit(window: Window, *changes: Change) -> float:
    """Of the first answer, from the panels' own result under these changes."""
    workspace = window.workspace
    index = there(workspace.result).checkpoint.labels.names.index("espresso")
    workspace.set_changes(tuple(changes))
    wait_until(lambda: not workspace.stale)
    return float(there(workspace.result).record.answers["main"].logits[index])


def numbers(words: str) -> list[float]:
    """``both change … by −3.2, the sum of each alone is −4.0`` → the two."""
    return [float(part.split()[-1].replace("−", "-")) for part in words.split(", ")[-2:]]


def expected(window: Window, parts: Iterable[str], beside: Changes = ()) -> list[float]:
    first, second = (Change(part) for part in parts)
    before = logit(window, *beside)
    alone = [logit(window, *beside, one) - before for one in (first, second)]
    return [logit(window, *beside, first, second) - before, sum(alone)]


def test_two_chips_say_what_they_do_together_and_each_alone(window: Window) -> None:
    first, second = Change("4e/1x1"), Change("5a/3x3")
    values = expected(window, (first.part, second.part))
    together = there(window.strip.findChild(Together))
    wait_until(lambda: bool(together.text()))
    # whatever these changes answer first, the class is the unchanged network's
    assert together.text().startswith("Both change the logit of espresso (main) by ")
    assert numbers(together.text()) == pytest.approx(values, rel=6e-3, abs=6e-3)
    window.workspace.add_change(Change("5a/1x1"))
    assert not together.text()
    window.workspace.reset_changes()
    wait_until(lambda: not window.workspace.stale)


def test_the_list_has_the_ten_strongest_and_says_that_they_do_not_add_up(window: Window) -> None:
    network = window.panels.network
    assert not network.listed.isVisible()
    window.workspace.change_view(quantity="effect")
    wait_until(network.listed.isVisible)
    network.listed.click()
    view = of_type(EffectsView, window.dialogs.show("effects"))
    wait_until(lambda: len(view.rows.rows) == 10, 60)
    assert "don't add up" in view.note.text()
    rows = {str(row.value): float(row.text.replace("−", "-")) for row in view.rows.rows}
    assert list(map(abs, rows.values())) == sorted(map(abs, rows.values()), reverse=True)
    picked = list(rows)[:2]
    for part in picked:
        piece = next(piece for piece in view.rows.pieces if piece.value == part)
        QTest.mouseClick(view.rows, Qt.MouseButton.LeftButton, pos=piece.box.center().toPoint())
    assert view.picked == tuple(picked)
    assert window.workspace.selection.module == picked[1][:2]
    wait_until(view.switch.isVisible)
    told = numbers(view.together.text())
    assert told[1] == pytest.approx(sum(rows[part] for part in picked), rel=1e-2)
    view.switch.click()
    assert window.workspace.changes == tuple(Change(part) for part in picked)
    values = expected(window, picked)
    assert told == pytest.approx(values, rel=6e-3, abs=6e-3)
    view.close()


@pytest.mark.parametrize("ending", [".json", ".csv"])
def test_all_branches_are_saved_with_the_command_lines_own_numbers(
    window: Window, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    window.workspace.reset_changes()
    wait_until(lambda: not window.workspace.stale)
    window.workspace.change_view(quantity="effect")
    view = of_type(EffectsView, window.dialogs.show("effects"))
    wait_until(lambda: view.rows.isVisible() and len(view.rows.rows) == 10, 60)
    photo = str(resource("samples", "espresso.jpg"))
    main(["ablate", photo, "--each", "branch", "--format", "json", "--device", "cpu"])
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    expected = {row["part"]: row["logit_difference"] for row in printed if row["head"] == "main"}
    target = tmp_path / f"effects{ending}"
    view.ask_path = lambda _name, _kinds: target
    view.save.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(view.save, Qt.Key.Key_Space)
    text = target.read_text()
    if ending == ".json":
        saved = json.loads(text)
        assert saved["picture"] == "espresso.jpg"
        rows = saved["effects"]
    else:
        rows = list(csv.DictReader(text.splitlines()))
    assert {(row["head"], row["label"]) for row in rows} == {("main", "espresso")}
    found = {row["part"]: float(row["logit_difference"]) for row in rows}
    assert len(found) == 36
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-4)
    view.close()


def test_beside_another_change_the_two_are_told_with_it_in_force(window: Window) -> None:
    beside = Change("5b/3x3")
    logit(window, beside)
    window.workspace.change_view(quantity="effect")
    view = of_type(EffectsView, window.dialogs.show("effects"))
    wait_until(lambda: len(view.rows.rows) == 10, 60)
    view.rows.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(view.rows, key)
    picked = view.picked
    if len(picked) < 2:  # one of the test before was let go
        QTest.keyClick(view.rows, Qt.Key.Key_Return)
        picked = view.picked
    wait_until(view.switch.isVisible)
    told = numbers(view.together.text())
    view.close()
    assert told == pytest.approx(expected(window, picked, beside=(beside,)), rel=6e-3, abs=6e-3)
    window.workspace.reset_changes()
    window.workspace.change_view(quantity="channels")
    pause(20)


@pytest.mark.parametrize(
    ("both", "added", "words"),
    [(-3.0, -2.0, "makes up"), (-2.0, -4.0, "need each other"), (-2.0, -2.01, "add up")],
)
def test_what_a_difference_means_is_said(qapp: QApplication, both: float, added: float, words: str) -> None:
    assert words in Interaction(both, added, "cat", "main").meaning()
