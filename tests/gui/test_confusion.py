"""The confusion matrix of ten classes or a thousand: zoomed, dragged, walked by keys; cells are buttons."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.folder.figures import HeadFigures, head_figures, judged
from gnet_desktop.gui.folder.confusion import OTHERS, Confusion
from gnet_desktop.gui.folder.confusion_cells import SeenCells, order_of, pooled
from gnet_desktop.gui.looks.theme import Theme

LEFT = Qt.MouseButton.LeftButton
NO = Qt.KeyboardModifier.NoModifier


def figures_of(classes: int, mistakes: dict[tuple[int, int], int], each: int = 3) -> HeadFigures:
    """Of a network that is right but for these mistakes; answers may be classes that no picture shows."""
    pairs = [(index, index) for index in range(classes) for _ in range(each)]
    pairs += [pair for pair, count in mistakes.items() for _ in range(count)]
    truth, answers = np.array(pairs, np.int64).T
    logits = np.zeros((len(pairs), max(classes, int(answers.max()) + 1)), np.float32)
    logits[np.arange(len(pairs)), answers] = 9
    return head_figures(judged(logits, truth))


@pytest.fixture
def matrix(qtbot: QtBot, qapp: QApplication) -> Confusion:
    made = Confusion()
    qtbot.addWidget(made)
    made.resize(420, 420)
    made.show()
    return made


def names(count: int) -> tuple[str, ...]:
    return tuple(f"class {index}" for index in range(count))


def wheel(matrix: Confusion, place: QPointF, notches: int) -> None:
    event = QWheelEvent(
        place,
        QPointF(matrix.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        NO,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(matrix, event)


def greedy(confusion: dict[tuple[int, int], int], shown: list[int]) -> list[int]:
    """The order as it is described, in a plain loop."""

    def between(one: int, other: int) -> int:
        return confusion.get((one, other), 0) + confusion.get((other, one), 0)

    left, order = list(shown), list[int]()
    while left:
        order.append(max(left, key=lambda one: between(order[-1], one)) if order else left[0])
        left.remove(order[-1])
    return order


@pytest.mark.parametrize("seed", range(5))
def test_the_order_is_that_of_a_plain_loop(seed: int) -> None:
    random = np.random.default_rng(seed)
    shown = sorted(random.choice(100, 30, replace=False).tolist())
    confusion = {
        (int(random.choice(shown)), int(random.integers(0, 100))): int(random.integers(1, 9))
        for _ in range(120)
    }
    assert order_of(confusion, shown) == greedy(confusion, shown)


def test_of_a_thousand_classes_every_mistake_is_seen(matrix: Confusion) -> None:
    """Cells are smaller than pixels, and none is lost; the last column holds all other classes."""
    mistakes = {(120, 700): 1, (950, 30): 1, (500, 1100): 1}
    matrix.show_figures(figures_of(1000, mistakes), names(1200))
    seen = matrix.grab().toImage()
    bad, panel = (Theme.now().colour(token) for token in ("bad", "panel"))
    found = 0
    for y in range(seen.height()):
        for x in range(seen.width()):
            colour = QColor(seen.pixel(x, y))
            away = abs(colour.green() - panel.green())
            found += away > 20 and abs(colour.red() - bad.red()) < abs(colour.blue() - bad.red())
    assert found >= len(mistakes)


def test_the_largest_of_some_cells_stands_for_them() -> None:
    shares = np.zeros((5, 7))
    shares[1, 2], shares[4, 6], shares[0, 0] = 0.25, 0.5, 0.125
    right = np.zeros((5, 7), bool)
    right[4, 6] = True
    values, among = pooled(shares, right, 3)
    np.testing.assert_array_equal(values, [[0.25, 0, 0], [0, 0, 0.5]])
    np.testing.assert_array_equal(among, [[False, False, False], [False, False, True]])


def test_the_wheel_zooms_about_the_cell_under_the_hand_until_names_and_numbers_are_there(
    matrix: Confusion, qtbot: QtBot
) -> None:
    matrix.show_figures(figures_of(100, {(40, 41): 2, (41, 40): 1}), names(100))
    row, column = matrix._order.index(40), matrix._order.index(41)
    for _ in range(30):
        place = matrix._box(row, column).center()
        wheel(matrix, place, 1)
        assert matrix._at(matrix._box(row, column).center()) == (row, column)
    assert matrix.sight.span == 4
    with qtbot.waitSignal(matrix.cell_wanted) as wanted:
        QTest.mouseClick(matrix, LEFT, pos=matrix._box(row, column).center().toPoint())
    assert wanted.args == [40, 41]
    with qtbot.waitSignal(matrix.cell_wanted) as wanted:
        QTest.mouseClick(matrix, LEFT, pos=matrix._box(row, 100).center().toPoint())
    assert wanted.args == [40, OTHERS]
    with qtbot.waitSignal(matrix.zoomed):
        wheel(matrix, matrix._box(row, column).center(), -40)
    assert matrix.sight.is_whole


def test_what_is_zoomed_is_dragged_and_a_drag_is_no_click(matrix: Confusion, qtbot: QtBot) -> None:
    matrix.show_figures(figures_of(60, {}), names(60))
    for _ in range(6):
        wheel(matrix, matrix._box(30, 30).center(), 1)
    before, start = matrix.sight, matrix._box(30, 30).center().toPoint()
    _, wide, high = matrix._area()
    clicked = []
    matrix.cell_wanted.connect(lambda *pair: clicked.append(pair))
    QTest.mousePress(matrix, LEFT, pos=start)
    QTest.mouseMove(matrix, start + QPoint(round(3 * wide), round(-2 * high)))
    QTest.mouseRelease(matrix, LEFT, pos=start + QPoint(round(3 * wide), round(-2 * high)))
    assert (matrix.sight.row, matrix.sight.column) == (before.row + 2, before.column - 3)
    assert clicked == []


def test_keys_walk_zoom_and_choose(matrix: Confusion, qtbot: QtBot) -> None:
    matrix.show_figures(figures_of(50, {(3, 4): 2}), names(50))
    matrix.setFocus()
    for _ in range(5):
        QTest.keyClick(matrix, Qt.Key.Key_Plus)
    assert matrix.sight.span < 50
    for key, times in ((Qt.Key.Key_Down, 60), (Qt.Key.Key_Right, 60)):
        for _ in range(times):
            QTest.keyClick(matrix, key)
    assert matrix.accessibleDescription() == f"class {matrix._order[-1]} answered as another class: 0 of 3"
    assert matrix.spoken_part(0).name == matrix.accessibleDescription()
    QTest.keyClick(matrix, Qt.Key.Key_Left)
    assert matrix.sight.column + matrix.sight.span == 50
    with qtbot.waitSignal(matrix.cell_wanted) as wanted:
        QTest.keyClick(matrix, Qt.Key.Key_Return)
    assert wanted.args == [matrix._order[-1], matrix._order[-1]]
    QTest.keyClick(matrix, Qt.Key.Key_0)
    assert matrix.sight.is_whole


def test_more_pictures_of_the_same_classes_leave_the_zoom_as_it_is(matrix: Confusion) -> None:
    matrix.show_figures(figures_of(40, {}), names(40))
    wheel(matrix, matrix._box(20, 20).center(), 2)
    before = matrix.sight
    matrix.show_figures(figures_of(40, {(0, 1): 3}), names(40))
    assert matrix.sight == before
    matrix.show_figures(figures_of(41, {}), names(41))
    assert matrix.sight == SeenCells.whole(41)
