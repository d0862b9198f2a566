"""The Units page with real events: cards, what is made first, the chosen unit, the way to Explore."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.controls.plain import Label
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.gui.units.page import UnitsPage
from gnet_desktop.inspection.visualisation.recipe import Recipe
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.units import literature
from tests.gui.made import of_type, pause, there, wait_until

QUICK = Recipe(steps=2, size=16)


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1200, 700)
    made.show()
    made.workspace.open_checkpoint(bundled)
    yield made
    made.close()
    del dispatcher


@pytest.fixture(scope="module")
def page(window: Window, qapp: QApplication) -> UnitsPage:
    """The page with the pictures of 5a's pool branch made in few steps."""
    QTest.qWaitForWindowActive(window)
    QTest.keyClick(window, Qt.Key.Key_F4)
    page = window.units_page
    page.set_recipe(QUICK)
    wait_until(lambda: window.workspace.checkpoint is not None)
    page.branches.set_value("pool_proj")
    page.show_module("3a")
    wait_until(lambda: page.settled)
    return page


def test_f4_shows_the_page(window: Window, page: UnitsPage) -> None:
    assert window.pages.currentWidget() is page
    assert window.bar.pages.value == "units"


def test_every_unit_of_a_branch_has_a_card_and_those_in_sight_are_made(page: UnitsPage) -> None:
    names = [item.name for item in page.cards.cards.items]
    assert names == [f"3a/pool_proj:{number}" for number in range(32)]
    in_sight = page.cards.visible_items()
    assert in_sight
    assert all(there(page.wanting.get(page.cards.job(item))).done for item in in_sight)


def test_arrows_walk_the_cards_and_the_panel_follows(page: UnitsPage) -> None:
    page.cards.choose(page.items[0])
    QTest.keyClick(page.cards, Qt.Key.Key_Right)
    assert page.panel.item is page.items[1]
    assert page.right_header.note == "3a/pool_proj:1"


def test_what_silences_a_unit_is_made_for_itself(page: UnitsPage) -> None:
    page.cards.choose(page.items[2])
    QTest.keyClick(page.panel.ways, Qt.Key.Key_Right)
    wait_until(lambda: page.settled)
    made = page.wanting.get(there(page.panel.job))
    assert there(made).recipe.negative
    assert "smallest value" in page.panel.picture.words
    QTest.keyClick(page.panel.ways, Qt.Key.Key_Left)


def test_pause_and_go_on_by_the_button(page: UnitsPage) -> None:
    page.show_module("3b")
    QTest.mouseClick(page.progress.pause, Qt.MouseButton.LeftButton)
    assert page.wanting.paused
    wait_until(lambda: "paused" in page.progress.state_words)
    QTest.mouseClick(page.progress.pause, Qt.MouseButton.LeftButton)
    assert not page.wanting.paused
    page.show_module("3a")


def test_enter_shows_the_unit_in_explore(window: Window, page: UnitsPage) -> None:
    page.cards.choose(page.items[3])
    QTest.keyClick(page.cards, Qt.Key.Key_Return)
    assert window.page == "explore"
    assert window.workspace.selection.unit == Unit("3a", "pool_proj", 3)
    QTest.keyClick(window, Qt.Key.Key_F4)


def test_keys_of_units_are_about_the_chosen_card(window: Window, page: UnitsPage) -> None:
    workspace = window.workspace
    page.cards.choose(page.items[5])
    card = there(page.items[5].unit)
    assert workspace.selection.unit != card
    QTest.keyClick(page.cards, Qt.Key.Key_P)
    assert workspace.tray == (card,)
    QTest.keyClick(page.cards, Qt.Key.Key_X)
    assert [change.name for change in workspace.changes] == [card.name]
    QTest.keyClick(page.cards, Qt.Key.Key_X)
    QTest.keyClick(page.cards, Qt.Key.Key_P)
    assert (workspace.changes, workspace.tray) == ((), ())


def test_all_units_of_the_network_scroll(page: UnitsPage) -> None:
    page.branches.set_value("")
    page.wanting.pause()
    page.show_module("all")
    assert page.cards.cards.rowCount() == 5488
    bar = page.cards.verticalScrollBar()
    bar.setValue(bar.maximum())
    wait_until(lambda: page.wanting._first and page.wanting._first[-1].wanted.name == "5b/pool_proj:127")
    assert len(page.cards.visible_items()) < 100
    page.branches.set_value("pool_proj")
    page.show_module("3a")
    page.wanting.go_on()


def test_tuning_and_links_of_the_chosen_unit_are_worked_out(window: Window, page: UnitsPage) -> None:
    page.cards.choose(page.items[1])
    wait_until(lambda: page.about.tuning.words.endswith("°") and not page.about.outputs.isHidden())
    network = there(window.workspace.network).network
    kernel, _ = network.weights("3a/pool_proj")
    # an average over 3×3 in place of the maximum keeps the sum of a 1×1 kernel
    sums = kernel[1, :, 0, 0]
    strongest = max(range(len(sums)), key=lambda one: abs(sums[one]))
    first = page.about.inputs.pieces[0]
    assert of_type(Unit, first.value).channel == strongest
    assert page.about.inputs.note == "from conv3"
    wait_until(lambda: page.about.kernels.isVisibleTo(page))
    assert page.about.kernels.note.startswith("from conv3, the pool as average")
    weighs_most = max(range(len(sums)), key=lambda one: abs(sums[one]))
    assert of_type(Unit, page.about.kernels.pieces[0].value).channel == weighs_most
    readers = [of_type(Unit, piece.value) for piece in page.about.outputs.pieces]
    assert {unit.module for unit in readers} == {"3b"}


def test_a_click_on_a_reader_shows_its_card(page: UnitsPage) -> None:
    page.cards.choose(page.items[1])
    wait_until(lambda: not page.about.outputs.isHidden() and page.about.outputs.pieces)
    piece = page.about.outputs.pieces[0]
    QTest.mouseClick(page.about.outputs, Qt.MouseButton.LeftButton, pos=piece.box.topLeft().toPoint())
    assert there(page.panel.item).unit == piece.value
    page.branches.set_value("pool_proj")
    page.show_module("3a")


def test_kernels_of_a_branch_stand_side_by_side_and_a_click_chooses_the_unit(page: UnitsPage) -> None:
    page.branches.set_value("5x5")
    page.show_module("3a")
    QTest.keyClick(page.views, Qt.Key.Key_Right)
    wait_until(lambda: page.kernels.sections)
    (section,) = page.kernels.sections
    wait_until(lambda: section.pieces)
    assert sorted(unit.channel for unit in section.units) == list(range(32))
    piece = section.pieces[5]
    before = section.grab(piece.box.toAlignedRect().adjusted(-3, -3, 3, 3)).toImage()
    QTest.mouseClick(section, Qt.MouseButton.LeftButton, pos=piece.box.center().toPoint())
    assert there(page.panel.item).unit == piece.value
    assert section.chosen == piece.value
    QTest.mouseMove(section, QPoint(1, 1))
    assert section.grab(piece.box.toAlignedRect().adjusted(-3, -3, 3, 3)).toImage() != before
    about = there(page.kernels.widget()).findChild(Label)
    assert there(about).isVisible()
    assert "black reads none of the three" in there(about).text()
    QTest.keyClick(page.views, Qt.Key.Key_Left)
    page.branches.set_value("pool_proj")
    page.show_module("3a")


def test_the_unit_that_is_chosen_in_explore_is_chosen_on_the_page(window: Window, page: UnitsPage) -> None:
    QTest.keyClick(window, Qt.Key.Key_F2)
    window.workspace.choose_unit(Unit("3a", "3x3", 115))
    QTest.keyClick(window, Qt.Key.Key_F4)
    wait_until(lambda: there(page.panel.item).unit == Unit("3a", "3x3", 115))
    assert page.panel.item in page.cards.visible_items()
    page.cards.choose(page.items[3])
    kept = page.panel.item
    QTest.keyClick(window, Qt.Key.Key_F2)
    QTest.keyClick(window, Qt.Key.Key_F4)
    pause(20)
    assert page.panel.item is kept  # nothing else was chosen meanwhile
    page.branches.set_value("pool_proj")
    page.show_module("3a")


def test_orders_that_need_a_folder_say_so(page: UnitsPage) -> None:
    assert page.orders.isEnabled() or "folder" in page.orders.toolTip()


def test_groups_have_names_are_remembered_and_travel_as_a_file(
    window: Window, page: UnitsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grouping, sha256 = page.panel.grouping, there(window.workspace.checkpoint).provenance.sha256
    page.cards.choose(page.items[4])
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("curves", True))
    grouping.menu().aboutToShow.emit()
    next(action for action in grouping.menu().actions() if action.text() == "New group…").trigger()
    page.cards.choose(page.items[5])
    grouping.put("curves")
    assert window.session.get("groups of units") == {sha256: {"curves": ["3a/pool_proj:4", "3a/pool_proj:5"]}}
    assert page.cards.shown.groups(page.items[4]) == "curves"
    file = tmp_path / "groups.json"
    grouping.export(file)
    said = json.loads(file.read_text())
    assert said == {"checkpoint": sha256, "groups": {"curves": ["3a/pool_proj:4", "3a/pool_proj:5"]}}
    grouping.put("curves")
    assert page.cards.shown.groups(page.items[5]) == ""
    grouping.take(file)
    assert page.cards.shown.groups(page.items[5]) == "curves"


def test_groups_of_another_checkpoint_are_refused(window: Window, page: UnitsPage, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"checkpoint": "abc", "groups": {"cars": ["4c/5x5:63"]}}')
    (tmp_path / "none.json").write_text("[1, 2]")
    told: list[str] = []
    end = window.workspace.failed.subscribe(lambda error: told.append(str(error)))
    page.panel.grouping.take(tmp_path / "other.json")
    page.panel.grouping.take(tmp_path / "none.json")
    end()
    assert "another checkpoint" in told[0]
    assert "not groups" in told[1]
    assert "cars" not in page.panel.grouping.groups.units


def test_names_from_the_literature_stand_with_their_source_where_the_file_is_the_one(
    window: Window, page: UnitsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.branches.set_value("5x5")
    page.show_module("3b")
    item = next(item for item in page.items if item.channel == 390)
    page.cards.choose(item)
    assert "Distill" not in page.panel.name.accessibleName()
    own = there(window.workspace.checkpoint).provenance.sha256
    monkeypatch.setattr(literature, "FILES", frozenset({own}))
    monkeypatch.setitem(literature.KNOWN, ("3b", 390), literature.Named("curve", "An article, Distill 2020"))
    page.cards.choose(page.items[0])
    page.cards.choose(item)
    assert "curve (An article, Distill 2020)" in page.panel.name.accessibleName()
    assert page.cards.shown.named(item) == "curve"
    page.branches.set_value("pool_proj")
    page.show_module("3a")


def test_how_much_is_kept_is_chosen_and_emptied(window: Window, page: UnitsPage) -> None:
    kept, menu = page.wanting.kept, page.progress.kept.menu()
    page.wanting.pause()
    wait_until(lambda: not page.wanting._working)  # what is under way may still be finished, and kept
    menu.aboutToShow.emit()
    entries = {action.text(): action for action in menu.actions()}
    assert kept.bytes > 0
    entries["at most 64 MB"].trigger()
    assert kept.limit == 64 * 2**20
    assert window.session.get("kept bytes") == 64 * 2**20
    entries["Empty"].trigger()
    assert kept.bytes == 0
    assert page.wanting.made[0] == 0
    page.wanting.go_on()


@pytest.mark.slow
def test_the_strongest_pictures_of_a_folder_stand_beside(
    window: Window, page: UnitsPage, shared: Path, tmp_path: Path
) -> None:
    for name in ("goldfish", "banana", "zebra", "lion"):
        (tmp_path / name).mkdir()
        shutil.copy(shared / "images" / f"{name}.jpg", tmp_path / name)
    window.index(tmp_path)
    wait_until(lambda: page.settled and page.cards.has_index)
    assert "4 pictures" in page.progress.index_words
    item = page.cards.cards.items[0]
    wait_until(lambda: page.indexed.crops(there(item.unit)) is not None)
    spectrum = page.cards.spectrum
    expected = [path for path, _, _ in spectrum.strongest(item.row)]
    assert [crop.strong.picture for crop in there(page.indexed.crops(there(item.unit)))] == expected
    # by preference: the first card's unit prefers its class at least as much as the last one's
    first, last = page.cards.cards.items[0], page.cards.cards.items[-1]
    assert spectrum.preferred(first.row)[0][1] >= spectrum.preferred(last.row)[0][1]
