"""The main job by hand: drop a picture, read the answers, point at a map, see it on the photo."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.arithmetic import receptive_field
from gnet_desktop.network.naming import Unit
from gnet_desktop.pictures.geometry import Grid
from gnet_desktop.workspace.values import Result
from tests.gui.made import there, wait_until
from tests.gui.whole_window import current, drop, files, opened, pixels, window

__all__ = ["opened", "window"]  # fixtures


def said(window: Window) -> str:
    return window.notice.text


def test_a_dropped_photo_is_answered_by_all_heads(window: Window, shared: Path) -> None:
    reference = json.loads((shared / "reference" / "everyday100_first_reference.json").read_text())["images"]
    first = shared / "models" / "everyday100_first.safetensors"
    drop(window, files(first))
    wait_until(lambda: there(window.workspace.checkpoint).provenance.path == first)
    assert drop(window, files(shared / "images" / "pizza.jpg")) == "Add pizza.jpg"
    wait_until(lambda: current(window))
    text = window.panels.answers.copy_numbers()
    rows = [line.split("\t") for line in text.splitlines() if "\t" in line]
    assert rows[0][0] == "class"
    assert rows[1][0] == "pizza"
    record = there(window.workspace.result).record
    for head in ("main", "aux2", "aux1"):
        index = record.answers[head].top(1)[0][0]
        assert index == reference["pizza.jpg"][head][0][0]
    assert window.windowTitle().startswith("pizza.jpg")
    assert "all panels current" in window.status.text


@pytest.mark.parametrize("preferred", [Qt.DropAction.MoveAction, Qt.DropAction.LinkAction])
def test_a_drop_is_a_copy_whatever_the_file_manager_prefers(
    window: Window, tmp_path: Path, preferred: Qt.DropAction
) -> None:
    path = tmp_path / "one.png"
    Image.new("RGB", (40, 30)).save(path)
    data, place = files(path), QPointF(400, 400)
    offered = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction | Qt.DropAction.LinkAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (
        QDragEnterEvent(place.toPoint(), offered, data, buttons, keys),
        QDragMoveEvent(place.toPoint(), offered, data, buttons, keys),
        QDropEvent(place, offered, data, buttons, keys),
    ):
        event.setDropAction(preferred)
        QApplication.sendEvent(window, event)
        assert event.isAccepted()
        assert event.dropAction() == Qt.DropAction.CopyAction
    assert [entry.name for entry in window.workspace.pictures.values()] == ["one.png"]


def test_a_drop_that_would_delete_its_file_is_refused(window: Window, tmp_path: Path) -> None:
    data, move = files(tmp_path), Qt.DropAction.MoveAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(400, 400), move, data, buttons, keys)
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()
    assert not window.dropping.card.isVisible()


def test_several_files_come_in_order_and_the_first_is_shown(window: Window, shared: Path) -> None:
    names = ["zebra.jpg", "banana.jpg", "teapot.jpg"]
    drop(window, files(*(shared / "images" / name for name in names)))
    assert [entry.name for entry in window.workspace.pictures.values()] == names
    wait_until(lambda: current(window))
    assert window.workspace.pictures[there(window.workspace.current)].name == "zebra.jpg"
    wait_until(lambda: all(entry.best for entry in window.workspace.pictures.values()))


def test_the_card_shows_the_first_pictures_of_a_drop(window: Window, tmp_path: Path) -> None:
    paths = []
    for number in range(5):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", (40, 30), (number * 50, 0, 0)).save(paths[-1])
    paths[1].write_bytes(b"damaged")
    place, action = QPointF(400, 400), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    data = files(*paths)
    QApplication.sendEvent(window, QDragEnterEvent(place.toPoint(), action, data, buttons, keys))
    assert window.dropping.card.title == "Add 5 pictures"
    wait_until(lambda: len(window.dropping.card.pictures) == 2 and window.workspace.idle)
    assert [image.pixelColor(5, 5).red() for image in window.dropping.card.pictures] == [0, 100]
    QApplication.sendEvent(window, QDropEvent(place, action, data, buttons, keys))
    assert not window.dropping.card.isVisible()


def test_the_strongest_unit_is_one_click_away(window: Window, shared: Path) -> None:
    window.workspace.choose_unit(None)
    drop(window, files(shared / "images" / "pizza.jpg"))
    wait_until(lambda: current(window))
    window.workspace.choose_module("4c")
    unit = window.panels.unit
    assert unit.empty.button.text() == "Show the strongest of 4c"
    unit.empty.button.click()
    record = there(window.workspace.result).record
    chosen = window.workspace.selection.unit
    assert record[there(chosen).part][there(chosen).channel].max() == record["4c"].max()
    assert unit.empty.isHidden()
    window.workspace.choose_unit(None)


def test_a_folder_brings_its_pictures_in_natural_order(window: Window, tmp_path: Path) -> None:
    for number in (10, 2, 1):
        Image.new("RGB", (40, 30), (number * 20, 0, 0)).save(tmp_path / f"p{number}.png")
    (tmp_path / "notes.txt").write_text("no picture")
    drop(window, files(tmp_path))
    wait_until(lambda: window.workspace.finding is None)
    assert [entry.name for entry in window.workspace.pictures.values()] == ["p1.png", "p2.png", "p10.png"]


def test_weights_and_pictures_in_one_drop_open_both(window: Window, bundled: Path, shared: Path) -> None:
    before = window.workspace.checkpoint
    drop(window, files(shared / "images" / "zebra.jpg", bundled))
    wait_until(lambda: window.workspace.checkpoint is not before and current(window))
    assert there(window.workspace.result).checkpoint is window.workspace.checkpoint


def test_picture_data_opens_and_a_mere_link_is_told(window: Window) -> None:
    data = QMimeData()
    image = QImage(60, 40, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.red)
    data.setImageData(image)
    assert drop(window, data) == "Add this picture"
    wait_until(lambda: current(window))
    assert there(window.workspace.result).picture.size == (60, 40)
    link = QMimeData()
    link.setUrls([QUrl("https://example.org/cat.jpg")])
    assert drop(window, link) == "Only a link was sent"
    assert "https://example.org/cat.jpg" in said(window)
    assert len(window.workspace.pictures) == 1


@pytest.mark.parametrize("name", ["blank name.png", "100%#.png", 'it\'s "quoted".png', "사진 📷.png"])
def test_odd_names_open(window: Window, tmp_path: Path, name: str) -> None:
    Image.new("RGB", (40, 30), (0, 90, 0)).save(tmp_path / name)
    drop(window, files(tmp_path / name))
    wait_until(lambda: current(window))
    assert window.panels.photo.header.title == name


BAD_PICTURES = {
    "empty.jpg": b"",
    "text.jpg": b"this is no picture at all, but a note\n" * 10,
    "page.png": b"<!doctype html><title>x</title>",
    "phone.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
}


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a_bad_picture_says_why_in_its_place_and_the_others_go_on(
    window: Window, tmp_path: Path, shared: Path, name: str
) -> None:
    bad = tmp_path / name
    bad.write_bytes(BAD_PICTURES[name])
    drop(window, files(bad, shared / "images" / "zebra.jpg"))
    workspace = window.workspace
    wait_until(lambda: workspace.pictures[there(workspace.current)].error is not None)
    failed = window.panels.photo.failed
    assert failed.isVisible()
    assert "The other picture is not affected." in failed.text
    workspace.step_picture(1)
    wait_until(lambda: current(window))
    assert not failed.isVisible()


def bad_checkpoints(folder: Path) -> dict[str, bytes]:
    import pickle

    class Evil:
        @override
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[Path]]:
            return (Path.touch, (folder / "run",))

    return {
        "page.pth": b"  <!DOCTYPE html><html><head><title>Sign in</title></head></html>",
        "pointer.pth": b"version https://git-lfs.github.com/spec/v1\noid sha256:"
        + b"0" * 64
        + b"\nsize 52147035\n",
        "empty.safetensors": b"",
        "evil.pth": pickle.dumps(Evil()),
        "cut.pth": b"PK\x03\x04" + bytes(300),
    }


@pytest.mark.parametrize("name", ["page.pth", "pointer.pth", "empty.safetensors", "evil.pth", "cut.pth"])
def test_a_bad_checkpoint_is_told_and_what_was_open_stays(
    window: Window, tmp_path: Path, shared: Path, name: str
) -> None:
    drop(window, files(shared / "images" / "zebra.jpg"))
    wait_until(lambda: current(window))
    before, result = window.workspace.checkpoint, window.workspace.result
    bad = tmp_path / name
    bad.write_bytes(bad_checkpoints(tmp_path)[name])
    drop(window, files(bad))
    wait_until(lambda: bool(said(window)))
    assert name in said(window)
    assert window.workspace.checkpoint is before
    assert window.workspace.result is result
    assert window.workspace.loading is None
    assert not (tmp_path / "run").exists()


def test_the_latest_picture_wins(window: Window, shared: Path) -> None:
    names = ["zebra.jpg", "banana.jpg", "teapot.jpg", "pizza.jpg", "lion.jpg"]
    drop(window, files(*(shared / "images" / name for name in names)))
    shown = []
    end = window.workspace.result_changed.subscribe(lambda: shown.append(window.workspace.result))
    for _ in range(4):
        window.workspace.step_picture(1)
    wait_until(lambda: current(window))
    end()
    assert window.workspace.pictures[there(window.workspace.current)].name == "lion.jpg"
    assert there(shown[-1]).picture.source.endswith("lion.jpg")


@pytest.mark.parametrize("size", [(640, 360), (360, 640)])
# the first in the middle of a cell: at (0.5, 0.5) the dot lies on four, and any of them may be the strongest
@pytest.mark.parametrize("place", [(0.53, 0.53), (0.35, 0.4), (0.65, 0.4), (0.4, 0.62), (0.6, 0.6)])
def test_a_hovered_map_lies_on_what_it_saw(
    window: Window, tmp_path: Path, size: tuple[int, int], place: tuple[float, float]
) -> None:
    """A white dot on black: the brightest overlay is within a cell of it, whatever the crop."""
    side = min(size)
    dot = np.array([size[0] / 2 + (place[0] - 0.5) * side, size[1] / 2 + (place[1] - 0.5) * side])
    image = np.zeros((size[1], size[0], 3), np.uint8)
    rows, columns = np.mgrid[: size[1], : size[0]]
    image[(columns - dot[0]) ** 2 + (rows - dot[1]) ** 2 < 64] = 255
    path = tmp_path / "dot.png"
    Image.fromarray(image).save(path)
    drop(window, files(path))
    wait_until(lambda: current(window))
    result, photo = window.workspace.result, window.panels.photo.view
    unit = dot_detector(there(result), dot)
    window.workspace.change_view(field=False, smooth=False, photo="whole")
    window.workspace.choose_unit(None)
    window.workspace.hover(None)
    plain = pixels(photo)
    window.workspace.hover(unit)
    over = pixels(photo)
    window.workspace.hover(None)
    window.workspace.change_view(field=True, smooth=True)

    change = np.abs(over.astype(int) - plain).sum(axis=2)
    change[:, -70:] = 0  # the colour bar and the caption stand there
    strongest = np.argwhere(change >= 0.9 * change.max()).mean(axis=0)
    where = np.array(photo.camera.to_picture((strongest[1] + 0.5, strongest[0] + 0.5)))
    field = receptive_field(there(result).checkpoint.architecture, unit.part, there(result).record.input_size)
    cell = field.jump / there(result).geometry.scale[0]
    assert np.abs(where - dot).max() <= cell


def dot_detector(result: Result, dot: np.ndarray) -> Unit:
    """The most concentrated unit of 3a among those that answer to the dot itself, not to its edges.

    Their peak is in the cell in which the dot lies, by plain arithmetic: the short side scaled to
    the convention's size, the middle cut out, eight pixels a cell.
    """
    size, convention = np.array(result.picture.image.size), result.convention
    scale = convention.size / min(size)
    column, row = ((dot * scale - (size * scale - convention.crop) / 2) // 8).astype(int)
    maps = result.record["3a/1x1"]
    peaks = maps.max(axis=(1, 2))
    there = (maps[:, row, column] == peaks) & (peaks > peaks.max() * 0.2)
    assert there.any()
    rest = np.median(maps, axis=(1, 2))
    return Unit("3a", "1x1", int(np.argmax(np.where(there, (peaks - rest) / (peaks + 1e-6), -np.inf))))


def test_pointing_at_a_tile_hovers_its_unit_and_a_click_keeps_it(window: Window, shared: Path) -> None:
    drop(window, files(shared / "images" / "pizza.jpg"))
    wait_until(lambda: current(window))
    window.workspace.choose_module("4a")
    QApplication.processEvents()
    view = window.panels.lanes.area.views[0]
    place, hovered = there(view.tile_rectangle(view.visible_channels()[0])).center(), None
    for kind, button in (
        (QEvent.Type.MouseMove, Qt.MouseButton.NoButton),
        (QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
        (QEvent.Type.MouseButtonRelease, Qt.MouseButton.LeftButton),
    ):
        event = QMouseEvent(
            kind, place, view.mapToGlobal(place), button, button, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(view, event)
        if kind == QEvent.Type.MouseMove:
            hovered = window.workspace.hovered
    assert window.workspace.selection.unit == hovered
    assert there(hovered).module == "4a"


def test_the_place_under_the_cursor_is_the_cell_under_the_cursor(window: Window, shared: Path) -> None:
    drop(window, files(shared / "images" / "pizza.jpg"))
    wait_until(lambda: current(window))
    photo, result = window.panels.photo.view, window.workspace.result
    middle = photo.camera.to_view((there(result).picture.size[0] / 2, there(result).picture.size[1] / 2))
    place = QPointF(*middle)
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, photo.mapToGlobal(place), Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(photo, event)
    assert window.workspace.point == pytest.approx(
        (there(result).picture.size[0] / 2, there(result).picture.size[1] / 2), abs=1
    )
    field = receptive_field(there(result).checkpoint.architecture, "4a/3x3", there(result).record.input_size)
    rows, columns = there(result).record["4a"].shape[1:]
    grid = Grid(field.centre, field.jump, (columns, rows))
    column, row = there(there(result).geometry.cell_at(grid, there(window.workspace.point)))
    left, top, right, bottom = there(result).geometry.cell_box(grid, column, row)
    assert left <= there(window.workspace.point)[0] <= right
    assert top <= there(window.workspace.point)[1] <= bottom


def test_closing_while_a_checkpoint_is_opened_is_clean(
    qapp: QApplication, bundled: Path, shared: Path
) -> None:
    window, dispatcher = make_window(Session(None))
    window.show()
    window.workspace.open_checkpoint(bundled)
    window.workspace.add_pictures([shared / "images" / "zebra.jpg"])
    QApplication.processEvents()
    window.close()
    assert window.workspace.idle
    QApplication.processEvents()
    del dispatcher


def test_a_click_on_the_map_chooses_the_module(window: Window, shared: Path) -> None:
    drop(window, files(shared / "images" / "pizza.jpg"))
    wait_until(lambda: current(window))
    window.workspace.choose_module("3a")
    network = window.panels.network.map
    place = network.position_of("5a")
    assert place is not None
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        event = QMouseEvent(
            kind, place, network.mapToGlobal(place), Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(network, event)
    assert window.workspace.selection.module == "5a"
