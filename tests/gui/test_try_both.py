"""Two conventions side by side, and the editor of one."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QPushButton
from pytestqt.qtbot import QtBot

from gnet_desktop.convention import CONVENTIONS, Convention
from gnet_desktop.gui.conventions.chips import differing
from gnet_desktop.gui.conventions.choices import alternatives, beside, explanation
from gnet_desktop.gui.conventions.comparing import ComparedClass, change_words
from gnet_desktop.gui.conventions.editor import ConventionEditor
from gnet_desktop.gui.conventions.try_both import TryBoth
from gnet_desktop.network.googlenet import GoogLeNet
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.preparation import prepare
from gnet_desktop.workspace import tasks
from gnet_desktop.workspace.state import Workspace
from tests.gui.made import Calls, make_checkpoint, there
from tests.workspace.workers import Posed

BASE = CONVENTIONS["torchvision"].changed(name="small", size=72, crop=64)

Until = Callable[[Callable[[], object]], None]


@pytest.fixture(scope="module")
def loaded(qapp: QApplication) -> tasks.LoadedNetwork:
    checkpoint = make_checkpoint()
    return tasks.LoadedNetwork(checkpoint, GoogLeNet.from_checkpoint(checkpoint), "cpu")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three wide pictures of smooth noise."""
    folder, random = tmp_path_factory.mktemp("photos"), np.random.default_rng(11)
    paths = []
    for number in range(3):
        rough = Image.fromarray(random.integers(0, 255, (6, 12, 3), np.uint8))
        rough.resize((200, 100)).save(folder / f"photo {number}.png")
        paths.append(folder / f"photo {number}.png")
    return paths


@pytest.fixture
def workspace(loaded: tasks.LoadedNetwork, photos: list[Path], calls: Calls) -> Iterator[Workspace]:
    one = Posed(calls.put)
    one.use(loaded)
    one.set_convention(BASE)
    one.add_pictures(photos)
    yield one
    one.close()


@pytest.fixture
def until(calls: Calls, qtbot: QtBot) -> Until:
    """Lets workers deliver until something holds."""

    def wait(done: Callable[[], object]) -> None:
        def deliver() -> bool:
            while not calls.empty():
                calls.get()()
            return bool(done())

        qtbot.waitUntil(deliver, timeout=15000)

    return wait


@pytest.fixture
def dialog(workspace: Workspace, qtbot: QtBot, until: Until) -> TryBoth:
    one = TryBoth(workspace)
    qtbot.addWidget(one)
    one.set_side(1, CONVENTIONS["caffe-short-side"].changed(name="other", size=72, crop=64))
    one.show()
    qtbot.waitExposed(one)
    until(lambda: len(one._firsts) == 3)
    return one


def answers_of(loaded: tasks.LoadedNetwork, path: Path, convention: Convention) -> np.ndarray:
    """The probabilities by the parts, without the dialog."""
    prepared = prepare(read_picture(path), convention)
    return loaded.network(prepared.tensor()).answers["main"].probabilities


def test_both_columns_show_what_the_network_says_under_each(
    dialog: TryBoth, loaded: tasks.LoadedNetwork, photos: list[Path]
) -> None:
    left, right = (answers_of(loaded, photos[0], convention) for convention in dialog.pair)
    rows = dialog.columns[0].answers.rows
    assert rows[0].index == int(left.argmax())
    for row in rows:
        assert row.left == pytest.approx(float(left[row.index]))
        assert row.right == pytest.approx(float(right[row.index]))
    assert dialog.columns[1].answers.rows == rows


def test_the_sentence_tells_whether_they_agree(
    dialog: TryBoth, loaded: tasks.LoadedNetwork, photos: list[Path]
) -> None:
    left, right = (answers_of(loaded, photos[0], convention) for convention in dialog.pair)
    words = dialog.summary.verdict.text()
    assert ("They agree" in words) == (left.argmax() == right.argmax())
    assert f"class {left.argmax()}" in words


def test_open_pictures_are_counted(dialog: TryBoth, loaded: tasks.LoadedNetwork, photos: list[Path]) -> None:
    pairs = [[int(answers_of(loaded, path, one).argmax()) for one in dialog.pair] for path in photos]
    same = sum(left == right for left, right in pairs)
    expected = f"Over the 3 open pictures: the same first answer for {same}, another for {3 - same}."
    assert dialog.summary.count.text() == expected
    others = [place for place, (left, right) in enumerate(pairs) if left != right and place > 0]
    assert dialog.summary.open_other.isVisible() == bool(others)


def test_what_is_kept_of_the_photo_is_the_middle(dialog: TryBoth) -> None:
    # a picture of 200×100, short side 72 → 144×72, crop 64: 64/144 wide and 64/72 high
    left, top, right, bottom = dialog.columns[0].seen.kept
    assert right - left == pytest.approx(64 / 144, abs=0.01)
    assert bottom - top == pytest.approx(64 / 72, abs=0.01)
    assert (left + right) / 2 == pytest.approx(0.5, abs=0.01)


def test_using_a_side_changes_the_workspace_and_keeps_the_pair(
    dialog: TryBoth, workspace: Workspace, qtbot: QtBot
) -> None:
    pair = dialog.pair
    assert not dialog.columns[0].use.isEnabled()
    qtbot.mouseClick(dialog.columns[1].use, Qt.MouseButton.LeftButton)
    assert workspace.convention == pair[1]
    assert dialog.pair == pair
    assert dialog.columns[0].use.isEnabled()
    assert not dialog.columns[1].use.isEnabled()


def test_the_next_picture_is_compared(
    dialog: TryBoth,
    workspace: Workspace,
    until: Until,
    qtbot: QtBot,
    loaded: tasks.LoadedNetwork,
    photos: list[Path],
) -> None:
    qtbot.mouseClick(dialog.next_picture, Qt.MouseButton.LeftButton)
    assert workspace.current == 2
    until(lambda: len(dialog._tried()) == 2)
    expected = answers_of(loaded, photos[1], dialog.pair[0])
    assert dialog.columns[0].answers.rows[0].left == pytest.approx(float(expected.max()))
    assert dialog.subject.text() == "photo 1.png, 200 × 100 · made.pth"


def test_a_convention_that_this_network_cannot_take_says_why(dialog: TryBoth, until: Until) -> None:
    dialog.set_side(1, CONVENTIONS["torchvision"].changed(name="tiny", size=8, crop=8))
    until(lambda: len(dialog._tried()) == 2)
    column = dialog.columns[1]
    assert column.error.isVisible() == (dialog._tried()[1].error is not None)
    assert dialog.columns[0].answers.rows


def test_a_hidden_dialog_computes_nothing(workspace: Workspace, calls: Calls, qtbot: QtBot) -> None:
    one = TryBoth(workspace)
    qtbot.addWidget(one)
    qtbot.wait(50)
    assert calls.empty()
    assert one._tried() == {}


def test_without_a_picture_it_says_what_to_do(workspace: Workspace, qtbot: QtBot) -> None:
    workspace.remove_all_pictures()
    one = TryBoth(workspace)
    qtbot.addWidget(one)
    one.show()
    assert one.summary.verdict.text() == "Open a picture to compare two conventions on it."


# What is offered


def test_caffes_aspect_is_what_is_tried_first() -> None:
    assert beside(CONVENTIONS["caffe"]).name == "caffe-short-side"
    assert beside(CONVENTIONS["caffe-short-side"]).name == "caffe"


def test_torchvisions_input_transform_is_what_is_tried_first() -> None:
    other = beside(CONVENTIONS["torchvision"])
    assert other.transform_input
    assert differing(CONVENTIONS["torchvision"], other) == {"input transform"}


@pytest.mark.parametrize("name", ["torchvision", "caffe", "inception", "cifar10"])
def test_every_flip_changes_one_thing_and_back(name: str) -> None:
    one = CONVENTIONS[name]
    order = next(other for other in alternatives(one) if other.order != one.order and "," in other.name)
    assert order.mean == one.mean[::-1]
    # the way back leads to the known one, under its known name
    assert one in alternatives(order)


def test_no_two_alternatives_give_the_same_numbers() -> None:
    for one in CONVENTIONS.values():
        offered = [other.changed(name="") for other in (one, *alternatives(one))]
        assert len(offered) == len(set(offered)), one.name
    names = [other.name for other in alternatives(CONVENTIONS["caffe"])]
    assert "caffe-short-side" in names
    assert "caffe, short side" not in names


def test_each_known_convention_is_explained_and_others_by_their_parts() -> None:
    known = [explanation(one) for one in CONVENTIONS.values()]
    assert len(set(known)) == len(CONVENTIONS)
    assert "BGR" in explanation(CONVENTIONS["caffe"])
    assert "crop 112" in explanation(CONVENTIONS["torchvision"].changed(crop=112))


def test_the_menu_marks_the_convention_in_use(dialog: TryBoth) -> None:
    dialog.set_side(1, CONVENTIONS["inception"])
    for column in dialog.columns:
        marked = [action.text() for action in column.name.menu().actions() if action.isChecked()]
        assert [words.partition("\t")[0] for words in marked] == [there(column.convention).name]


def test_changes_are_signed_points() -> None:
    assert [change_words(one) for one in (-0.716, 0.019, 0.0001, None)] == ["−71.6", "+1.9", "0", ""]


def test_a_change_is_what_a_reader_finds_who_subtracts_the_written_numbers() -> None:
    # 71.2 and 60.0 are written, whose difference is 11.2; rounded by itself it would be 11.1
    pairs = [(0.7116, 0.6004), (0.098, 0.0134), (0.0396, 0.0534), (0.5, 0.50004)]
    for left, right in pairs:
        shown = [Decimal(f"{100 * value:.1f}") for value in (left, right)]
        expected = f"{shown[1] - shown[0]:+.1f}".replace("-", "−")
        compared = ComparedClass(0, left, right, first_left=True, first_right=True)
        assert change_words(compared.change) == ("0" if expected == "+0.0" else expected)


def test_a_convention_says_what_it_does_in_its_tip(dialog: TryBoth) -> None:
    dialog.set_side(1, CONVENTIONS["lucid"])
    assert "less 117" in dialog.columns[1].name.toolTip()
    assert "lucid" in dialog.columns[1].name.toolTip()


# The editor


@pytest.fixture
def editor(qtbot: QtBot) -> ConventionEditor:
    one = ConventionEditor(CONVENTIONS["torchvision"], 3)
    qtbot.addWidget(one)
    one.show()
    return one


def ok(editor: ConventionEditor) -> QPushButton:
    return editor.buttons.button(QDialogButtonBox.StandardButton.Ok)


def test_fields_become_a_convention(editor: ConventionEditor, qtbot: QtBot) -> None:
    editor.side.setValue(300)
    editor.crop.setValue(299)
    editor.mean.clear()
    qtbot.keyClicks(editor.mean, "0.5")
    editor.transform.setChecked(True)
    made = editor.convention
    assert (there(made).name, there(made).size, there(made).crop) == ("custom", 300, 299)
    assert there(made).mean == (0.5, 0.5, 0.5)
    assert there(made).transform_input


def test_a_preset_fills_all_fields_and_is_recognised(editor: ConventionEditor) -> None:
    editor.preset.setCurrentIndex(editor.preset.findData("caffe"))
    editor.preset.activated.emit(editor.preset.currentIndex())
    assert editor.convention == CONVENTIONS["caffe"]
    assert editor.mean.text() == "104 117 123"
    assert editor.boxes["order"].currentData() == "bgr"


@pytest.mark.parametrize(
    ("field", "words"),
    [("std", "0"), ("std", "1 x 1"), ("mean", "1 2"), ("range", "-1"), ("mean", "1e999"), ("range", "")],
)
def test_what_makes_no_sense_is_said_and_cannot_be_accepted(
    editor: ConventionEditor, field: str, words: str
) -> None:
    getattr(editor, field).setText(words)
    assert editor.convention is None
    assert editor.error.isVisible()
    assert not ok(editor).isEnabled()
    getattr(editor, field).setText("1")
    assert ok(editor).isEnabled()


def test_grey_does_not_fit_a_network_of_three_channels(editor: ConventionEditor) -> None:
    editor.mean.setText("0")
    editor.std.setText("1")
    editor.boxes["order"].setCurrentIndex(editor.boxes["order"].findData("grey"))
    assert editor.error.text() == "This network reads 3 channels, this order gives 1."
    assert not ok(editor).isEnabled()
