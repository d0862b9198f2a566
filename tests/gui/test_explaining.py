"""Every term has its explanation under the cursor, and all of them a page."""

from collections.abc import Iterator
from typing import TypeVar

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.glossary import IDEAS, TERMS
from gnet_desktop.gui.actions.help import TextDialog
from gnet_desktop.gui.answers.panel import AnswersPanel
from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.heads.window import HeadsView
from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.network_map.panel import NetworkPanel
from gnet_desktop.gui.system.session import Session
from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.network.naming import Unit
from tests.gui.answering import make_result
from tests.gui.answering import make_workspace as answering_workspace
from tests.gui.made import Calls, World, make_workspace, make_world, point_at, there
from tests.workspace.workers import Posed

Shown = TypeVar("Shown", bound=QWidget)


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world(1, heads=True)


def deliver(calls: Calls) -> bool:
    while not calls.empty():
        calls.get()()
    return True


@pytest.fixture
def workspace(world: World, calls: Calls) -> Iterator[Posed]:
    one = make_workspace(world, calls.put)
    one.choose_unit(Unit("4a", "5x5", 11))
    yield one
    one.close()


def shown(widget: Shown, qtbot: QtBot, width: int = 1000, height: int = 700) -> Shown:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)
    QApplication.processEvents()
    return widget


def told(widget: QWidget, place: QPoint) -> str:
    """The tooltip at a place of a widget."""
    QToolTip.hideText()
    event = QHelpEvent(QEvent.Type.ToolTip, place, widget.mapToGlobal(place))
    QApplication.sendEvent(widget, event)
    return QToolTip.text()


def choice(control: Segmented, value: object) -> QPoint:
    """The middle of a choice."""
    return control.box_of(value).center().toPoint()


def test_a_heads_column_says_what_a_head_is_and_what_it_says_here(qapp: QApplication, qtbot: QtBot) -> None:
    workspace = answering_workspace(make_result())
    panel = shown(AnswersPanel(workspace), qtbot, 567, 343)
    header = panel.table.horizontalHeader()
    for column, (head, word, says) in enumerate(
        [("main", "head", "Egyptian cat"), ("aux2", "auxiliary head", "Egyptian cat"), ("aux1", "", "tabby")],
        1,
    ):
        place = QPoint(header.sectionViewportPosition(column) + 10, 8)
        words = told(header.viewport(), place)
        assert f"{head} says {says}" in words
        assert TERMS[word or "auxiliary head"].means in words
    assert TERMS["logit"].means in told(panel.unit, choice(panel.unit, True))
    assert TERMS["probability"].means in told(panel.unit, choice(panel.unit, False))
    workspace.close()


def test_each_fact_of_a_unit_is_explained_where_it_stands(workspace: Posed, qtbot: QtBot) -> None:
    panel = shown(UnitPanel(workspace), qtbot, 335, 900)
    section = panel.body.facts_section
    half = section.width() // 2
    words = ("maximum", "mean", "active cells", "rank", "sees", "stride")
    for place, word in enumerate(words):
        at = QPoint(20 + (place % 2) * half, 18 + place // 2 * 23)
        assert TERMS[word].means in told(section, at), word
    assert TERMS["values"].means in told(panel.body.values, QPoint(10, 8))
    panel.grab()
    assert TERMS["unit"].means in panel.body.title.toolTip()
    assert TERMS["strongest inputs"].means in told(panel.body.inputs, QPoint(10, 8))


def test_kernels_say_what_they_are_and_what_it_means_without_rectifiers(
    workspace: Posed, calls: Calls, qtbot: QtBot
) -> None:
    panel = shown(UnitPanel(workspace), qtbot, 335, 900)
    assert TERMS["kernel"].means in panel.body.kernels.about
    qtbot.waitUntil(lambda: deliver(calls) and panel.body.origins is not None, timeout=20000)
    assert "without rectifiers" in panel.body.kernels.note
    assert TERMS["expanded weights"].means in told(panel.body.kernels, QPoint(10, 8))


def test_quantities_branches_and_parts_of_the_network_are_explained(workspace: Posed, qtbot: QtBot) -> None:
    panel = shown(NetworkPanel(workspace), qtbot, 1047, 214)
    for value, word in (("energy", "energy"), ("nonzero", "non-zero"), ("macs", "multiply-adds")):
        assert TERMS[word].means in told(panel.quantity, choice(panel.quantity, value))
    for target, word in (
        ("4a", "module"),
        ("4a/3x3_reduce", "reduction"),
        ("4a/5x5", "branch"),
        ("4a/pool", "pool"),
        ("aux1", "auxiliary head"),
        ("main", "head"),
        ("conv1", "kernel"),
        ("aux1/fc1", "fully connected"),
    ):
        assert there(panel.map.model).teller.word(target) == word
    place = panel.map.position_of("aux1")
    point_at(panel.map, there(place).toPoint())
    lines = panel.map.tip_lines
    assert any("says class" in line for line in lines)
    assert TERMS["auxiliary head"].means in " ".join(lines).partition("auxiliary head: ")[2]
    assert max(map(len, lines)) < 90


def test_a_lanes_header_says_what_a_branch_and_its_energy_are(workspace: Posed, qtbot: QtBot) -> None:
    panel = shown(LanesPanel(workspace), qtbot, 1047, 372)
    words = told(panel.area.views[1], QPoint(30, 20))
    assert TERMS["branch"].means in words
    assert TERMS["energy"].means in words
    assert TERMS["scale"].means in told(panel.header.scale, choice(panel.header.scale, "map"))
    workspace.change_view(reductions=True)
    QApplication.processEvents()
    assert TERMS["reduction"].means in told(panel.area.views[1], QPoint(30, 20))


def test_the_steps_of_a_head_are_explained(workspace: Posed, qtbot: QtBot) -> None:
    view = shown(HeadsView(workspace), qtbot, 1400, 900)
    section = view.sections["aux1"]
    assert TERMS["auxiliary head"].means in section.title.toolTip()
    tips = " ".join(step.title.toolTip() for step in section.steps.values())
    for word in ("pool", "reduction", "fully connected", "answer"):
        assert TERMS[word].means in tips


def test_the_help_has_a_page_of_the_ten_ideas_and_one_of_all_words(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(make_application(), "light")
    window, dispatcher = make_window(Session(None))
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    window.actions_by_name["show_ideas"].trigger()
    page = window.dialogs.show("ideas")
    assert isinstance(page, TextDialog)
    text = page.browser.toPlainText()
    for number, idea in enumerate(IDEAS, 1):
        assert f"{number}. {idea.title}" in text
        assert all(TERMS[word].means in text for word in idea.words)
        assert idea.see in text
    page.close()
    assert window.actions_by_name["show_words"].shortcuts() == [QKeySequence("?")]
    window.actions_by_name["show_words"].trigger()
    words = window.dialogs.show("words")
    assert isinstance(words, TextDialog)
    assert all(term.means in words.browser.toPlainText() for term in TERMS.values())
    words.close()
    window.close()
    del dispatcher


def test_the_page_of_words_is_found_by_its_purpose() -> None:
    from gnet_desktop.gui.actions.table import ACTIONS, matches

    found = [one.name for one in ACTIONS if matches("glossary", f"{one.text} {one.also}") is not None]
    assert found == ["show_words"]
