"""This run, the reference and the difference: chosen with real events, read off the panels."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gnet_desktop.convention import CONVENTIONS
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.controls.waiting import reference_words
from gnet_desktop.gui.network_map.shapes import Label
from gnet_desktop.gui.shell.comparing import reference_menu
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.architecture import MODULES
from gnet_desktop.network.changes import Change
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import bundled_checkpoint, resource
from gnet_desktop.workspace.values import Reference, Result
from tests.gui.made import pause, there, wait_until

UNIT = Unit("5a", "5x5", 11)


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1500, 950)
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures([resource("samples", name) for name in ("espresso.jpg", "cat.jpg")])
    wait_until(lambda: made.workspace.result is not None and made.workspace.idle)
    yield made
    made.close()
    del dispatcher


def current(window: Window) -> None:
    workspace = window.workspace
    wait_until(
        lambda: (
            not workspace.stale
            and (workspace.reference_result is not None) == (workspace.reference is not None)
        )
    )
    pause(20)


@pytest.fixture(autouse=True)
def as_before(window: Window) -> Iterator[None]:
    window.workspace.choose_unit(UNIT)
    yield
    window.workspace.reset_changes()
    window.workspace.compare_with(None)
    window.workspace.change_view(show="this", quantity="channels", sort="mean")
    current(window)


def pick(menu: QMenu, *path: str) -> None:
    for words in path[:-1]:
        menu = next(one for one in menu.findChildren(QMenu) if one.title() == words)
    next(action for action in menu.actions() if action.text().split("\t")[0] == path[-1]).trigger()


def lane_maps(window: Window, branch: str) -> np.ndarray:
    return next(
        there(view.lane).maps
        for view in window.panels.lanes.area.views
        if there(view.lane).part.endswith(branch)
    )


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


def test_the_difference_as_a_quantity_says_what_it_needs(window: Window) -> None:
    workspace = window.workspace
    workspace.change_view(quantity="difference")
    assert window.panels.network.header.note == "compare with something to see this"
    workspace.add_change(Change("4e/3x3"))
    current(window)
    assert window.panels.network.header.note == ""
    model = window.panels.network.map.model
    assert there(model).quantity.layers["4d/1x1"] == 0
    assert there(model).quantity.layers["4e/3x3"] == 1
    assert 0 < there(model).quantity.layers["5a/1x1"] < 1


def test_until_effects_are_worked_out_the_map_shows_nothing_else_and_says_how_far_it_is(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gnet_desktop.gui.network_map.effects import Effects

    shown = window.panels.network.map
    boxes = dict(there(shown.map_layout).boxes)
    with monkeypatch.context() as patched:
        patched.setattr(Effects, "of", lambda _effects, _result: None)
        window.workspace.change_view(quantity="effect")
        assert "Effect when off: " in shown.progress_words
        thin = {name: there(shown.map_layout).boxes[name].height for name in ("4a/1x1", "4a/3x3", "4a/5x5")}
        assert len(set(thin.values())) == 1  # nobody's width is the channels'
        assert thin["4a/3x3"] < boxes["4a/3x3"].height
        assert "512" not in head_words(window)
    shown.refresh()
    wait_until(lambda: window.workspace.idle and not shown.effects.found.busy)
    assert shown.progress_words == ""
    assert any("its effect when off" in line for line in there(shown.model).teller.lines("4a/3x3"))


def test_effects_when_off_are_those_of_switching_off(window: Window) -> None:
    workspace = window.workspace
    workspace.change_view(quantity="effect")
    effects = window.panels.network.map.effects
    wait_until(lambda: workspace.idle and not effects.found.busy)
    pause(30)
    found = there(window.panels.network.map.model).quantity.written
    assert len(found) == 36
    index = there(workspace.result).record.answers["main"].top(1)[0][0]
    before = there(workspace.result).record.answers["main"].logits[index]
    assert window.panels.network.header.note == "on the logit of espresso, main"
    workspace.add_change(Change("4c/3x3"))
    current(window)
    after = there(workspace.result).record.answers["main"].logits[index]
    assert found["4c/3x3"] == pytest.approx(after - before, abs=1e-4)
    # of the changed run: what is off already does nothing more
    wait_until(lambda: workspace.idle and not effects.found.busy)
    pause(30)
    assert there(window.panels.network.map.model).quantity.written["4c/3x3"] == pytest.approx(0, abs=1e-4)
    assert "Single effects don't add up" in window.panels.network.header.toolTip()


def head_words(window: Window) -> list[str]:
    return [
        label.text for label in there(window.panels.network.map.map_layout).shapes if isinstance(label, Label)
    ]


def compare_with_the_cat(window: Window, show: str) -> None:
    cat = next(one for one, entry in window.workspace.pictures.items() if entry.name == "cat.jpg")
    window.workspace.compare_with(Reference(picture=cat))
    current(window)
    window.workspace.change_view(show=show)
    pause(20)


def first_of(result: Result, head: str = "main") -> str:
    """The largest logit, by numpy."""
    index = int(np.argmax(result.record.answers[head].logits))
    return result.checkpoint.labels.names[index]


def test_the_references_answers_thumbnail_and_energy_are_shown_and_said_to_be_its(window: Window) -> None:
    compare_with_the_cat(window, "reference")
    workspace = window.workspace
    other = workspace.reference_result
    answers, network = window.panels.answers, window.panels.network
    expected = 100 * float(there(other).record.answers["main"].probabilities.max())
    top = next(line for line in there(answers.shown).lines if line.cells["main"].first)
    assert top.name == first_of(there(other)) != first_of(there(workspace.result))
    assert float(top.cells["main"].text) == pytest.approx(expected, abs=0.05)
    assert not any(cell.delta for line in there(answers.shown).lines for cell in line.cells.values())
    assert answers.says.text.startswith("The reference (cat.jpg)")
    assert answers.header.note == network.header.note == "of the reference"
    assert answers.copy_numbers().startswith("cat.jpg")
    assert first_of(there(other)) in head_words(window)
    shown = there(network.map.model).picture
    pixel = there(shown).pixelColor(100, 100)
    assert (pixel.red(), pixel.green(), pixel.blue()) == there(other).shown.convert("RGB").getpixel(
        (100, 100)
    )
    workspace.change_view(quantity="energy")
    squares = {part: float((there(other).record[part] ** 2).sum()) for part in ("5a/1x1", "5a/3x3", "5a/5x5")}
    shares = there(network.map.model).quantity.layers
    assert shares["5a/3x3"] / shares["5a/1x1"] == pytest.approx(
        squares["5a/3x3"] / squares["5a/1x1"], rel=1e-4
    )
    workspace.change_view(show="this")
    assert first_of(there(workspace.result)) in head_words(window)


def test_what_the_reference_says_first_has_a_row_and_a_sentence(window: Window) -> None:
    compare_with_the_cat(window, "difference")
    answers, other = window.panels.answers, window.workspace.reference_result
    firsts = {first_of(there(other), head) for head in there(other).record.answers}
    assert firsts <= {line.name for line in there(answers.shown).lines}
    assert "The reference (cat.jpg)" in answers.says.text
    assert first_of(there(other)) in answers.says.text


def test_the_peak_of_a_difference_is_its_largest_change(window: Window) -> None:
    workspace = window.workspace
    this = there(workspace.result).record["4a/3x3"]
    channel = int(np.argmax(this.max(axis=(1, 2))))
    row, column = np.unravel_index(int(np.argmax(this[channel])), this[channel].shape)
    workspace.choose_unit(Unit("4a", "3x3", channel))
    QTest.keyClick(window, Qt.Key.Key_X)
    current(window)
    workspace.change_view(show="difference")
    pause(20)
    unit, photo = window.panels.unit.body, window.panels.photo.view
    # switched off, the unit lost all that it had: most where it had most
    assert there(unit.facts).peak == (column, row)
    assert unit.facts_section.facts["peak"].startswith("−")
    assert float(unit.facts_section.facts["peak"][1:]) == pytest.approx(this[channel].max(), rel=1e-3)
    assert unit.map.line()[0] == f"cell {column}, {row} · peak"
    assert unit.facts_section.facts["rank"] == f"1 of {len(this)}"
    assert there(photo.layer()).cell(there(workspace.seen), None) == (column, row)


def test_a_unit_that_is_off_has_no_inputs_no_rank_and_says_whose_its_pictures_are(window: Window) -> None:
    workspace = window.workspace
    unit = window.panels.unit.body
    workspace.choose_unit(UNIT)
    QTest.keyClick(window, Qt.Key.Key_X)
    current(window)
    assert there(unit.facts).zero
    assert not unit.inputs.isVisible()
    assert not unit.following.path.isVisible()
    assert unit.facts_section.facts["rank"] == "none"
    assert unit.pictures.note.endswith("unchanged")
    QTest.keyClick(window, Qt.Key.Key_X)
    current(window)
    assert not unit.pictures.note.endswith("unchanged")
