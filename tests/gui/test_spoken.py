"""What readers of the screen are told: the whole tree of every window, as Qt hands it to AT-SPI and UIA."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gnet_desktop.gui.app import make_application, make_window
from gnet_desktop.gui.controls.scroll_page import ScrollPage
from gnet_desktop.gui.controls.segmented import Segmented
from gnet_desktop.gui.controls.spoken import Part
from gnet_desktop.gui.looks.styles import apply_theme
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.inspection.visualisation.recipe import Recipe
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import resource
from tests.gui.made import make_world, of_type, there, wait_until

Role, Text = QAccessible.Role, QAccessible.Text
UNIT = Unit("4a", "3x3", 38)
RIGHT = {
    *(Role.Button, Role.ButtonMenu, Role.CheckBox, Role.RadioButton, Role.ComboBox, Role.SpinBox),
    *(Role.List, Role.ListItem, Role.Table, Role.Cell, Role.EditableText, Role.StaticText),
    *(Role.Graphic, Role.Grouping, Role.Pane, Role.Slider, Role.Chart, Role.Tree, Role.TreeItem),
}
"""What a thing that takes the keyboard may be; ``Client`` says nothing."""
FEW = 40
"""Children of a list that are looked at: its tiles are alike."""


@pytest.fixture(scope="module")
def window(qapp: QApplication) -> Iterator[Window]:
    """A window in which a unit of a small network is chosen."""
    apply_theme(make_application(), "light")
    one, dispatcher = make_window(Session(None))
    one.resize(1600, 1000)
    one.show()
    one.workspace.use(make_world(0, heads=True).loaded)
    one.take_pictures([resource("samples", f"{name}.jpg") for name in ("cat", "moose")])
    wait_until(lambda: one.workspace.result is not None and one.workspace.idle)
    one.workspace.choose_unit(UNIT)
    wait_until(lambda: one.workspace.idle and one.panels.unit.body.facts is not None)
    yield one
    one.close()
    del dispatcher


@pytest.fixture
def front(window: Window, qtbot: QtBot) -> Window:
    """The window with the keyboard."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def interface(thing: QObject) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(thing)
    assert found is not None
    return found


def tree(top: QObject) -> Iterator[QAccessibleInterface]:
    """Everything below a window, in the order in which a reader walks it; menus and long lists in part."""
    rest = [interface(top)]
    while rest:
        one = rest.pop()
        yield one
        if one.role() != Role.MenuBar:
            places = range(min(FEW, one.childCount()))
            children: list[QAccessibleInterface | None] = [one.child(place) for place in places]
            rest += [child for child in reversed(children) if child is not None]


def kind(thing: QObject | None) -> str:
    return type(thing).__name__ if thing is not None else ""


def told(one: QAccessibleInterface) -> str:
    return f"{one.role().name} {one.text(Text.Name)!r} {kind(one.object())}"


def showing(one: QAccessibleInterface) -> bool:
    state = one.state()
    return not state.invisible and not state.offscreen


def in_every_window(window: Window) -> Iterator[QWidget]:
    window.units_page.set_recipe(Recipe(steps=2, size=16))  # what a unit's picture shows is told to nobody
    yield window
    for page in ("folder", "units"):
        window.show_page(page)
        QApplication.processEvents()
        yield window
    window.show_page("explore")
    for name in ("card", "heads", "try_both", "catalogue", "help", "about", "why"):
        beside = window.show_dialog(name)
        wait_until(lambda: window.workspace.idle)
        QApplication.processEvents()
        yield beside
        beside.close()
    window.palette_dialog.open_with("")
    yield window.palette_dialog
    window.palette_dialog.hide()


@dataclass(frozen=True)
class Told:
    """One thing in one of the windows, as a reader is told of it."""

    words: str
    name: str
    description: str
    role: QAccessible.Role
    takes_keyboard: bool


@pytest.fixture(scope="module")
def everything(window: Window) -> list[Told]:
    return [
        Told(
            f"{type(top).__name__}: {told(one)}",
            one.text(Text.Name),
            one.text(Text.Description),
            one.role(),
            bool(one.state().focusable and not one.state().invisible),
        )
        for top in in_every_window(window)
        for one in tree(top)
    ]


def test_everything_that_takes_the_keyboard_has_a_name_and_a_role(everything: list[Told]) -> None:
    reached = [one for one in everything if one.takes_keyboard]
    assert [one.words for one in reached if not one.name.strip() or one.role not in RIGHT] == []
    assert len(reached) > 300


def test_whatever_has_a_name_says_what_it_is(everything: list[Told]) -> None:
    assert [one.words for one in everything if one.name.strip() and one.role == Role.Client] == []


def test_one_thing_has_the_keyboard_whatever_had_it_before(front: Window, qtbot: QtBot) -> None:
    panels = front.panels
    views = (panels.pictures.list, panels.answers.table, panels.lanes.area, panels.network.map)
    for target in (*views, panels.answers.unit, panels.photo.view):
        target.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.waitUntil(target.hasFocus)
        qtbot.keyClick(target, Qt.Key.Key_Home)  # to what is looked at: lists are long
        kept = [one for one in tree(front) if one.state().focused]
        assert len(kept) == 1, (target.accessibleName(), [told(one) for one in kept])


def test_a_page_that_scrolls_has_the_keyboard_and_not_what_it_is_seen_through(front: Window) -> None:
    heads = front.show_dialog("heads")
    page = of_type(ScrollPage, there(heads.findChild(ScrollPage)))
    page.setFocus(Qt.FocusReason.TabFocusReason)
    wait_until(page.hasFocus)
    kept = [one.text(Text.Name) for one in tree(heads) if one.state().focused]
    assert kept == ["Heads"]
    heads.close()


def test_cells_of_a_page_that_is_hidden_dont_show(window: Window) -> None:
    cells = [one for one in tree(window.panels.pictures.list) if one.role() == Role.ListItem]
    assert [one.text(Text.Name).split(",")[0] for one in cells] == ["cat.jpg", "moose.jpg"]
    assert all(showing(one) for one in cells)
    window.show_page("folder")
    QApplication.processEvents()
    assert not any(showing(one) for one in cells)
    window.show_page("explore")


def test_the_chosen_module_and_the_layer_of_the_chosen_unit_are_selected(window: Window) -> None:
    chosen = [one for one in tree(window.panels.network.map) if one.state().selected]
    assert [one.text(Text.Name).split(",")[0] for one in chosen] == ["Module 4a", "4a/3x3"]


def test_what_is_announced_as_showing_is_on_the_screen(window: Window) -> None:
    whole = QRect(window.mapToGlobal(window.rect().topLeft()), window.size())
    wrong = []
    for one in tree(window):
        thing = one.object()
        if showing(one) and isinstance(thing, Part):
            box = one.rect()
            if not whole.contains(box.center()) or not thing.widget.isVisible():
                wrong.append(told(one))
        elif showing(one) and type(thing).__module__.startswith("gnet_desktop"):
            assert isinstance(thing, QWidget)
            if not thing.isVisible() or thing.visibleRegion().isEmpty():
                wrong.append(told(one))
    assert wrong == []


def test_tips_are_read_without_marks(everything: list[Told]) -> None:
    texts = [one.description for one in everything]
    assert [text for text in texts if "<p>" in text or "<b>" in text or "<div" in text] == []


def test_choices_are_radio_buttons_and_arrows_move_the_keyboard(front: Window, qtbot: QtBot) -> None:
    control = front.panels.answers.unit
    group = interface(control)
    buttons = [group.child(place) for place in range(group.childCount())]
    assert group.role() == Role.Grouping
    assert [one.role() for one in buttons] == [Role.RadioButton] * 2
    assert [bool(one.state().checked) for one in buttons] == [True, False]
    control.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(control.hasFocus)
    qtbot.keyClick(control, Qt.Key.Key_Right)
    assert [bool(one.state().checked) for one in buttons] == [False, True]
    assert group.focusChild().text(Text.Name) == buttons[1].text(Text.Name) == group.text(Text.Value)
    qtbot.keyClick(control, Qt.Key.Key_Left)


def test_choices_that_are_folded_away_are_not_showing(qtbot: QtBot) -> None:
    make_application()
    control = Segmented(((1, "one"), (2, "two")))
    control.set_folded(True)
    control.resize(control.sizeHint())
    control.show()
    qtbot.addWidget(control)
    group = interface(control)
    assert [showing(group.child(place)) for place in range(2)] == [True, False]


def test_the_network_is_a_list_of_its_parts(front: Window, qtbot: QtBot) -> None:
    network = front.panels.network.map
    listed = interface(network)
    names = [listed.child(place).text(Text.Name) for place in range(listed.childCount())]
    assert listed.role() == Role.List
    for module in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
        assert sum(name.startswith(f"Module {module},") for name in names) == 1
        assert sum(name.startswith(f"{module}/") for name in names) == 7
    chosen = [name for place, name in enumerate(names) if listed.child(place).state().selected]
    assert [name.split(",")[0] for name in chosen] == ["Module 4a", "4a/3x3"]
    network.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(network.hasFocus)
    qtbot.keyClick(network, Qt.Key.Key_Down)
    before = listed.focusChild().text(Text.Name)
    qtbot.keyClick(network, Qt.Key.Key_Down)
    after = listed.focusChild()
    assert after.text(Text.Name) != before
    assert after.state().focused
    assert after.rect().contains(
        network.mapToGlobal(there(network.position_of(there(network.focused))).toPoint())
    )


def test_lanes_are_lists_of_tiles_with_their_numbers(front: Window, qtbot: QtBot) -> None:
    area = front.panels.lanes.area
    lists = [interface(view) for view in area.views]
    assert [one.role() for one in lists] == [Role.List] * 4
    assert [one.childCount() for one in lists] == [192, 208, 48, 64]
    lane = lists[1]
    tiles = [lane.child(place) for place in range(lane.childCount())]
    record = there(front.workspace.result).record["4a/3x3"]
    tile = next(one for one in tiles if one.state().selected)
    assert tile.text(Text.Name).startswith(f"{UNIT.name}, max ")
    largest = float(tile.text(Text.Value).split("max ")[1].split(" ")[0])
    assert largest == pytest.approx(record[UNIT.channel].max(), rel=5e-3)
    area.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(area.hasFocus)
    qtbot.keyClick(area, Qt.Key.Key_Home)
    assert interface(area).focusChild().text(Text.Name) == tiles[0].text(Text.Name)
    qtbot.keyClick(area, Qt.Key.Key_End)
    assert interface(area).focusChild().text(Text.Name) == tiles[-1].text(Text.Name)
    assert showing(tiles[-1])


def test_nothing_is_made_before_a_reader_asks(qapp: QApplication) -> None:
    make_application()
    control = Segmented(((1, "one"), (2, "two")))
    control.set_value(2)
    assert control.findChildren(Part) == []
    assert interface(of_type(Part, interface(control).child(1).object()).widget) is not None
    assert [part.place for part in control.findChildren(Part)] == [1]
    control.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_values_stand_with_the_names(window: Window) -> None:
    device = interface(window.bar.device)
    assert device.text(Text.Name) == "Device: CPU"
    facts = interface(window.panels.unit.body.facts_section)
    names = [facts.child(place).text(Text.Name) for place in range(facts.childCount())]
    assert [name.split(",")[0] for name in names[:4]] == ["maximum", "mean", "active cells", "rank"]
    body = window.panels.unit.body
    sections = [body.title, body.values, body.pictures, body.inputs, body.kernels]
    assert all(interface(one).text(Text.Name) for one in sections)
