"""The heads' window: timeline, what flows through a head, and heads that aren't there."""

import itertools
import queue
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.heads.courses import courses
from gnet_desktop.gui.heads.timeline import spread
from gnet_desktop.gui.heads.window import HeadsView
from gnet_desktop.gui.painting.numbers import number
from gnet_desktop.gui.shell.top_bar import summary
from gnet_desktop.network.families import build
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Result
from tests.gui import made
from tests.gui.answering import SAID, make_checkpoint, make_result, make_workspace
from tests.gui.made import there
from tests.workspace.workers import Posed

OpenView = Callable[[Workspace], HeadsView]


@pytest.fixture(scope="module")
def result(qapp: QApplication) -> Result:
    return make_result()


@pytest.fixture
def workspace(result: Result) -> Iterator[Posed]:
    one = make_workspace(result)
    yield one
    one.close()


@pytest.fixture
def open_view(qtbot: QtBot) -> OpenView:
    def make(workspace: Workspace) -> HeadsView:
        view = HeadsView(workspace)
        qtbot.addWidget(view)
        view.resize(1400, 960)
        view.show()
        qtbot.waitExposed(view)
        return view

    return make


def test_the_timeline_goes_from_shallow_to_deep(open_view: OpenView, workspace: Posed) -> None:
    view = open_view(workspace)
    first = view.timeline.courses[0]
    assert first.name == "Egyptian cat"
    assert [head for head, _ in first.points] == ["aux1", "aux2", "main"]
    assert [value for _, value in first.points] == pytest.approx([30, 62, 79], abs=0.01)
    assert (first.rank, first.leads) == (0, True)
    assert {course.name for course in view.timeline.courses if course.leads} == {"Egyptian cat", "tabby"}
    assert "Egyptian cat: aux1 30.0, aux2 62.0, main 79.0" in view.timeline.accessibleDescription()


def test_disagreement_is_said(open_view: OpenView, workspace: Posed) -> None:
    assert open_view(workspace).says.text.startswith("aux1 says tabby; aux2 and main say Egyptian cat.")


def test_logits_follow_the_switch(open_view: OpenView, workspace: Posed, qtbot: QtBot) -> None:
    view = open_view(workspace)
    place = view.unit._boxes()[1].center().toPoint()
    qtbot.mouseClick(view.unit, Qt.MouseButton.LeftButton, pos=place)
    assert dict(view.timeline.courses[0].points)["main"] == pytest.approx(np.log(0.79), abs=1e-4)


def test_untrained_heads_are_greyed_left_out_and_explained(open_view: OpenView) -> None:
    even = (0.125,) * 8
    checkpoint = make_checkpoint(trained=False)
    workspace = make_workspace(make_result(checkpoint, {"main": SAID["main"], "aux1": even, "aux2": even}))
    view = open_view(workspace)
    assert all([head for head, _ in course.points] == ["main"] for course in view.timeline.courses)
    section = view.sections["aux1"]
    assert section.pool._colour_map == "grey"
    assert "untrained" in section.state.text()
    assert "untrained" in view.warning.text
    workspace.close()


def test_absent_heads_are_explained_in_their_place(open_view: OpenView) -> None:
    workspace = make_workspace(make_result(make_checkpoint("caffe", heads=())))
    view = open_view(workspace)
    assert view.sections["aux2"].missing.isVisible()
    assert "This file has no aux2." in view.sections["aux2"].missing.text()
    assert not view.sections["aux2"].pool.isVisible()
    # no empty axes: a timeline of one depth is none
    assert not view.timeline.isVisible()
    assert view.reading.isVisible()
    assert "Every depth shows what each module alone would answer" in view.reading.text()
    workspace.close()


def test_one_absent_head_keeps_the_timeline(open_view: OpenView) -> None:
    workspace = make_workspace(make_result(make_checkpoint("caffe", heads=("aux2",))))
    view = open_view(workspace)
    assert view.timeline.isVisible()
    assert [head for head, _ in view.timeline.courses[0].points] == ["aux2", "main"]
    workspace.close()


def test_thousands_are_parted_everywhere_in_one_way(result: Result) -> None:
    checkpoint = result.checkpoint
    thousand = replace(checkpoint, architecture=build("torchvision", classes=1000))
    assert " · 1\u2009000 classes · " in summary(thousand)[1]


def test_a_head_shows_all_that_flows_through_it(
    open_view: OpenView, workspace: Posed, result: Result
) -> None:
    section = open_view(workspace).sections["aux1"]
    assert section.reads.text() == "reads 512 channels\n14 × 14 cells"
    assert section.pool._layout is not None
    assert len(section.pool._layout.order) == 512
    means = result.record["aux1/pool"].mean(axis=(1, 2))
    assert int(section.pool._layout.order[0]) == int(means.argmax())
    silent = int((result.record["aux1/fc1"] == 0).sum())
    assert section.steps["fc"].caption.text() == f"{silent} of 1\u2009024 silent"
    assert section.answers.rows[0][0] == "tabby"


def test_a_click_on_a_pooled_map_chooses_the_unit_that_it_pools(
    open_view: OpenView, workspace: Posed, qtbot: QtBot
) -> None:
    section = open_view(workspace).sections["aux1"]
    channel = int(there(section.pool._layout).order[2])
    place = section.pool.box_of(channel).center()
    qtbot.mouseClick(section.pool, Qt.MouseButton.LeftButton, pos=place)
    unit = workspace.selection.unit
    # widths of 4a's branches are 192, 208, 48, 64
    starts = {"1x1": 0, "3x3": 192, "5x5": 400, "pool_proj": 448}
    assert (there(unit).module, starts[there(unit).branch] + there(unit).channel) == ("4a", channel)


def test_values_of_the_connected_layer_are_told_under_the_cursor(
    open_view: OpenView, workspace: Posed, result: Result
) -> None:
    grid = open_view(workspace).sections["aux2"].connected
    box = grid.box_of(70)
    assert grid.channel_at(box.center().toPointF()) == 70
    name, value = grid.words(70)
    assert name == "aux2/fc1:70"
    expected = float(result.record["aux2/fc1"][70])
    assert float(value.replace("−", "-")) == pytest.approx(expected, rel=5e-3, abs=1e-3)


def test_keys_walk_the_maps(open_view: OpenView, workspace: Posed, qtbot: QtBot) -> None:
    grid = open_view(workspace).sections["aux1"].convolution
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    channel = int(there(grid._layout).order[17])  # 16 in a row
    assert grid.accessibleDescription().startswith(f"aux1/conv:{channel}")
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert there(workspace.selection.unit).name == f"aux1/conv:{channel}"


def test_without_a_picture_it_says_what_to_do(open_view: OpenView) -> None:
    workspace = make_workspace(None, make_checkpoint())
    view = open_view(workspace)
    assert view.empty.isVisible()
    assert view.empty.text() == "Open a picture to see what the heads say."
    workspace.close()


def test_the_timeline_is_copied(open_view: OpenView, workspace: Posed) -> None:
    lines = open_view(workspace).copy_numbers().splitlines()
    assert lines[0] == "class\taux1\taux2\tmain"
    assert lines[1].split("\t")[0] == "Egyptian cat"


def test_untrained_heads_have_no_say_in_which_classes_are_drawn(result: Result) -> None:
    drawn = courses(result, ("aux1", "aux2"), logits=False)
    assert [course.name for course in drawn] == ["Egyptian cat", "tabby", "tiger cat"]


@given(st.lists(st.floats(0, 200), min_size=1, max_size=10))
def test_labels_are_apart_in_order_and_within(wanted: list[float]) -> None:
    places = spread(wanted, 17.0, 0.0, 200.0)
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    gaps = [places[after] - places[before] for before, after in itertools.pairwise(order)]
    assert all(gap >= 17.0 - 1e-6 for gap in gaps)
    assert max(places) <= 200.0


def test_hovering_a_map_points_at_it(open_view: OpenView, workspace: Posed, qtbot: QtBot) -> None:
    pool = open_view(workspace).sections["aux1"].pool
    made.point_at(pool, QPoint(5, 5))
    qtbot.waitUntil(lambda: pool._at is not None)
    assert pool.words(there(pool._at))[0].startswith(f"aux1/pool:{pool._at} · 4a/")


def test_the_steps_show_what_is_added_to_the_answer_on_request(open_view: OpenView, qtbot: QtBot) -> None:
    calls: queue.Queue[Callable[[], None]] = queue.Queue()
    world = made.make_world(1, heads=True)
    workspace = made.make_workspace(world, calls.put)
    view = open_view(workspace)
    record, network = there(workspace.result).record, world.loaded.network
    grid = view.sections["aux1"].connected
    assert np.array_equal(there(grid._values), record["aux1/fc1"])
    place = view.steps._boxes()[1].center().toPoint()
    qtbot.mouseClick(view.steps, Qt.MouseButton.LeftButton, pos=place)
    calls.get(timeout=10)()
    best = int(record.answers["aux1"].logits.argmax())
    expected = record["aux1/fc1"] * network.weights("aux1/fc2")[0][best]
    assert np.allclose(there(grid._values), expected, rtol=1e-5, atol=1e-7)
    assert grid._colour_map == "tide"
    most = int(expected.argmax())
    assert grid.words(most) == (f"aux1/fc1:{most}", f"adds {number(float(expected[most]))}")
    assert there(workspace.checkpoint).labels.names[best] in view.sections["aux1"].steps["fc"].caption.text()
    other = (best + 1) % made.CLASSES
    workspace.explain(other)
    calls.get(timeout=10)()
    expected = record["aux1/fc1"] * network.weights("aux1/fc2")[0][other]
    assert np.allclose(there(grid._values), expected, rtol=1e-5, atol=1e-7)
    workspace.close()


@pytest.mark.parametrize(("width", "rows"), [(1400, 1), (1024, 2), (910, 2)])
def test_all_steps_of_a_head_are_in_sight_without_scrolling_sideways(
    open_view: OpenView, workspace: Posed, qtbot: QtBot, width: int, rows: int
) -> None:
    view = open_view(workspace)
    view.setMinimumSize(1, 1)  # as on a screen that has no more
    view.resize(width, 600)
    (page,) = view.findChildren(ScrollPage)
    qtbot.waitUntil(lambda: there(page.widget()).width() == page.viewport().width())
    assert page.horizontalScrollBar().maximum() == 0
    for section in view.sections.values():
        steps = list(section.steps.values())
        places = [QRect(step.mapTo(section, QPoint(0, 0)), step.size()) for step in steps]
        assert len({place.top() for place in places}) == rows
        for step, place in zip(steps, places, strict=True):
            assert section.rect().contains(place)
            assert step.rect().contains(step.caption.geometry())
        assert not any(one.intersects(other) for one, other in itertools.combinations(places, 2))
