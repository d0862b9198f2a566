"""The Units page with real events: duplicates, several meanings, classes, and directions."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from gnet_desktop.folder.alike import Gathering
from gnet_desktop.folder.recounting import maps_of
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.gui.units.head import CLASSES
from gnet_desktop.gui.units.page import UnitsPage
from gnet_desktop.inspection.visualisation.recipe import Recipe
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.units.indexed import Subject
from tests.gui.made import of_type, there, wait_until

PICTURES = 14


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, random = tmp_path_factory.mktemp("pictures"), np.random.default_rng(2)
    for number in range(PICTURES):
        small = random.integers(0, 255, (2 + number, 9, 3), np.uint8)
        Image.fromarray(small).resize((96, 64), Image.Resampling.BICUBIC).save(made / f"{number:02}.png")
    return made


@pytest.fixture(scope="module")
def page(qapp: QApplication, bundled: Path, folder: Path) -> Iterator[UnitsPage]:
    window, dispatcher = make_window(Session(None))
    window.resize(1100, 640)
    window.show()
    window.workspace.open_checkpoint(bundled)
    QTest.qWaitForWindowActive(window)
    window.index(folder)
    page = window.units_page
    page.set_recipe(Recipe(steps=1, size=16))
    page.show_module("3a")
    wait_until(lambda: page.cards.has_index and page.settled)
    yield page
    window.close()
    del dispatcher


def drop(window: Window, path: Path) -> None:
    """Drag a file over the window, and let it go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = window.rect().center()
    QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, left, none))


def window_of(page: UnitsPage) -> Window:
    window = page.window()
    assert isinstance(window, Window)
    return window


def view(page: UnitsPage, name: str) -> None:
    """Choose a view by the arrow keys."""
    page.views.setFocus()
    names = ["cards", "kernels", "same", "several"]
    while page.views.value != name:
        step = names.index(name) > names.index(page.views.value)
        QTest.keyClick(page.views, Qt.Key.Key_Right if step else Qt.Key.Key_Left)


def test_duplicates_and_several_meanings_are_those_of_the_folders_pictures(
    page: UnitsPage, folder: Path
) -> None:
    loaded = page.workspace.network
    assert loaded is not None
    gathering = Gathering(256)
    paths = [f"{number:02}.png" for number in range(PICTURES)]
    for names, maps in maps_of(folder, paths, loaded.network, there(page.workspace.convention), "3a"):
        gathering.add(names, maps)
    expected = gathering.found()
    assert expected.same, "the pictures have nothing to show"
    view(page, "same")
    wait_until(lambda: f"over {PICTURES} pictures" in page.header.note)
    assert {item.channel for item in page.cards.cards.items} == set(expected.same)
    first = page.cards.cards.items[0]
    assert first.channel == expected.pairs[0][0]
    page.cards.choose(first)
    same = [of_type(Unit, piece.value).name for piece in page.about.same.pieces]
    assert page.about.same.isVisibleTo(page)
    assert len(same) == min(5, len(expected.same[first.channel]))
    view(page, "several")
    assert {item.channel for item in page.cards.cards.items} == set(expected.several)
    view(page, "cards")
    assert len(page.cards.cards.items) == 256


def test_one_of_the_groups_pictures_is_opened_by_a_click(page: UnitsPage) -> None:
    view(page, "several")
    wait_until(lambda: page.cards.cards.items)
    page.cards.choose(page.cards.cards.items[0])
    wait_until(lambda: page.about.groups.isVisibleTo(page) and page.about.groups.pieces)
    opened: list[Path] = []
    page.about.picture_wanted.connect(opened.append)
    piece = page.about.groups.pieces[0]
    QTest.mouseClick(page.about.groups, Qt.MouseButton.LeftButton, pos=piece.box.center().toPoint())
    assert [path.name for path in opened] == [piece.value]
    QTest.keyClick(window_of(page), Qt.Key.Key_F4)
    view(page, "cards")


def test_the_classes_of_every_head_have_cards(page: UnitsPage, bundled_names: list[str]) -> None:
    page.show_module(CLASSES)
    assert [item.name for item in page.cards.cards.items] == [f"main: {name}" for name in bundled_names]
    wait_until(lambda: page.settled)
    assert there(page.wanting.get(page.cards.job(page.cards.cards.items[0]))).done
    page.header.heads.setFocus()
    QTest.keyClick(page.header.heads, Qt.Key.Key_Right)
    assert page.cards.cards.items[3].name.startswith("aux2: ")
    assert page.about.tuning.isHidden()
    page.show_module("3a")


def test_a_matrix_that_is_dropped_gives_units_that_are_no_units(page: UnitsPage, tmp_path: Path) -> None:
    """Directions along one channel do what that channel's unit does."""
    page.show_module("3a")
    np.save(tmp_path / "axes.npy", 3 * np.eye(256, dtype=np.float32)[[5, 9]])
    drop(window_of(page), tmp_path / "axes.npy")
    assert [item.name for item in page.cards.cards.items] == ["axes:0", "axes:1"]
    wait_until(lambda: page.cards.has_index)
    found = page.cards.spectrum
    whole = there(there(page.indexed.state).index).spectrum
    for row, channel in enumerate((5, 9)):
        assert found.strongest(row) == [
            (path, pytest.approx(value, rel=1e-4), cell) for path, value, cell in whole.strongest(channel)
        ]
    page.cards.choose(page.items[1])
    wait_until(
        lambda: (
            page.indexed.crops(of_type(Subject, there(page.panel.item).subject))
            and page.about.tuning.words.endswith("°")
        )
    )
    strongest = there(page.indexed.crops(of_type(Subject, there(page.panel.item).subject)))[0].strong
    assert (strongest.picture, strongest.cell) == (found.strongest(1)[0][0], found.strongest(1)[0][2])
    wait_until(lambda: page.about.inputs.isVisibleTo(page))
    along = page.about.inputs.pieces[0].value, page.about.tuning.words
    page.show_module("3a")
    page.cards.choose(page.items[9])
    wait_until(lambda: page.about.tuning.words.endswith("°") and page.about.inputs.isVisibleTo(page))
    assert (page.about.inputs.pieces[0].value, page.about.tuning.words) == along


def test_a_direction_is_projected_out_and_put_back(page: UnitsPage, tmp_path: Path) -> None:
    window, workspace = window_of(page), page.workspace
    np.save(tmp_path / "axes.npy", np.eye(256, dtype=np.float32)[[7]])
    page.show_module("3a")
    drop(window, tmp_path / "axes.npy")
    QTest.mouseClick(page.panel.project, Qt.MouseButton.LeftButton)
    (change,) = workspace.changes
    assert (change.part, change.kind) == ("3a", "projected")
    assert window.page == "explore"
    network = there(workspace.network).network
    value = torch.rand(1, 3, 64, 64)
    maps = network.outputs(value, ("3a",), changes=workspace.changes)["3a"]
    assert not maps[:, 7].any()
    assert torch.equal(maps[:, 8], network.outputs(value, ("3a",))["3a"][:, 8])
    QTest.keyClick(window, Qt.Key.Key_F4)
    assert page.panel.project.text() == "Put it back"
    QTest.mouseClick(page.panel.project, Qt.MouseButton.LeftButton)
    assert workspace.changes == ()
    QTest.keyClick(window, Qt.Key.Key_F4)
    page.show_module("3a")


def test_a_matrix_that_does_not_fit_the_layer_is_refused_in_words(page: UnitsPage, tmp_path: Path) -> None:
    np.save(tmp_path / "odd.npy", np.ones((2, 31), np.float32))
    told: list[str] = []
    end = page.workspace.failed.subscribe(lambda error: told.append(str(error)))
    drop(window_of(page), tmp_path / "odd.npy")
    end()
    assert "a side of 256" in told[0]
    assert page.listing.directions is None


def test_factors_of_a_class_become_directions_of_length_one(page: UnitsPage) -> None:
    page.branches.set_value("5x5")
    page.show_module("3a")
    _, name = page.header.offered[0]
    menu = page.header.directions.menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if name in action.text()).trigger()
    wait_until(lambda: page.listing.directions is not None)
    found = page.listing.directions
    assert (there(found).name, there(found).part) == (name, "3a/5x5")
    assert np.linalg.norm(there(found).vectors, axis=1) == pytest.approx(
        np.ones(len(there(found).items)), abs=1e-5
    )
    assert (there(found).vectors >= 0).all()
    wait_until(lambda: f"of {name} in 3a/5x5" in page.header.note)
    page.branches.set_value("")
    page.show_module("3a")


def test_the_cells_of_the_current_picture_are_taken_apart_without_a_folder(
    page: UnitsPage, folder: Path
) -> None:
    workspace = page.workspace
    workspace.add_pictures([folder / "03.png"])
    wait_until(lambda: workspace.result is not None and not workspace.stale)
    page.branches.set_value("1x1")
    page.show_module("3a")
    menu = page.header.directions.menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if "03.png" in action.text()).trigger()
    wait_until(lambda: page.listing.directions is not None)
    found = page.listing.directions
    assert (there(found).name, there(found).part, len(there(found).items)) == ("03.png", "3a/1x1", 6)
    cells = there(workspace.result).record["3a/1x1"].reshape(64, -1).T
    kept = cells @ np.linalg.pinv(there(found).vectors) @ there(found).vectors
    assert np.square(cells - kept).sum() < 0.5 * np.square(cells).sum(), "six factors explain half and more"
    page.branches.set_value("")
    page.show_module("3a")


def test_the_crops_of_a_branch_are_saved_with_their_list(
    page: UnitsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: str(tmp_path))
    page.branches.set_value("pool_proj")
    page.show_module("3a")
    QTest.mouseClick(page.progress.crops, Qt.MouseButton.LeftButton)
    wait_until(lambda: (tmp_path / "crops.json").exists() and page.cropping.share is None)
    listed = json.loads((tmp_path / "crops.json").read_text("utf-8"))
    assert [unit["unit"] for unit in listed["units"]] == [f"3a/pool_proj:{number}" for number in range(32)]
    crops = [crop["file"] for unit in listed["units"] for crop in unit["crops"]]
    assert sorted(crops) == sorted(path.name for path in tmp_path.glob("*.jpg"))
    assert f"{len(crops)} crops" in window_of(page).notice.text
    page.branches.set_value("")
    page.show_module("3a")


def test_without_units_to_show_the_page_says_why(page: UnitsPage) -> None:
    page.show_module("3a")
    page.listing.recounts.stop()
    state, page.indexed.state = page.indexed.state, None
    view(page, "same")
    assert not page.cards.cards.items
    assert page.cards.said == page.header.note == "Open a folder of pictures first"
    view(page, "cards")
    page.indexed.state = state
    page.refresh()


def test_the_panel_does_not_swing_where_it_is_just_as_tall_as_the_window(page: UnitsPage) -> None:
    """A picture as tall as it is wide, and a bar that comes and goes with its height."""
    page.show_module(CLASSES)
    for height in range(560, 760, 8):
        window_of(page).resize(1100, height)
        QApplication.processEvents()
    assert page.scrolling.verticalScrollBar().isVisible()
    page.show_module("3a")
