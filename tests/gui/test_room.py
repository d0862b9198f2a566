"""Where room is short: names stay whole before notes, the photo lies beside its tools, sentences break."""

import pytest
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.controls.common import ElidedLabel, PanelHeader
from gnet_desktop.gui.controls.section import Section
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.lanes.tip import Tip
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.looks.theme import font
from gnet_desktop.gui.network_map.panel import NetworkPanel
from gnet_desktop.gui.photo.painting import rect, sentence_lines
from gnet_desktop.gui.photo.panel import PhotoPanel
from gnet_desktop.gui.system.session import Session
from tests.gui.made import World, make_workspace, make_world


@pytest.fixture(autouse=True)
def theme(qapp: object) -> None:
    apply_theme(make_application(), "light")


@pytest.fixture(scope="module")
def world(qapp: object) -> World:
    return make_world(1)


def shown(panel: QWidget, width: int, height: int) -> None:
    panel.resize(width, height)
    panel.show()
    for _ in range(4):
        QApplication.processEvents()


def words_of(header: PanelHeader) -> list[ElidedLabel]:
    return [one for one in header.findChildren(ElidedLabel) if one.isVisible() and one.text()]


@pytest.mark.parametrize("width", [232, 285, 372, 480])
def test_the_name_of_the_photo_is_whole_and_nothing_beside_it_is_cut(
    qtbot: QtBot, world: World, width: int
) -> None:
    panel = PhotoPanel(make_workspace(world, lambda call: call()))
    qtbot.addWidget(panel)
    shown(panel, width, 300)
    assert panel.header.title == "made 1"
    for label in words_of(panel.header):
        assert label.width() >= QFontMetricsF(label._font).horizontalAdvance(label.text()), label.text()


@pytest.mark.parametrize("width", [360, 530, 996, 1047, 1400])
def test_the_header_of_the_network_keeps_its_title(qtbot: QtBot, world: World, width: int) -> None:
    panel = NetworkPanel(make_workspace(world, lambda call: call()))
    qtbot.addWidget(panel)
    shown(panel, width, 240)
    title, *others = words_of(panel.header)
    assert title.text() == "Network"
    for label in (title, *others):
        assert label.width() >= QFontMetricsF(label._font).horizontalAdvance(label.text()), label.text()


@pytest.mark.parametrize(
    "size", [(232, 230), (232, 330), (285, 310), (372, 250), (406, 140), (480, 343), (900, 600)]
)
def test_a_photo_that_is_shown_whole_lies_beside_its_tools(
    qtbot: QtBot, world: World, size: tuple[int, int]
) -> None:
    panel = PhotoPanel(make_workspace(world, lambda call: call()))
    qtbot.addWidget(panel)
    shown(panel, *size)
    view = panel.view
    assert view.sight is not None
    photo = rect(view.camera.box_to_view((0, 0, *view.sight.size)))
    tools = QRectF(panel.tools.geometry())
    assert not photo.intersects(tools)
    assert QRectF(view.rect()).contains(photo)
    assert QRectF(view.rect()).contains(tools)
    boxes = [button.geometry() for button in (*panel.buttons.values(), panel.why)]
    assert all(panel.tools.rect().contains(box) for box in boxes)


def test_a_sentence_that_has_no_room_breaks_between_its_parts_then_between_its_words() -> None:
    parts = ["why citrus, main", "Grad-CAM", "explains 62 % of the logit"]
    measure = QFontMetricsF(font(12)).horizontalAdvance
    whole = " · ".join(parts)
    assert sentence_lines(parts, measure(whole) + 1) == [whole]
    two = measure(" · ".join(parts[:2])) + 1
    assert sentence_lines(parts, two) == [" · ".join(parts[:2]), parts[2]]
    long = "covering 21 px takes up to 0.34 of its logit 6.35; the cover is the convention's mean"
    broken = sentence_lines([long, parts[2]], two)
    assert " ".join(broken[:-1]) == long
    assert broken[-1] == parts[2]
    assert all(measure(line) <= two for line in broken)
    [cut] = sentence_lines(["a_name_that_is_far_too_long_for_any_line_of_it"], two)
    assert cut.startswith("a_name")
    assert "…" in cut
    assert cut.endswith("of_it")


def test_a_header_needs_no_more_width_than_with_its_choices_folded(qtbot: QtBot) -> None:
    page, header = QWidget(), PanelHeader("Why")
    choice = Segmented([("a", "Map"), ("b", "Signed"), ("c", "Outline"), ("d", "Blur the rest")])
    header.add(choice)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(header)
    qtbot.addWidget(page)
    shown(page, 700, 100)
    assert not choice.is_folded
    assert header.minimumSizeHint().width() < choice.whole_width
    shown(page, header.minimumSizeHint().width(), 100)
    assert choice.is_folded
    assert header.rect().contains(choice.geometry())


@pytest.mark.parametrize("name", ["card", "heads", "try_both", "why", "catalogue", "help", "ideas", "about"])
def test_every_window_can_be_made_as_small_as_a_small_screen(qtbot: QtBot, name: str) -> None:
    window, dispatcher = make_window(Session(None))
    window.workspace.use(make_world(1).loaded)
    beside = window.show_dialog(name)
    beside.resize(683, 350)
    for _ in range(4):
        QApplication.processEvents()
    assert beside.width() <= 683
    assert beside.height() <= 350
    beside.close()
    window.close()
    del dispatcher


def test_one_tip_stands_at_a_time(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(600, 400)
    qtbot.addWidget(window)
    window.show()
    of_module, of_tile = Tip(window), Tip(window)
    of_module.show_beside(QRect(20, 20, 60, 40), ("Module 3b", "module: one of nine"), term="module")
    assert of_module.isVisible()
    of_tile.show_beside(QRect(200, 200, 48, 48), ("4a/1×1:3", "max 2"))
    assert of_tile.isVisible()
    assert not of_module.isVisible()
    of_module.show_beside(QRect(20, 20, 60, 40), ("Module 3b", "module: one of nine"), term="module")
    assert not of_tile.isVisible()
    bold = of_module.grab().toImage()
    of_module.show_beside(QRect(20, 21, 60, 40), ("Module 3b", "module: one of nine"))
    assert of_module.grab().toImage() != bold


def test_a_note_that_is_cut_is_told_by_the_tip_of_its_title(qtbot: QtBot) -> None:
    section = Section("Strongest pictures")
    section.note, section.about = "of 12 345 in the folder holidays", "What it shows."
    qtbot.addWidget(section)
    section.resize(200, 60)
    assert section.note in section.words_at(QPointF(150, 8))
    assert "What it shows." in section.words_at(QPointF(150, 8))
    section.resize(600, 60)
    assert section.words_at(QPointF(150, 8)) == "What it shows."
