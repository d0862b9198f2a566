"""What a run is compared with, and which of them is shown: chosen with real events."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.gui.controls.waiting import reference_words
from gnet_desktop.gui.shell.comparing import reference_menu
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.changes import Change
from gnet_desktop.resources import bundled_checkpoint, resource
from gnet_desktop.workspace.values import Reference
from tests.gui.comparing.handling import UNIT, current, lane_maps, pick
from tests.gui.made import pause, there, wait_until


def test_the_strip_offers_the_three_once_something_is_compared(window: Window) -> None:
    assert not window.strip.isVisible()
    window.workspace.add_change(Change("4e/3x3"))
    current(window)
    assert window.strip.shown.isVisible()
    assert window.strip.compared.text() == "compared with this picture, unchanged"
    QTest.mouseClick(
        window.strip.shown,
        Qt.MouseButton.LeftButton,
        pos=window.strip.shown.box_of("difference").center().toPoint(),
    )
    assert window.workspace.view.show == "difference"


def test_every_panel_shows_this_the_reference_or_the_difference(window: Window) -> None:
    workspace = window.workspace
    workspace.add_change(Change("4e/3x3"))
    current(window)
    this, other = there(workspace.result).record["5a/5x5"], there(workspace.reference_result).record["5a/5x5"]
    assert not np.array_equal(this, other)
    for show, expected in (("this", this), ("reference", other), ("difference", this - other)):
        workspace.change_view(show=show)
        np.testing.assert_array_equal(lane_maps(window, "5a/5x5"), expected)
        np.testing.assert_array_equal(there(window.panels.unit.body.facts).values, expected[UNIT.channel])
        np.testing.assert_array_equal(there(window.panels.photo.view.layer()).values, expected[UNIT.channel])
    # differences have signs, and colours that show them
    assert workspace.look.colour_map == "tide"
    assert window.panels.lanes.area.contents.sort == "energy"
    assert window.panels.lanes.header.note.startswith("difference")
    assert window.panels.unit.header.note == "difference"
    assert not window.panels.unit.body.inputs.isVisible()


@pytest.mark.parametrize(
    ("key", "modifiers", "words"),
    [
        (Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, "No unit is chosen"),
        (Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier, "No unit is chosen"),
        (Qt.Key.Key_P, Qt.KeyboardModifier.NoModifier, "No unit is chosen"),
        (Qt.Key.Key_D, Qt.KeyboardModifier.NoModifier, "Nothing is compared"),
        (Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier, "no change"),
    ],
)
def test_a_key_that_has_nothing_to_do_says_why(
    window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier, words: str
) -> None:
    window.workspace.choose_module("4b")
    assert window.workspace.selection.unit is None
    window.notice.dismiss()
    QTest.keyClick(window, key, modifiers)
    assert words in window.notice.text
    assert window.workspace.changes == ()
    window.notice.dismiss()


def test_another_picture_to_compare_with_is_found_in_the_menu_and_by_the_palette(window: Window) -> None:
    window.open_palette("compare another picture")
    wait_until(window.palette_dialog.isVisible)
    QTest.keyClick(window.palette_dialog.field, Qt.Key.Key_Return)
    wait_until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["cat.jpg"]
    QTest.keyClick(menu, Qt.Key.Key_Return)
    current(window)
    assert reference_words(window.workspace) == "cat.jpg"
    assert window.strip.isVisible()
    window.activateWindow()
    wait_until(window.isActiveWindow)


def test_a_narrow_strip_keeps_all_its_changes_and_choices_in_reach(window: Window) -> None:
    strip = window.strip
    for module in ("4b", "4c", "4d", "4e"):
        window.workspace.add_change(Change(f"{module}/5x5"))
    current(window)
    for width in (1500, 960, 683, 500):
        window.setMinimumSize(1, 1)
        window.resize(width, 700)
        pause(20)
        assert strip.width() == width
        shown = [chip for chip in strip.chips if not chip.isHidden()]
        parts = [*shown, strip.more, strip.reset, strip.undo, strip.redo, strip.compared, strip.shown]
        boxes = [one.geometry() for one in parts if not one.isHidden()]
        for left, right in pairwise(boxes):
            assert left.right() < right.left()
        assert boxes[-1].right() < width
        assert strip.more.isHidden() == (len(shown) == 4)
        strip.more.menu().aboutToShow.emit()
        assert len(strip.more.menu().actions()) == 4 - len(shown)
    strip.more.menu().actions()[0].trigger()
    window.resize(1500, 950)
    assert len(window.workspace.changes) == 3
    assert "compared with" in strip.compared.accessibleName()


def test_the_strip_is_not_there_over_a_page_that_shows_no_run(window: Window) -> None:
    window.workspace.add_change(Change("5b/1x1"))
    current(window)
    assert window.strip.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F3)
    assert not window.strip.isVisible()
    window.workspace.add_change(Change("4e/3x3"))
    assert not window.strip.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert window.strip.isVisible()


def test_d_goes_through_the_three(window: Window) -> None:
    QTest.keyClick(window, Qt.Key.Key_D)
    assert window.workspace.view.show == "this"  # nothing is compared
    window.workspace.add_change(Change("5b/1x1"))
    current(window)
    seen = []
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_D)
        seen.append(window.workspace.view.show)
    assert seen == ["reference", "difference", "this"]


def test_another_picture_is_compared_from_the_menu(window: Window) -> None:
    workspace = window.workspace
    pick(reference_menu(window, workspace, lambda: None), "Another picture", "cat.jpg")
    current(window)
    assert reference_words(workspace) == "cat.jpg"
    assert there(workspace.reference_result).key.picture != workspace.current
    cells = {line.name: line.cells["main"] for line in there(window.panels.answers.shown).lines}
    espresso = cells["espresso"]
    assert float(espresso.delta) == pytest.approx(100 * (espresso.share - there(espresso.before)), abs=0.1)
    assert float(espresso.delta) >= 90
    workspace.change_view(show="reference", photos="alone")
    photo = window.panels.photo
    assert there(photo.view.sight).id == there(workspace.reference_result).key.picture
    assert (photo.header.title, "the reference" in photo.header.note) == ("cat.jpg", True)
    np.testing.assert_array_equal(
        lane_maps(window, "5a/1x1"), there(workspace.reference_result).record["5a/1x1"]
    )
    workspace.change_view(show="this", photos="auto")
    assert photo.header.title == "espresso.jpg"
    pick(reference_menu(window, workspace, lambda: None), "Nothing")
    assert not window.strip.isVisible()


def test_another_convention_has_no_difference_where_maps_differ_in_size(window: Window) -> None:
    workspace = window.workspace
    pick(reference_menu(window, workspace, lambda: None), "Another input convention", "fit")
    current(window)
    assert reference_words(workspace) == "this picture under fit"
    workspace.change_view(show="difference")
    same = there(workspace.result).record["5a"].shape == there(workspace.reference_result).record["5a"].shape
    assert ("differ in size" in window.strip.warning.text()) == (not same)


def test_a_reference_that_is_the_run_itself_is_said_to_be(window: Window) -> None:
    workspace = window.workspace
    own = there(workspace.convention)
    pick(reference_menu(window, workspace, lambda: None), "Another input convention", "fit")
    current(window)
    assert not window.strip.warning.text()
    # the convention in use becomes the reference's, by another name: the numbers are the same
    workspace.set_convention(CONVENTIONS["fit"].changed(name="mine"))
    current(window)
    assert window.strip.warning.text() == "The reference is the same run: nothing can differ."
    workspace.add_change(Change("4e/3x3"))
    current(window)
    assert "same run" not in window.strip.warning.text()
    workspace.set_convention(own)


def test_another_checkpoint_is_compared(window: Window, bundled: Path, tmp_path: Path) -> None:
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    tensors = load_file(bundled)
    with safe_open(bundled, "np") as file:
        metadata = file.metadata()
    name = next(key for key in tensors if key.startswith("inception5a.branch1") and tensors[key].ndim == 4)
    tensors[name] = tensors[name] * 0.5
    save_file(tensors, tmp_path / "tuned.safetensors", metadata)
    workspace = window.workspace
    workspace.open_reference(tmp_path / "tuned.safetensors")
    wait_until(lambda: workspace.reference_result is not None)
    assert reference_words(workspace) == "tuned.safetensors, another checkpoint"
    window.panels.photo.view.grab()
    assert window.panels.photo.view.titles() == (
        f"This: {bundled_checkpoint().name}",
        "Reference: tuned.safetensors",
    )
    workspace.change_view(show="difference")
    assert not lane_maps(window, "5a/3x3").any()
    assert lane_maps(window, "5a/1x1").any()
    workspace.change_view(quantity="difference")
    model = window.panels.network.map.model
    moved = {part for part, value in there(model).quantity.layers.items() if value and part[:2] in MODULES}
    assert {part.partition("/")[0] for part in moved} == {"5a", "5b"}
    assert {part for part in moved if part.startswith("5a")} == {"5a/1x1"}


def test_what_is_compared_ends_with_its_picture(window: Window) -> None:
    workspace = window.workspace
    picture = workspace.add_pictures([resource("samples", "moose.jpg")], show=False)[0]
    workspace.compare_with(Reference(picture=picture))
    current(window)
    workspace.change_view(show="reference")
    workspace.remove_picture(picture)
    current(window)
    assert workspace.reference is None
    assert workspace.view.show == "this"
    assert there(window.panels.photo.view.sight).id == workspace.current
