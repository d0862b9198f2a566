"""A window with two photos, one unit chosen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from gnet_desktop.resources import resource
from tests.gui.comparing.handling import UNIT, current
from tests.gui.made import wait_until


@pytest.fixture(scope="module")
def window(qapp: QApplication, bundled: Path) -> Iterator[Window]:
    made, dispatcher = make_window(Session(None))
    made.resize(1500, 950)
    made.show()
    made.workspace.open_checkpoint(bundled)
    made.workspace.add_pictures([resource("samples", name) for name in ("espresso.jpg", "cat.jpg")])
    wait_until(lambda: made.workspace.result is not None and made.workspace.idle)
    yield made
    made.close()
    del dispatcher


@pytest.fixture(autouse=True)
def as_before(window: Window) -> Iterator[None]:
    window.workspace.choose_unit(UNIT)
    yield
    window.workspace.reset_changes()
    window.workspace.compare_with(None)
    window.workspace.change_view(show="this", quantity="channels", sort="mean")
    current(window)
