"""Flipping through pictures: photo and name follow at once; what was computed says of what it is."""

import io
import queue
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.answers.panel import AnswersPanel
from gnet_desktop.gui.lanes.panel import LanesPanel
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.network_map.panel import NetworkPanel
from gnet_desktop.gui.photo.panel import PhotoPanel
from gnet_desktop.gui.shell.status_bar import StatusBar
from gnet_desktop.gui.unit.panel import UnitPanel
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace import tasks
from tests.gui.made import World, make_workspace, make_world, point_at, rgb, there
from tests.workspace.workers import Posed

RED, GREEN, BLUE = (200, 0, 0), (0, 200, 0), (0, 0, 200)


def flat(colour: tuple[int, int, int], size: tuple[int, int] = (300, 200)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, "PNG")
    return content.getvalue()


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world(1)


@pytest.fixture
def workspace(world: World) -> Iterator[Posed]:
    """The first picture is answered; three flat ones have thumbnails only, the last not even that."""
    calls: queue.Queue[Callable[[], None]] = queue.Queue()
    one = make_workspace(world, calls.put)
    names = (("red.png", RED), ("green.png", GREEN), ("blue.png", BLUE))
    ids = one.add_pictures([(name, flat(colour)) for name, colour in names], show=False)
    for picture, (_, colour) in zip(ids[:2], names, strict=False):
        one.reader.give(f"thumbnail {picture}", np.full((85, 128, 3), colour, np.uint8))
    one.choose_unit(Unit("4a", "3x3", 5))
    yield one
    one.close()


class Bench:
    """The panels in one window."""

    def __init__(self, workspace: Posed) -> None:
        self.window = QWidget()
        self.photo, self.answers = PhotoPanel(workspace), AnswersPanel(workspace)
        self.lanes, self.unit = LanesPanel(workspace), UnitPanel(workspace)
        self.network, self.status = NetworkPanel(workspace), StatusBar(workspace)
        column = QVBoxLayout(self.window)
        for panel in (self.photo, self.answers, self.network, self.lanes, self.unit, self.status):
            column.addWidget(panel, 1)
        self.window.resize(1047, 1700)
        self.window.show()

    @property
    def colour(self) -> QColor:
        """In the middle of the photo."""
        view = self.photo.view
        return view.grab().toImage().pixelColor((view.width() - 66) // 2, view.height() // 2)


@pytest.fixture
def bench(workspace: Posed, qtbot: QtBot) -> Iterator[Bench]:
    one = Bench(workspace)
    qtbot.waitExposed(one.window)
    yield one
    one.window.close()


def picture(workspace: Posed, name: str) -> int:
    return next(entry.id for entry in workspace.pictures.values() if entry.name == name)


def read(workspace: Posed, name: str) -> None:
    """The reader has decoded the current picture; its pass is still to come."""
    entry = workspace.pictures[there(workspace.current)]
    decoded = tasks.read_and_prepare(entry.source, name, there(workspace.convention))
    workspace.reader.give("read this", decoded)


def test_the_photo_is_the_chosen_picture_before_anything_is_computed(bench: Bench, workspace: Posed) -> None:
    for name, colour in (("red.png", RED), ("green.png", GREEN)):
        workspace.choose_picture(picture(workspace, name))
        assert workspace.stale
        assert rgb(bench.colour) == colour
        assert bench.photo.header.title == name
        assert bench.photo.header.note == ""  # a thumbnail's size is not the picture's
        assert bench.photo.zoom.text() == ""


def test_without_a_thumbnail_no_other_picture_stands_there(bench: Bench, workspace: Posed) -> None:
    workspace.choose_picture(picture(workspace, "blue.png"))
    assert bench.photo.view.sight is None
    assert bench.colour == Theme.now().colour("well")


def test_the_decoded_photo_takes_the_thumbnails_place_before_the_pass(bench: Bench, workspace: Posed) -> None:
    workspace.choose_picture(picture(workspace, "red.png"))
    before = bench.photo.view.camera.box_to_view((0, 0, 128, 85))
    read(workspace, "red.png")
    view = bench.photo.view
    assert workspace.stale
    assert there(view.sight).size == (300, 200)
    assert bench.photo.header.note == "300 × 200"
    assert "picture 300 × 200" in bench.status.text
    # at the same place, in full
    after = view.camera.box_to_view((0, 0, 300, 200))
    assert after == pytest.approx(before, abs=1.5)


def test_no_map_of_another_picture_lies_over_the_photo(bench: Bench, workspace: Posed, qtbot: QtBot) -> None:
    assert bench.photo.view.layer() is not None
    workspace.choose_picture(picture(workspace, "red.png"))
    assert bench.photo.view.layer() is None
    read(workspace, "red.png")
    assert bench.photo.view.layer() is None
    qtbot.mouseClick(bench.photo.view, Qt.MouseButton.LeftButton, pos=bench.photo.view.rect().center())
    assert workspace.pins == ()
    point_at(bench.photo.view, bench.photo.view.rect().center())
    assert workspace.point is None


def test_what_waits_says_of_what_it_is_and_what_is_next(bench: Bench, workspace: Posed) -> None:
    workspace.choose_picture(picture(workspace, "red.png"))
    workspace.result_changed.emit()  # it has lagged for a while
    assert bench.answers.stale_mark.text == "of made 1, red.png is next"
    assert bench.lanes.header.note == bench.network.header.note == "of made 1"
    assert bench.unit.header.note == "of made 1"
    workspace.choose_picture(picture(workspace, "green.png"))
    assert bench.answers.stale_mark.text == "of made 1, green.png is next"
    assert bench.lanes.header.note == "of made 1"
    assert "computing green.png" in bench.status.text
    assert " ms" not in bench.status.text


def test_back_at_the_answered_picture_all_is_current_at_once(bench: Bench, workspace: Posed) -> None:
    workspace.choose_picture(picture(workspace, "red.png"))
    workspace.result_changed.emit()
    workspace.choose_picture(picture(workspace, "made 1"))
    assert not workspace.stale
    assert bench.answers.stale_mark.text == ""
    assert bench.unit.header.note == "chosen"
    assert bench.photo.view.layer() is not None


def test_a_thumbnail_that_comes_later_is_shown_at_once(bench: Bench, workspace: Posed) -> None:
    blue = picture(workspace, "blue.png")
    workspace.choose_picture(blue)
    workspace.reader.give(f"thumbnail {blue}", np.full((85, 128, 3), BLUE, np.uint8))
    assert rgb(bench.colour) == BLUE
