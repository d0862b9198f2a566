"""The checkpoint card: its facts, and what can be changed from it."""

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QPushButton, QToolButton
from pytestqt.qtbot import QtBot
from torch import Tensor

from gnet_desktop.checkpoints.checkpoint import HeadState, Labels, Said
from gnet_desktop.checkpoints.describing import soundness
from gnet_desktop.checkpoints.describing.card import Verification, make_card
from gnet_desktop.checkpoints.describing.verification import Difference
from gnet_desktop.gui.card import facts
from gnet_desktop.gui.card.dialog import CheckpointCard
from gnet_desktop.gui.card.verifying import VerificationStrip
from gnet_desktop.gui.card.widgets import WidthsTable
from gnet_desktop.gui.conventions.chips import Chips
from gnet_desktop.network.architecture import MODULES, Convolution, Pool
from gnet_desktop.workspace.state import Workspace
from gnet_desktop.workspace.tasks import LoadedNetwork
from tests.gui.made import Calls, World, make_checkpoint, make_workspace, make_world, there
from tests.workspace.workers import Posed

Until = Callable[[Callable[[], object]], None]


@pytest.fixture(scope="module")
def world(qapp: QApplication) -> World:
    return make_world(1)


@pytest.fixture
def until(calls: Calls, qtbot: QtBot) -> Until:
    def wait(done: Callable[[], object]) -> None:
        def deliver() -> bool:
            while not calls.empty():
                calls.get()()
            return bool(done())

        qtbot.waitUntil(deliver, timeout=30000)

    return wait


@pytest.fixture
def card(workspace: Posed, qtbot: QtBot, until: Until) -> CheckpointCard:
    one = CheckpointCard(workspace)
    qtbot.addWidget(one)
    one.show()
    qtbot.waitExposed(one)
    until(lambda: one.card is not None)
    return one


def words(widget: CheckpointCard) -> list[str]:
    """All labels."""
    return [label.text() for label in widget.findChildren(QLabel)]


def spaced(text: str) -> str:
    return text.replace("\u2009", " ")


def test_the_card_names_file_family_and_figures(card: CheckpointCard) -> None:
    shown = [spaced(text) for text in words(card)]
    assert "made.pth" in shown
    assert "torchvision, recognised by names" in shown
    # without heads, ten classes: 5,599,904 of the trunk (6,624,904 less 1,025,000) and 10,250
    assert "5 610 154" in shown
    assert "3 × 3" in shown
    assert "batch norm" in shown


def test_the_digest_is_whole_and_grouped(card: CheckpointCard) -> None:
    assert " ".join(["0" * 8] * 8) in words(card)


def test_absent_heads_say_so(card: CheckpointCard) -> None:
    assert words(card).count("not in this file") == 2
    assert "The classifier works without them." in words(card)


def test_the_convention_in_use_is_shown_and_can_be_changed(
    card: CheckpointCard, workspace: Posed, until: Until
) -> None:
    chips = card.findChild(Chips)
    assert "crop 128" in there(chips).text
    action = next(one for one in card.change_button.menu().actions() if one.text().startswith("inception\t"))
    before = [one.text() for one in card.change_button.menu().actions() if one.isChecked()]
    assert [words.partition("\t")[0] for words in before] == [there(workspace.convention).name]
    action.trigger()
    assert there(workspace.convention).name == "inception"
    assert "chosen by you" in words(card)
    back = card.change_button.menu().actions()[0]
    back.trigger()
    assert workspace.convention == there(workspace.checkpoint).convention


def test_what_the_file_does_not_tell_can_be_answered_otherwise(
    world: World, qtbot: QtBot, calls: Calls, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = world.loaded.checkpoint
    assumed = replace(checkpoint.provenance, assumed={"epsilon": "torchvision"})
    workspace = make_workspace(world, calls.put)
    workspace.use(replace(world.loaded, checkpoint=replace(checkpoint, provenance=assumed)))
    opened: list[tuple[Path, object]] = []
    monkeypatch.setattr(
        workspace, "open_checkpoint", lambda path, labels=None, assume=None: opened.append((path, assume))
    )
    one = CheckpointCard(workspace)
    qtbot.addWidget(one)
    one.show()
    until(lambda: one.card is not None)
    assert "Which epsilon do its batch norms have?" in words(one)
    one._assume("epsilon", "pytorch")
    assert opened == [(Path("made.pth"), {"epsilon": "pytorch"})]
    workspace.close()


def test_another_set_of_weights_is_chosen_on_the_card_and_class_names_stay(
    world: World,
    qtbot: QtBot,
    calls: Calls,
    until: Until,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checkpoint = world.loaded.checkpoint
    told = replace(
        checkpoint.provenance, sets=("model", "ema.module"), assumed={"weights": "model"}, open=("weights",)
    )
    workspace = make_workspace(world, calls.put)
    workspace.use(replace(world.loaded, checkpoint=replace(checkpoint, provenance=told), labels=tmp_path))
    opened: list[object] = []
    monkeypatch.setattr(
        workspace,
        "open_checkpoint",
        lambda path, labels=None, assume=None: opened.append((path, labels, assume)),
    )
    one = CheckpointCard(workspace)
    qtbot.addWidget(one)
    one.show()
    until(lambda: one.card is not None)
    [menu] = [
        button.menu()
        for button in one.findChildren(QToolButton)
        if button.menu() is not None and button.text().startswith("model")
    ]
    assert [(action.text(), action.isChecked()) for action in menu.actions()] == [
        ("ema.module (a smoothed copy)", False),
        ("model", True),
    ]
    menu.actions()[0].trigger()
    assert opened == [(Path("made.pth"), tmp_path, {"weights": "ema.module"})]
    workspace.close()


def test_everything_is_copied_as_text(card: CheckpointCard, qtbot: QtBot) -> None:
    qtbot.mouseClick(card.copy_button, Qt.MouseButton.LeftButton)
    text = QApplication.clipboard().text()
    assert "made.pth" in text
    assert "5\u2009610\u2009154" in text


def test_the_card_is_made_anew_only_for_another_file(card: CheckpointCard, workspace: Posed) -> None:
    before = card.card
    workspace.checkpoint_changed.emit()
    assert card.card is before


def test_while_every_number_is_read_the_card_says_how_far_it_is_and_can_be_stopped(
    workspace: Workspace, calls: Calls, until: Until, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    known = soundness._dead

    def slow(layer: Convolution, tensors: Mapping[str, Tensor]) -> int:
        go_on.wait(30)
        return known(layer, tensors)

    monkeypatch.setattr(soundness, "_dead", slow)
    one = CheckpointCard(workspace)
    qtbot.addWidget(one)
    one.show()
    until(lambda: (bar := one.findChild(QProgressBar)) is not None and bar.value() > 20)
    assert there(one.findChild(QProgressBar)).isVisible()
    assert "Reading every number of made.pth…" in words(one)
    [stop] = [button for button in one.findChildren(QPushButton) if button.text() == "Stop"]
    stop.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(stop, Qt.Key.Key_Space)
    go_on.set()
    until(lambda: workspace.idle)
    assert one.card is None
    assert "The numbers of made.pth were not all looked at." in words(one)
    assert stop.text() == "Go on"
    assert stop.hasFocus()
    qtbot.keyClick(stop, Qt.Key.Key_Space)
    until(lambda: one.card is not None)
    assert "torchvision, recognised by names" in words(one)


def test_class_folders_can_be_taken_in_their_other_order(
    card: CheckpointCard, workspace: Posed, until: Until
) -> None:
    names = there(workspace.checkpoint).labels.names
    assert len(card.labels_menu().actions()) == 2
    labels = Labels(names, "folders in train, sorted as text", tuple(reversed(names)))
    given = replace(there(workspace.checkpoint), labels=labels)
    workspace.use(replace(there(workspace.network), checkpoint=given))
    until(lambda: card.card is not None and card.card.checkpoint is given)
    *_, swap = card.labels_menu().actions()
    swap.trigger()
    assert there(workspace.checkpoint).labels.names == tuple(reversed(names))
    until(lambda: card.card is not None and card.card.checkpoint is workspace.checkpoint)
    assert "folders in train, sorted as text, in the other order" in words(card)
    card.labels_menu().actions()[-1].trigger()
    assert there(workspace.checkpoint).labels == given.labels


@pytest.fixture(params=["with torchvision", "without"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One that has torchvision, or none."""
    if request.param == "without":
        for name in ("torchvision", "torchvision.models"):
            monkeypatch.setitem(sys.modules, name, None)
    else:
        pytest.importorskip("torchvision")
    return str(request.param)


def another(workspace: Posed, family: str) -> LoadedNetwork:
    """A network of another file; nothing is computed with it."""
    checkpoint = make_checkpoint(family)
    provenance = replace(checkpoint.provenance, sha256="1" * 64)
    return replace(there(workspace.network), checkpoint=replace(checkpoint, provenance=provenance))


def with_a_small_pool(loaded: LoadedNetwork) -> LoadedNetwork:
    """The same network with a last pool of 2×2, as its file says."""
    checkpoint = loaded.checkpoint
    trunk = tuple(
        replace(layer, kernel=2) if isinstance(layer, Pool) and layer.name == "pool4" else layer
        for layer in checkpoint.architecture.trunk
    )
    said = Said(layers={"pool4": {"kernel": 2}})
    return replace(
        loaded,
        checkpoint=replace(
            checkpoint,
            architecture=replace(checkpoint.architecture, trunk=trunk),
            provenance=replace(checkpoint.provenance, said=said),
        ),
    )


def verify(card: CheckpointCard, until: Until, qtbot: QtBot) -> None:
    qtbot.mouseClick(card.verify_button, Qt.MouseButton.LeftButton)
    assert not card.verify_button.isEnabled()
    until(lambda: card.verification is not None)


def test_verifying_compares_with_an_independent_definition(
    machine: str, card: CheckpointCard, until: Until, qtbot: QtBot
) -> None:
    verify(card, until, qtbot)
    assert there(card.verification).sign == "check", there(card.verification).words
    plain = "a plain reading of the published definition (torchvision)"
    other = "torchvision" if machine.startswith("with ") else plain
    assert there(card.verification).words.startswith(f"Agrees with {other}")
    assert "made 1" in there(card.verification).words
    assert card.verify_button.isEnabled()


def test_what_came_of_it_stands_at_the_top_of_the_card_with_every_part(
    card: CheckpointCard, until: Until, qtbot: QtBot
) -> None:
    verify(card, until, qtbot)
    strip = card.findChild(VerificationStrip)
    assert there(strip).isVisible()
    assert (
        there(strip).mapTo(card, QPoint()).y() < there(card.findChild(WidthsTable)).mapTo(card, QPoint()).y()
    )
    said = " ".join(label.text() for label in there(strip).findChildren(QLabel))
    for part in (*MODULES, "logits"):
        assert f"{part} " in said
    assert there(card.verification).words in card.copy_numbers()


def test_the_keyboard_is_at_verify_again_once_it_is_done(
    card: CheckpointCard, until: Until, qtbot: QtBot
) -> None:
    card.activateWindow()
    card.verify_button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(card.verify_button, Qt.Key.Key_Space)
    until(lambda: card.verification is not None)
    assert QApplication.focusWidget() is card.verify_button


def test_without_a_picture_a_sample_is_compared(
    card: CheckpointCard, workspace: Posed, until: Until, qtbot: QtBot
) -> None:
    assert card.verify_button.text() == "Verify on this picture"
    workspace.remove_all_pictures()
    assert card.verify_button.text() == "Verify on a sample picture"
    verify(card, until, qtbot)
    assert there(card.verification).sign == "check", there(card.verification).words
    assert "a sample picture" in there(card.verification).words


def test_every_familys_network_can_be_compared_and_its_own_ways_are_named(
    card: CheckpointCard, workspace: Posed, until: Until, qtbot: QtBot
) -> None:
    loaded = with_a_small_pool(another(workspace, "paddle"))
    workspace.use(loaded)
    until(lambda: card.card is not None and card.card.checkpoint is loaded.checkpoint)
    verify(card, until, qtbot)
    assert there(card.verification).sign == "check", there(card.verification).words
    assert "(PaddlePaddle)" in there(card.verification).words
    assert "not as published: kernel of pool4 2, published 3" in card.copy_numbers()


def test_another_checkpoint_forgets_what_was_compared(
    card: CheckpointCard, workspace: Posed, until: Until, qtbot: QtBot
) -> None:
    verify(card, until, qtbot)
    loaded = another(workspace, "caffe")
    workspace.use(loaded)
    until(lambda: card.card is not None and card.card.checkpoint is loaded.checkpoint)
    assert card.verification is None
    assert card.findChild(VerificationStrip) is None


def test_without_a_checkpoint_it_says_so(qtbot: QtBot, calls: Calls) -> None:
    workspace = Workspace(calls.put)
    one = CheckpointCard(workspace)
    qtbot.addWidget(one)
    one.show()
    assert words(one) == ["No checkpoint is open."]
    workspace.close()


# Facts in words


def test_a_difference_that_is_too_large_is_an_error() -> None:
    parts = (Difference("3a", 1e-6, 5.0), Difference("4a", 0.5, 2.0))
    note = facts.verified(Verification("torchvision 1", (224, 224), parts), "cat.jpg")
    assert note.sign == "error"
    assert "4a" in note.words
    assert "0.500" in note.words


def test_heads_tell_whether_they_were_trained() -> None:
    checkpoint = make_checkpoint()
    heads = {
        "main": HeadState(True, 10, True),
        "aux2": HeadState(True, 10, False, "Its weights are as they were drawn."),
        "aux1": HeadState(True, 10, None),
    }
    rows = facts.heads(make_card(replace(checkpoint, heads=heads)))
    assert [row.words for row in rows] == [
        "10 classes",
        "10 classes, untrained",
        "10 classes, trained or not: the file does not say",
    ]
    assert rows[1].why == "Its weights are as they were drawn."


def test_norms_and_pools_are_told_as_they_are() -> None:
    caffe, tutorial = make_card(make_checkpoint("caffe")), make_card(make_checkpoint("tutorial"))
    assert facts.normalisation(caffe) == "local response, after pool1 and conv3"
    assert facts.pools(caffe.checkpoint.architecture) == "ceil, without padding"
    assert facts.normalisation(tutorial) == "none"
    assert facts.pools(tutorial.checkpoint.architecture) == "floor, padded by 1"


def test_few_and_many_classes_are_listed_by_number() -> None:
    checkpoint = make_checkpoint()
    assert facts.class_words(make_card(checkpoint)).endswith("… · 9 class 9")
    few = replace(checkpoint, labels=Labels(("cat", "dog"), "made"))
    assert facts.class_words(make_card(few)) == "0 cat · 1 dog"
