"""Runs whose maps differ in size are compared: every panel says that there is no difference."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.lanes.no_difference import why_no_difference
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.naming import Unit
from gnet_desktop.network.record import Record
from gnet_desktop.resources import resource
from gnet_desktop.workspace.seen import difference
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.values import Reference
from tests.gui.made import pause, there, wait_until

Sizes = tuple[int, ...]

UNIT = Unit("4a", "3x3", 81)
WORDS = "The maps of {} differ in size (9\xa0×\xa09 and 14\xa0×\xa014), so there is no difference."


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    """The bundled checkpoint, 144 pixels, 9 cells in 4a; compared with 224 pixels, 14 cells there."""
    made, dispatcher = make_window(Session(None))
    made.resize(1500, 950)
    made.show()
    workspace = made.workspace
    workspace.open_checkpoint(bundled)
    workspace.add_pictures([resource("samples", "espresso.jpg")])
    wait_until(lambda: workspace.result is not None and workspace.idle)
    workspace.choose_unit(UNIT)
    larger = there(workspace.convention).changed(size=224, crop=224)
    workspace.compare_with(Reference(convention=larger))
    wait_until(lambda: workspace.reference_result is not None and workspace.idle)
    yield made
    made.close()
    del dispatcher


@pytest.fixture(autouse=True)
def seen_as_difference(window: Window) -> Iterator[None]:
    """D pressed until the difference is chosen."""
    window.panels.lanes.area.setFocus()
    while window.workspace.view.show != "difference":
        QTest.keyClick(window, Qt.Key.Key_D)
    pause(20)
    yield
    window.workspace.choose_unit(UNIT)


def test_lanes_unit_photo_and_strip_say_it_and_draw_no_map(window: Window) -> None:
    lanes, unit, photo = window.panels.lanes, window.panels.unit, window.panels.photo.view
    assert lanes.empty.isVisible()
    assert lanes.empty.text() == WORDS.format("4a")
    assert not any(view.isVisible() for view in lanes.area.views)
    assert unit.empty.isVisible()
    assert unit.empty.title.text() == UNIT.name
    assert unit.empty.words.text() == WORDS.format("4a/3x3")
    assert unit.body.facts is None
    assert unit.copy_numbers() == ""
    assert photo.layer() is None
    assert window.strip.warning.text() == WORDS.format("4a")


def test_the_photo_is_seen_and_says_it_below(window: Window) -> None:
    said, plain = seen_photo(window, overlay=True), seen_photo(window, overlay=False)
    # but for the button, which stands at the left
    beside = window.panels.photo.tools.geometry().right() + 1
    rows, columns = np.nonzero((said != plain).any(2)[:, beside:])
    assert len(rows)
    assert rows.min() > 0.8 * len(said)
    assert np.ptp(columns) > 100
    window.workspace.change_view(overlay=True)


def seen_photo(window: Window, *, overlay: bool) -> np.ndarray:
    """The photo as it is painted once it is sharp: (height, width, 4)."""
    view = window.panels.photo.view
    window.workspace.change_view(overlay=overlay, crop_frame=False)
    view.grab()
    wait_until(lambda: window.workspace.idle)
    pause(100)
    image = view.grab().toImage()
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()


def test_without_a_unit_none_is_offered_and_the_way_back_shows_maps_again(window: Window) -> None:
    workspace, unit = window.workspace, window.panels.unit
    workspace.choose_module("4b")
    pause(20)
    assert unit.empty.words.text() == window.panels.lanes.empty.text() == WORDS.format("4b")
    assert not unit.empty.button.isVisible()
    workspace.choose_unit(UNIT)
    QTest.keyClick(window, Qt.Key.Key_D)
    pause(20)
    assert not window.panels.lanes.empty.isVisible()
    assert there(window.panels.lanes.area.views[0].lane).cells == (9, 9)
    assert there(unit.body.facts).cells == (9, 9)
    QTest.keyClick(window, Qt.Key.Key_D)
    pause(20)
    assert there(unit.body.facts).cells == (14, 14)


def test_pointing_at_places_pinning_and_menus_go_on_working(window: Window) -> None:
    workspace, unit = window.workspace, window.panels.unit
    photo = window.panels.photo.view
    QTest.mouseMove(photo, photo.rect().center())
    QTest.mouseClick(photo, Qt.MouseButton.LeftButton, pos=photo.rect().center())
    pause(20)
    assert workspace.pins
    assert not unit.body.shows_places
    QTest.keyClick(window, Qt.Key.Key_P)
    assert workspace.tray == (UNIT,)
    texts = [action.text() for action in unit.menu_of(UNIT).actions()]
    assert "Copy 4a/3x3:81" in texts
    assert not any(text.startswith("Save") for text in texts)
    QTest.keyClick(window, Qt.Key.Key_P)
    workspace.clear_pins()


@pytest.mark.parametrize(
    ("this", "other", "words"),
    [
        ((2, 3, 3), (2, 3, 3), ""),
        ((2, 3, 4), (2, 6, 5), "the maps of 4a differ in size (4\xa0×\xa03 and 5\xa0×\xa06)"),
        ((2, 3, 3), (5, 3, 3), "4a has 2 channels here and 5 in the reference"),
        ((2,), (5,), "4a has 2 channels here and 5 in the reference"),
        ((2, 3, 3), None, "only one of the two runs has 4a"),
    ],
)
def test_the_reason_is_named(this: Sizes, other: Sizes | None, words: str) -> None:
    ours, theirs = record(this), record(other)
    runs = SimpleNamespace(
        result=SimpleNamespace(record=ours), reference_result=SimpleNamespace(record=theirs)
    )
    runs.shows = "difference"
    assert why_no_difference(cast("Workspace", runs), "4a") == words
    # what has no difference isn't there, rather than no number everywhere
    assert ("4a" in difference(ours, theirs)) == (not words)
    runs.shows = "this"
    assert why_no_difference(cast("Workspace", runs), "4a") == ""


def record(sizes: Sizes | None) -> Record:
    return Record({} if sizes is None else {"4a": np.ones(sizes, np.float32)}, {}, (8, 8), 0.0)
