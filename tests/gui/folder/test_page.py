"""The Folder page with real events: what is shown, filtered, opened and saved."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sklearn.metrics.pairwise import cosine_similarity

from gnet_desktop.cli import main
from gnet_desktop.folder.rows import Filter
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.folder.chip import FilterChip
from gnet_desktop.gui.folder.gallery import PLACE
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.preparation import prepare
from tests.gui.made import of_type, pause, there, wait_until


def shown(window: Window) -> list[str]:
    model = window.folder_page.gallery.pictures
    assert model.rows is not None
    return [
        model.path(model.index(row)).relative_to(model.folder).as_posix()  # type: ignore[union-attr]
        for row in range(model.rowCount())
    ]


def test_f3_shows_the_page_and_f2_goes_back(window: Window) -> None:
    QTest.keyClick(window, Qt.Key.Key_F3)
    assert window.pages.currentWidget() is window.folder_page
    assert window.bar.pages.value == "folder"
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert window.pages.currentWidget() is not window.folder_page


def test_all_pictures_are_answered_and_those_with_a_class_are_judged(done: Window) -> None:
    state = done.folder_page.run.state
    assert state is not None
    assert state.evaluation is not None
    assert (state.done, state.total, state.evaluation.pictures) == (9, 9, 6)
    assert len(shown(done)) == 9
    truth = {path: name for path, name in state.evaluation.truth.given.items() if name != "no class"}
    right = sum(
        state.names[int(answer)] == truth[path]
        for path, answer in zip(there(state.rows).paths, there(state.rows).answer, strict=True)
        if path in truth
    )
    assert state.evaluation.heads["main"].top1.count == right


def test_few_pictures_are_said_to_tell_little_of_calibration(done: Window) -> None:
    figures = done.folder_page.figures
    assert figures.accessibleDescription().endswith("Calibration: 6 pictures: too few to tell")


def test_the_surest_stand_first_and_a_click_sorts_in_another_order(done: Window) -> None:
    page, state = done.folder_page, done.folder_page.run.state
    sure = dict(zip(there(there(state).rows).paths, there(there(state).rows).confidence, strict=True))
    assert [sure[path] for path in shown(done)] == sorted(sure.values(), reverse=True)
    QTest.keyClick(page.orders, Qt.Key.Key_Right)
    assert [sure[path] for path in shown(done)] == sorted(sure.values())
    QTest.keyClick(page.orders, Qt.Key.Key_Left)


def test_a_click_on_a_class_shows_its_pictures_and_the_chip_takes_it_off(done: Window) -> None:
    page = done.folder_page
    goldfish = there(done.folder_page.run.state).names.index("goldfish")
    spot = next(piece for piece in page.figures.pieces if piece.value == goldfish)
    QTest.mouseClick(page.figures, Qt.MouseButton.LeftButton, pos=spot.box.center().toPoint())
    assert sorted(shown(done)) == ["goldfish/0.jpg", "goldfish/1.jpg", "goldfish/2.jpg"]
    chip = of_type(FilterChip, there(there(page._chips.layout()).itemAt(0)).widget())
    assert chip.text() == "true: goldfish"
    assert there(chip).isVisible()
    QTest.mouseClick(there(chip), Qt.MouseButton.LeftButton)
    assert len(shown(done)) == 9


@pytest.mark.parametrize("width", [960, 1600])
def test_every_filter_that_is_on_can_be_taken_off_in_a_narrow_window_too(done: Window, width: int) -> None:
    page, size = done.folder_page, done.size()
    done.resize(width, 600)
    page.set_filter(Filter(truth=0, answer=1, agree=True))
    pause(50)
    chips = [
        of_type(FilterChip, there(there(page._chips.layout()).itemAt(place)).widget()) for place in range(3)
    ]
    for chip in chips:
        assert there(chip).isVisible()
        assert page._chips.rect().contains(there(chip).geometry())
        assert not there(chip).visibleRegion().isEmpty()
    QTest.mouseClick(there(chips[1]), Qt.MouseButton.LeftButton)
    assert page.filter == Filter(truth=0, agree=True)
    done.resize(size)


def test_a_filter_that_no_picture_passes_says_so(done: Window) -> None:
    page = done.folder_page
    assert page.gallery.nothing == ""
    none = there(page.run.state).names.index("espresso")
    page.set_filter(Filter(truth=none))
    assert shown(done) == []
    assert page.gallery.nothing == "No picture of the folder is like that."
    said = page.gallery.viewport().grab().toImage()
    middle = range(said.height() // 2 - 8, said.height() // 2 + 8)
    assert len({said.pixel(x, y) for x in range(said.width()) for y in middle}) > 2


def test_a_click_on_a_cell_shows_the_pictures_behind_it(done: Window) -> None:
    page, state = done.folder_page, done.folder_page.run.state
    page.confusion.grab()
    row = page.confusion._order.index(there(state).names.index("pizza"))
    place = page.confusion._box(row, len(page.confusion._order)).center().toPoint()
    QTest.mouseClick(page.confusion, Qt.MouseButton.LeftButton, pos=place)
    others = [
        path
        for path, answer in zip(there(there(state).rows).paths, there(there(state).rows).answer, strict=True)
        if path.startswith("pizza/") and there(state).names[int(answer)] not in ("pizza", "goldfish")
    ]
    assert sorted(shown(done)) == sorted(others)


def test_the_wrong_ones_and_those_that_the_heads_disagree_on_are_found(
    done: Window, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As ``classify`` answers each picture."""
    page, left = done.folder_page, Qt.MouseButton.LeftButton
    capsys.readouterr()
    assert main(["classify", str(folder), "--top", "1", "--format", "json"]) in (0, 1)
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    firsts = {
        Path(one["picture"]).relative_to(folder).as_posix(): [
            one["answers"][head][0]["label"] for head in ("main", "aux2", "aux1")
        ]
        for one in said
        if "answers" in one
    }
    QTest.mouseClick(page.which, left, pos=page.which.box_of("disagree").center().toPoint())
    disagreed = {path for path, labels in firsts.items() if len(set(labels)) > 1}
    assert set(shown(done)) == disagreed
    QTest.mouseClick(page.which, left, pos=page.which.box_of("wrong").center().toPoint())
    known = {"goldfish", "pizza"}
    wrong = {
        path for path, labels in firsts.items() if (name := path.split("/")[0]) in known and labels[0] != name
    }
    assert set(shown(done)) == wrong
    assert 0 < len(wrong) < len(firsts)
    page.set_filter(Filter(truth=there(done.folder_page.run.state).names.index("pizza")))
    assert page.which.value == "all"
    QTest.mouseClick(page.which, left, pos=page.which.box_of("wrong").center().toPoint())
    assert set(shown(done)) == {path for path in wrong if path.startswith("pizza/")}
    QTest.mouseClick(page.which, left, pos=page.which.box_of("all").center().toPoint())
    page.set_filter(Filter())
    assert len(shown(done)) == len(firsts)


def test_enter_opens_a_picture_in_explore(done: Window) -> None:
    page = done.folder_page
    done.show_page("folder")
    page.gallery.setCurrentIndex(page.gallery.pictures.index(0))
    name = page.gallery.pictures.path(page.gallery.currentIndex())
    QTest.keyClick(page.gallery, Qt.Key.Key_Return)
    assert done.page == "explore"
    assert [entry.source for entry in done.workspace.pictures.values()] == [name]
    done.workspace.remove_all_pictures()
    done.show_page("folder")


def test_a_folder_dropped_on_the_page_is_evaluated(
    done: Window, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gnet_desktop.gui.shell.drop import Dropped
    from gnet_desktop.workspace.arrivals import sort_arrivals

    opened: list[Path] = []
    monkeypatch.setattr(done.folder_page.run, "open", lambda place, truth=None: opened.append(place))
    done.dropping.take(Dropped(files=sort_arrivals([folder])))
    assert opened == [folder]


def test_a_thousand_thumbnails_are_not_decoded_at_once(
    qapp: QApplication, tmp_path: Path, done: Window
) -> None:
    from gnet_desktop.folder.rows import Rows

    count = 5000
    Image.new("RGB", (40, 30), "red").save(tmp_path / "0.png")
    rows = Rows(
        tuple(f"{index:05d}.png" for index in range(count)),
        np.zeros(count, np.int64),
        np.linspace(1, 0, count),
        np.full(count, -1),
        np.full(count, np.nan),
        np.ones(count, bool),
    )
    gallery = done.folder_page.gallery
    before = gallery.pictures.rows
    gallery.pictures.show_rows(tmp_path, rows, ("a",), np.arange(count))
    asked: list[Path] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gallery.thumbnails, "get", asked.append)
        gallery.grab()
    assert 0 < len(set(asked)) < 200
    assert before is not None
    done.folder_page.refresh()


def test_before_a_folder_is_open_the_page_says_what_it_is_for(qtbot: QtBot, bundled: Path) -> None:
    made, dispatcher = make_window(Session(None))
    qtbot.addWidget(made)
    made.show_page("folder")
    assert made.folder_page.empty.isVisibleTo(made)
    asked: list[bool] = []
    made.folder_page.folder_wanted.disconnect()
    made.folder_page.folder_wanted.connect(lambda: asked.append(True))
    QTest.mouseClick(made.folder_page.empty.button, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert asked == [True]
    made.close()
    del dispatcher


def test_what_is_kept_is_shown_before_the_folder_is_looked_through(done: Window, folder: Path) -> None:
    run = done.folder_page.run
    done.folder_page.gallery.pictures.show_rows(folder, None, (), np.empty(0, np.int64))
    run.state = None
    shows: list[tuple[str, int]] = []
    end = run.changed.subscribe(
        lambda: shows.append((there(run.state).state, len(there(run.state).rows or ())))
    )
    run.open(folder)
    wait_until(lambda: run.state is not None and run.state.state == "done")
    end()
    assert ("scanning", 9) in shows


def test_the_folder_is_saved_in_the_form_that_the_name_says(
    done: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, state = done.folder_page, done.folder_page.run.state
    target = tmp_path / "wrong.txt"
    monkeypatch.setattr(done.handlers.asking, "target", lambda *given, **more: target)
    QTest.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    wrong = [
        path
        for path, one in zip(there(there(state).rows).paths, there(there(state).rows).wrong, strict=True)
        if one
    ]
    assert sorted(target.read_text().splitlines()) == sorted(
        str(there(state).folder / path) for path in wrong
    )


def test_pictures_that_look_like_one_are_shown_the_nearest_first(done: Window) -> None:
    """By the menu of a picture; scikit-learn orders the vectors of plain passes."""
    page = done.folder_page
    rows = there(page.run.state).rows
    place = there(rows).paths.index("goldfish/0.jpg")
    index = next(
        page.gallery.pictures.index(row)
        for row in range(page.gallery.pictures.rowCount())
        if page.gallery.pictures.index(row).data(PLACE) == place
    )
    menu = page.gallery.menu_of(index)
    next(action for action in menu.actions() if action.text() == "Pictures that look like it").trigger()
    wait_until(lambda: there(page.run.state).alike is not None)
    network, convention = there(done.workspace.network).network, done.workspace.convention
    vectors = [
        network(prepare(read_picture(there(page.run.state).folder / path), there(convention)).tensor())[
            "global_pool"
        ]
        for path in there(rows).paths
    ]
    expected = cosine_similarity(vectors)[place]
    order = [int(one) for one in np.argsort(-expected, kind="stable")]
    model = page.gallery.pictures
    found = [model.index(row).data(PLACE) for row in range(model.rowCount())]
    assert found == order
    assert found[0] == place
    for one in order[1:]:
        assert model.likeness[one] == pytest.approx(expected[one], abs=2e-3)
    assert "alike" in model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    menu = page.gallery.menu_of(model.index(1))
    next(action for action in menu.actions() if action.text() == "All pictures again").trigger()
    assert there(page.run.state).alike is None
    assert not model.likeness
