"""What if: parts switched off with real keys and menus, and the differences read off the panels."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gnet_desktop.gui.answers.values import Cell, delta_words
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.controls.changing import change_words
from gnet_desktop.gui.controls.factor import FactorSlider
from gnet_desktop.gui.lanes.changes_menu import fill_changes_menu
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.changes import Change
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import resource
from gnet_desktop.workspace.values import Reference
from tests.gui.made import of_type, pause, there, wait_until


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1500, 950)
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures([resource("samples", "espresso.jpg")])
    wait_until(lambda: made.workspace.result is not None)
    yield made
    made.close()
    del dispatcher


@pytest.fixture(autouse=True)
def unchanged(window: Window) -> Iterator[None]:
    yield
    window.workspace.reset_changes()
    current(window)


def current(window: Window) -> None:
    """Wait until what is shown is the run that is looked at, with its reference."""
    workspace = window.workspace
    wait_until(
        lambda: not workspace.stale and (workspace.reference_result is not None) == bool(workspace.changes)
    )
    pause(20)


def test_without_changes_there_is_no_strip(window: Window) -> None:
    assert not window.strip.isVisible()
    assert all(
        cell.before is None
        for line in there(window.panels.answers.shown).lines
        for cell in line.cells.values()
    )


def test_x_switches_the_chosen_unit_off_and_on_again(window: Window) -> None:
    window.workspace.choose_unit(Unit("4a", "5x5", 11))
    QTest.keyClick(window, Qt.Key.Key_X)
    assert window.workspace.changes == (Change("4a/5x5", "off", (11,)),)
    current(window)
    assert window.strip.isVisible()
    assert not there(window.workspace.result).record["4a/5x5"][11].any()
    QTest.keyClick(window, Qt.Key.Key_X)
    assert window.workspace.changes == ()
    current(window)
    assert not window.strip.isVisible()


def test_a_branch_off_shows_in_the_answers_what_an_independent_pass_says(
    window: Window, bundled: Path
) -> None:
    """torchvision's own network with a hook that writes zeros."""
    import torch
    from safetensors.torch import load_file
    from torchvision.models import GoogLeNet

    window.workspace.choose_unit(Unit("4e", "5x5", 0))
    before = window.workspace.result
    QTest.keyClick(window, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    current(window)
    checkpoint = window.workspace.checkpoint
    model = GoogLeNet(num_classes=there(checkpoint).architecture.classes, init_weights=False).eval()
    model.load_state_dict({name: value.float() for name, value in load_file(bundled).items()})
    given = torch.from_numpy(there(before).record.input)[None]
    temperature = there(checkpoint).heads["main"].temperature
    with torch.inference_mode():
        whole = torch.softmax(model(given)[0] / temperature, 0)
        model.inception4e.branch3.register_forward_hook(lambda layer, given, output: output * 0)
        without = torch.softmax(model(given)[0] / temperature, 0)
    for line in there(window.panels.answers.shown).lines:
        words, _ = delta_words(float(without[line.index] - whole[line.index]), logits=False)
        shown = line.cells["main"].delta.replace("−", "-").replace("same", "0")
        assert float(shown) == pytest.approx(float(words.replace("−", "-").replace("same", "0")), abs=0.11)
        assert line.cells["aux1"].delta == "same"  # it lies before the change


def test_a_slider_scales_while_it_moves_and_undo_takes_the_whole_move_back(window: Window) -> None:
    workspace = window.workspace
    workspace.add_change(Change("4e/1x1", "off", (3,)))
    current(window)
    unchanged = np.array(there(workspace.reference_result).record["4e/1x1"][3])
    chip = window.strip.chips[0]
    chip.customContextMenuRequested.emit(chip.rect().center())
    slider = window.strip.findChild(FactorSlider)
    assert slider is not None
    assert slider.value.text() == "× 0"
    for _ in range(3):
        QTest.keyClick(slider.slider, Qt.Key.Key_PageUp)
    assert slider.value.text() == "× 1.5"
    assert [one.text() for one in window.strip.chips] == ["4e/1×1:3 × 1.5"]
    current(window)
    np.testing.assert_allclose(there(workspace.result).record["4e/1x1"][3], 1.5 * unchanged, rtol=1e-6)
    slider.close()
    workspace.undo()
    assert workspace.changes == (Change("4e/1x1", "off", (3,)),)


def test_esc_twice_takes_all_changes_back(window: Window) -> None:
    workspace = window.workspace
    workspace.add_change(Change("4b/5x5"))
    workspace.add_change(Change("4e/1x1", "off", (3,)))
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert len(workspace.changes) == 2
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert workspace.changes == ()
    workspace.undo()
    assert len(workspace.changes) == 2


def test_chips_say_what_is_changed_and_a_click_takes_it_back(window: Window) -> None:
    workspace = window.workspace
    workspace.add_change(Change("4b/5x5"))
    workspace.add_change(Change("4e/1x1", "scaled", (3, 20), 0.5))
    assert [chip.text() for chip in window.strip.chips] == ["4b/5×5 off", "4e/1×1:3,20 × 0.5"]
    QTest.mouseClick(window.strip.chips[0], Qt.MouseButton.LeftButton)
    assert workspace.changes == (Change("4e/1x1", "scaled", (3, 20), 0.5),)
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(workspace.changes) == 2
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_Z, both)
    assert len(workspace.changes) == 1
    QTest.mouseClick(window.strip.reset, Qt.MouseButton.LeftButton)
    assert workspace.changes == ()


def test_the_network_is_as_before_after_all_is_taken_back(window: Window) -> None:
    before = {head: one.logits.copy() for head, one in there(window.workspace.result).record.answers.items()}
    for change in (Change("3a"), Change("conv2", "mean"), Change("aux1/fc1")):
        window.workspace.add_change(change)
    current(window)
    while window.workspace.changes:
        window.workspace.undo()
    current(window)
    for head, answers in there(window.workspace.result).record.answers.items():
        assert (answers.logits == before[head]).all()


def test_a_change_in_vain_is_said(window: Window) -> None:
    window.workspace.set_changes((Change("4a/5x5"), Change("4a/5x5", "scaled", factor=2)))
    current(window)
    assert "0 cells changed" in window.strip.warning.text()


def test_the_menu_offers_what_may_become_of_a_part(window: Window) -> None:
    menu = QMenu()
    fill_changes_menu(menu, window.workspace, "4a/5x5", 11)
    words = [action.text() for action in menu.actions()]
    assert words == ["Switch 4a/5x5:11 off", "Switch 4a/5x5 off", "Change 4a/5x5:11"]
    menu.actions()[1].trigger()
    assert window.workspace.changes == (Change("4a/5x5"),)


def test_a_part_becomes_usual_or_what_the_reference_has_there(window: Window) -> None:
    workspace, first = window.workspace, window.workspace.current
    second = workspace.add_pictures([resource("samples", "goldfish.jpg")], show=False)[0]
    try:
        workspace.compare_with(Reference(picture=second))
        wait_until(lambda: workspace.reference_result is not None)
        menu = QMenu()
        fill_changes_menu(menu, workspace, "5b/1x1")
        entries = menu.actions()  # before PySide 6.11 a submenu is lost with the object of its entry
        [submenu] = [entry.menu() for entry in entries if entry.menu() is not None]
        offered = {action.text(): action for action in of_type(QMenu, submenu).actions()}
        assert list(offered)[-2:] == ["As usual: mean of 2 pictures", "From goldfish.jpg"]
        offered["As usual: mean of 2 pictures"].trigger()
        wait_until(lambda: bool(workspace.changes))
        offered["From goldfish.jpg"].trigger()
        assert [change_words(one) for one in workspace.changes] == [
            "5b/1×1 as usual",
            "5b/1×1 from goldfish.jpg",
        ]
        wait_until(lambda: not workspace.stale)
        theirs = there(workspace.reference_result).record["5b/1x1"]
        assert (there(workspace.result).record["5b/1x1"] == theirs).all()
        assert workspace.current == first
    finally:
        workspace.compare_with(None)
        workspace.remove_picture(second)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("4a"), "4a off"),
        (Change("5b/pool_proj", "mean"), "5b/pool_proj to its mean"),
        (Change("4e/1x1", "scaled", (20,), 0.5), "4e/1×1:20 × 0.5"),
    ],
)
def test_changes_read_as_people_say_them(change: Change, words: str) -> None:
    assert change_words(change) == words


def test_differences_have_a_sign_and_none_is_called_same() -> None:
    assert delta_words(0.138, logits=False) == ("+13.8", 1)
    assert delta_words(-0.353, logits=False) == ("−35.3", -1)
    assert delta_words(0.0001, logits=False) == ("same", 0)
    assert delta_words(-1.5, logits=True) == ("−1.50", -1)


def test_what_the_changes_did_is_said_in_a_sentence(window: Window) -> None:
    window.workspace.add_change(Change("4e/3x3"))
    current(window)
    result, before = window.workspace.result, window.workspace.reference_result
    index = there(before).record.answers["main"].top(1)[0][0]
    both = (there(one).record.answers["main"].probabilities[index] for one in (result, before))
    first, second = (round(100 * float(one), 1) for one in both)
    points = np.subtract(first, second)  # what a reader subtracts
    said = window.panels.answers.says.accessibleName()
    if there(result).record.answers["main"].top(1)[0][0] == index:
        assert said.startswith("Still espresso")
        assert f"{abs(points):.1f} points {'higher' if points > 0 else 'lower'}" in said or abs(points) < 0.05
    assert said.endswith("aux1 and aux2 read earlier modules: no change.")
    window.workspace.set_changes((Change("5b"),))
    current(window)
    said = window.panels.answers.says.accessibleName()
    first = there(window.workspace.result).record.answers["main"].top(1)[0][0]
    name = there(window.workspace.checkpoint).labels.names[first]
    assert said.startswith(f"{name} instead of espresso.") or first == index


def test_the_answers_stand_by_what_changed_when_that_is_asked_for(window: Window) -> None:
    """Against torch's own softmax of the logits: the largest differences at any head, and no other class."""
    import torch

    workspace, panel = window.workspace, window.panels.answers
    assert not panel.order.isVisible()
    workspace.add_change(Change("4e/5x5"))
    current(window)
    likeliest = [line.index for line in there(panel.shown).lines]
    QTest.keyClick(window, Qt.Key.Key_A)
    assert (panel.order.isVisible(), panel.order.isChecked()) == (True, True)
    gaps, points = [], []
    for head, now in there(workspace.result).record.answers.items():
        before = there(workspace.reference_result).record.answers[head]
        heat = there(workspace.checkpoint).heads[head].temperature
        both = [torch.softmax(torch.from_numpy(one.logits) / heat, 0) for one in (now, before)]
        gaps.append((both[0] - both[1]).abs())
        points.append(torch.sub(*((1000 * one).round() / 10 for one in both)))  # what a reader subtracts
    order = torch.stack(gaps).amax(0).argsort(descending=True)
    count = len(there(panel.shown).lines)
    assert [line.index for line in there(panel.shown).lines] == order[:count].tolist()
    for line in there(panel.shown).lines:
        expected = [float(of_head[line.index]) for of_head in points]
        assert [_points(cell) for cell in line.cells.values()] == pytest.approx(expected, abs=1e-3)
    QTest.mouseClick(panel.order, Qt.MouseButton.LeftButton)
    assert [line.index for line in there(panel.shown).lines] == likeliest


def _points(cell: Cell) -> float:
    """What a reader reads of a difference."""
    return float(cell.delta.replace("−", "-").replace("same", "0"))


def test_the_heads_window_shows_both_timelines_and_their_difference(window: Window) -> None:
    """Numbers of the two passes themselves, per class and head."""
    from gnet_desktop.gui.heads.window import HeadsView

    workspace = window.workspace
    view = HeadsView(workspace)
    view.show()
    workspace.add_change(Change("4b/3x3"))
    current(window)
    runs = workspace.result, workspace.reference_result
    now, before = (
        {head: one.probabilities for head, one in there(run).record.answers.items()} for run in runs
    )
    for course in view.timeline.courses:
        for head in ("aux1", "aux2", "main"):
            assert dict(course.points)[head] == pytest.approx(100 * now[head][course.index], abs=1e-4)
            assert dict(course.before)[head] == pytest.approx(100 * before[head][course.index], abs=1e-4)
    first = view.timeline.courses[0]
    assert first.gap("aux1", logits=False) == 0  # it reads what lies before the change
    assert view.timeline.accessibleDescription().startswith(f"{first.name}: aux1 ")
    assert " same" in view.timeline.accessibleDescription()
    section = view.sections["aux2"].answers
    assert len(section.deltas) == len(section.rows)
    workspace.change_view(show="difference")
    index, gap = first.index, dict(view.timeline.courses[0].points)["main"]
    assert view.timeline.courses[0].index == index
    assert gap == pytest.approx(100 * (now["main"][index] - before["main"][index]), abs=0.11)
    grid = view.sections["aux2"].pool
    pools = [there(run).record["aux2/pool"] for run in runs]
    np.testing.assert_allclose(there(grid._values), pools[0] - pools[1], atol=1e-6)
    assert "changed by" in grid.words(0)[1]
    workspace.change_view(show="reference")
    assert all(course.before == () for course in view.timeline.courses)
    workspace.change_view(show="this")
    view.close()
