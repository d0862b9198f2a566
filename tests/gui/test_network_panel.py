"""The network map: what it draws where, what it tells, and what can be done on it."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QCursor, QEnterEvent, QImage, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.errors import ExportError
from gnet_desktop.glossary import TERMS
from gnet_desktop.gui.exports.network import export_network
from gnet_desktop.gui.looks.theme import DARK, LIGHT
from gnet_desktop.gui.network_map.panel import NetworkPanel
from gnet_desktop.gui.network_map.shapes import MapLabel
from gnet_desktop.gui.system.tips import QuietTips
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.values import Result
from tests.gui.answering import make_checkpoint, make_result, make_workspace, show
from tests.gui.made import point_at, there
from tests.workspace.workers import Posed

# The widget


@pytest.fixture(scope="module")
def result(qapp: QApplication) -> Result:
    return make_result()


@pytest.fixture
def workspace(result: Result) -> Iterator[Posed]:
    one = make_workspace(result)
    yield one
    one.close()


@pytest.fixture
def panel(workspace: Posed, qtbot: QtBot) -> NetworkPanel:
    one = NetworkPanel(workspace)
    qtbot.addWidget(one)
    one.resize(1047, 214)
    one.show()
    qtbot.waitExposed(one)
    return one


def at(panel: NetworkPanel, target: str) -> QPoint:
    position = panel.map.position_of(target)
    assert position is not None
    return position.toPoint()


def test_a_click_chooses_a_module(panel: NetworkPanel, workspace: Posed, qtbot: QtBot) -> None:
    frame = there(panel.map.map_layout).frames["4d"]
    place = QPoint(round(frame.left + frame.width / 2), round(frame.top + 5))
    qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=place)
    assert workspace.selection.module == "4d"
    assert workspace.selection.unit is None


def test_a_click_on_a_branch_chooses_its_strongest_unit(
    panel: NetworkPanel, workspace: Posed, result: Result, qtbot: QtBot
) -> None:
    qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=at(panel, "5a/5x5"))
    means = result.record["5a/5x5"].mean(axis=(1, 2))
    assert there(workspace.selection.unit).name == f"5a/5x5:{int(means.argmax())}"
    assert workspace.selection.module == "5a"


def test_a_click_on_a_branch_keeps_a_unit_of_it(panel: NetworkPanel, workspace: Posed, qtbot: QtBot) -> None:
    qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=at(panel, "4a/1x1"))
    workspace.choose_unit(Unit("4a", "1x1", 7))
    qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=at(panel, "4a/1x1"))
    assert there(workspace.selection.unit).channel == 7


def test_a_click_on_a_head_asks_for_it(panel: NetworkPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.head_wanted) as caught:
        qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=at(panel, "aux2"))
    assert caught.args == ["aux2"]


def test_a_map_that_moves_below_a_resting_pointer_is_not_pointed_at_after_a_key(
    panel: NetworkPanel, qtbot: QtBot
) -> None:
    quiet, here = QuietTips(panel), QCursor.pos()
    application = there(QApplication.instance())
    application.installEventFilter(quiet)
    place = QPointF(at(panel, "4d/3x3"))

    def comes_in(pointer: QPoint) -> str | None:
        QApplication.sendEvent(panel.map, QEvent(QEvent.Type.Leave))
        QApplication.sendEvent(panel.map, QEnterEvent(place, place, QPointF(pointer)))
        return panel.map.hovered

    assert comes_in(here) == "4d/3x3"
    qtbot.keyClick(panel, Qt.Key.Key_F7)
    assert comes_in(here) is None
    assert comes_in(here + QPoint(3, 0)) == "4d/3x3"
    application.removeEventFilter(quiet)


def test_hovering_tells_name_shape_kernel_and_numbers(panel: NetworkPanel, qtbot: QtBot) -> None:
    point_at(panel.map, at(panel, "3a/5x5"))
    qtbot.waitUntil(lambda: panel.map.hovered == "3a/5x5")
    words = " ".join(panel.map.words("3a/5x5"))
    assert "32 channels of 28 × 28 cells" in words
    assert "kernel 3×3" in words  # torchvision's true kernel
    assert "1×1 → 16 → 3×3" in words
    assert "multiply-adds" in words
    assert "energy" in words
    assert panel.map.tip_lines
    QApplication.sendEvent(panel.map, QEvent(QEvent.Type.Leave))
    assert not panel.map.tip_lines


def test_keys_walk_the_map_and_choose(panel: NetworkPanel, workspace: Posed, qtbot: QtBot) -> None:
    panel.map.setFocus(Qt.FocusReason.TabFocusReason)
    assert panel.map.focused == "4a"
    qtbot.keyClick(panel.map, Qt.Key.Key_Right)
    assert panel.map.focused == "aux1/pool"
    qtbot.keyClick(panel.map, Qt.Key.Key_Right)
    assert panel.map.focused == "4b"
    qtbot.keyClick(panel.map, Qt.Key.Key_Down)
    assert panel.map.focused == "4b/1x1"
    assert "160 channels" in panel.map.accessibleDescription()
    qtbot.keyClick(panel.map, Qt.Key.Key_Return)
    assert there(workspace.selection.unit).part == "4b/1x1"


def test_zoomed_in_the_chosen_module_stays_in_view(
    panel: NetworkPanel, workspace: Posed, qtbot: QtBot
) -> None:
    panel.map.set_zoom(4.0)
    for module in MODULES:
        workspace.choose_module(module)
        middle = panel.map.position_of(module)
        assert panel.map.rect().contains(there(middle).toPoint()), module
    qtbot.keyClick(panel.map, Qt.Key.Key_0)
    assert panel.map.zoom == 1.0


@pytest.mark.parametrize("width", [372, 450, 640])
def test_a_narrow_map_is_smaller_and_still_whole(panel: NetworkPanel, qtbot: QtBot, width: int) -> None:
    panel.resize(width, 250)
    QApplication.processEvents()
    frame = panel.map.rect()
    for target in ("input", *MODULES, "main", "aux1/fc1", "5b/pool_proj"):
        middle = panel.map.position_of(target)
        assert frame.contains(there(middle).toPoint()), target
        send_move(panel.map, there(middle).toPoint(), Qt.MouseButton.NoButton)
        assert panel.map.hovered is not None
    send_move(panel.map, there(panel.map.position_of("4d/3x3")).toPoint(), Qt.MouseButton.NoButton)
    assert panel.map.hovered == "4d/3x3"
    before = panel.map.position_of("4d/3x3")
    panel.map.set_zoom(2.0, before)
    assert abs(there(panel.map.position_of("4d/3x3")).x() - there(before).x()) < 60


def test_zooming_keeps_what_is_under_the_cursor(panel: NetworkPanel) -> None:
    before = panel.map.position_of("4d/3x3")
    panel.map.set_zoom(2.0, QPointF(there(before)))
    after = panel.map.position_of("4d/3x3")
    # widths don't grow exactly with the view: margins stay as they are
    assert abs(there(after).x() - there(before).x()) < 60


def test_dragging_moves_a_zoomed_map_and_chooses_nothing(
    panel: NetworkPanel, workspace: Posed, qtbot: QtBot
) -> None:
    panel.map.set_zoom(4.0)
    before, start = panel.map.position_of("4a"), QPoint(500, 90)
    qtbot.mousePress(panel.map, Qt.MouseButton.LeftButton, pos=start)
    send_move(panel.map, start + QPoint(-120, 0))
    qtbot.mouseRelease(panel.map, Qt.MouseButton.LeftButton, pos=start + QPoint(-120, 0))
    assert there(panel.map.position_of("4a")).x() == pytest.approx(there(before).x() - 120)
    assert workspace.selection.module == "4a"


def send_move(widget: QWidget, position: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    from PySide6.QtGui import QMouseEvent

    here = QPointF(position)
    event = QMouseEvent(
        QEvent.Type.MouseMove, here, widget.mapToGlobal(here), button, button, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def test_the_answers_of_all_heads_stand_at_their_places(panel: NetworkPanel) -> None:
    texts = there(panel.map.model).texts
    assert texts.main_answer == ("Egyptian cat", "79 %")
    assert texts.answer("aux1") == ("tabby", "41 %")
    assert texts.answer("aux2") == ("Egyptian cat", "62 %")


def test_an_untrained_head_gives_no_answer_on_the_map(qtbot: QtBot) -> None:
    workspace = make_workspace(make_result(make_checkpoint(trained=False)))
    panel = NetworkPanel(workspace)
    qtbot.addWidget(panel)
    assert there(panel.map.model).texts.answer("aux1") == ("untrained", "")
    workspace.close()


def test_without_heads_the_map_says_so(qtbot: QtBot) -> None:
    workspace = make_workspace(None, make_checkpoint("caffe", heads=()))
    panel = NetworkPanel(workspace)
    qtbot.addWidget(panel)
    panel.resize(1047, 214)
    labels = [shape.text for shape in there(panel.map.map_layout).shapes if isinstance(shape, MapLabel)]
    assert "This file has no auxiliary heads." in labels
    workspace.close()


def test_without_a_picture_energy_shows_channels_and_says_why(qtbot: QtBot) -> None:
    workspace = make_workspace(None, make_checkpoint())
    panel = NetworkPanel(workspace)
    qtbot.addWidget(panel)
    place = panel.quantity._boxes()[3].center().toPoint()
    qtbot.mouseClick(panel.quantity, Qt.MouseButton.LeftButton, pos=place)
    assert workspace.view.quantity == "energy"
    assert there(panel.map.model).quantity.name == "channels"
    assert panel.header.note == "open a picture to see this"
    workspace.close()


def test_without_a_checkpoint_nothing_breaks(qtbot: QtBot) -> None:
    workspace = make_workspace(None)
    panel = NetworkPanel(workspace)
    qtbot.addWidget(panel)
    panel.resize(1047, 214)
    panel.show()
    panel.grab()
    qtbot.mouseClick(panel.map, Qt.MouseButton.LeftButton, pos=QPoint(300, 80))
    assert panel.map.map_layout is None
    workspace.close()


def test_answers_that_are_no_numbers_are_not_shown(
    panel: NetworkPanel, workspace: Posed, result: Result
) -> None:
    from gnet_desktop.network.record import Answers
    from tests.gui.answering import with_record

    broken = Answers(np.full(8, np.nan, np.float32), np.full(8, np.nan, np.float32))
    show(workspace, with_record(result, answers={**result.record.answers, "main": broken}))
    assert there(panel.map.model).texts.main_answer == ("not a number",)


def test_another_theme_paints_anew(panel: NetworkPanel, qapp: QApplication) -> None:
    def ground() -> QColor:
        return panel.map.grab().toImage().pixelColor(at(panel, "4c/1x1"))

    before, palette = ground(), qapp.palette()
    dark = QPalette(palette)
    dark.setColor(QPalette.ColorRole.Window, QColor(DARK.window))
    qapp.setPalette(dark)
    qapp.processEvents()
    try:
        assert before == LIGHT.branch("1x1")
        assert ground() == DARK.branch("1x1")
    finally:
        qapp.setPalette(palette)
        qapp.processEvents()


def test_teaching_begins_with_what_the_words_mean_and_shows_the_sums(
    panel: NetworkPanel, workspace: Posed, qtbot: QtBot
) -> None:
    qtbot.mouseClick(panel.teach, Qt.MouseButton.LeftButton)
    assert workspace.view.teaching
    assert panel.teaching.isVisible()
    model = panel.map.model
    five = panel.teaching.reduction_sentences("4a")
    assert "480 channels become 16" in five
    assert "2.9 M" in five.replace("\u2009", " ")  # 2,860,032: torchvision's 3×3 kernel
    told = (panel.teaching.branch_sentences(there(model)), five, panel.teaching.head_sentences(there(model)))
    for term, words in zip(("branch", "reduction", "auxiliary head"), told, strict=True):
        assert words.startswith(TERMS[term].means)
        assert len(words) < 320
    QApplication.processEvents()
    for label in panel.teaching.explanations:
        assert label.geometry().bottom() < panel.teaching.chart.geometry().top()
        assert label.visibleRegion().boundingRect() == label.rect()
    assert "4b" in panel.teaching.accessibleDescription()
    workspace.choose_module("3a")
    assert panel.teaching.cards.module == "3a"
    panel.grab()


def test_names_stay_in_sight_where_the_map_is_moved_up(panel: NetworkPanel) -> None:
    QApplication.processEvents()
    panel.map.set_zoom(8.0, QPointF(panel.map.width() / 2, panel.map.height()))
    assert there(panel.map.position_of("3a/1x1")).y() < 0  # the upper part of the map is out of view
    image = panel.map.grab().toImage()
    ink = [
        image.pixelColor(x, y).lightness()
        for y in range(2, round(22 * panel.map.devicePixelRatioF()))
        for x in range(image.width())
    ]
    assert min(ink) < 80


# Export


def test_the_map_is_saved_as_svg_with_its_texts(panel: NetworkPanel, tmp_path: Path) -> None:
    export_network(panel.map.model, tmp_path / "map.svg")
    root = ElementTree.parse(tmp_path / "map.svg").getroot()
    words = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"4a", "5b", "Egyptian cat", "28 × 28 cells"} <= words
    assert list(tmp_path.iterdir()) == [tmp_path / "map.svg"]


def test_the_map_is_saved_as_png_twice_as_sharp(panel: NetworkPanel, tmp_path: Path) -> None:
    export_network(panel.map.model, tmp_path / "map.png")
    assert QImage(str(tmp_path / "map.png")).size().toTuple() == (3200, 880)


def test_what_cannot_be_saved_is_said_and_leaves_nothing(panel: NetworkPanel, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="SVG or PNG"):
        export_network(panel.map.model, tmp_path / "map.gif")
    with pytest.raises(ExportError, match="Choose another place"):
        export_network(panel.map.model, tmp_path / "missing" / "map.svg")
    assert list(tmp_path.iterdir()) == []


def test_the_numbers_can_be_copied(panel: NetworkPanel) -> None:
    lines = panel.copy_numbers().splitlines()
    assert lines[0] == "layer\tchannels"
    assert "4a/3x3\t208" in lines
