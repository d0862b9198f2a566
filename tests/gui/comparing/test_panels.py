"""This run, the reference and the difference, read off the panels."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gnet_desktop.gui.network_map.shapes import MapLabel
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.network.changes import Change
from gnet_desktop.network.naming import Unit
from gnet_desktop.workspace.values import Reference, Result
from tests.gui.comparing.handling import UNIT, current
from tests.gui.made import pause, there, wait_until


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
        label.text
        for label in there(window.panels.network.map.map_layout).shapes
        if isinstance(label, MapLabel)
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
