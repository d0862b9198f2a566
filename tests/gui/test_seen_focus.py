"""On every page and in every window the keyboard's place is seen by who comes by Tab."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

import gnet_desktop
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.resources import resource
from tests.gui.made import there, wait_until
from tests.gui.whole_window import opened

__all__ = ["opened"]  # a fixture

TAB = Qt.FocusReason.TabFocusReason


@pytest.fixture(scope="module")
def window(opened: Window, tmp_path_factory: pytest.TempPathFactory) -> Window:
    """With pictures, and a folder that is judged and indexed."""
    folder = tmp_path_factory.mktemp("photos")
    for name in ("goldfish", "moose"):
        (folder / name).mkdir()
        shutil.copy(resource("samples", f"{name}.jpg"), folder / name)
    opened.workspace.add_pictures([resource("samples", f"{name}.jpg") for name in ("cat", "moose")])
    wait_until(lambda: opened.workspace.result is not None and opened.workspace.idle)
    opened.evaluate(folder)
    run = opened.folder_page.run
    wait_until(lambda: run.state is not None and run.state.state == "done")
    opened.index(folder)
    opened.units_page.wanting.pause()
    wait_until(lambda: opened.units_page.progress.crops.isVisible())
    return opened


def looks(widget: QWidget) -> QImage:
    """A widget in its window, with its surroundings."""
    window = widget.window()
    box = QRect(widget.mapTo(window, QPoint()), widget.size()).adjusted(-5, -5, 5, 5)
    return window.grab(box.intersected(window.rect())).toImage()


def unseen(window: QWidget) -> list[str]:
    """What Tab comes to, once around, and what looks there as it does without the keyboard."""
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    visited: list[QWidget] = []
    same: list[str] = []
    while True:
        QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        focus = there(QApplication.focusWidget())
        if focus in visited:
            assert len(visited) > 1
            return same
        visited.append(focus)
        with_keyboard = looks(focus)
        focus.clearFocus()
        QApplication.processEvents()
        if looks(focus) == with_keyboard:
            same.append(f"{type(focus).__name__} {focus.accessibleName()}")
        focus.setFocus(TAB)


@pytest.mark.parametrize("page", ["explore", "folder", "units"])
def test_on_each_page(window: Window, page: str) -> None:
    window.show_page(page)
    QTest.qWait(100)
    assert unseen(window) == []


@pytest.mark.parametrize("name", ["card", "heads", "why", "help", "ideas", "catalogue"])
def test_in_each_window(window: Window, name: str) -> None:
    window.show_page("explore")
    dialog = window.show_dialog(name)
    QTest.qWait(100)
    assert unseen(dialog) == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_no_button_is_qts_own() -> None:
    """Those aren't framed for keys."""
    root = Path(there(gnet_desktop.__file__)).parent
    made = [file.name for file in root.rglob("*.py") if f"{QPushButton.__name__}(" in file.read_text("utf-8")]
    assert made == []
