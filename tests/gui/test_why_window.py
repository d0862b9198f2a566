"""Why this answer, side by side: each head's own map, the difference of two classes, and trust on demand."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.gui.why.asking import asked_of, check
from gnet_desktop.gui.why.menus import question_words
from gnet_desktop.gui.why.window import WhyView
from gnet_desktop.inspection.attribution.at_layer import grad_cam
from gnet_desktop.inspection.attribution.attribution import Attribution, Target
from gnet_desktop.inspection.attribution.trust import shuffled_layers
from gnet_desktop.inspection.tracing import Spot
from gnet_desktop.network.architecture import HEAD_PLACES
from gnet_desktop.network.changes import Change
from gnet_desktop.resources import resource
from gnet_desktop.workspace.values import WhyQuestion
from tests.gui.made import make_workspace, make_world, of_type, pause, there, wait_until


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1400, 900)
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures([resource("samples", "cat.jpg")])
    wait_until(lambda: made.workspace.result is not None)
    yield made
    made.close()
    del dispatcher


@pytest.fixture
def view(window: Window, qtbot: QtBot) -> Iterator[WhyView]:
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ShiftModifier)
    shown = window.dialogs.show("why")
    assert isinstance(shown, WhyView)
    settled(shown)
    yield shown
    shown.close()
    window.workspace.change_view(why="")
    window.workspace.explain(None)
    window.workspace.ask_why(**{name: getattr(WhyQuestion(), name) for name in WhyQuestion.__slots__})
    window.workspace.reset_changes()
    wait_until(lambda: not window.workspace.stale)


def settled(view: WhyView) -> None:
    wait_until(lambda: not any(column.why.found.busy for column in view.columns))


def maps(view: WhyView) -> list[np.ndarray]:
    return [there(column.picture.layer).values for column in view.columns if column.isVisible()]


def test_each_head_is_asked_for_the_same_class(view: WhyView, window: Window) -> None:
    result, network = window.workspace.result, there(window.workspace.network).network
    index = there(result).record.answers["main"].top(1)[0][0]
    for head, found in zip(("main", "aux2", "aux1"), maps(view), strict=True):
        at = HEAD_PLACES[head]
        alone = grad_cam(network, there(result).record, Target(head, index), at)
        np.testing.assert_allclose(found, alone.map, rtol=1e-5, atol=1e-6)
    assert [column.title.text() for column in view.columns] == ["cat, main", "cat, aux2", "cat, aux1"]


def test_two_classes_are_the_difference_and_each_alone(view: WhyView, window: Window) -> None:
    frog = there(window.workspace.checkpoint).labels.names.index("frog")
    window.workspace.ask_why(against=frog)
    settled(view)
    difference, cat, other = maps(view)
    # behind 5b all is linear, so that the maps of two logits add up
    np.testing.assert_allclose(difference, cat - other, rtol=1e-3, atol=1e-4)
    assert [column.title.text() for column in view.columns] == [
        "cat against frog, main", "cat, main", "frog, main",
    ]  # fmt: skip


def test_the_head_that_is_asked_for_comes_first_and_its_layers_are_offered(
    view: WhyView, window: Window
) -> None:
    window.workspace.ask_why(head="aux1", at="3b")
    settled(view)
    assert [column.title.text() for column in view.columns] == ["cat, aux1", "cat, main", "cat, aux2"]
    assert all(
        "first-order" in text or "not complete" in text or "no evidence" in text for text in checks(view)
    )
    assert maps(view)[0].shape == there(window.workspace.result).record["3b"].shape[1:]
    # 5b is not what aux1 reads
    window.workspace.ask_why(at="5b")
    settled(view)
    assert maps(view)[0].shape == there(window.workspace.result).record["4a"].shape[1:]


def checks(view: WhyView) -> list[str]:
    return [column.check.text() for column in view.columns if column.isVisible()]


def test_of_each_map_stands_what_it_explains(view: WhyView) -> None:
    assert "of the logit" in checks(view)[0]
    assert "not complete by definition" in checks(view)[2] or "no evidence" in checks(view)[2]
    assert "−" in checks(view)[2] or "-" not in checks(view)[2]


@pytest.mark.parametrize("drawn", ["outline", "focus"])
def test_the_strongest_tenth_is_a_tenth(view: WhyView, window: Window, drawn: str) -> None:
    window.workspace.ask_why(drawn=drawn)
    settled(view)
    column = view.columns[0]
    column.picture.grab()
    image = column.picture.laid
    pixels = np.array(there(image).constBits(), np.uint8).reshape(
        there(image).height(), there(image).width(), 4
    )
    clear = (pixels[..., 3] == 0).mean()
    if drawn == "focus":
        # all but a tenth is covered; cells beside the map's edge count as its last ones
        assert clear == pytest.approx(0.1, abs=0.03)
    else:
        assert 0.9 < clear < 1


def test_trust_is_worked_out_when_it_is_asked_for(view: WhyView, window: Window) -> None:
    assert view.trust.plots.isHidden()
    QTest.mouseClick(view.trust.button, Qt.MouseButton.LeftButton)
    assert view.trust.button.text() == "Stop"
    wait_until(lambda: not view.trust.plots.isHidden())
    words = view.trust.deletion.accessibleDescription()
    areas = [float(word) for word in words.replace(",", "").split() if word.startswith("0.")]
    assert len(areas) == 2
    assert all(0 < area < 1 for area in areas)
    assert "Deletion is good below the dashed line" in view.trust.reading.text()
    assert view.trust.ranks.accessibleDescription().startswith("fc ")
    pause(20)
    assert view.trust.plots.visibleRegion().boundingRect().height() > 0.8 * view.trust.plots.height()
    window.workspace.ask_why(head="aux1")
    assert view.trust.plots.isHidden()


def test_trust_can_be_stopped(view: WhyView, window: Window) -> None:
    window.workspace.change_view(why="contributions")
    settled(view)
    QTest.mouseClick(view.trust.button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(view.trust.button, Qt.MouseButton.LeftButton)
    assert view.trust.button.text() == "Work it out"
    wait_until(lambda: window.workspace.idle)
    assert view.trust.plots.isHidden()


def test_the_changed_run_is_explained(view: WhyView, window: Window) -> None:
    before = maps(view)[0].copy()
    window.workspace.add_change(Change("4e/3x3"))
    wait_until(lambda: not window.workspace.stale)
    settled(view)
    assert not np.array_equal(maps(view)[0], before)


def test_nothing_is_worked_out_while_nobody_looks(view: WhyView, window: Window) -> None:
    view.close()
    window.workspace.change_view(why="occlusion")
    pause(50)
    assert not any(column.why.found.busy for column in view.columns)


def test_escape_closes_it(view: WhyView) -> None:
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.isVisible()


def test_what_is_shuffled_goes_from_the_answer_to_the_picture(window: Window) -> None:
    architecture = there(window.workspace.checkpoint).architecture
    assert shuffled_layers(architecture, "main") == ["fc", "5b", "4e", "4c", "4a"]
    assert shuffled_layers(architecture, "aux1") == ["aux1/fc2", "4a", "3b", "3a"]


def test_the_way_back_from_two_classes_says_whose_difference_it_is(view: WhyView, window: Window) -> None:
    result = there(window.workspace.result)
    first, second = (index for index, _ in result.record.answers["main"].top(2))
    window.workspace.ask_why(head="main", against=second)
    wait_until(lambda: view.way.steps != [])
    names, logits = result.checkpoint.labels.names, result.record.answers["main"].logits
    start = view.way.spoken_part(0).name
    assert start.startswith(f"{names[first]} against {names[second]}, difference ")
    assert float(start.rpartition(" ")[2]) == pytest.approx(logits[first] - logits[second], rel=2e-3)
    window.workspace.ask_why(against=None)


def test_the_way_back_ends_in_the_picture_and_a_click_shows_a_unit(view: WhyView, window: Window) -> None:
    wait_until(lambda: view.way.pieces and not view.way.found.busy)
    record = there(window.workspace.result).record
    index = record.answers["main"].top(1)[0][0]
    weights, _ = there(window.workspace.network).network.weights("fc")
    adds = weights[index] * record["global_pool"]
    spots = [piece.value for piece in view.way.pieces]
    assert spots[0] is None
    module = there(window.workspace.checkpoint).architecture.module("5b")
    first = of_type(Spot, spots[1]).unit
    assert module.offset(first.branch) + first.channel == int(adds.argmax())
    assert f"adds +{adds.max():.3f} to the one before" in view.way.pieces[1].words
    assert spots[-1] is None
    assert of_type(Spot, spots[-2]).unit.part == "conv1"
    assert view.way.pieces[-1].words.startswith("the pixels that it reads")
    at = view.way.pieces[3].box.center().toPoint()
    QTest.mouseClick(view.way, Qt.MouseButton.LeftButton, pos=at)
    chosen = window.workspace.selection
    third = of_type(Spot, spots[3])
    assert (chosen.unit, chosen.cell) == (third.unit, third.cell)
    assert window.panels.unit.body.map.cell == third.cell
    window.workspace.back()


def test_one_head_is_not_said_to_have_others_beside_it(qapp: QApplication) -> None:
    world = make_world(1)
    workspace = make_workspace(world, lambda call: call())
    asked = asked_of(workspace, world.results[0], "grad-cam")
    assert question_words(there(asked), world.results[0]).endswith(", main?")
    workspace.close()


@pytest.mark.parametrize(
    ("total", "expected"), [(0.9997, "100.0"), (1.00003, "100.0"), (0.4321, "43.2"), (-2.136, "−213.6")]
)
def test_a_share_is_rounded_by_one_rule(total: float, expected: str) -> None:
    found = Attribution(
        "grad-cam", Target("main", 0), np.ones((2, 2), np.float32), 1.0, at="4a", sum=total, expected=1.0
    )
    assert check(found) == f"adds up to {expected} % of the logit, not complete by definition"
