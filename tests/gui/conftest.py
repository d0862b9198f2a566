"""What every test of the window may rely on."""

import gc
from collections.abc import Container, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from tests.gui.made import Calls, World, make_workspace
from tests.workspace.workers import Posed


@pytest.fixture(autouse=True)
def garbage_of_the_window(qapp: QApplication) -> Iterator[None]:
    """As in the program: widgets are never freed by a worker that happens to collect garbage."""
    gc.disable()
    yield
    gc.collect(1)


@pytest.fixture(scope="module", autouse=True)
def as_it_was(qapp: QApplication) -> Iterator[None]:
    """A module that gives the application a theme takes it off again; the pointer rests nowhere."""
    # where the module before left it, it would hover whatever is shown next
    QCursor.setPos(10_000, 10_000)
    palette, sheet, face = qapp.palette(), qapp.styleSheet(), qapp.font()
    yield
    gc.collect()
    _delete(QApplication.topLevelWidgets())
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setFont(face)


@pytest.fixture(autouse=True)
def no_closed_window_stays(as_it_was: None) -> Iterator[None]:
    """What a test closed is deleted: every widget that lives makes each change of theme slower."""
    before = set(QApplication.topLevelWidgets())
    yield
    _delete([one for one in QApplication.topLevelWidgets() if not one.isVisible()], but=before)


@pytest.fixture
def calls() -> Calls:
    """What the engine of `workspace` posts; a test hands it over."""
    return Calls()


@pytest.fixture
def workspace(world: World, calls: Calls) -> Iterator[Posed]:
    """A workspace that shows the first result of the module's ``world``."""
    one = make_workspace(world, calls.put)
    yield one
    one.close()


def _delete(windows: list[QWidget], *, but: Container[QWidget] = ()) -> None:
    for window in windows:
        if window.parent() is None and window not in but:
            window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def plain_menu_words(text: str) -> str:
    """A menu's words without the mark of their letter."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")
