"""The Folder page with real events: what is counted, filtered, opened, paused and kept."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sklearn.metrics.pairwise import cosine_similarity

from gnet_desktop.cli import main
from gnet_desktop.folder.rows import Filter
from gnet_desktop.folder.truth import is_about
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.conventions.choices import explanation
from gnet_desktop.gui.folder.chip import Chip
from gnet_desktop.gui.folder.gallery import PLACE
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.pictures.decoding import read_picture
from gnet_desktop.pictures.preparation import prepare
from tests.gui.made import of_type, pause, there, wait_until


@pytest.fixture(scope="module")
def folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine shared photos, three by three in folders of two classes and of a name that is none."""
    root = tmp_path_factory.mktemp("photos")
    photos = {
        "goldfish": ("goldfish", "banana", "pizza"),
        "pizza": ("pizza", "zebra", "goldfish"),
        "no class": ("beacon", "lion", "teapot"),
    }
    for name, files in photos.items():
        (root / name).mkdir()
        for number, file in enumerate(files):
            shutil.copy(shared / "images" / f"{file}.jpg", root / name / f"{number}.jpg")
    return root


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1400, 900)
    made.show()
    made.workspace.open_checkpoint(bundled)
    yield made
    made.close()
    del dispatcher


@pytest.fixture(scope="module")
def done(window: Window, folder: Path, qapp: QApplication) -> Window:
    """The window with the folder answered."""
    window.evaluate(folder)
    run = window.folder_page.run
    for _ in range(6000):
        pause(10)
        if run.state is not None and run.state.state == "done":
            return window
    raise AssertionError("the folder was not answered within a minute")


@pytest.fixture(autouse=True)
def unfiltered(request: pytest.FixtureRequest) -> None:
    if "done" in request.fixturenames:
        page = request.getfixturevalue("done").folder_page
        if page.filter != Filter():
            page.set_filter(Filter())


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
    chip = of_type(Chip, there(there(page._chips.layout()).itemAt(0)).widget())
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
    chips = [of_type(Chip, there(there(page._chips.layout()).itemAt(place)).widget()) for place in range(3)]
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


def test_what_was_answered_is_kept_and_a_name_may_be_corrected(done: Window, folder: Path) -> None:
    run = done.folder_page.run
    zebra = there(run.state).names.index("lion")
    seen: list[str] = []
    end = run.changed.subscribe(lambda: seen.append(run.state.state if run.state else ""))
    run.correct("no class", zebra)
    for _ in range(3000):
        pause(10)
        if there(run.state).state == "done" and there(there(run.state).evaluation).pictures == 9:
            break
    end()
    assert there(there(run.state).evaluation).pictures == 9
    assert there(run.state).rate == 0 or seen.count("running") <= 2  # nothing was answered again
    run.correct("no class", None)
    pause(300)


def test_a_name_dragged_onto_a_class_means_it_from_now_on(done: Window) -> None:
    page, run = done.folder_page, done.folder_page.run
    QTest.mouseClick(page.matching_button, Qt.MouseButton.LeftButton)
    dialog = page._matching
    assert dialog is not None
    first = dialog.names.item(0)  # what fits no class stands first
    assert first.text() == "no class  →  no class"
    teapot = there(run.state).names.index("teapot") if "teapot" in there(run.state).names else 7
    dialog.search.setText(there(run.state).names[teapot])
    item = dialog.classes.item(teapot)
    dialog.classes.scrollToItem(item)
    place = dialog.classes.visualItemRect(item).center()
    data = dialog.names.mimeData([first])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    no = Qt.KeyboardModifier.NoModifier
    for event in (
        QDragEnterEvent(place, copy, data, left, no),
        QDragMoveEvent(place, copy, data, left, no),
        QDropEvent(QPointF(place), copy, data, left, no),
    ):
        QApplication.sendEvent(dialog.classes.viewport(), event)
        assert event.isAccepted()
    wait_until(lambda: there(run.state).state == "done" and there(there(run.state).evaluation).pictures == 9)
    assert there(there(run.state).evaluation).truth.classes["no class"] == teapot
    assert f"no class  →  {there(run.state).names[teapot]}" in [
        dialog.names.item(row).text() for row in range(dialog.names.count())
    ]
    dialog.names.setCurrentRow(
        next(row for row in range(3) if dialog.names.item(row).text().startswith("no class"))
    )
    QTest.mouseClick(dialog.rules, left)
    wait_until(lambda: there(run.state).state == "done" and there(there(run.state).evaluation).pictures == 6)
    dialog.close()


def test_conventions_stand_side_by_side_and_a_click_uses_one(
    done: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gnet_desktop.workspace import folder_jobs

    page, run = done.folder_page, done.folder_page.run
    own = done.workspace.convention
    swapped = there(own).changed(name="swapped", order="bgr")
    monkeypatch.setattr(folder_jobs, "candidates", lambda used: (own, swapped))
    QTest.mouseClick(page.conventions.button, Qt.MouseButton.LeftButton)
    wait_until(lambda: len(there(run.state).tried) == 2 and there(run.state).trying is None)
    rows = page.conventions.rows
    assert {row.tried.convention.name for row in rows} == {there(own).name, "swapped"}
    assert rows[0].tried.figures.top1.count >= rows[1].tried.figures.top1.count
    mine = next(row for row in rows if row.tried.convention == own)
    assert explanation(there(own)) in " ".join(mine.toolTip().split())
    assert mine.tried.figures.top1 == there(there(run.state).evaluation).heads["main"].top1
    other = next(row for row in rows if row is not mine)
    other.setFocus()
    QTest.keyClick(other, Qt.Key.Key_Space)
    wait_until(lambda: there(run.state).convention == "swapped" and there(run.state).state == "done")
    assert there(there(run.state).evaluation).heads["main"].top1 == other.tried.figures.top1
    run.use_convention(there(own))
    wait_until(lambda: there(run.state).convention == there(own).name and there(run.state).state == "done")


def test_a_fitted_temperature_is_kept_with_the_checkpoint_until_the_files_own_is_wanted(done: Window) -> None:
    page, run = done.folder_page, done.folder_page.run
    sure = there(there(run.state).rows).confidence.copy()
    QTest.mouseClick(page.calibration.fit, Qt.MouseButton.LeftButton)
    wait_until(lambda: there(run.state).fit is not None)
    fitted = there(there(run.state).fit).calibration
    assert there(there(run.state).fit).pictures == 6
    assert "Only 6 pictures" in page.calibration.words.text()
    QTest.mouseClick(page.calibration.keep, Qt.MouseButton.LeftButton)
    wait_until(lambda: there(run.state).calibration == fitted and there(run.state).state == "done")
    sha256 = there(done.workspace.checkpoint).provenance.sha256
    assert there(done.session.calibration_of(sha256))["temperatures"] == fitted.temperatures
    assert there(done.workspace.checkpoint).doubt_threshold == fitted.threshold
    assert not np.array_equal(there(there(run.state).rows).confidence, sure)
    QTest.mouseClick(page.calibration.forget, Qt.MouseButton.LeftButton)
    wait_until(lambda: there(run.state).calibration is None and there(run.state).state == "done")
    assert done.session.calibration_of(sha256) is None
    np.testing.assert_allclose(there(there(run.state).rows).confidence, sure, rtol=1e-9)


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


def dropped(window: Window, path: Path) -> str:
    """Drop a file on the window with real events; what the card said."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place, copy, left, no = (
        QPoint(700, 500),
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, left, no))
    said = window.dropping.card.title
    QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, left, no))
    return said


@pytest.fixture
def by_folders_again(done: Window) -> Iterator[Window]:
    done.show_page("folder")
    yield done
    done.folder_page.run.judge_by(None)
    wait_until(lambda: there(done.folder_page.run.state).state == "done")
    done.show_page("explore")


def test_a_table_that_is_dropped_says_what_the_pictures_show(
    by_folders_again: Window, folder: Path, tmp_path: Path
) -> None:
    window, run = by_folders_again, by_folders_again.folder_page.run
    table = tmp_path / "truth.csv"
    table.write_text("path,class\nno class/1.jpg,lion\npizza/0.jpg,pizza\n")
    assert dropped(window, table) == "Judge the folder by truth.csv"
    wait_until(lambda: run.table == table and there(run.state).state == "done")
    truth = there(there(run.state).evaluation).truth
    assert truth.source == "truth.csv"
    assert dict(truth.given) == {"no class/1.jpg": "lion", "pizza/0.jpg": "pizza"}
    assert there(there(run.state).evaluation).pictures == 2

    # it is kept with the folder, and goes on the word of a person
    window.evaluate(folder)
    assert run.table == table
    matching = window.folder_page.show_matching()
    assert there(matching).by_folders.isVisible()
    QTest.mouseClick(there(matching).by_folders, Qt.MouseButton.LeftButton)
    there(matching).close()
    wait_until(lambda: run.table is None and there(run.state).state == "done")
    assert there(there(run.state).evaluation).pictures == 6


def test_a_table_that_cannot_be_read_leaves_what_is_shown(by_folders_again: Window, tmp_path: Path) -> None:
    window, run = by_folders_again, by_folders_again.folder_page.run
    table = tmp_path / "truth.csv"
    table.write_text("only one column\n")
    window.judge_by(table)
    wait_until(lambda: "is no table of classes" in window.notice.text)
    assert run.table is None
    assert there(there(run.state).evaluation).pictures == 6


def test_a_list_of_class_names_is_no_table_of_this_folder(folder: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("0,goldfish\n1,pizza\n")
    assert not is_about(names, folder)
