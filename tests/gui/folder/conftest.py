"""A window whose Folder page has nine photos answered."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from gnet_desktop.folder.rows import Filter
from gnet_desktop.gui.app import make_window
from gnet_desktop.gui.shell.window import Window
from gnet_desktop.gui.system.session import Session
from tests.gui.made import pause


@pytest.fixture(scope="package")
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
