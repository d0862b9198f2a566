"""The answers panel: rows, sentences, and every state that it can be in."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gnet_desktop.checkpoints.checkpoint import NUMBERED, Labels
from gnet_desktop.errors import PictureError
from gnet_desktop.gui.answers.model import CELL
from gnet_desktop.gui.answers.panel import AnswersPanel, fitting_rows
from gnet_desktop.gui.answers.sentences import untrained_sentence
from gnet_desktop.gui.answers.table import shared_width
from gnet_desktop.gui.answers.values import shown_of
from gnet_desktop.network.record import Answers
from gnet_desktop.workspace.values import Result
from tests.gui.answering import (
    CATS,
    SAID,
    logits_for,
    make_checkpoint,
    make_result,
    make_workspace,
    show,
    with_record,
)
from tests.workspace.workers import Posed

OpenPanel = Callable[..., AnswersPanel]


@pytest.fixture(scope="module")
def result(qapp: QApplication) -> Result:
    return make_result()


@pytest.fixture
def workspace(result: Result) -> Iterator[Posed]:
    one = make_workspace(result)
    yield one
    one.close()


@pytest.fixture
def open_panel(qtbot: QtBot) -> OpenPanel:
    """Shows a panel on a workspace in the size of a large window."""

    def make(workspace: Posed, width: int = 567, height: int = 343) -> AnswersPanel:
        panel = AnswersPanel(workspace)
        qtbot.addWidget(panel)
        panel.resize(width, height)
        panel.show()
        qtbot.waitExposed(panel)
        return panel

    return make


def table(panel: AnswersPanel) -> list[list[str]]:
    """What stands in the table."""
    model = panel.table.answers
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_rows_are_in_mains_order_with_all_heads_beside(open_panel: OpenPanel, workspace: Posed) -> None:
    rows = table(open_panel(workspace))
    assert [row[0] for row in rows[:-1]] == list(CATS[:7])
    assert rows[0] == ["Egyptian cat", "79.0", "62.0", "30.0"]
    assert rows[-1][0] == "1 other"
    assert rows[-1][1:] == ["0.4", "1.0", "1.0"]


def test_what_other_heads_rank_high_gets_a_row(open_panel: OpenPanel) -> None:
    said = {**SAID, "aux1": (0.1, 0.1, 0.05, 0.02, 0.01, 0.01, 0.01, 0.7)}
    workspace = make_workspace(make_result(said=said))
    names = [row[0] for row in table(open_panel(workspace))]
    assert "dog" in names
    assert names[:5] == list(CATS[:5])
    workspace.close()


def test_each_heads_first_answer_stands_out(open_panel: OpenPanel, workspace: Posed) -> None:
    model = open_panel(workspace).table.answers
    firsts = {
        (row, column)
        for row in range(model.rowCount())
        for column in (1, 2, 3)
        if (cell := model.index(row, column).data(CELL)) is not None and cell.first
    }
    assert firsts == {(0, 1), (0, 2), (1, 3)}


def test_the_sentence_tells_who_disagrees_and_since_when(open_panel: OpenPanel, workspace: Posed) -> None:
    panel = open_panel(workspace)
    assert panel.says.text == "aux1 says tabby; aux2 and main say Egyptian cat. Changed by 4d."
    assert panel.header.note == "of three heads"


def test_the_sentence_is_short_when_all_agree(open_panel: OpenPanel) -> None:
    workspace = make_workspace(make_result(said=dict.fromkeys(SAID, SAID["main"])))
    assert open_panel(workspace).says.text == "All three heads say Egyptian cat."
    workspace.close()


def test_a_class_name_is_never_read_as_markup(open_panel: OpenPanel) -> None:
    names = ("<img src=x>", *CATS[1:])
    workspace = make_workspace(make_result(make_checkpoint(names=names)))
    panel = open_panel(workspace)
    assert "<img src=x>" in panel.says.text
    assert table(panel)[0][0] == "<img src=x>"
    workspace.close()


def test_classes_with_one_name_carry_their_numbers(open_panel: OpenPanel) -> None:
    workspace = make_workspace(make_result(make_checkpoint(names=("crane", "crane", *CATS[2:]))))
    assert [row[0] for row in table(open_panel(workspace))[:3]] == ["crane (0)", "crane (1)", "tiger cat"]
    workspace.close()


def test_logits_are_shown_on_demand_and_have_no_sum(
    open_panel: OpenPanel, workspace: Posed, qtbot: QtBot
) -> None:
    panel = open_panel(workspace)
    place = panel.unit._boxes()[1].center().toPoint()
    qtbot.mouseClick(panel.unit, Qt.MouseButton.LeftButton, pos=place)
    assert workspace.view.logits
    # log 0.79 = −0.236
    assert table(panel)[0][1] == "−0.236"
    assert table(panel)[-1][1] == "–"


def test_without_auxiliary_heads_a_card_says_so_in_their_place(open_panel: OpenPanel) -> None:
    workspace = make_workspace(make_result(make_checkpoint("caffe", heads=())))
    panel = open_panel(workspace)
    assert panel.header.note == "1 of 3 heads"
    assert panel.absent.isVisible()
    assert panel.absent.text == "This file has no auxiliary heads"
    assert not panel.says.isVisible()
    assert panel.absent.geometry().left() > panel.table.column_left("main") + 60
    workspace.close()


def test_heads_that_this_size_gives_no_answer_say_why(open_panel: OpenPanel, result: Result) -> None:
    note = "aux1 needs sides of 223 to 238 pixels, so it gives no answer here."
    answers = {"main": result.record.answers["main"]}
    workspace = make_workspace(with_record(result, answers=answers, notes=(note,)))
    panel = open_panel(workspace)
    assert panel.absent.text == "The auxiliary heads give no answer here"
    assert note in panel.absent.accessibleName()
    workspace.close()


def test_what_is_only_assumed_is_said_beside_the_answers_while_it_is_open(open_panel: OpenPanel) -> None:
    open_one = make_result(make_checkpoint(assumed={"family": "torchvision", "transform_input": "off"}))
    workspace = make_workspace(open_one)
    panel = open_panel(workspace)
    said = "Assumed, as the file does not say: network torchvision · input transform off."
    assert panel.assumed.text == said
    assert panel.assumed.isVisible()
    workspace.close()
    settled = make_workspace(make_result())
    assert not open_panel(settled).assumed.isVisible()
    settled.close()


def test_who_has_no_class_names_is_told_how_to_give_some(open_panel: OpenPanel) -> None:
    made = make_checkpoint()
    numbered = tuple(f"class {index}" for index in range(len(made.labels.names)))
    workspace = make_workspace(make_result(replace(made, labels=Labels(numbered, NUMBERED))))
    panel = open_panel(workspace)
    assert panel.assumed.isVisible()
    assert panel.assumed.text == (
        "The classes have no names here: drop a list of them, or choose one (File menu)."
    )
    workspace.close()


def test_what_may_be_wrong_with_a_file_is_said_beside_its_answers(open_panel: OpenPanel) -> None:
    warnings = ("2 tensors belong to no part of the network: <b>.weight.", "Another.")
    workspace = make_workspace(make_result(make_checkpoint(warnings=warnings)))
    panel = open_panel(workspace)
    assert panel.warned.text == f"{warnings[0]} 1 more in the checkpoint card."
    assert panel.warned.isVisible()
    assert table(panel)[0][0] == "Egyptian cat"
    workspace.close()


def test_untrained_heads_keep_their_numbers_and_have_no_say(open_panel: OpenPanel) -> None:
    even = (0.125,) * 8
    said = {"main": SAID["main"], "aux1": even, "aux2": even}
    workspace = make_workspace(make_result(make_checkpoint(trained=False), said))
    panel = open_panel(workspace)
    assert "look untrained" in panel.untrained.text
    assert not panel.says.isVisible()
    assert table(panel)[0] == ["Egyptian cat", "79.0", "12.5", "12.5"]
    assert panel.table.is_faint("aux1")
    assert not panel.table.is_faint("main")
    workspace.close()


@pytest.mark.parametrize(
    ("trained", "why", "reason"),
    [
        (False, "All biases of its last layer are 0, as before training.", "All biases of its last layer"),
        (None, "", "near-even answers on every picture seen so far"),
    ],
)
def test_a_head_is_called_untrained_for_the_reason_that_holds(
    open_panel: OpenPanel, result: Result, trained: bool | None, why: str, reason: str
) -> None:
    shown = shown_of(result, lambda _: False, rows=5, logits=False)
    heads = {
        name: replace(state, trained=trained, why=why) for name, state in result.checkpoint.heads.items()
    }
    checkpoint = replace(result.checkpoint, heads=heads)
    alone = replace(
        shown, standing={**shown.standing, "main": "untrained", "aux1": "absent", "aux2": "absent"}
    )
    said = untrained_sentence(alone, checkpoint)
    assert said.startswith("main looks <b>untrained</b>")
    assert reason in said
    assert ("near-even" in said) == (trained is None)


def test_a_file_may_doubt_its_own_answer(open_panel: OpenPanel) -> None:
    metadata = {"nothing_fits": json.dumps({"threshold": 0.9})}
    workspace = make_workspace(make_result(make_checkpoint(metadata=metadata)))
    assert open_panel(workspace).doubt.text == "None of the 8 classes fits this picture well."
    workspace.close()


def test_a_lagging_answer_is_striped_and_says_whose_it_is(open_panel: OpenPanel, workspace: Posed) -> None:
    panel = open_panel(workspace)
    workspace.choose_picture(2)
    workspace.result_changed.emit()
    assert panel.stale_mark.isVisible()
    assert panel.stale_mark.text == "of egyptian_cat.jpg, monarch.jpg is next"
    assert panel.table.stale
    assert table(panel)[0][1] == "79.0"
    workspace.choose_picture(1)
    assert not panel.stale_mark.isVisible()
    assert not panel.table.stale


def test_answers_that_are_no_numbers_are_not_shown(open_panel: OpenPanel, result: Result) -> None:
    broken = Answers(np.full(8, np.nan, np.float32), np.full(8, np.nan, np.float32))
    maps = {name: np.array(values) for name, values in result.record.activations.items()}
    maps["4a/3x3"][3, 2, 1] = np.nan
    answers = dict.fromkeys(("main", "aux2", "aux1"), broken)
    workspace = make_workspace(with_record(result, activations=maps, answers=answers))
    panel = open_panel(workspace)
    expected = "Values stop being numbers in 4a/3x3 (1 of 40768 cells). No answer is shown."
    assert panel.broken.text == expected
    assert not panel.table.isVisible()
    workspace.close()


def test_a_picture_that_failed_has_no_answer(open_panel: OpenPanel, workspace: Posed, result: Result) -> None:
    panel = open_panel(workspace)
    error = PictureError("This is a web page.", "", "")
    workspace.fail(2, error)
    assert panel.empty.text() == "monarch.jpg could not be opened, so there is no answer."
    assert not panel.table.isVisible()


def test_nothing_open_invites(open_panel: OpenPanel) -> None:
    workspace = make_workspace(None, make_checkpoint())
    panel = open_panel(workspace)
    assert panel.empty.text() == "Drop a picture here and look inside."
    assert panel.copy_numbers() == ""
    workspace.close()


def test_a_small_window_shows_five_rows(open_panel: OpenPanel, workspace: Posed) -> None:
    assert len(table(open_panel(workspace, 539, 236))) == 6
    assert fitting_rows(1000)[0] == 12
    assert fitting_rows(40) == (3, 22)


def test_a_click_or_enter_explains_a_class_and_another_the_first_answer(
    open_panel: OpenPanel, workspace: Posed, qtbot: QtBot
) -> None:
    panel = open_panel(workspace)
    view = panel.table
    place = view.visualRect(view.answers.index(1, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (workspace.explained, view.explained, workspace.view.sort) == (1, 1, "contribution")
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert (workspace.explained, view.explained) == (2, 2)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert (workspace.explained, view.explained) == (None, None)


@pytest.mark.parametrize("width", [36, 50, 70, 128, 300])
def test_numbers_are_whole_and_beside_their_bars(width: int) -> None:
    number = 36.0  # pixels of "100.0"
    bar, end = shared_width(width, number)
    assert end - number >= bar or bar == 0
    assert end <= width
    assert end >= number


@pytest.mark.parametrize("width", [20, 36, 50, 70, 81, 90, 128, 300])
def test_a_difference_stands_behind_its_number_or_not_at_all(width: int) -> None:
    number, delta = 36.0, 31.0  # pixels of "100.0" and of "−35.3"
    bar, end = shared_width(width, number, delta)
    assert bar == 0 or (bar >= 14 and bar < end - number)
    assert end <= width
    assert end == width or (end >= number and width - end >= delta + 10)


def test_screen_readers_hear_class_head_and_number(open_panel: OpenPanel, workspace: Posed) -> None:
    model = open_panel(workspace).table.answers
    words = model.index(1, 3).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "tabby, aux1: 41.0 %, its first answer"
    assert model.headerData(3, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) == "aux1 after 4a"


def test_the_table_is_copied_with_tabs(open_panel: OpenPanel, workspace: Posed) -> None:
    lines = open_panel(workspace).copy_numbers().splitlines()
    assert lines[0] == "egyptian_cat.jpg"
    assert lines[1] == "class\tmain %\taux2 %\taux1 %"
    assert lines[2] == "Egyptian cat\t79.0\t62.0\t30.0"
    assert lines[-1].startswith("others\t")


def test_a_new_picture_brings_new_answers(open_panel: OpenPanel, workspace: Posed) -> None:
    panel = open_panel(workspace)
    said = dict.fromkeys(SAID, tuple(reversed(SAID["main"])))
    show(workspace, make_result(said=said, entry_id=2))
    assert table(panel)[0][:2] == ["dog", "79.0"]


def test_certainty_is_never_rounded_up_to_all(open_panel: OpenPanel) -> None:
    said = dict.fromkeys(SAID, (0.99999, *([1e-5 / 7] * 7)))
    workspace = make_workspace(make_result(said=said))
    assert table(open_panel(workspace))[0][1] == ">99"
    assert table(open_panel(workspace))[1][1] == "<0.1"
    assert np.isclose(np.exp(logits_for(said["main"])).sum(), 1)
    workspace.close()


def with_labels(result: Result, labels: Labels) -> Result:
    return replace(result, checkpoint=replace(result.checkpoint, labels=labels))


def test_only_the_same_classes_have_differences() -> None:
    """Of two networks with as many classes of other names, or in another order, no number is subtracted."""
    result = make_result()
    names = result.checkpoint.labels.names

    def deltas(labels: Labels) -> set[str]:
        shown = shown_of(result, lambda _: True, rows=5, logits=False, reference=with_labels(result, labels))
        return {cell.delta for line in shown.lines for cell in line.cells.values()}

    numbers = tuple(f"class {index}" for index in range(len(names)))
    assert deltas(Labels(names, "another list")) == {"same"}
    assert deltas(Labels(numbers, NUMBERED)) == {"same"}
    assert deltas(Labels(names[::-1], "another list")) == {""}
    assert deltas(Labels(numbers, "names.txt")) == {""}
