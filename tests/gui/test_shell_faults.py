"""What people reported of other programs: zoom, held keys, odd names, damaged settings, lost answers."""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gnet_desktop.gui.app import begin, make_window
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.naming import Unit
from tests.gui.made import wait_until
from tests.gui.whole_window import current, drop, files, opened, pixels, window

__all__ = ["opened", "window"]  # fixtures

PLACE = QPointF(100, 90)


def turn(view: QWidget, angle: int) -> None:
    event = QWheelEvent(
        PLACE, view.mapToGlobal(PLACE), QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


@pytest.mark.parametrize("notch", [120, -120])
def test_fractions_of_a_notch_zoom_as_the_notch_and_the_place_stays(
    window: Window, shared: Path, notch: int
) -> None:
    drop(window, files(shared / "images" / "pizza.jpg"))
    wait_until(lambda: current(window))
    view = window.panels.photo.view
    scales = []
    for steps in (1, 120):
        view.show_whole()
        before, under = view.camera.scale, view.camera.to_picture((PLACE.x(), PLACE.y()))
        for _ in range(steps):
            turn(view, notch // steps)
        scales.append(view.camera.scale / before)
        assert view.camera.to_view(under) == pytest.approx((PLACE.x(), PLACE.y()), abs=1)
    assert scales[1] == pytest.approx(scales[0], rel=0.01)
    assert scales[0] != pytest.approx(1, abs=0.1)


def test_a_picture_far_wider_than_the_view_zooms_in_the_direction_of_the_wheel(
    window: Window, tmp_path: Path
) -> None:
    Image.new("RGB", (16_000, 400), (9, 90, 9)).save(tmp_path / "wide.png")
    drop(window, files(tmp_path / "wide.png"))
    wait_until(lambda: current(window))
    view = window.panels.photo.view
    wait_until(lambda: view.camera.scale < 1 / 16)  # it is made ready to be drawn
    view.show_whole()
    whole = view.camera.scale
    turn(view, -120)
    assert view.camera.scale == pytest.approx(whole)
    turn(view, 120)
    assert view.camera.scale == pytest.approx(whole * 1.25)


def test_space_shows_the_photo_alone_while_it_is_held(window: Window, shared: Path) -> None:
    drop(window, files(shared / "images" / "pizza.jpg"))
    wait_until(lambda: current(window))
    view, workspace = window.panels.photo.view, window.workspace
    workspace.choose_unit(None)
    plain = pixels(view)
    workspace.choose_unit(Unit("4a", "3x3", 5))
    over = pixels(view)
    assert (over != plain).mean() > 0.05
    view.setFocus()
    QTest.keyPress(view, Qt.Key.Key_Space)
    held = pixels(view)
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert (held == plain).mean() > 0.995
    assert np.array_equal(pixels(view), over)
    workspace.choose_unit(None)


def test_a_path_in_text_opens(window: Window, shared: Path) -> None:
    data = QMimeData()
    data.setText(str(shared / "images" / "pizza.jpg"))
    drop(window, data)
    wait_until(lambda: current(window))


@pytest.mark.skipif(sys.platform != "linux", reason="names are any bytes on Linux only")
def test_a_dropped_name_that_is_not_utf8_opens(window: Window, tmp_path: Path) -> None:
    Image.new("RGB", (40, 30)).save(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"), format="PNG")
    data = QMimeData()
    data.setData("text/uri-list", b"file://" + os.fsencode(tmp_path) + b"/caf%E9.png\r\n")
    drop(window, data)
    wait_until(lambda: current(window), 10)


def test_a_picture_that_was_left_before_its_answer_gets_it_later(window: Window, shared: Path) -> None:
    workspace = window.workspace
    drop(window, files(shared / "images" / "zebra.jpg"))
    wait_until(lambda: current(window) and workspace.idle)
    drop(window, files(shared / "images" / "banana.jpg"))
    workspace.step_picture(-1)
    wait_until(lambda: all(entry.best for entry in workspace.pictures.values()), 10)


def test_no_picture_is_shown_in_the_place_of_another(window: Window, shared: Path) -> None:
    workspace, seen = window.workspace, []
    names = ("zebra", "banana", "teapot", "pizza", "lion")
    drop(window, files(*(shared / "images" / f"{name}.jpg" for name in names)))

    def look() -> None:
        if workspace.result is not None and not workspace.stale:
            seen.append(workspace.result.key.picture == workspace.current)

    end = workspace.result_changed.subscribe(look)
    for _ in names[1:]:
        workspace.step_picture(1)
    wait_until(lambda: current(window))
    end()
    assert seen
    assert all(seen)


WRONG: dict[str, dict[str, object]] = {
    "view": {
        "view": {
            "colour_map": "nope",
            "theme": "purple",
            "sort": "nope",
            "tile": 10**9,
            "gamma": float("nan"),
        }
    },
    "files": {"folders": {"pictures": 5}, "recent checkpoints": [1, "\0", {}], "checkpoint": "\0"},
    "window": {"geometry": "AAAA", "layout": "AAAA", "module": "zz"},
}
"""By what reads them; each setting is read by itself, so that one doesn't hide another."""


@pytest.mark.parametrize("kind", WRONG)
def test_senseless_settings_are_left_at_their_defaults(
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    shared: Path,
    kind: str,
) -> None:
    faults: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *what: faults.append(what))
    file = tmp_path / "session.json"
    file.write_text(json.dumps(WRONG[kind]))
    session = Session(file)
    assert session.folder("pictures") == Path.home()
    one, dispatcher = make_window(session)
    one.workspace.bug.subscribe(faults.append)
    one.show()
    begin(one, [shared / "images" / "pizza.jpg"], None, "cpu")
    wait_until(lambda: current(one) or bool(faults), 20)
    one.grab()
    begun = time.monotonic()
    one.close()
    assert time.monotonic() - begun < 3
    assert faults == []
    del dispatcher
