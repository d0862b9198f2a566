"""Two runs in the photo: side by side or parted by a line, zoomed and pointed at together."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.photo.pairing import across, places
from gnet_desktop.gui.photo.view import PhotoView
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.changes import Change
from gnet_desktop.network.naming import Unit
from gnet_desktop.pictures.geometry import Geometry
from gnet_desktop.resources import resource
from gnet_desktop.workspace.values import Reference, ViewOptions
from tests.gui.made import pause, point_at, there, wait_until


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1500, 950)
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures([resource("samples", "espresso.jpg")])
    wait_until(lambda: made.workspace.result is not None)
    made.workspace.choose_unit(Unit("4a", "5x5", 11))
    yield made
    made.close()
    del dispatcher


@pytest.fixture(autouse=True)
def alone(window: Window) -> Iterator[None]:
    """Each test begins with one picture that is compared with nothing."""
    yield
    workspace = window.workspace
    workspace.reset_changes()
    workspace.compare_with(None)
    workspace.clear_pins()
    workspace.hover(None, None)
    for picture in list(workspace.pictures)[1:]:
        workspace.remove_picture(picture)
    workspace.set_view(ViewOptions())
    window.panels.photo.view.show_whole()
    wait_until(lambda: not workspace.stale and workspace.reference_result is None)


def compare(window: Window, name: str = "goldfish.jpg") -> None:
    workspace = window.workspace
    added = workspace.add_pictures([resource("samples", name)], show=False)
    workspace.compare_with(Reference(picture=added[0]))
    wait_until(lambda: workspace.reference_result is not None)
    pause(20)


def center_of(view: PhotoView, place: int, point: tuple[float, float]) -> QPoint:
    """Where in the view a point of a pane's picture is."""
    x, y = view.panes[place].camera.to_view(point)
    left, top = view.places()[place].box[:2]
    return QPoint(round(left + x), round(top + y))


def test_another_picture_stands_beside_and_the_same_one_changed_does_not(window: Window) -> None:
    view, workspace = window.panels.photo.view, window.workspace
    workspace.add_change(Change("4a/5x5"))
    wait_until(lambda: workspace.reference_result is not None)
    assert view.mode == "alone"
    compare(window)
    assert view.mode == "beside"
    assert [pane.sight.id for pane in view.panes] == [workspace.current, workspace.reference.picture]
    assert view.accessibleDescription() == "This, changed: espresso.jpg. Reference: goldfish.jpg"
    assert [view.spoken_part(place).name for place in range(view.spoken_count())] == list(view.titles())


def test_both_are_zoomed_and_moved_together(window: Window) -> None:
    compare(window)
    view = window.panels.photo.view
    homes = [pane.camera for pane in view.panes]
    for place in (0, 1):
        middle = view.places()[place].box
        anchor = QPointF(middle[0] + 60, middle[1] + 80)
        before = [pane.camera.to_picture((60, 80)) for pane in view.panes]
        event = QWheelEvent(
            anchor,
            view.mapToGlobal(anchor),
            QPoint(),
            QPoint(0, 240),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view, event)
        for pane, point in zip(view.panes, before, strict=True):
            assert pane.camera.to_picture((60, 80)) == pytest.approx(point)  # the anchor stays in both
    ratios = [pane.camera.scale / home.scale for pane, home in zip(view.panes, homes, strict=True)]
    assert ratios == pytest.approx([1.25**4] * 2)
    offsets = [pane.camera.offset for pane in view.panes]
    view.move_by(7, -5)
    for pane, (x, y) in zip(view.panes, offsets, strict=True):
        assert pane.camera.offset == pytest.approx((x + 7, y - 5))
    view.show_whole()
    assert [pane.camera for pane in view.panes] == homes


def test_the_cell_under_the_cursor_is_marked_in_both_by_each_ones_own_geometry(window: Window) -> None:
    compare(window)
    view, workspace = window.panels.photo.view, window.workspace
    unit = workspace.selection.unit
    results = workspace.result, workspace.reference_result
    for under in (0, 1):
        layer = view.panes[under].layer(unit)
        left, top, right, bottom = there(results[under]).geometry.cell_box(there(layer).grid, 6, 2)
        point_at(view, center_of(view, under, ((left + right) / 2, (top + bottom) / 2)))
        assert [pane.cell(unit) for pane in view.panes] == [(6, 2), (6, 2)]
        # the other panels follow too: they have the point on the run that they show
        assert there(results[0]).geometry.cell_at(there(layer).grid, there(workspace.point)) == (6, 2)
        assert [view.spoken_part(place).value for place in (0, 1)] == ["cell 6, 2"] * 2


def test_maps_of_both_have_one_scale(window: Window) -> None:
    compare(window)
    workspace, view = window.workspace, window.panels.photo.view
    unit = workspace.selection.unit
    both = [there(one).record["4a/5x5"][11] for one in (workspace.result, workspace.reference_result)]
    view.repaint()
    laid = [there(pane._overlay._kept)[1] for pane in view.panes]
    assert len({one.scale.limits for one in laid}) == 1
    assert laid[0].scale.limits.high == pytest.approx(max(map(np.max, both)))
    workspace.change_view(show="difference")
    view.repaint()
    layers = [pane.layer(unit) for pane in view.panes]
    for layer in layers:
        np.testing.assert_array_equal(there(layer).values, both[0] - both[1])
    assert there(layers[0]).grid == there(layers[1]).grid


def test_a_line_parts_a_changed_picture_and_moves_by_hand_and_by_keys(window: Window) -> None:
    workspace, view = window.workspace, window.panels.photo.view
    workspace.add_change(Change("4a/3x3"))
    workspace.choose_unit(Unit("4b", "1x1", 3))
    wait_until(lambda: workspace.reference_result is not None and not workspace.stale)
    for mode in ("beside", "split", "alone", "split"):
        while view.mode != mode:
            QTest.keyClick(window, Qt.Key.Key_B)
    assert [pane.camera for pane in view.panes] == [view.camera] * 2
    changed, unchanged = (there(pane.layer(view.unit)).values for pane in view.panes)
    np.testing.assert_array_equal(changed, there(workspace.result).record["4b/1x1"][3])
    np.testing.assert_array_equal(unchanged, there(workspace.reference_result).record["4b/1x1"][3])
    before = view.line
    start = QPoint(round(before), view.height() // 2)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    end = QPointF(start) - QPointF(40, 0)
    held, no = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    keys = Qt.KeyboardModifier.NoModifier
    moved = QMouseEvent(QEvent.Type.MouseMove, end, view.mapToGlobal(end), no, held, keys)
    QApplication.sendEvent(view, moved)
    assert view.line == before - 40
    QTest.mouseRelease(view, held, pos=end.toPoint())
    assert workspace.pins == ()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.line == before - 56
    view.move_line(-1000)
    assert view.place_at(QPointF(view.line + 1, 50))[0] is view.panes[1]
    workspace.choose_unit(Unit("4a", "5x5", 11))


def test_what_is_left_of_the_line_is_the_changed_run(window: Window) -> None:
    """A branch that is off has no map to lay over: the photo is plain there, and coloured beyond."""
    workspace, view = window.workspace, window.panels.photo.view
    workspace.change_view(photos="split", field=False, overlay_opacity=1.0)
    workspace.add_change(Change("4a/5x5"))
    wait_until(lambda: workspace.reference_result is not None and not workspace.stale)
    pause(20)
    left, _, right, _ = view.places()[0].room
    view.move_line((left + right) / 2)
    pixels = {}
    for overlay in (True, False):
        workspace.change_view(overlay=overlay)
        image = view.grab().toImage()
        image = image.convertToFormat(image.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        pixels[overlay] = rows[:, : 3 * image.width()].reshape(image.height(), -1, 3).astype(int)
    moved = np.abs(pixels[True] - pixels[False]).max(-1)
    line = round(view.line)
    assert not moved[:, round(left) + 12 : line - 12].any()  # beside the tools
    assert (moved[:, line + 12 : round(right)] > 30).sum() > 100


def test_the_setting_is_remembered(tmp_path: Path) -> None:
    session = Session(tmp_path / "session.json")
    session.set_view(ViewOptions(photos="split", answers_by="change"))
    session.save()
    view = Session(tmp_path / "session.json").view()
    assert (view.photos, view.answers_by) == ("split", "change")


def test_two_pictures_stand_where_the_smaller_one_is_larger() -> None:
    wide, high = (400.0, 100.0), (100.0, 400.0)
    below = places("beside", (500, 300), (0, 0, 500, 300), (wide, wide))
    beside = places("beside", (500, 300), (0, 0, 500, 300), (high, high))
    assert below[0].box[0] == below[1].box[0]
    assert below[0].box[3] < below[1].box[1]
    assert beside[0].box[1] == beside[1].box[1]
    assert beside[0].box[2] < beside[1].box[0]


def test_a_point_is_carried_over_by_its_share_of_the_input() -> None:
    one = Geometry((600, 400), (144, 144), (0.36, 0.36), (36.0, 0.0))
    other = Geometry((300, 300), (288, 288), (0.96, 0.96), (0.0, 0.0))
    assert one.to_input((300, 200)) == pytest.approx((72, 72))
    assert across((300, 200), one, other) == pytest.approx((150, 150))
    assert across((1.0, 2.0), one, one) == (1.0, 2.0)


@pytest.mark.parametrize("size", [(960, 600), (1600, 1000)])
def test_it_fits_small_and_large_windows(window: Window, size: tuple[int, int]) -> None:
    window.resize(*size)
    pause(30)
    compare(window)
    view = window.panels.photo.view
    for pane, place in zip(view.panes, view.places(), strict=True):
        left, top, right, bottom = place.box
        assert 0 <= left < right <= view.width()
        assert 0 <= top < bottom <= view.height()
        shown = pane.camera.box_to_view((0, 0, *there(pane.sight).size))
        assert shown[0] >= -1
        assert shown[2] <= right - left + 1
        assert shown[2] - shown[0] > 60
    window.resize(1500, 950)
    pause(30)


# A second drop


def drag(window: Window, paths: list[Path], place: QPoint) -> QDropEvent:
    """Real events: in, over the place; the drop is given back, for its action."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    actions, button = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
    held = Qt.KeyboardModifier.ShiftModifier  # which asks for a move
    QApplication.sendEvent(window, QDragEnterEvent(place, actions, data, button, held))
    QApplication.sendEvent(window, QDragMoveEvent(place, actions, data, button, held))
    dropped = QDropEvent(QPointF(place), actions, data, button, held)
    setattr(dropped, "data", data)  # noqa: B010 — outlives it
    return dropped


def half(window: Window, *, right: bool) -> QPoint:
    view = window.panels.photo.view
    inside = QPoint(view.width() * (3 if right else 1) // 4, view.height() // 2)
    return view.mapTo(window, inside)


def test_the_photos_right_half_compares_and_the_left_one_opens(window: Window, tmp_path: Path) -> None:
    workspace, first = window.workspace, window.workspace.current
    path = tmp_path / "other.png"
    Image.new("RGB", (200, 300), (40, 90, 200)).save(path)
    event = drag(window, [path], half(window, right=True))
    halves = window.dropping.card.halves
    assert halves is not None
    assert halves.words(right=True) == (
        "Compare with it",
        "espresso.jpg stays, and both stand side by side.",
    )
    assert halves.words(right=False)[0] == "Open it"
    assert halves.compares(half(window, right=True))
    assert not halves.compares(half(window, right=False))
    assert window.dropping.card.note == halves.words(right=True)[1]  # it doesn't open at once here
    QApplication.sendEvent(window, event)
    assert event.dropAction() == Qt.DropAction.CopyAction
    assert workspace.current == first
    assert workspace.pictures[there(there(workspace.reference).picture)].source == path
    wait_until(lambda: workspace.reference_result is not None)
    event = drag(window, [path], half(window, right=False))
    assert window.dropping.card.note == "It opens at once."
    QApplication.sendEvent(window, event)
    assert workspace.current not in (first, there(workspace.reference).picture)
    workspace.choose_picture(there(first))


def test_folders_and_checkpoints_have_no_halves(window: Window, tmp_path: Path, bundled: Path) -> None:
    for path in (tmp_path, bundled):
        drag(window, [path], half(window, right=True))
        assert window.dropping.card.halves is None
        window.dropping.leave()


def test_without_a_picture_there_is_nothing_to_compare_with(window: Window, tmp_path: Path) -> None:
    window.show_page("units")
    drag(window, [resource("samples", "cat.jpg")], half(window, right=True))
    assert window.dropping.card.halves is None
    window.dropping.leave()
    window.show_page("explore")
