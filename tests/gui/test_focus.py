"""What is chosen stays readable, and the keyboard's place is seen by who uses keys."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLibraryInfo, QPoint, QPointF, QRect, Qt, QVersionNumber
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QListWidget,
    QTableWidget,
    QTableWidgetItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.answers.panel import AnswersPanel
from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.controls.button import Button
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.looks.theme import Theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import resource
from tests.gui.answering import make_result, make_workspace
from tests.gui.made import pause, there, wait_until
from tests.workspace.workers import Posed

THEMES = ("light", "dark")

#: How far the row at the keyboard's place may be from its colour: before 6.9 Qt lays its own frame
#: with a faint ground over it, whatever the style sheet says of its outline.
TINT = 5 if QLibraryInfo.version() < QVersionNumber(6, 9) else 0


def luminance(colour: QColor) -> float:
    """Relative luminance by WCAG 2.1."""
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(image: QImage, box: QRect) -> float:
    """Of the ground, which most pixels have, and the colour that is farthest from it."""
    counts: dict[int, int] = {}
    box = box.intersected(image.rect())
    for y in range(box.top(), box.bottom()):
        for x in range(box.left(), box.right()):
            rgb = image.pixel(x, y)
            counts[rgb] = counts.get(rgb, 0) + 1
    ground = luminance(QColor(max(counts, key=lambda rgb: counts[rgb])))
    others = [luminance(QColor(rgb)) for rgb in counts]
    return max((max(one, ground) + 0.05) / (min(one, ground) + 0.05) for one in others)


def apart(one: QColor, other: QColor) -> int:
    """By how many of 255 levels the parts of two colours differ at most."""
    return max(
        abs(a - b)
        for a, b in ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    )


@pytest.fixture(params=THEMES)
def theme(qapp: QApplication, request: pytest.FixtureRequest) -> str:
    apply_theme(make_application(), request.param)
    return str(request.param)


@pytest.fixture
def workspace(qapp: QApplication) -> Iterator[Posed]:
    one = make_workspace(make_result())
    yield one
    one.close()


@pytest.fixture
def beside(qtbot: QtBot) -> Iterator[Callable[[QWidget], QLineEdit]]:
    """Makes a field that can take the keyboard from a widget, in one window with it."""
    windows = []

    def make(widget: QWidget) -> QLineEdit:
        window, field = QWidget(), QLineEdit()
        column = QVBoxLayout(window)
        column.addWidget(widget)
        column.addWidget(field)
        window.resize(600, 480)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        windows.append(window)
        return field

    yield make
    for window in windows:
        window.close()


def test_a_chosen_answer_stays_readable_when_the_keyboard_leaves(
    theme: str, workspace: Posed, beside: Callable[[QWidget], QLineEdit], qtbot: QtBot
) -> None:
    panel = AnswersPanel(workspace)
    field = beside(panel)
    table = panel.table
    row = table.visualRect(table.answers.index(1, 0))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert workspace.explained == 1
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    assert not table.hasFocus()
    image = table.viewport().grab().toImage()
    for column in range(4):
        cell = table.visualRect(table.answers.index(1, column))
        # the number stands right of the middle, the name left
        words = cell.adjusted(12, 3, -cell.width() // 3, -3) if column == 0 else cell.adjusted(60, 3, -4, -3)
        assert contrast(image, words) > 4.5, column


def test_who_comes_to_the_answers_by_a_key_is_at_the_first_row(
    workspace: Posed, beside: Callable[[QWidget], QLineEdit], qtbot: QtBot
) -> None:
    panel = AnswersPanel(workspace)
    beside(panel).setFocus()
    panel.setFocus(Qt.FocusReason.ShortcutFocusReason)
    table = panel.table
    rows = [index.row() for index in table.selectionModel().selectedRows()]
    assert (rows, table.focus.shown) == ([0], True)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert [index.row() for index in table.selectionModel().selectedRows()] == [1]


def a_list() -> QListWidget:
    view = QListWidget()
    view.addItems(["first", "second"])
    view.setCurrentRow(1)
    return view


def a_table() -> QTableWidget:
    view = QTableWidget(2, 1)
    for row, words in enumerate(("first", "second")):
        view.setItem(row, 0, QTableWidgetItem(words))
    view.setCurrentCell(1, 0)
    return view


def a_tree() -> QTreeWidget:
    view = QTreeWidget()
    view.addTopLevelItems([QTreeWidgetItem(["first"]), QTreeWidgetItem(["second"])])
    view.setCurrentItem(there(view.topLevelItem(1)))
    return view


@pytest.mark.parametrize("make", [a_list, a_table, a_tree])
@pytest.mark.parametrize("focused", [True, False])
def test_every_list_keeps_its_chosen_row_readable(
    theme: str,
    beside: Callable[[QWidget], QLineEdit],
    make: Callable[[], QListWidget | QTableWidget | QTreeWidget],
    focused: bool,
) -> None:
    view = make()
    field = beside(view)
    (view if focused else field).setFocus()
    row = view.visualRect(view.currentIndex())
    image = view.viewport().grab().toImage()
    assert contrast(image, row.adjusted(0, 1, -max(0, row.width() - 60), -1)) > 4.5
    ground = image.pixelColor(row.right() - 2, row.center().y())
    assert apart(ground, Theme.now().colour("accentbg")) <= (TINT if focused else 0)


def test_the_open_list_of_a_box_is_readable(theme: str, beside: Callable[[QWidget], QLineEdit]) -> None:
    box = QComboBox()
    box.addItems(["first", "second"])
    beside(box)
    box.showPopup()
    row = box.view().visualRect(box.model().index(0, 0))
    image = box.view().viewport().grab().toImage()
    assert contrast(image, row.adjusted(2, 2, -2, -2)) > 4.5
    box.hidePopup()


# The keyboard's place


@pytest.mark.parametrize("primary", [True, False])
def test_a_button_is_framed_for_keys_and_not_for_clicks(
    theme: str, beside: Callable[[QWidget], QLineEdit], qtbot: QtBot, primary: bool
) -> None:
    button = Button("Open pictures…", primary=primary)
    field = beside(button)
    plain = button.grab().toImage()
    QApplication.sendEvent(button, press(button.rect().center()))
    button.setDown(False)
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    assert button.grab().toImage() == plain
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert button.hasFocus()
    framed = button.grab().toImage()
    middle = button.height() // 2
    assert framed.pixelColor(0, middle) == Theme.now().colour("accent")
    assert framed.pixelColor(2, middle) == Theme.now().colour("panel")


def press(place: QPoint) -> QMouseEvent:
    left = Qt.MouseButton.LeftButton
    return QMouseEvent(
        QEvent.Type.MouseButtonPress,
        QPointF(place),
        QPointF(place),
        left,
        left,
        Qt.KeyboardModifier.NoModifier,
    )


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[Window]:
    """A window on a picture that cannot be opened; no checkpoint."""
    apply_theme(make_application(), "light")
    one, dispatcher = make_window(Session(None))
    one.resize(1600, 1000)
    one.show()
    one.activateWindow()
    one.workspace.add_pictures([("damaged.png", b"damaged")])
    qtbot.waitUntil(lambda: one.workspace.pictures[1].error is not None)
    yield one
    one.close()
    del dispatcher


def test_each_step_to_the_next_panel_arrives_somewhere(window: Window, qtbot: QtBot) -> None:
    visited = []
    for _ in range(8):
        qtbot.keyClick(window, Qt.Key.Key_F6)
        visited.append(window.panel_with_focus())
    assert None not in visited
    assert all(one != next_one for one, next_one in itertools.pairwise(visited))
    backward = []
    for _ in range(8):
        qtbot.keyClick(window, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
        backward.append(window.panel_with_focus())
    assert backward[:7] == visited[6::-1]


def test_tab_reaches_every_control_in_turn_those_of_headers_too(
    bundled: Path, qtbot: QtBot, qapp: QApplication
) -> None:
    window, dispatcher = make_window(Session(None))
    qtbot.addWidget(window)
    window.resize(1500, 950)
    window.show()
    window.workspace.open_checkpoint(bundled)
    window.workspace.add_pictures([resource("samples", name) for name in ("cat.jpg", "espresso.jpg")])
    wait_until(lambda: window.workspace.result is not None and window.workspace.idle)
    window.workspace.choose_unit(Unit("4a", "5x5", 11))
    pause(100)
    wanted = {
        widget
        for widget in window.findChildren(QWidget)
        if widget.window() is window
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and widget.isEnabled()
    }
    names = {widget.accessibleName() for widget in wanted}
    assert {"Numbers as probabilities or logits", "Scale", "Sort the list", "Network map"} <= names
    visited: list[QWidget] = []
    window.activateWindow()
    while len(visited) == len(set(visited)):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        visited.append(window.focusWidget())
    assert set(visited) == wanted
    # a panel's header comes before what the panel shows
    panels = window.panels
    for panel, first in (
        (panels.answers, panels.answers.unit),
        (panels.network, panels.network.quantity),
        (panels.lanes, panels.lanes.header.scale),
    ):
        assert visited.index(first) < visited.index(panel.keeper)
    window.close()
    del dispatcher


def test_the_photos_panel_has_the_keyboard_where_the_photo_failed(window: Window) -> None:
    window.panels.photo.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert window.panels.photo.failed.retry.hasFocus()
