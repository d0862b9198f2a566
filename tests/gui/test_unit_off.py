"""A unit that is switched off, and the unit panel where it is narrow."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.controls.section import draw_title
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.changes import Change
from gnet_desktop.network.naming import Unit
from gnet_desktop.resources import resource
from tests.gui.made import pause, there, wait_until

UNIT = Unit("5a", "5x5", 11)


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1000, 640)
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures([resource("samples", "espresso.jpg")])
    wait_until(lambda: made.workspace.result is not None and made.workspace.idle)
    made.workspace.choose_unit(UNIT)
    yield made
    made.close()
    del dispatcher


def test_x_makes_the_unit_say_that_it_is_off_and_x_again_brings_its_map_back(window: Window) -> None:
    workspace, body = window.workspace, window.panels.unit.body
    assert body.map.line()[0].startswith("cell")
    assert body.values.isVisible()
    QTest.keyClick(window, Qt.Key.Key_X)
    wait_until(lambda: not workspace.stale and workspace.idle)
    pause(20)
    assert body.map.line() == ("off", "0 everywhere")
    assert body.map.spoken_value() == "off, 0 everywhere"
    assert not body.values.isVisible()  # no axis from 0 to 1 of what has no values
    lanes = {view.lane.part: view for view in window.panels.lanes.area.views if view.lane is not None}
    lane = lanes[UNIT.part]
    assert "1 off" in lane.texts.tooltip
    assert [part for part in map(lane.spoken_part, range(lane.spoken_count())) if "off" in part.value]
    assert not any(" off" in view.texts.tooltip for part, view in lanes.items() if part != UNIT.part)
    off = window.panels.photo.view.grab().toImage()
    window.workspace.change_view(overlay=False)
    plain = window.panels.photo.view.grab().toImage()
    window.workspace.change_view(overlay=True)
    bar = off.width() - 60, 18, 20, 40  # where the colour bar and its numbers would stand
    assert off.copy(*bar) == plain.copy(*bar)
    QTest.keyClick(window, Qt.Key.Key_X)
    wait_until(lambda: not workspace.stale and workspace.idle)
    pause(20)
    assert body.map.line()[0].startswith("cell")
    assert body.values.isVisible()


def test_what_is_off_is_hatched_in_its_lane_and_beside_it(window: Window) -> None:
    """Stripes in the branch's hue; all else of such a tile is grey."""
    window.workspace.add_change(Change(UNIT.part, "off", (UNIT.channel,)))
    wait_until(lambda: not window.workspace.stale and window.workspace.idle)
    pause(20)
    area, body = window.panels.lanes.area, window.panels.unit.body
    view = next(view for view in area.views if there(view.lane).part == UNIT.part)
    area.reveal(UNIT)
    tile = there(view.tile_rectangle(UNIT.channel)).toAlignedRect().adjusted(2, 2, -2, -2)
    box = body.map.map_box().toAlignedRect().adjusted(2, 2, -2, -2)
    for image in (view.grab().toImage().copy(tile), body.map.grab().toImage().copy(box)):
        colours = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        striped = sum(colour.saturation() > 40 for colour in colours) / len(colours)
        assert 0.15 < striped < 0.75
    window.workspace.reset_changes()
    wait_until(lambda: not window.workspace.stale and window.workspace.idle)


def test_a_unit_that_two_runs_do_not_differ_in_says_so_and_nothing_is_painted_for_it(window: Window) -> None:
    """Another branch of its module is off: the unit is the same, neither higher nor lower."""
    workspace, body = window.workspace, window.panels.unit.body
    workspace.add_change(Change("5a/3x3"))
    wait_until(lambda: workspace.reference_result is not None and not workspace.stale and workspace.idle)
    workspace.change_view(show="difference", crop_frame=False)
    pause(20)
    assert body.map.line() == ("same", "0 everywhere")
    assert not body.values.isVisible()
    said = window.panels.photo.view.grab().toImage()
    workspace.change_view(overlay=False)
    plain = window.panels.photo.view.grab().toImage()
    middle = said.width() // 2 - 60, said.height() // 2 - 60, 120, 120
    assert said.copy(*middle) == plain.copy(*middle)
    workspace.change_view(show="this", overlay=True)
    workspace.reset_changes()
    wait_until(lambda: not workspace.stale and workspace.idle)


def test_a_long_note_never_touches_its_title(qapp: QApplication) -> None:
    title, note, width = "Strongest pictures", "of the 1 open, unchanged", 220
    alone, both = painted(title, "", width), painted(title, note, width)
    end = np.nonzero(alone.any(0))[0].max()
    np.testing.assert_array_equal(both[:, : end + 1], alone[:, : end + 1])
    assert not both[:, end + 1 : end + 6].any()
    assert both[:, end + 6 :].any()


def painted(title: str, note: str, width: int) -> np.ndarray:
    """Where ink is: (20, width)."""
    image = QImage(width, 20, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    draw_title(painter, title, note, width)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(20, width, 4)[..., 3].copy() > 0
