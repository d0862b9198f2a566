"""Why this class: the map over the photo, for the class that was clicked, with what it explains."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gnet_desktop.gui.actions.asking import Asking
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.photo import painting
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.gui.why.layer import WhyLayer, shown_as
from gnet_desktop.gui.why.menus import method_menu
from gnet_desktop.inspection.attribution.attribution import Attribution
from gnet_desktop.network.changes import Change
from gnet_desktop.resources import resource
from gnet_desktop.workspace.values import WhyQuestion
from tests.gui.made import of_type, pause, there, wait_until


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1400, 900)
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures([resource("samples", "espresso.jpg")])
    wait_until(lambda: made.workspace.result is not None)
    yield made
    made.close()
    del dispatcher


def layer(window: Window) -> WhyLayer:
    """The layer, once it is worked out."""
    photo = window.panels.photo.view
    why = photo.panes[0].why
    wait_until(
        lambda: (
            not window.workspace.stale and why.layer(there(window.workspace.result)) and not why.found.busy
        )
    )
    return there(photo.panes[0].why.layer(there(window.workspace.result)))


def attribution(window: Window) -> Attribution:
    return of_type(Attribution, layer(window).identity)


@pytest.fixture(autouse=True)
def as_before(window: Window) -> Iterator[None]:
    yield
    window.workspace.change_view(why="")
    window.workspace.explain(None)
    window.workspace.ask_why(**{name: getattr(WhyQuestion(), name) for name in WhyQuestion.__slots__})
    window.workspace.reset_changes()


def test_y_shows_what_speaks_for_the_first_answer_and_takes_it_off_again(window: Window) -> None:
    QTest.keyClick(window, Qt.Key.Key_Y)
    assert window.workspace.view.why == "grad-cam"
    found = layer(window)
    record = there(window.workspace.result).record
    _, bias = there(window.workspace.network).network.weights("fc")
    index = record.answers["main"].top(1)[0][0]
    assert found.values.sum() + bias[index] == pytest.approx(record.answers["main"].logits[index], rel=1e-3)
    assert "explains 100.0 % of the logit" in found.caption
    assert window.panels.photo.why.isChecked()
    QTest.keyClick(window, Qt.Key.Key_Y)
    assert window.workspace.view.why == ""


def test_the_map_follows_the_class_that_is_explained(window: Window) -> None:
    window.workspace.change_view(why="contributions")
    first = layer(window).values.copy()
    teapot = there(window.workspace.checkpoint).labels.names.index("teapot")
    window.workspace.explain(teapot)
    found = layer(window)
    assert found.caption[0] == "why teapot, main"
    assert not np.array_equal(found.values, first)


def test_the_map_is_of_the_changed_run(window: Window) -> None:
    window.workspace.change_view(why="grad-cam")
    before = attribution(window).logit
    window.workspace.add_change(Change("4e/3x3"))
    wait_until(lambda: not window.workspace.stale)
    after = attribution(window)
    assert after.logit != before
    assert after.error == pytest.approx(0, abs=1e-3)


def test_pixels_are_asked_too_and_say_how_complete_they_are(window: Window) -> None:
    window.workspace.change_view(why="integrated-gradients")
    found = layer(window)
    assert found.values.shape == there(window.workspace.result).record.input_size
    assert there(of_type(Attribution, found.identity).error) < 0.02
    assert window.panels.photo.view.grab().toImage().width() > 0


def test_a_long_map_grows_and_tells_how_far_it_is(window: Window) -> None:
    photo, shares, found = window.panels.photo.view, list[str](), None
    window.workspace.change_view(why="occlusion")
    for _ in range(6000):
        pause(2)
        found = photo.panes[0].why.layer(there(window.workspace.result))
        if found is not None and photo.panes[0].why.found.busy:
            shares.append(found.caption[-1])
        if found is not None and not photo.panes[0].why.found.busy:
            break
    assert any(words.endswith("%") for words in shares)
    assert "covering 21 px takes up to" in there(found).caption[-1]


@pytest.mark.parametrize("drawn", ["outline", "focus"])
def test_the_strongest_tenth_is_drawn_inside_the_crop_only(window: Window, drawn: str) -> None:
    photo = window.panels.photo.view
    plain = photo.grab().toImage()
    window.workspace.ask_why(drawn=drawn)
    window.workspace.change_view(why="grad-cam")
    layer(window)
    marked = photo.grab().toImage()
    crop = painting.rect(photo.camera.box_to_view(there(window.workspace.result).geometry.crop_box))
    window.workspace.ask_why(drawn="map")
    changed = [
        QPointF(x, y)
        for x in range(photo.tools.right() + 1, photo.width() - 70, 3)
        for y in range(0, photo.height() - 40, 3)
        if plain.pixel(x, y) != marked.pixel(x, y)
    ]
    assert len(changed) > 20
    assert all(crop.adjusted(-2, -2, 2, 2).contains(place) for place in changed)


def test_the_menu_asks_for_head_class_and_place(window: Window) -> None:
    workspace = window.workspace
    window.workspace.change_view(why="grad-cam")
    menu = method_menu(window, workspace, workspace.result)
    chosen = {one.title(): one for one in menu.findChildren(QMenu)}
    pick(chosen["Head"], "aux2")
    pick(chosen["At the layer"], "4b")
    assert layer(window).caption[:2] == ("why espresso, aux2", "Grad-CAM at 4b")
    menu = method_menu(window, workspace, workspace.result)
    chosen = {one.title(): one for one in menu.findChildren(QMenu)}
    assert not chosen["Window that is covered"].isEnabled()
    assert [one.text() for one in chosen["Head"].actions() if one.isChecked()] == ["aux2"]
    assert "5b" not in [one.text() for one in chosen["At the layer"].actions()]
    rival = chosen["Against another class"].actions()[1]
    rival.trigger()
    assert f"against {rival.text()}" in layer(window).caption[0]


def pick(menu: QMenu, words: str) -> None:
    next(action for action in menu.actions() if action.text() == words).trigger()


def test_grad_cam_shows_what_speaks_for_the_class_and_its_sign_on_request(window: Window) -> None:
    """By definition its positive part, in the chosen colours; signed, or of two classes, in signed ones."""
    window.workspace.change_view(why="grad-cam")
    window.workspace.ask_why(head="aux1")
    found = layer(window)
    assert found.values.min() < 0 < found.values.max()
    shown, colours = shown_as(found, "map", "ember")
    np.testing.assert_array_equal(shown.values, np.maximum(found.values, 0))
    assert colours == "ember"
    assert shown_as(found, "signed", "ember") == (found, "tide")
    window.workspace.ask_why(against=3)
    assert shown_as(layer(window), "map", "ember")[1] == "tide"
    window.workspace.change_view(why="occlusion")
    window.workspace.ask_why(against=None)
    assert shown_as(layer(window), "map", "ember")[1] == "tide"


def test_where_room_is_short_the_check_is_the_last_to_go(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = ("why espresso, main", "Grad-CAM at 4b", "explains 43 %")
    written: list[str] = []
    monkeypatch.setattr(QPainter, "drawText", lambda _, box, flags, text: written.append(text))
    for room in (700, 300, 170, 130):
        image = QImage(room, 60, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painting.draw_sentence(painter, parts, QRectF(0, 0, room, 60))
        painter.end()
    assert written == [
        "why espresso, main · Grad-CAM at 4b · explains 43 %",
        "why espresso, main · Grad-CAM at 4b\nexplains 43 %",
        "why espresso, main\nexplains 43 %",
        "explains 43 %",
    ]


def test_the_page_that_is_saved_tells_why(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Worked out in the background, then written; by the method that lies over the photo."""
    target = tmp_path / "espresso.html"
    monkeypatch.setattr(Asking, "target", lambda *_, **__: target)
    window.workspace.change_view(why="contributions")
    window.handlers.run("export_page")
    wait_until(target.exists)
    page = target.read_text()
    assert "Why espresso, main" in page
    assert "Contributions: explains 100.0 % of the logit" in page
    assert "Followed back to the picture" in page
