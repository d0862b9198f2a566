"""Two checkpoints compared in the window: with real events, and the command line's own numbers."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gnet_desktop.cli import main
from gnet_desktop.gui.actions.asking import Asking
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.compare.checkpoints import CheckpointsView
from gnet_desktop.gui.controls.section import Section
from gnet_desktop.gui.controls.waiting import reference_words
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from tests.gui.made import noting, pause, there, wait_until


@pytest.fixture(scope="module")
def tuned(bundled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of which 5a's 1×1 was halved and nothing else touched."""
    from safetensors import safe_open
    from safetensors.torch import load_file, save_file

    tensors = load_file(bundled)
    with safe_open(bundled, "np") as file:
        metadata = file.metadata()
    name = next(key for key in tensors if key.startswith("inception5a.branch1") and tensors[key].ndim == 4)
    tensors[name] = tensors[name] * 0.5
    path = tmp_path_factory.mktemp("tuned") / "tuned.safetensors"
    save_file(tensors, path, metadata)
    return path


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, random = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    for number in range(51):
        rough = Image.fromarray(random.integers(0, 255, (5, 5, 3), np.uint8))
        rough.resize((96, 96), Image.Resampling.BICUBIC).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path, tuned: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1500, 950)
    made.show()
    made.workspace.open_checkpoint(bundled)
    wait_until(lambda: made.workspace.checkpoint is not None and made.workspace.idle)
    yield made
    made.close()
    del dispatcher


@pytest.fixture
def view(window: Window, tuned: Path) -> CheckpointsView:
    shown = window.show_dialog("compare")
    assert isinstance(shown, CheckpointsView)
    if window.workspace.reference_network is None:
        window.workspace.open_reference(tuned)
    wait_until(lambda: len(shown.moves) > 0)
    pause(20)
    return shown


def click(section: Section, value: object) -> None:
    box = next(piece.box for piece in section.pieces if piece.value == value)
    QTest.mouseClick(section, Qt.MouseButton.LeftButton, pos=box.center().toPoint())


def test_without_a_second_checkpoint_the_window_says_what_it_is_for_and_asks(
    window: Window, tuned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Asking, "files", lambda _self, title, *_a, **_k: noting(asked, title, [tuned]))
    window.actions_by_name["compare_checkpoints"].trigger()
    shown = window.dialogs.show("compare")
    assert asked == ["Compare with another checkpoint"]
    assert isinstance(shown, CheckpointsView)
    assert shown.empty.isVisible()
    wait_until(lambda: len(shown.moves) > 0)
    assert not shown.empty.isVisible()
    assert shown.focusWidget() is shown.scroller  # the page scrolls by keys at once


def test_before_any_picture_it_says_what_moved_and_what_is_identical(
    view: CheckpointsView, bundled: Path, tuned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["compare", "--with", str(tuned), "--format", "json", "--device", "cpu"])
    expected = json.loads(capsys.readouterr().out)
    assert view.facts()["parts"] == expected["parts"]
    assert "1 of 36 branches moved" in view.sentence.text()
    assert "5a/1×1" in view.sentence.text()
    assert "3a to 4e, 5b" in view.sentence.text()
    cells = {cell.value: cell.text for row in view.grid.cells for cell in row}
    assert len(cells) == 45
    distance = next(row["distance"] for row in expected["parts"] if row["part"] == "5a/1x1")
    assert float(cells["5a/1x1"].split()[0]) == pytest.approx(100 * distance, rel=5e-3)
    assert cells["5a/3x3"] == "identical"
    assert {row.text for row in view.others.rows} == {"identical"}
    assert view.start.isVisible()
    assert not view.start.isEnabled()  # no pictures
    words = [view.grid.spoken_part(place).name for place in range(view.grid.spoken_count())]
    assert "5a/3×3: identical" in words


def test_a_click_on_a_branch_opens_it_in_explore_with_the_reference_chosen(
    window: Window, view: CheckpointsView
) -> None:
    window.show_page("units")
    click(view.grid, "5a/3x3")
    assert window.page == "explore"
    assert window.workspace.selection.module == "5a"
    assert reference_words(window.workspace) == "tuned.safetensors, another checkpoint"
    view.grid.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(view.grid, key)
    assert window.workspace.selection.module == "4d"


def test_a_row_of_the_stem_leads_to_that_layer_and_one_of_a_head_to_the_heads(
    window: Window, view: CheckpointsView
) -> None:
    others = view.others
    assert {"conv2", "fc", "aux1"} <= {row.value for row in others.rows}
    window.show_page("units")
    click(others, "conv2")
    assert window.page == "explore"
    assert there(window.workspace.selection.unit).part == "conv2"
    heads = window.dialogs.show("heads")
    for name in ("fc", "aux1"):
        heads.close()
        others.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(others, Qt.Key.Key_Home)
        while there(others.focused_piece).value != name:
            QTest.keyClick(others, Qt.Key.Key_Down)
        QTest.keyClick(others, Qt.Key.Key_Return)
        assert heads.isVisible(), name
    heads.close()


def test_over_pictures_it_tells_what_compare_tells_and_can_be_stopped_and_saved(
    window: Window,
    view: CheckpointsView,
    tuned: Path,
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view.ask_folder = lambda: photos
    view.folder.click()
    wait_until(lambda: len(view.pictures.names) == 51)
    view.start.click()
    assert view.start.text() == "Stop"
    view.start.click()
    assert view.compared is None
    assert view.start.text() == "Compare over them"
    pause(300)
    assert view.compared is None
    view.start.click()
    wait_until(lambda: view.compared is not None, 120)
    pause(20)
    main(["compare", "--with", str(tuned), "--over", str(photos), "--format", "json", "--device", "cpu"])
    expected = json.loads(capsys.readouterr().out)
    target = tmp_path / "saved.json"
    view.ask_path = lambda _name, _kinds: target
    view.save.click()
    saved = json.loads(target.read_text())
    assert saved["parts"] == expected["parts"]
    assert saved["over"]["pictures"] == 51
    np.testing.assert_allclose(saved["over"]["cka"], expected["over"]["cka"], atol=1e-5)
    assert saved["over"]["units"] == expected["over"]["units"]
    names = [Path(row["picture"]).name for row in expected["over"]["changed"]]
    assert [row["picture"] for row in saved["over"]["changed"]] == names
    assert view.units.title.startswith("Units of 5a")  # what moved most
    click(view.alignment, ("4b", "4b"))
    assert view.units.title.startswith("Units of 4b")
    click(view.units, view.units.rows[0].value)
    assert window.workspace.selection.unit == view.units.rows[0].value
    target = tmp_path / "saved.csv"
    view.save.click()
    assert target.read_text().splitlines()[0] == "part,within,distance,same,partner"


def test_networks_of_two_architectures_say_what_has_no_partner(
    window: Window, view: CheckpointsView, bvlc: Path
) -> None:
    window.workspace.open_reference(bvlc)
    wait_until(lambda: any(not move.partner for move in view.moves))
    pause(20)
    assert "Without a partner: aux1, aux2" in view.sentence.text()
    cells = {cell.value: cell.text for row in view.grid.cells for cell in row}
    assert cells["4a/5x5"] == "another shape"
    window.workspace.compare_with(None)
    pause(20)
    assert view.empty.isVisible()
