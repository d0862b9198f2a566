"""Why this class: the map over the photo, for the class that was clicked, with what it explains."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.network.changes import Change
from gnet_desktop.resources import resource


@pytest.fixture(scope="module")
def window(qapp, everyday100: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1400, 900)
    made.show()
    made.workspace.open_checkpoint(everyday100)
    made.workspace.add_pictures([resource("samples", "espresso.jpg")])
    wait(lambda: made.workspace.result is not None)
    yield made
    made.close()
    del dispatcher


def wait(until) -> None:
    for _ in range(6000):
        QTest.qWait(5)
        if until():
            return
    raise AssertionError("it did not come")


def layer(window: Window):
    """The layer, once it is worked out."""
    photo = window.panels.photo.view
    wait(lambda: not window.workspace.stale and photo._why.layer(window.workspace.result) is not None)
    return photo._why.layer(window.workspace.result)


@pytest.fixture(autouse=True)
def as_before(window: Window) -> Iterator[None]:
    yield
    window.workspace.change_view(why="")
    window.workspace.explain(None)
    window.workspace.reset_changes()


def test_y_shows_what_speaks_for_the_first_answer_and_takes_it_off_again(window: Window) -> None:
    QTest.keyClick(window, Qt.Key.Key_Y)
    assert window.workspace.view.why == "grad-cam"
    found = layer(window)
    record = window.workspace.result.record
    _, bias = window.workspace.network.network.weights("fc")
    index = record.answers["main"].top(1)[0][0]
    assert found.values.sum() + bias[index] == pytest.approx(record.answers["main"].logits[index], rel=1e-3)
    assert "explains 100.0 % of the logit" in found.caption
    assert window.panels.photo.why.isChecked()
    QTest.keyClick(window, Qt.Key.Key_Y)
    assert window.workspace.view.why == ""


def test_the_map_follows_the_class_that_is_explained(window: Window) -> None:
    window.workspace.change_view(why="contributions")
    first = layer(window).values.copy()
    teapot = window.workspace.checkpoint.labels.names.index("teapot")
    window.workspace.explain(teapot)
    found = layer(window)
    assert found.caption[0] == "why teapot, main"
    assert not np.array_equal(found.values, first)


def test_the_map_is_of_the_changed_run(window: Window) -> None:
    window.workspace.change_view(why="grad-cam")
    before = layer(window).attribution.logit
    window.workspace.add_change(Change("4e/3x3"))
    wait(lambda: not window.workspace.stale)
    after = layer(window).attribution
    assert after.logit != before
    assert after.error == pytest.approx(0, abs=1e-3)


def test_pixels_are_asked_too_and_say_how_complete_they_are(window: Window) -> None:
    window.workspace.change_view(why="integrated-gradients")
    found = layer(window)
    assert found.values.shape == window.workspace.result.record.input_size
    assert found.attribution.error < 0.02
    assert window.panels.photo.view.grab().toImage().width() > 0
