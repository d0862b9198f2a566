"""A right click offers and chooses nothing: on a picture, on the photo, on an answer."""

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.actions import contexts
from gnet_desktop.gui.actions.contexts import Contexts
from gnet_desktop.gui.panels import Panels
from tests.gui.made import World, make_workspace, make_world, of_type
from tests.workspace.workers import Posed


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world(1)


@pytest.fixture
def workspace(world: World, tmp_path: Path) -> Iterator[Posed]:
    calls: queue.Queue[Callable[[], None]] = queue.Queue()
    one = make_workspace(world, calls.put)
    Image.new("RGB", (30, 20)).save(tmp_path / "two.png")
    one.add_pictures([tmp_path / "two.png"], show=False)
    yield one
    one.close()


class Bench:
    """All panels, and what they ask menus of."""

    def __init__(self, workspace: Posed) -> None:
        self.window = QWidget()
        self.panels = Panels.of(workspace)
        for place, panel in enumerate(self.panels.values()):
            panel.setParent(self.window)
            panel.setGeometry(10 + place % 3 * 510, 10 + place // 3 * 460, 500, 450)
        self.copied: list[bool] = []
        self.contexts = Contexts(workspace, self.panels, self.window, lambda: self.copied.append(True))
        self.window.resize(1600, 1000)
        self.window.show()


@pytest.fixture
def bench(workspace: Posed, qtbot: QtBot) -> Iterator[Bench]:
    one = Bench(workspace)
    qtbot.waitExposed(one.window)
    QApplication.processEvents()
    yield one
    one.window.close()


def ask(widget: QWidget, place: QPoint, reason: QContextMenuEvent.Reason) -> dict[str, QAction]:
    """What the menu offers after a right click, or the menu key, at a place of a widget."""
    QApplication.sendEvent(widget, QContextMenuEvent(reason, place, widget.mapToGlobal(place)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.hide()
    return {action.text(): action for action in menu.actions() if not action.isSeparator()}


def right_click(widget: QWidget, place: QPoint, qtbot: QtBot) -> dict[str, QAction]:
    qtbot.mousePress(widget, Qt.MouseButton.RightButton, pos=place)
    offered = ask(widget, place, QContextMenuEvent.Reason.Mouse)
    qtbot.mouseRelease(widget, Qt.MouseButton.RightButton, pos=place)
    return offered


def row(bench: Bench, number: int) -> QPoint:
    view = bench.panels.pictures.list
    return view.visualRect(bench.panels.pictures.model.index(number)).center()


def test_a_picture_of_the_list_is_offered_without_being_chosen(
    bench: Bench, workspace: Posed, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(contexts, "show_in_folder", shown.append)
    first, second = workspace.pictures
    viewport = bench.panels.pictures.list.viewport()
    offered = right_click(viewport, row(bench, 1), qtbot)
    assert workspace.current == first
    offered["Show in folder"].trigger()
    assert shown == [workspace.pictures[second].source]
    offered["Copy the path"].trigger()
    assert QGuiApplication.clipboard().text() == str(workspace.pictures[second].source)
    assert bench.copied
    right_click(viewport, row(bench, 1), qtbot)["Show it"].trigger()
    assert workspace.current == second
    right_click(viewport, row(bench, 1), qtbot)["Take off the list"].trigger()
    assert list(workspace.pictures) == [first]


def test_a_picture_without_a_file_has_no_folder(bench: Bench, workspace: Posed, qtbot: QtBot) -> None:
    offered = right_click(bench.panels.pictures.list.viewport(), row(bench, 0), qtbot)
    assert "Show in folder" not in offered
    offered["Copy the answers"].trigger()
    assert "class\tmain %" in QGuiApplication.clipboard().text()


def test_a_right_click_on_the_photo_keeps_no_place_but_offers_to(
    bench: Bench, workspace: Posed, qtbot: QtBot
) -> None:
    view = bench.panels.photo.view
    place = QPoint((view.width() - 66) // 2, view.height() // 2)
    offered = right_click(view, place, qtbot)
    assert workspace.pins == ()
    offered["Keep this place"].trigger()
    assert workspace.pins == (pytest.approx(view.camera.to_picture((place.x(), place.y()))),)
    right_click(view, place, qtbot)["Forget pinned places"].trigger()
    assert workspace.pins == ()


def test_evidence_is_looked_for_from_the_photo(bench: Bench, workspace: Posed, qtbot: QtBot) -> None:
    view = bench.panels.photo.view
    evidence = right_click(view, view.rect().center(), qtbot)["Where is the evidence"]
    submenu = of_type(QMenu, evidence.menu())
    methods = {action.text(): action for action in submenu.actions()}
    assert [words for words, action in methods.items() if action.isChecked()] == ["Only the unit's map"]
    next(action for words, action in methods.items() if "Grad-CAM" in words).trigger()
    assert workspace.view.why == "grad-cam"


def test_beside_the_picture_no_place_is_offered(bench: Bench, workspace: Posed) -> None:
    offered = ask(bench.panels.photo.view, QPoint(3, 3), QContextMenuEvent.Reason.Mouse)
    assert "Keep this place" not in offered
    assert "Take off the list" in offered


def test_an_answer_is_offered_without_being_explained(bench: Bench, workspace: Posed, qtbot: QtBot) -> None:
    table = bench.panels.answers.table
    line = table.answers.index(1, 0)
    name, place = line.data(), table.visualRect(line).center()
    offered = right_click(table.viewport(), place, qtbot)
    assert workspace.explained is None
    assert workspace.view.sort == "mean"
    offered[f"Copy {name}"].trigger()
    assert QGuiApplication.clipboard().text() == name
    offered[f"Where is the evidence for {name}"].trigger()
    assert workspace.view.why == "grad-cam"
    index = workspace.explained
    assert index is not None
    workspace.explain(None)
    offered = right_click(table.viewport(), place, qtbot)
    offered[f"Which units add to {name}"].trigger()
    assert (workspace.explained, workspace.view.sort) == (index, "contribution")


def test_the_menu_key_means_the_row_with_the_keyboard(bench: Bench, workspace: Posed, qtbot: QtBot) -> None:
    table = bench.panels.answers.table
    table.setCurrentIndex(table.answers.index(2, 0))
    offered = ask(table.viewport(), QPoint(5, 5), QContextMenuEvent.Reason.Keyboard)
    assert f"Copy {table.answers.index(2, 0).data()}" in offered
    assert f"Copy {table.answers.index(0, 0).data()}" not in offered
    view = bench.panels.pictures.list
    view.setCurrentIndex(bench.panels.pictures.model.index(1))
    assert "Show in folder" in ask(view.viewport(), QPoint(5, 5), QContextMenuEvent.Reason.Keyboard)
