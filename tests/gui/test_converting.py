"""Save the checkpoint as…: the open file in another form, and what came of it in a sentence."""

import threading
from collections.abc import Iterator
from pathlib import Path

import onnxruntime
import pytest
import torch
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton
from shiboken6 import isValid

from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.checkpoints.saving import save
from gnet_desktop.checkpoints.steps import Steps
from gnet_desktop.errors import Cancelled
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.card.dialog import CheckpointCard
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from tests.checkpoints.samples import assert_same_tensors, sample
from tests.gui.made import of_type, there, wait_until


@pytest.fixture(scope="module")
def caffe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.save(sample("caffe").state, path := tmp_path_factory.mktemp("caffe") / "caffe.pth")
    return path


@pytest.fixture(scope="module")
def window(qapp: object, caffe: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1400, 900)
    made.show()
    made.workspace.open_checkpoint(caffe)
    wait_until(lambda: made.workspace.checkpoint is not None)
    yield made
    made.close()
    del dispatcher


@pytest.fixture
def asked(window: Window, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the dialog offered, and what a person answers to it."""
    said = {"path": "", "kind": "", "offered": ""}

    def answer(_parent: object, _title: str, _name: str, kinds: str) -> tuple[str, str]:
        said["offered"] = kinds
        return said["path"], said["kind"]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return said


def written(window: Window, path: Path) -> Path:
    wait_until(lambda: path.exists() and window.workspace.idle)
    return path


def test_a_name_without_an_ending_gets_that_of_the_chosen_form(
    window: Window, asked: dict[str, str], tmp_path: Path
) -> None:
    asked |= {"path": str(tmp_path / "net.v2"), "kind": "ONNX (*.onnx)"}
    window.handlers.run("save_checkpoint")
    path = written(window, tmp_path / "net.v2.onnx")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    [logits] = session.run(["main"], {"input": sample("caffe").picture.numpy()})
    expected = sample("caffe").outputs["logits"].numpy()
    assert abs(logits - expected).max() <= 1e-5 * abs(expected).max()
    wait_until(lambda: "answers off by" in window.notice.label.text())


def test_the_ending_that_is_typed_says_the_form(
    window: Window, asked: dict[str, str], tmp_path: Path
) -> None:
    asked |= {"path": str(tmp_path / "net.onnx"), "kind": "safetensors (*.safetensors)"}
    window.handlers.run("save_checkpoint")
    path = written(window, tmp_path / "net.onnx")
    onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert [one.name for one in tmp_path.iterdir()] == ["net.onnx"]


@pytest.mark.parametrize("answer", [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes])
def test_a_file_that_only_the_ending_leads_to_is_not_replaced_without_asking(
    answer: QMessageBox.StandardButton, window: Window, asked: dict[str, str], tmp_path: Path
) -> None:
    (there_already := tmp_path / "net.safetensors").write_text("mine")
    asked |= {"path": str(tmp_path / "net"), "kind": "safetensors (*.safetensors)"}
    said: list[str] = []

    def press() -> None:
        box = of_type(QMessageBox, QApplication.activeModalWidget())
        said.append(box.text())
        QTest.mouseClick(box.button(answer), Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, press)
    window.handlers.run("save_checkpoint")
    wait_until(lambda: window.workspace.idle)
    assert said == ["net.safetensors is there already. Replace it?"]
    kept = there_already.read_bytes() == b"mine"
    assert kept == (answer == QMessageBox.StandardButton.No)


def test_a_picture_without_an_ending_gets_one(window: Window, asked: dict[str, str], tmp_path: Path) -> None:
    asked |= {"path": str(tmp_path / "shown"), "kind": ""}
    window.handlers.run("export_shown")
    assert (tmp_path / "shown.png").read_bytes()[:4] == b"\x89PNG"


def test_torchvisions_form_is_offered_only_for_torchvisions_network(
    window: Window, asked: dict[str, str]
) -> None:
    window.handlers.run("save_checkpoint")
    assert "*.py" in asked["offered"]
    assert "*.pth" not in asked["offered"]


def test_the_card_offers_it(window: Window, asked: dict[str, str], caffe: Path, tmp_path: Path) -> None:
    asked |= {"path": str(tmp_path / "again.safetensors"), "kind": "safetensors (*.safetensors)"}
    window.handlers.run("show_card")
    card = of_type(CheckpointCard, window.dialogs.show("card"))
    wait_until(lambda: card.card is not None)
    QTest.mouseClick(card.save_button, Qt.MouseButton.LeftButton)
    again = open_checkpoint(written(window, tmp_path / "again.safetensors"))
    assert_same_tensors(open_checkpoint(caffe), again)


def test_a_place_that_cannot_be_written_says_so(
    window: Window, asked: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "net.py").mkdir()
    asked |= {"path": str(tmp_path / "net.py"), "kind": "Python (*.py)"}
    window.handlers.run("save_checkpoint")
    wait_until(lambda: "Nothing was written" in window.notice.label.text())
    assert [one.name for one in tmp_path.iterdir()] == ["net.py"]


def slowly(monkeypatch: pytest.MonkeyPatch, stage: str) -> threading.Event:
    """At this stage the writing stands still until the event that this returns is set."""
    waiting, at = threading.Event(), Steps.at

    def slow(steps: Steps, said: str, share: float) -> None:
        at(steps, said, share)
        if said == stage:
            assert waiting.wait(30)

    monkeypatch.setattr(Steps, "at", slow)
    return waiting


def test_what_takes_long_says_how_far_it_is(
    window: Window, asked: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = slowly(monkeypatch, "Write")
    asked |= {"path": str(tmp_path / "slow.safetensors"), "kind": "safetensors (*.safetensors)"}
    window.handlers.run("save_checkpoint")
    writing = window.handlers.converting.writing
    assert writing is not None
    assert not writing.isVisible()
    wait_until(lambda: writing.isVisible() and "Write" in writing.labelText())
    assert "slow.safetensors" in writing.labelText()
    assert 0 < writing.value() < 100
    window.handlers.run("save_checkpoint")
    assert "Wait until slow.safetensors is written" in window.notice.label.text()
    waiting.set()
    written(window, tmp_path / "slow.safetensors")
    wait_until(lambda: window.handlers.converting.writing is None)
    wait_until(lambda: not isValid(writing) or not writing.isVisible())


@pytest.mark.parametrize("stage", ["Put the file together", "Write", "Ask the file for its answers"])
def test_it_can_be_cancelled_and_nothing_is_left(
    stage: str, window: Window, asked: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = slowly(monkeypatch, stage)
    (tmp_path / "net.py").write_text("another")
    asked |= {"path": str(tmp_path / "net.py"), "kind": "Python (*.py)"}
    window.handlers.run("save_checkpoint")
    writing = window.handlers.converting.writing
    assert writing is not None
    wait_until(lambda: writing.isVisible())
    QTest.mouseClick(there(writing.findChild(QPushButton)), Qt.MouseButton.LeftButton)
    waiting.set()
    wait_until(lambda: window.handlers.converting.writing is None)
    assert "Stopped: net.py was not written" in window.notice.label.text()
    assert [one.name for one in tmp_path.iterdir()] == ["net.py"]
    assert (tmp_path / "net.py").read_text() == "another"
    window.notice.dismiss()


@pytest.mark.parametrize("step", range(6))
def test_nothing_is_left_wherever_it_is_stopped(caffe: Path, tmp_path: Path, step: int) -> None:
    seen: list[float] = []
    checkpoint = open_checkpoint(caffe)
    steps = Steps(lambda _stage, share: seen.append(share), lambda: len(seen) == step)
    path = tmp_path / "new" / "net.py"
    with pytest.raises(Cancelled):
        save(checkpoint, checkpoint.convention, "torch", path, sample("caffe").picture, steps)
    assert len(seen) == step
    assert seen == sorted(seen)
    assert not path.parent.exists()
